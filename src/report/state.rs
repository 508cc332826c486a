//! The state's records as a table or one by one.

use super::escape::{escape, escape_markdown};
use super::layout::{bytes, columns, counted, instant};
use crate::state::{Proof, Provenance, State};
use crate::tree::{Address, EntryKind, Timestamp};

/// All records, one line each.
pub fn state_text(state: &State) -> String {
    let rows: Vec<Vec<String>> = state
        .records
        .iter()
        .map(|(address, record)| {
            vec![
                escape(&address.to_string()).into_owned(),
                proof_word(record.proof).to_owned(),
                escape(&record.placement.to_string()).into_owned(),
            ]
        })
        .collect();
    let count = counted(state.records.len() as u64, "record");
    let mut text = columns(&rows, "", 60);
    text.push_str(&format!(
        "{count}, state {} at serial {}\n",
        escape(state.lineage.as_str()),
        state.serial
    ));
    text
}

/// All records as a Markdown table.
pub fn state_markdown(state: &State) -> String {
    let mut text = "| entry | ours by | placement |\n|---|---|---|\n".to_owned();
    for (address, record) in &state.records {
        text.push_str(&format!(
            "| {} | {} | {} |\n",
            escape_markdown(&address.to_string()),
            proof_word(record.proof),
            escape_markdown(&record.placement.to_string())
        ));
    }
    text
}

/// One record with all that is known of it.
pub fn record_text(address: &Address, record: &Provenance) -> String {
    let mut rows = vec![
        ("entry", address.to_string()),
        ("kind", record.kind.to_string()),
        ("placement", record.placement.to_string()),
        ("ours by", proof_word(record.proof).to_owned()),
        ("run", record.run.to_string()),
    ];
    if let Some(wished) = &record.wished {
        rows.push(("wished as", wished.to_string()));
    }
    if let Some(source) = &record.source {
        rows.push(("from", source.address.to_string()));
    }
    if record.kind == EntryKind::File {
        rows.push(("size", bytes(record.target.attributes.size)));
        let modified = record.target.attributes.modified;
        if modified != Timestamp::default() {
            rows.push(("modified", instant(modified)));
        }
    }
    if let Some(id) = &record.target.id {
        rows.push(("id", id.to_string()));
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), escape(&value).into_owned()])
        .collect();
    columns(&rows, "", 60)
}

fn proof_word(proof: Proof) -> &'static str {
    match proof {
        Proof::Placed => "placed",
        Proof::Halfway => "on its way",
        Proof::Adopted => "adopted",
        Proof::Unverified => "adopted, unverified",
    }
}
