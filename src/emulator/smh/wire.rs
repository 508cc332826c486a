//! Entries, tasks and items of the recycle bin as the API writes them.

use serde_json::{Map, Value, json};

use super::drive::{BinItem, Content, End, Entry, Errand, Kind, Strategy, Verb, file_type};
use super::error::Code;
use crate::emulator::calendar::{ISO_MILLISECONDS, Moment, written};
use crate::emulator::smh::drive::{Library, Task, TaskFate, Work};
use crate::emulator::switch::Switches;
use crate::emulator::tree::Node;

/// A moment.
pub(crate) fn date(moment: Moment) -> String {
    written(moment, &ISO_MILLISECONDS)
}

/// A checksum, as the switch of this name wants it.
pub(crate) fn checksum(crc64: u64, switch: &str, rules: &Switches) -> String {
    if rules.is(switch, "signed") {
        crc64.cast_signed().to_string()
    } else {
        crc64.to_string()
    }
}

/// A number, or the same as text where the switch of this name says so.
pub(crate) fn number(value: u64, switch: &str, rules: &Switches) -> Value {
    if rules.is(switch, "text") {
        json!(value.to_string())
    } else {
        json!(value)
    }
}

/// Whether a caller asked for inodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inodes {
    Left,
    Shown,
}

/// One entry as lists show it.
pub(crate) fn entry(entry: &Entry, inodes: Inodes, rules: &Switches) -> Map<String, Value> {
    let mut object = Map::new();
    let mut set = |field: &str, value: Value| {
        object.insert(field.to_owned(), value);
    };
    set("name", json!(entry.name));
    set("type", json!(kind(entry.kind())));
    set("creationTime", json!(date(entry.created)));
    set("modificationTime", json!(date(entry.modified)));
    set("eTag", json!(entry.tag()));
    set("userId", json!(entry.creator));
    if inodes == Inodes::Shown {
        set("inode", json!(entry.inode));
    }
    if let Some(content) = &entry.content {
        set("size", json!(content.size.to_string()));
        set("crc64", json!(checksum(content.crc64, "crc64", rules)));
        set("versionId", number(content.version, "version-id", rules));
        set("contentType", json!(content_type(&entry.name)));
        set("fileType", json!(file_type(&entry.name)));
        for preview in ["previewByDoc", "previewByCI", "previewAsIcon"] {
            set(preview, json!(false));
        }
        detail(entry, &mut set);
    }
    object
}

/// What the uploader said, where something was said.
fn detail(entry: &Entry, set: &mut impl FnMut(&str, Value)) {
    let details = &entry.details;
    let texts = [
        ("category", &details.category),
        ("localCreationTime", &details.local_creation_time),
        ("localModificationTime", &details.local_modification_time),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            set(field, json!(text));
        }
    }
    if !details.labels.is_empty() {
        set("labels", json!(details.labels));
    }
    if !details.metadata.is_empty() {
        set("metaData", json!(details.metadata));
    }
}

/// The word for a kind.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "file",
        Kind::Folder => "dir",
    }
}

/// The type of the content of a file, by its name.
pub(crate) fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "txt" | "md" => "text/plain",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

/// One item of the reply to a batch: how it ended, and what it was.
fn item(errand: &Errand, end: &End, rules: &Switches) -> Value {
    let mut object = Map::new();
    let status = match end {
        End::Landed(path, Strategy::Rename) => {
            object.insert("path".to_owned(), json!(path));
            200
        }
        End::Landed(path, Strategy::Ask | Strategy::Overwrite) => {
            if matches!(errand, Errand::Restore(_)) {
                object.insert("path".to_owned(), json!(path));
                200
            } else {
                204
            }
        }
        End::Binned(item) => {
            object.insert("recycledItemId".to_owned(), json!(item));
            200
        }
        End::Gone => 204,
        End::Refused(code) => {
            if rules.is("item-error", "told") {
                object.insert("code".to_owned(), json!(code.name()));
                object.insert("message".to_owned(), json!(code.message()));
            }
            u64::from(code.status())
        }
    };
    object.insert("status".to_owned(), number(status, "item-status", rules));
    echo(errand, &mut object, rules);
    Value::Object(object)
}

fn echo(errand: &Errand, object: &mut Map<String, Value>, rules: &Switches) {
    let mut set = |field: &str, value: Value| {
        object.insert(field.to_owned(), value);
    };
    match errand {
        Errand::Carry(carriage) => {
            let from = &carriage.source.path;
            match (carriage.verb, from.as_slice()) {
                (Verb::Copy, [name]) if rules.is("copy-echo", "string") => {
                    set("copyFrom", json!(name));
                }
                (Verb::Copy, _) => set("copyFrom", json!(from)),
                (Verb::Move, _) => set("from", json!(from)),
            }
            set("to", json!(carriage.target.path));
        }
        Errand::Remove(removal) => set("path", json!(removal.spot.path)),
        Errand::Restore(wish) => set("recycledItemId", json!(wish.item)),
    }
}

