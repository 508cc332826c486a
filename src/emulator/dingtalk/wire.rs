//! Entries, spaces and tasks as the API writes them.

use serde_json::{Map, Value, json};

use super::drive::{
    Act, BinItem, Content, Drive, Entry, EntryId, Kind, ROOT, Space, SpaceId, Task, TaskStatus,
    Tree,
};
use super::error::Code;
use super::rules::Rules;
use crate::emulator::calendar::{ISO_MINUTES, ISO_SECONDS, JAVA_CHINA, Moment, written};

/// What a caller wants to see of entries beyond the usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thumbnails {
    Left,
    Shown,
}

/// The object `dentry` of an entry.
pub(crate) fn dentry(
    tree: &Tree,
    act: &Act<'_>,
    (space, id): (SpaceId, EntryId),
    thumbnails: Thumbnails,
) -> Result<Value, Code> {
    let entry = tree.get(id).ok_or(Code::DentryNotExist)?;
    let path = tree.path(id);
    let mut object = written_entry(entry, space, &path, act);
    if thumbnails == Thumbnails::Shown && category(entry) == "IMAGE" {
        let url = format!("https://thumbnail.invalid/{}", entry.uuid);
        let thumbnail = json!({"width": 64, "height": 64, "url": url});
        object.insert("thumbnail".to_owned(), thumbnail);
    }
    Ok(Value::Object(object))
}

/// An earlier or the newest content of a file.
pub(crate) fn version(
    drive: &Drive,
    act: &Act<'_>,
    (space, id): (SpaceId, EntryId),
    content: &Content,
) -> Result<Value, Code> {
    let mut entry = drive.entry(space, id)?.clone();
    entry.content = content.clone();
    let path = drive.space(space)?.tree.path(id);
    Ok(Value::Object(written_entry(&entry, space, &path, act)))
}

fn written_entry(entry: &Entry, space: SpaceId, path: &str, act: &Act<'_>) -> Map<String, Value> {
    let parent = if entry.id == ROOT {
        String::new()
    } else {
        entry.parent.to_string()
    };
    let mut object = Map::new();
    let mut set = |field: &str, value: Value| {
        object.insert(field.to_owned(), value);
    };
    set("id", json!(entry.id.to_string()));
    set("spaceId", json!(space.to_string()));
    set("parentId", json!(parent));
    set("name", json!(entry.name));
    set("path", json!(path));
    set("version", json!(entry.content.version));
    set("status", json!(entry.status));
    set("creatorId", json!(entry.creator));
    set("modifierId", json!(entry.content.modifier));
    set("createTime", json!(date(entry.created, act.rules)));
    set(
        "modifiedTime",
        json!(date(entry.content.modified, act.rules)),
    );
    set("properties", json!({"readOnly": false}));
    set("uuid", json!(entry.uuid));
    set("partitionType", json!("PUBLIC_OSS_PARTITION"));
    set("storageDriver", json!(entry.driver));
    match entry.kind {
        Kind::File => {
            set("type", json!("FILE"));
            set("size", json!(entry.content.size));
            set("extension", json!(extension(&entry.name)));
            set("category", json!(category(entry)));
        }
        Kind::Folder => {
            set("type", json!("FOLDER"));
            if act.rules.is("folder-size", "zero") {
                set("size", json!(0));
            }
        }
    }
    if let Some(properties) = properties(entry, act) {
        set("appProperties", properties);
    }
    object
}

/// What apps attached, as far as this app may see it.
fn properties(entry: &Entry, act: &Act<'_>) -> Option<Value> {
    let mut by_owner: Map<String, Value> = Map::new();
    let mut flat = Vec::new();
    for (name, property) in &entry.properties {
        if property.visibility == "PRIVATE" && property.owner != act.app {
            continue;
        }
        let written = json!({
            "name": name,
            "value": property.value,
            "visibility": property.visibility,
        });
        let list = by_owner
            .entry(property.owner.clone())
            .or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(written.clone());
        }
        flat.push(written);
    }
    if flat.is_empty() {
        None
    } else if act.rules.is("app-properties", "array") {
        Some(Value::Array(flat))
    } else {
        Some(Value::Object(by_owner))
    }
}

fn extension(name: &str) -> &str {
    super::drive::extension(name)
}

fn category(entry: &Entry) -> &'static str {
    match extension(&entry.name).to_lowercase().as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" => "IMAGE",
        "mp4" | "mov" | "avi" | "mkv" => "VIDEO",
        "mp3" | "wav" | "flac" => "AUDIO",
        "zip" | "gz" | "tar" | "7z" | "rar" => "ARCHIVE",
        "txt" | "md" | "pdf" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" => "DOCUMENT",
        "adoc" | "axls" => "ALI_DOC",
        _ => "OTHER",
    }
}

/// A moment in the form that the rules ask for.
pub(crate) fn date(moment: Moment, rules: &Rules) -> String {
    let form = if rules.is("dates", "java") {
        JAVA_CHINA
    } else if rules.is("dates", "iso-minutes") {
        ISO_MINUTES
    } else {
        ISO_SECONDS
    };
    written(moment, &form)
}

/// The object `space`.
pub(crate) fn space(space: &Space, rules: &Rules) -> Value {
    let used = space.used();
    let mut partition = json!({"used": used, "reserved": 0, "type": "SHARE"});
    let mut object = json!({
        "id": space.id.to_string(),
        "corpId": space.corporation,
        "creatorId": space.creator,
        "modifierId": space.creator,
        "ownerType": space.owner_kind,
        "ownerId": space.creator,
        "name": space.name,
        "usedQuota": used,
        "status": "NORMAL",
        "createTime": date(space.created, rules),
        "modifiedTime": date(space.created, rules),
        "appId": space.app,
        "scene": space.scene,
        "sceneId": space.scene_id,
        "capabilities": space.capabilities,
    });
    if let Some(quota) = space.quota {
        object["quota"] = json!(quota);
        partition["max"] = json!(quota);
    }
    object["partitions"] = json!([{"partitionType": "PUBLIC_OSS_PARTITION", "quota": partition}]);
    object
}

/// The object `task`.
pub(crate) fn task(task: &Task, rules: &Rules) -> Value {
    let status = match task.status() {
        TaskStatus::Init => "INIT",
        TaskStatus::InProgress => "IN_PROGRESS",
        TaskStatus::Success => "SUCCESS",
        TaskStatus::Fail => "FAIL",
    };
    let mut object = json!({
        "id": task.id.to_string(),
        "status": status,
        "totalCount": task.total(),
        "successCount": task.succeeded,
        "failCount": task.failed,
        "beginTime": date(task.began, rules),
    });
    if let Some(failure) = &task.failure {
        object["failMessage"] = json!(failure);
    }
    if let Some(ended) = task.ended {
        object["endTime"] = json!(date(ended, rules));
    }
    object
}

/// One item of the recycle bin.
pub(crate) fn bin_item(item: &BinItem, rules: &Rules) -> Value {
    let root = item.entries.first();
    let kind = match root.map(|root| root.kind) {
        Some(Kind::Folder) => "FOLDER",
        Some(Kind::File) | None => "FILE",
    };
    let size: u64 = item.entries.iter().map(|entry| entry.content.size).sum();
    json!({
        "id": item.id.to_string(),
        "spaceId": item.space.to_string(),
        "dentryId": root.map_or_else(String::new, |root| root.id.to_string()),
        "size": size,
        "type": kind,
        "originalName": root.map_or("", |root| root.name.as_str()),
        "originalPath": item.path,
        "operatorId": item.person,
        "operatorTime": date(item.at, rules),
    })
}
