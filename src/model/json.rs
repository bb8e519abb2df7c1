//! The JSON text of a vendor's record. It is checked once, when it arrives; from then on it is taken at its word.

use serde_json::value::RawValue;

/// A piece of JSON that was checked when it arrived, and has been kept where a change would be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<'r>(&'r str);

impl<'r> Json<'r> {
    /// Takes a text for the JSON that it was when it was checked.
    pub(crate) const fn kept(text: &'r str) -> Self {
        Self(text)
    }

    /// The text.
    pub const fn get(self) -> &'r str {
        self.0
    }

    /// Whether it says that there is no value.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }
}

impl<'r> From<&'r RawValue> for Json<'r> {
    fn from(checked: &'r RawValue) -> Self {
        Self(checked.get())
    }
}

impl<'r> From<&'r Box<RawValue>> for Json<'r> {
    fn from(checked: &'r Box<RawValue>) -> Self {
        Self(checked.get())
    }
}
