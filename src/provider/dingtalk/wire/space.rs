//! A space.

use serde::Deserialize;
use serde_json::Value;

use super::field::{Field, Id, object};
use super::moment::Moment;

/// The reply of `getSpace` (page `get-space-information`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpaceReply {
    /// `space`, Object.
    #[serde(deserialize_with = "object")]
    pub space: Option<Space>,
}

/// A space.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Space {
    /// `id`, String.
    pub id: Field<Id>,
    /// `corpId`, String: the organisation.
    pub corp_id: Field<String>,
    /// `creatorId`, String: the union id of who made it.
    pub creator_id: Field<String>,
    /// `modifierId`, String: the union id of who changed it last.
    pub modifier_id: Field<String>,
    /// `ownerType`, String: `USER` or `APP`.
    pub owner_type: Field<String>,
    /// `ownerId`, String: a union id or an app's.
    pub owner_id: Field<String>,
    /// `name`, String.
    pub name: Field<String>,
    /// `usedQuota`, Long: bytes.
    pub used_quota: Field<u64>,
    /// `quota`, Long: bytes; missing where there is no limit.
    pub quota: Field<u64>,
    /// `status`, String: `NORMAL` or `DELETE`.
    pub status: Field<String>,
    /// `createTime`, String.
    pub create_time: Field<Moment>,
    /// `modifiedTime`, String.
    pub modified_time: Field<Moment>,
    /// `appId`, String: the app that made it.
    pub app_id: Field<String>,
    /// `scene`, String: what it is for, in the app's words.
    pub scene: Field<String>,
    /// `sceneId`, String: which one of that scene.
    pub scene_id: Field<String>,
    /// `capabilities`, Object: what people can do in it; nothing is made of it.
    pub capabilities: Value,
    /// `partitions`, Array: where its bytes are and how many fit; nothing is made of it.
    pub partitions: Value,
}
