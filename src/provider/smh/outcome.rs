//! How the items of a batch ended: what a reply says, held against what was asked for.

use super::decode::item_error;
use super::item::{Carriage, Errand, Item, Verb, Wish};
use super::wire::{FailureReply, Field, Readable, ResultItem, WirePath};
use crate::provider::error::{ErrorKind, ProviderError};
use crate::provider::provider::{ItemDone, ItemReply};

/// How one item ended.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It was done.
    Done(ItemDone),
    /// The service says that it was not done, and why.
    Failed(ProviderError),
    /// The reply says nothing of it, or things that cannot all be true.
    Doubtful(&'static str),
}

/// The ends of items, as far as the results tell them. One in doubt has none.
pub(super) fn ends(verb: Verb, items: &[Item], results: &[ResultItem]) -> Vec<ItemReply> {
    let mut ends = Vec::with_capacity(items.len());
    for (item, outcome) in items.iter().zip(outcomes(verb, items, results)) {
        let operation = item.operation;
        let end = match outcome {
            Outcome::Done(done) => Ok(done),
            Outcome::Failed(error) => Err(error),
            Outcome::Doubtful(why) => {
                tracing::debug!(%operation, why, "an item is in doubt");
                continue;
            }
        };
        ends.push(ItemReply { operation, end });
    }
    ends
}

/// The outcome of each item, in their order.
pub(super) fn outcomes(verb: Verb, items: &[Item], results: &[ResultItem]) -> Vec<Outcome> {
    let chosen: Vec<Option<usize>> = (items.iter().enumerate())
        .map(|(position, item)| chosen(position, item, items.len(), results))
        .collect();
    let judged = (items.iter().zip(&chosen)).map(|(item, choice)| {
        let Some(index) = choice else {
            return Outcome::Doubtful("the reply says nothing of it, or two things");
        };
        let claims = chosen.iter().filter(|other| *other == choice).count();
        if claims > 1 {
            return Outcome::Doubtful("the reply does not say which of two items it speaks of");
        }
        judge(verb, item, &results[*index])
    });
    judged.collect()
}

/// The result that speaks of an item: the only one that repeats its paths. Where several do, the
/// one that stands where the item stood.
fn chosen(position: usize, item: &Item, items: usize, results: &[ResultItem]) -> Option<usize> {
    let mut matching = Vec::new();
    for (index, result) in results.iter().enumerate() {
        if speaks_of(result, item) {
            matching.push(index);
        }
    }
    match matching.as_slice() {
        [] => None,
        [only] => Some(*only),
        [first, others @ ..] if results.len() != items => {
            let same = others
                .iter()
                .all(|other| results[*other] == results[*first]);
            same.then_some(*first)
        }
        several => several.contains(&position).then_some(position),
    }
}

/// Whether a result repeats the paths of an item. One of the two may be left out.
fn speaks_of(result: &ResultItem, item: &Item) -> bool {
    let source = WirePath::new(&item.source);
    match &item.errand {
        Errand::Remove(_) => result.path == Field::Given(source),
        Errand::Carry(Carriage { target, .. }) => {
            let from = if result.copy_from.is_absent() {
                &result.from
            } else {
                &result.copy_from
            };
            let target = WirePath::new(target);
            let neither = from.is_absent() && result.to.is_absent();
            !neither && agrees(from, &source) && agrees(&result.to, &target)
        }
    }
}

fn agrees<T: PartialEq + Readable>(found: &Field<T>, expected: &T) -> bool {
    match found {
        Field::Absent => true,
        Field::Given(found) => found == expected,
        Field::Odd => false,
    }
}

/// The status goes first, then the code.
fn judge(verb: Verb, item: &Item, result: &ResultItem) -> Outcome {
    let Some(&status) = result.status.known() else {
        return Outcome::Doubtful("the reply does not say how it ended");
    };
    let refusal = FailureReply {
        code: result.code.clone(),
        message: result.message.clone(),
        ..FailureReply::default()
    };
    match (status, &item.errand) {
        (200 | 204, _) if refusal.code().is_some() => {
            Outcome::Doubtful("the reply says that it was done and that it failed")
        }
        (200 | 204, Errand::Carry(carriage)) => carried(carriage, result),
        (200 | 204, Errand::Remove(_)) => {
            let item = result.recycled_item_id.known();
            Outcome::Done(ItemDone {
                bin: item.map(|item| format!("recycled item {item}")),
                ..ItemDone::default()
            })
        }
        (400..=599, _) if result.recycled_item_id.known().is_some() => {
            Outcome::Doubtful("the reply says that it failed and that it is in the bin")
        }
        (400..=599, errand) => {
            let status = u16::try_from(status).unwrap_or(u16::MAX);
            let error = item_error(verb.route(), status, &refusal);
            Outcome::Failed(match errand {
                Errand::Carry(carriage) => not_replaced(carriage, error),
                Errand::Remove(_) => error,
            })
        }
        _ => Outcome::Doubtful("the reply does not say how it ended"),
    }
}

/// What a copy or move came to. Nothing is asked to find a name for itself, and yet a reply that
/// has another name is believed.
fn carried(carriage: &Carriage, result: &ResultItem) -> Outcome {
    let target = WirePath::new(&carriage.target);
    let path = match &result.path {
        Field::Absent => return Outcome::Done(ItemDone::default()),
        Field::Given(path) if *path == target => return Outcome::Done(ItemDone::default()),
        Field::Given(path) => path,
        Field::Odd => return Outcome::Doubtful("the reply says no place where it is"),
    };
    match (path.split(), target.split()) {
        (Some((folder, name)), Some((wished, _))) if folder == wished => Outcome::Done(ItemDone {
            name: Some(name.to_owned()),
            ..ItemDone::default()
        }),
        _ => Outcome::Doubtful("the reply says that it went elsewhere"),
    }
}

/// What was to be replaced and was not is a folder, or a file that the service keeps.
fn not_replaced(carriage: &Carriage, error: ProviderError) -> ProviderError {
    if carriage.wish == Wish::Free || error.kind != ErrorKind::AlreadyExists {
        return error;
    }
    let message = format!(
        "what is there cannot be replaced: only a file replaces a file, and not one of which the \
         library keeps earlier versions; remove it first, or switch its history off ({})",
        error.message
    );
    ProviderError::refused(ErrorKind::Mismatch, message)
}
