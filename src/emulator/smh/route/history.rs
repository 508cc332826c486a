//! Earlier versions of files.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use super::listing::{Mode, cut};
use crate::emulator::smh::drive::{Content, History};
use crate::emulator::smh::error::Code;
use crate::emulator::smh::wire;

pub(super) fn settings(call: &mut Call<'_>) -> Outcome {
    Answer::ok(json!({
        "enableFileHistory": call.library.history == History::On,
        "fileHistoryCount": 999,
        "fileHistoryExpireDay": 0,
        "mergeInterval": 0,
    }))
}

pub(super) fn set(call: &mut Call<'_>) -> Outcome {
    let enabled = call.body.get("enableFileHistory").and_then(Value::as_bool);
    call.library.history = match enabled.ok_or(Code::ParamInvalid)? {
        true => History::On,
        false => History::Off,
    };
    call.library.revision += 1;
    Ok(Answer::Bare(204))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let (cut, mode) = cut(call)?;
    let spot = call.spot()?;
    let rules = call.act.rules;
    let found = call.library.space(&spot.space)?.find(&spot.path, rules);
    let file = found.ok_or(Code::FileNotFound)?;
    let newest = file.content.as_ref().ok_or(Code::FileNotFound)?;
    let versions = file.history.iter().chain([newest]);
    let numbered = versions
        .enumerate()
        .map(|(index, content)| (content, index + 1));
    let mut all: Vec<(&Content, usize)> = numbered.collect();
    all.reverse();
    let (shown, next) = cut.of(&all);
    let contents: Vec<Value> = shown
        .iter()
        .map(|shown| wire::version(file, *shown, newest.version, rules))
        .collect();
    let mut body = json!({"totalNum": all.len(), "contents": contents});
    if let (Mode::Marker, Some(next)) = (mode, next) {
        let next = u64::try_from(next).unwrap_or(u64::MAX);
        body["nextMarker"] = wire::number(next, "marker", rules);
    }
    Answer::ok(body)
}
