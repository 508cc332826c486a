//! What folders hold: looked at one by one, with the ids that listings give.

use std::collections::BTreeSet;

use crate::plan::Place;
use crate::provider::{ErrorKind, ListRequest, Provider, ProviderError};
use crate::tree::{Entry, EntryKind, Listing};

/// How many folders one look walks at most.
pub(super) const MOST_FOLDERS: usize = 10_000;

/// Everything that a folder holds, from all its pages.
///
/// # Errors
/// It cannot be listed, or its pages go in a circle.
pub(super) async fn contents(
    provider: &dyn Provider,
    folder: &Place,
) -> Result<Listing, ProviderError> {
    let mut request = ListRequest {
        space: folder.space.clone(),
        folder: folder.path.clone(),
        id: folder.id.clone(),
        page: None,
    };
    let mut listing = Listing::new();
    let mut tokens = BTreeSet::new();
    loop {
        let page = provider.list(&request).await?;
        listing.extend(&page.listing);
        match page.next {
            Some(token) if tokens.insert(token.0.clone()) => request.page = Some(token),
            Some(_) => {
                let message = format!("the listing of {folder} never ends");
                return Err(ProviderError::refused(ErrorKind::InvalidReply, message));
            }
            None => return Ok(listing),
        }
    }
}

/// The place of an entry in a folder.
///
/// # Errors
/// The service gave a name that no entry can have.
pub(super) fn place_in(folder: &Place, entry: &Entry<'_>) -> Result<Place, ProviderError> {
    let path = folder
        .path
        .join(entry.name)
        .map_err(|error| ProviderError::refused(ErrorKind::InvalidReply, error.to_string()))?;
    Ok(Place {
        space: folder.space.clone(),
        path,
        id: entry.id.to_id(),
    })
}

/// Passes where a folder holds nothing but folders, however deep. One that is gone passes, too:
/// whoever acts on it will be told.
///
/// # Errors
/// There is something else in it, or it cannot be listed.
pub(super) async fn demand_no_files(
    provider: &dyn Provider,
    folder: &Place,
) -> Result<(), ProviderError> {
    let mut open = vec![folder.clone()];
    let mut seen = 0;
    while let Some(folder) = open.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            return Err(too_many(&folder));
        }
        let listing = match contents(provider, &folder).await {
            Ok(listing) => listing,
            Err(error) if error.kind == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in listing.entries() {
            if entry.kind != EntryKind::Folder {
                let message = format!(
                    "{folder} holds {:?} now, which nobody asked to remove",
                    entry.name
                );
                return Err(ProviderError::refused(ErrorKind::Mismatch, message));
            }
            open.push(place_in(&folder, &entry)?);
        }
    }
    Ok(())
}

/// Whether two folders hold the same, however deep: names, kinds, and sizes of files. Times and
/// ids are those of each copy.
///
/// # Errors
/// One of them cannot be listed to its end.
pub(super) async fn hold_the_same(
    provider: &dyn Provider,
    one: &Place,
    other: &Place,
) -> Result<bool, ProviderError> {
    let mut open = vec![(one.clone(), other.clone())];
    let mut seen = 0;
    while let Some((one, other)) = open.pop() {
        seen += 1;
        if seen > MOST_FOLDERS {
            return Err(too_many(&one));
        }
        let ours = contents(provider, &one).await?;
        let theirs = contents(provider, &other).await?;
        if ours.len() != theirs.len() {
            return Ok(false);
        }
        for (ours, theirs) in by_name(&ours).into_iter().zip(by_name(&theirs)) {
            let is_file = ours.kind == EntryKind::File;
            let same = ours.name == theirs.name && ours.kind == theirs.kind;
            if !same || (is_file && ours.size != theirs.size) {
                return Ok(false);
            }
            if ours.kind == EntryKind::Folder {
                open.push((place_in(&one, &ours)?, place_in(&other, &theirs)?));
            }
        }
    }
    Ok(true)
}

fn by_name(listing: &Listing) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = listing.entries().collect();
    entries.sort_unstable_by_key(|entry| entry.name);
    entries
}

pub(super) fn too_many(folder: &Place) -> ProviderError {
    let message = format!("{folder} lies among too many folders to look into all of them");
    ProviderError::refused(ErrorKind::Mismatch, message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use crate::apply::scene::{block_on, memory};
    use crate::plan::sample::place;

    #[test]
    fn folders_are_compared_to_their_ends() {
        let same = |files: &[(&str, u64)]| {
            let provider = memory(files);
            block_on(hold_the_same(
                &*provider,
                &place("desk:/a"),
                &place("desk:/b"),
            ))
        };
        let cases: [(&[(&str, u64)], bool); 6] = [
            (&[("/a/1", 1), ("/b/1", 1)], true),
            (&[("/a/x/y/1", 1), ("/b/x/y/1", 1)], true),
            (&[("/a/1", 1), ("/b/1", 2)], false),
            (&[("/a/1", 1), ("/b/2", 1)], false),
            (&[("/a/x/1", 1), ("/b/x", 1)], false),
            (&[("/a/x/1", 1), ("/a/x/2", 1), ("/b/x/1", 1)], false),
        ];
        for (files, expected) in cases {
            assert_eq!(same(files).unwrap(), expected, "{files:?}");
        }
        same(&[("/a/1", 1)]).unwrap_err();
    }
}
