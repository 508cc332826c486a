//! Listing in pages. A page's token says after which entry the next one begins, so pages stay
//! right while the drive changes, but for what is modified meanwhile: in rising order of time it
//! comes a second time, in falling order it may be missed.

use super::act::{Act, Role};
use super::drive::Drive;
use super::entry::{Entry, EntryId, ROOT};
use super::space::SpaceId;
use super::tree::Tree;
use crate::emulator::dingtalk::error::Code;

/// Which page of what.
#[derive(Debug, Clone)]
pub(crate) struct PageRequest<'a> {
    pub(crate) space: SpaceId,
    /// A folder's direct children, or with `None` all entries of the space.
    pub(crate) folder: Option<EntryId>,
    pub(crate) order: ListOrder,
    pub(crate) direction: Direction,
    pub(crate) token: Option<&'a str>,
    /// Most entries of the page.
    pub(crate) limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListOrder {
    ModifiedTime,
    CreateTime,
    Name,
    Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Rising,
    Falling,
}

/// A page: the ids of entries, and where the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) entries: Vec<EntryId>,
    pub(crate) next: Option<String>,
}

/// What entries are ordered by; the id settles ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(u64, EntryId),
    Text(String, EntryId),
}

impl Drive {
    /// One page, as lists see the space now.
    pub(crate) fn page(&mut self, act: &Act<'_>, request: &PageRequest<'_>) -> Result<Page, Code> {
        self.permits(act, request.space, Role::Reader)?;
        self.pages += 1;
        let nth = act.rules.number("short-pages");
        let limit = if nth > 0 && self.pages.is_multiple_of(nth) {
            (request.limit / 2).max(1)
        } else {
            request.limit
        };
        let with_root = act.rules.is("list-all-root", "present");
        let space = self.space_mut(request.space)?;
        space.count_listing(act);
        let after = request.token.map(|token| request.key_of(token));
        let after = after.transpose()?;
        let tree = space.listed();
        match request.folder {
            Some(folder) if tree.get(folder).is_none() => return Err(Code::DentryNotExist),
            Some(folder) if !tree.is_folder(folder) => return Err(Code::Argument("parentId")),
            Some(_) | None => {}
        }
        let keys = if request.folder.is_none() && !space.is_stale() {
            return Ok(request.cut_whole_space(space, after.as_ref(), limit, with_root));
        } else {
            request.sorted(tree, with_root)
        };
        Ok(request.cut(&keys, after.as_ref(), limit))
    }
}

impl PageRequest<'_> {
    fn key(&self, entry: &Entry) -> Key {
        match self.order {
            ListOrder::ModifiedTime => Key::Number(entry.content.modified, entry.id),
            ListOrder::CreateTime => Key::Number(entry.created, entry.id),
            ListOrder::Size => Key::Number(entry.content.size, entry.id),
            ListOrder::Name => Key::Text(entry.name.clone(), entry.id),
        }
    }

    fn sorted(&self, tree: &Tree, with_root: bool) -> Vec<Key> {
        let mut keys: Vec<Key> = match self.folder {
            Some(folder) => tree.children(folder).map(|entry| self.key(entry)).collect(),
            None => tree
                .entries()
                .filter(|entry| with_root || entry.id != ROOT)
                .map(|entry| self.key(entry))
                .collect(),
        };
        keys.sort_unstable();
        keys
    }

    /// Sorting a large space for every page would take longer than the page: the order is kept
    /// until the space changes.
    fn cut_whole_space(
        &self,
        space: &mut super::space::Space,
        after: Option<&Key>,
        limit: usize,
        with_root: bool,
    ) -> Page {
        let revision = space.revision;
        if space.sorted.as_ref().is_none_or(|(of, _)| *of != revision) {
            let mut times: Vec<_> = space
                .tree
                .entries()
                .filter(|entry| with_root || entry.id != ROOT)
                .map(|entry| (entry.content.modified, entry.id))
                .collect();
            times.sort_unstable();
            space.sorted = Some((revision, times));
        }
        let times = space.sorted.as_ref().map_or(&[][..], |(_, times)| times);
        let before = match (self.direction, after) {
            (Direction::Rising, Some(Key::Number(time, id))) => {
                times.partition_point(|key| key <= &(*time, *id))
            }
            (Direction::Falling, Some(Key::Number(time, id))) => {
                times.partition_point(|key| key < &(*time, *id))
            }
            (Direction::Rising, _) => 0,
            (Direction::Falling, _) => times.len(),
        };
        let window = match self.direction {
            Direction::Rising => &times[before..times.len().min(before + limit + 1)],
            Direction::Falling => &times[before.saturating_sub(limit + 1)..before],
        };
        let mut keys: Vec<Key> = window
            .iter()
            .map(|(time, id)| Key::Number(*time, *id))
            .collect();
        if self.direction == Direction::Falling {
            keys.reverse();
        }
        self.page_of(keys.iter(), limit)
    }

    fn cut(&self, keys: &[Key], after: Option<&Key>, limit: usize) -> Page {
        match self.direction {
            Direction::Rising => {
                let start = after.map_or(0, |after| keys.partition_point(|key| key <= after));
                self.page_of(keys[start..].iter(), limit)
            }
            Direction::Falling => {
                let end = after.map_or(keys.len(), |after| keys.partition_point(|key| key < after));
                self.page_of(keys[..end].iter().rev(), limit)
            }
        }
    }

    fn page_of<'k>(&self, keys: impl Iterator<Item = &'k Key>, limit: usize) -> Page {
        let mut keys = keys.peekable();
        let mut entries = Vec::new();
        let mut last = None;
        while entries.len() < limit
            && let Some(key) = keys.next()
        {
            entries.push(match key {
                Key::Number(_, id) | Key::Text(_, id) => *id,
            });
            last = Some(key);
        }
        let more = keys.peek().is_some();
        let next = last.filter(|_| more).map(|key| self.token_of(key));
        Page { entries, next }
    }

    /// What a token must agree with to belong to this listing.
    fn scope(&self) -> String {
        let folder = self.folder.map_or("all".to_owned(), |id| id.to_string());
        format!(
            "{}/{folder}/{:?}/{:?}",
            self.space, self.order, self.direction
        )
    }

    fn token_of(&self, key: &Key) -> String {
        let plain = match key {
            Key::Number(number, id) => format!("{}\n{id}\n{number}", self.scope()),
            Key::Text(text, id) => format!("{}\n{id}\n{text}", self.scope()),
        };
        plain.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn key_of(&self, token: &str) -> Result<Key, Code> {
        let wrong = Code::Argument("nextToken");
        let plain = unhexed(token).ok_or(wrong)?;
        let mut parts = plain.splitn(3, '\n');
        if parts.next() != Some(self.scope().as_str()) {
            return Err(wrong);
        }
        let id = parts.next().and_then(|id| id.parse().ok()).ok_or(wrong)?;
        let text = parts.next().ok_or(wrong)?;
        match self.order {
            ListOrder::Name => Ok(Key::Text(text.to_owned(), id)),
            ListOrder::ModifiedTime | ListOrder::CreateTime | ListOrder::Size => {
                let number = text.parse().map_err(|_| wrong)?;
                Ok(Key::Number(number, id))
            }
        }
    }
}

fn unhexed(token: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = token
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}
