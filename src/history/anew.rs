//! Why ages begin anew: no earlier report was used, although there was one, or none can be kept.

/// How the sentence begins.
const BEGINNING: &str = "history began anew: ";

/// Why ages begin anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anew {
    /// As a sentence without its end, which names nobody.
    pub text: String,
    /// Whether an earlier report is lost by it, and nobody has accepted that.
    pub lost: bool,
}

impl Anew {
    /// An earlier report can't be used.
    pub fn lost(why: &str) -> Self {
        Self { text: format!("{BEGINNING}{why}"), lost: true }
    }

    /// Nothing is lost, but nothing is kept, either.
    pub fn unkept(why: &str) -> Self {
        Self { lost: false, ..Self::lost(why) }
    }

    /// Whether a sentence tells of it.
    pub fn is_told_by(text: &str) -> bool {
        text.starts_with(BEGINNING)
    }
}
