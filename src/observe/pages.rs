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
