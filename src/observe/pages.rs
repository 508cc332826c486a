//! All pages of one folder as one listing.

use std::collections::BTreeSet;

use crate::provider::{ListRequest, PageToken, Provider, ProviderError};
use crate::tree::{EntryKind, IdRef, Listing};

/// The complete content of one folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// The entries.
    pub(super) listing: Listing,
    /// The provider's remarks.
    pub(super) notes: Vec<String>,
    /// How many calls it took.
    pub(super) reads: u64,
}

/// Why a folder could not be listed to its end.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The provider said so.
    Provider(ProviderError),
    /// A page named an earlier page as its next.
    TokenLoop,
    /// More entries than the walk may hold.
    TooMany,
}

/// Asks for pages until there are no more.
///
/// # Errors
/// The provider failed, its page tokens go in a circle, or there are more than `most` entries.
pub(super) async fn list_all(
    provider: &dyn Provider,
    mut request: ListRequest,
    most: usize,
) -> Result<Folder, Trouble> {
    let mut folder = Folder::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    loop {
        let page = provider.list(&request).await.map_err(Trouble::Provider)?;
        folder.reads += 1;
        folder.notes.extend(page.notes);
        if folder.listing.is_empty() {
            folder.listing = page.listing;
        } else {
            folder.listing.extend(&page.listing);
        }
        if folder.listing.len() > most {
            return Err(Trouble::TooMany);
        }
        let Some(PageToken(token)) = page.next else {
            break;
        };
        if !seen.insert(token.clone()) {
            return Err(Trouble::TokenLoop);
        }
        request.page = Some(PageToken(token));
    }
    if folder.reads > 1 {
        folder.listing = without_repeats(&folder.listing);
    }
    Ok(folder)
}

/// An entry can stand on two pages where others were removed in between. The same id under the
/// same name is one entry; anything else that shares a name is left for the tree to refuse.
fn without_repeats(listing: &Listing) -> Listing {
    let mut seen: BTreeSet<(&str, EntryKind, &str, u64)> = BTreeSet::new();
    let mut kept = Listing::new();
    for position in 0..listing.len() {
        let entry = listing.entry(position);
        let is_new = match entry.id {
            IdRef::None => true,
            IdRef::Number(number) => seen.insert((entry.name, entry.kind, "", number)),
            IdRef::Text(text) => seen.insert((entry.name, entry.kind, text, 0)),
        };
        if is_new {
            kept.push(&entry);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::plan::{Capabilities, Place};
    use crate::provider::{
        Answer, BatchReply, BatchRequest, ErrorKind, FetchedEntry, Page, TaskId, TaskStatus,
    };
    use crate::tree::{Entry, EntryPath, SpaceAlias, Timestamp};

    /// Lists pages by number; each names its entries as `name#id` and the page after it.
    struct Pages(&'static [(&'static [&'static str], Option<usize>)]);

    fn no_more<T>() -> Result<T, ProviderError> {
        Err(ProviderError::refused(ErrorKind::Unsupported, "pages only"))
    }

    impl Provider for Pages {
        fn capabilities(&self, _space: &SpaceAlias) -> Result<Capabilities, ProviderError> {
            no_more()
        }

        fn list<'a>(&'a self, request: &'a ListRequest) -> Answer<'a, Page> {
            let number = request.page.as_ref().map_or("0", |token| token.0.as_str());
            let (names, next) = self.0[number.parse::<usize>().unwrap()];
            let mut page = Page::default();
            for name in names {
                let (name, id) = name.split_once('#').unwrap();
                page.listing.push(&Entry {
                    name,
                    kind: EntryKind::File,
                    id: IdRef::from_text(id),
                    size: 0,
                    modified: Timestamp::default(),
                    version: 0,
                    fingerprint: None,
                });
            }
            page.next = next.map(|next| PageToken(next.to_string()));
            Box::pin(async move { Ok(page) })
        }

        fn fetch<'a>(&'a self, _places: &'a [Place]) -> Answer<'a, Vec<Option<FetchedEntry>>> {
            Box::pin(async { no_more() })
        }

        fn execute<'a>(&'a self, _request: &'a BatchRequest<'a>) -> Answer<'a, BatchReply> {
            Box::pin(async { no_more() })
        }

        fn poll<'a>(&'a self, _tasks: &'a [TaskId]) -> Answer<'a, Vec<TaskStatus>> {
            Box::pin(async { no_more() })
        }
    }

    async fn list(pages: Pages, most: usize) -> Result<(String, u64), Trouble> {
        let request = ListRequest {
            space: SpaceAlias::parse("a").unwrap(),
            folder: EntryPath::root(),
            id: None,
            page: None,
        };
        let folder = list_all(&pages, request, most).await?;
        let names: Vec<_> = folder.listing.entries().map(|entry| entry.name).collect();
        Ok((names.join(" "), folder.reads))
    }

    #[tokio::test]
    async fn pages_become_one_listing() {
        let cases = [
            (Pages(&[(&[], None)]), "", 1),
            (Pages(&[(&["a#1", "b#2"], None)]), "a b", 1),
            (Pages(&[(&["a#1"], Some(1)), (&["b#2"], None)]), "a b", 2),
            (
                Pages(&[(&[], Some(1)), (&[], Some(2)), (&["b#2"], None)]),
                "b",
                3,
            ),
            // An entry that slid to the next page is one entry; a twin by name is not.
            (
                Pages(&[(&["a#1", "b#2"], Some(1)), (&["b#2", "c#x"], None)]),
                "a b c",
                2,
            ),
            (Pages(&[(&["a#1"], Some(1)), (&["a#2"], None)]), "a a", 2),
        ];
        for (pages, names, reads) in cases {
            let found = list(pages, 10).await.unwrap();
            assert_eq!(found, (names.to_owned(), reads));
        }
    }

    #[tokio::test]
    async fn circles_and_floods_are_errors() {
        let circle = Pages(&[
            (&["a#1"], Some(1)),
            (&["b#2"], Some(2)),
            (&["c#3"], Some(1)),
        ]);
        assert!(matches!(list(circle, 10).await, Err(Trouble::TokenLoop)));
        let flood = Pages(&[(&["a#1"], Some(1)), (&["b#2"], Some(2)), (&["c#3"], None)]);
        assert!(matches!(list(flood, 2).await, Err(Trouble::TooMany)));
    }
}