/// All items of the reply to a batch.
pub(crate) fn items(errands: &[Errand], ends: &[End], rules: &Switches) -> Value {
    let items = errands.iter().zip(ends);
    let mut items: Vec<Value> = items
        .map(|(errand, end)| item(errand, end, rules))
        .collect();
    if rules.is("item-order", "reversed") {
        items.reverse();
    }
    Value::Array(items)
}

/// Whether all items of a batch succeeded, as a status.
pub(crate) fn status(ends: &[End]) -> u16 {
    let refused = ends.iter().any(|end| matches!(end, End::Refused(_)));
    if refused { 207 } else { 200 }
}

/// What a task says when it is asked for.
pub(crate) fn task(task: &Task, rules: &Switches) -> Value {
    let mut object = Map::new();
    let id = number(task.id, "task-id", rules);
    if !rules.is("task-key", "id") {
        object.insert("taskId".to_owned(), id.clone());
    }
    if !rules.is("task-key", "taskId") {
        object.insert("id".to_owned(), id);
    }
    let (status, result) = outcome(task, rules);
    object.insert("status".to_owned(), json!(status));
    if let Some(result) = result {
        object.insert("result".to_owned(), result);
    }
    Value::Object(object)
}

fn outcome(task: &Task, rules: &Switches) -> (u16, Option<Value>) {
    if task.ended.is_none() {
        return (202, None);
    }
    if task.fate == TaskFate::Fails {
        return (500, None);
    }
    match &task.work {
        Work::Batch { errands, ends } => (status(ends), Some(items(errands, ends, rules))),
        Work::Directory(copy) => match &copy.outcome {
            Some(Ok(landed)) => {
                let asked = landed.strategy != Strategy::Rename;
                if asked && rules.is("directory-task", "bare") {
                    (204, None)
                } else {
                    (200, Some(json!({"path": landed.path})))
                }
            }
            Some(Err(code)) if rules.is("task-refusal", "code") => (code.status(), None),
            Some(Err(_)) | None => (500, None),
        },
    }
}

/// One item of the recycle bin.
pub(crate) fn bin_item(item: &BinItem, now: Moment, rules: &Switches) -> Value {
    const DAY: Moment = 86_400_000;
    let passed = now.saturating_sub(item.at) / DAY;
    let remaining = rules.number("bin-days").saturating_sub(passed);
    let mut object = item
        .entries
        .first()
        .map(|root| entry(root, Inodes::Left, rules))
        .unwrap_or_default();
    object.insert("recycledItemId".to_owned(), json!(item.id));
    object.insert("originalPath".to_owned(), json!(item.path));
    object.insert("removalTime".to_owned(), json!(date(item.at)));
    object.insert("remainingTime".to_owned(), json!(remaining));
    object.insert("size".to_owned(), json!(item.size().to_string()));
    Value::Object(object)
}

/// One version of a file.
pub(crate) fn version(
    file: &Entry,
    (content, number): (&Content, usize),
    newest: u64,
    rules: &Switches,
) -> Value {
    json!({
        "id": content.version,
        "version": number,
        "isLatestVersion": content.version == newest,
        "createdBy": content.by,
        "creationWay": u8::from(number > 1),
        "name": file.name,
        "size": content.size.to_string(),
        "crc64": checksum(content.crc64, "history-crc64", rules),
        "creationTime": date(content.since),
        "setLatestTime": date(content.since),
    })
}

/// An error in the form of the API.
pub(crate) fn refusal(code: Code, request: &str, rules: &Switches) -> Value {
    let mut body = json!({
        "code": code.name(),
        "message": code.message(),
        "requestId": request,
    });
    if rules.is("error-status", "present") {
        body["status"] = json!(code.status());
    }
    body
}

/// The whole of a library as JSON lines.
pub(crate) fn tree(library: &Library) -> String {
    let mut lines = String::new();
    for space in library.spaces.values() {
        let entries = space.tree.entries().filter(|entry| entry.id != 0);
        let mut entries: Vec<(String, &Entry)> = entries
            .map(|entry| (format!("/{}", space.path(entry.id).join("/")), entry))
            .collect();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        for (path, entry) in entries {
            let line = json!({
                "library": library.id,
                "space": space.id,
                "path": path,
                "kind": entry.kind().word(),
                "size": entry.size(),
                "crc64": entry.content.as_ref().map(|content| content.crc64.to_string()),
                "inode": entry.inode,
                "versions": entry.history.len(),
            });
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
    }
    lines
}
