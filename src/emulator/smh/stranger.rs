//! What somebody else does to a library just before a call.

use super::drive::{
    Act, Carriage, Content, Library, Removal, Spot, Strategy, Verb, Wanted, Way, path,
};
use super::error::Code;
use super::fault_reply::FaultKind;
use super::seed::SeedEntry;

impl Library {
    /// Does what a fault says that somebody does first. What cannot be done is left.
    pub(crate) fn precede(&mut self, act: &Act<'_>, kind: &FaultKind) {
        // A path that is not there is a change that somebody else would not have made.
        let _ = self.preceded(act, kind);
    }

    fn preceded(&mut self, act: &Act<'_>, kind: &FaultKind) -> Result<(), Code> {
        match kind {
            FaultKind::CreatedFirst(place) => {
                let file = SeedEntry {
                    path: place.path.clone(),
                    size: 1,
                    ..SeedEntry::default()
                };
                let planted = self.plant_file(act, &place.space, &file);
                planted.map_err(|_| Code::ParamInvalid)
            }
            FaultKind::RemovedFirst(place) => {
                let removal = Removal {
                    spot: spot(&place.space, &place.path)?,
                    wanted: Wanted::Either,
                    way: Way::ForGood,
                };
                self.remove(act, &removal).map(|_| ())
            }
            FaultKind::RewrittenFirst(place) => {
                let spot = spot(&place.space, &place.path)?;
                self.change_content(act, &spot)
            }
            FaultKind::RenamedFirst(renaming) => {
                let carriage = Carriage {
                    verb: Verb::Move,
                    source: spot(&renaming.space, &renaming.path)?,
                    target: spot(&renaming.space, &renaming.to)?,
                    strategy: Some(Strategy::Ask),
                    wanted: Wanted::Either,
                };
                self.carry(act, &carriage).map(|_| ())
            }
            FaultKind::TooManyRequests
            | FaultKind::ErrorBefore
            | FaultKind::ErrorAfter
            | FaultKind::UnavailableBefore
            | FaultKind::UnavailableAfter
            | FaultKind::TimeoutBefore
            | FaultKind::TimeoutAfter
            | FaultKind::HtmlBefore
            | FaultKind::CutBefore
            | FaultKind::CutAfter
            | FaultKind::TokenExpiry
            | FaultKind::Slow
            | FaultKind::FailItems(_)
            | FaultKind::SlowTask(_)
            | FaultKind::TaskFailure
            | FaultKind::Refuse
            | FaultKind::Reply => Ok(()),
        }
    }

    fn change_content(&mut self, act: &Act<'_>, spot: &Spot) -> Result<(), Code> {
        let found = self.space(&spot.space)?.find(&spot.path, act.rules);
        let file = found.ok_or(Code::FileNotFound)?;
        let (id, content) = (file.id, file.content.clone());
        let before = content.ok_or(Code::FileNotFound)?;
        let after: Content = self.content(act, before.size + 1, !before.crc64);
        self.revision += 1;
        let file = self.space_mut(&spot.space)?.tree.get_mut(id);
        let file = file.ok_or(Code::FileNotFound)?;
        file.modified = act.now;
        file.content = Some(after);
        Ok(())
    }
}

fn spot(space: &str, text: &str) -> Result<Spot, Code> {
    Ok(Spot {
        space: space.to_owned(),
        path: path(text).ok_or(Code::ParamInvalid)?,
    })
}
