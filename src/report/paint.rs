//! Colours by meaning. They are always written; the place that prints takes them out again where
//! they are not wanted.

/// What a piece of text means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// Something comes to be.
    Add,
    /// Something is replaced.
    Change,
    /// Something goes to another place.
    Move,
    /// Something goes.
    Remove,
    /// A heading.
    Heading,
    /// Something of less weight.
    Faint,
    /// Something that stops.
    Error,
}

impl Paint {
    /// The text in the colour of its meaning.
    pub(super) fn on(self, text: &str) -> String {
        let code = match self {
            Self::Add => "32",
            Self::Change => "33",
            Self::Move => "36",
            Self::Remove => "31",
            Self::Heading => "1",
            Self::Faint => "2",
            Self::Error => "1;31",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
