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

/// A record as it arrives. Whoever wrote it, as rows of cells are, knows where its values are, so that nobody has to look for them.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'r> {
    /// The record.
    pub json: Json<'r>,
    values: Option<Values<'r>>,
}

/// Where the values of a record are whose members stand one behind the other, without blanks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Values<'r> {
    pub(crate) keys: &'r Keys,
    /// Where each value ends, counted from the beginning of the record.
    pub(crate) ends: &'r [u32],
}

/// The keys of a record as they are written, each with its colon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    all: String,
    lengths: Vec<usize>,
}

impl<'r> Incoming<'r> {
    /// A record with its values.
    pub(crate) const fn with_values(json: Json<'r>, values: Values<'r>) -> Self {
        Self { json, values: Some(values) }
    }

    /// Its values, if their places are known and its keys are these.
    pub(crate) fn values_of(self, keys: &Keys) -> Option<impl Iterator<Item = Json<'r>>> {
        let Values { keys: own, ends } = self.values.filter(|values| values.keys == keys)?;
        let mut before = 0;
        Some(own.lengths.iter().zip(ends).map_while(move |(key, end)| {
            let end = *end as usize;
            // A bracket or a comma, and the key.
            let start = std::mem::replace(&mut before, end) + 1 + key;
            self.json.0.get(start..end).map(Json)
        }))
    }
}

impl<'r> From<Json<'r>> for Incoming<'r> {
    fn from(json: Json<'r>) -> Self {
        Self { json, values: None }
    }
}

impl<'k> FromIterator<&'k str> for Keys {
    fn from_iter<I: IntoIterator<Item = &'k str>>(keys: I) -> Self {
        let mut all = Self::default();
        for key in keys {
            all.all.push_str(key);
            all.lengths.push(key.len());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_where_their_ends_say() {
        let json = Json::kept(r#"{"id":"a","b c":"","d":"\"x"}"#);
        let keys: Keys = ["\"id\":", "\"b c\":", "\"d\":"].into_iter().collect();
        let record = Incoming::with_values(json, Values { keys: &keys, ends: &[9, 18, 28] });
        let values: Vec<_> = record.values_of(&keys).expect("known").map(Json::get).collect();
        assert_eq!(values, ["\"a\"", "\"\"", "\"\\\"x\""]);
        let others: Keys = ["\"id\":", "\"b \":", "c\"d\":"].into_iter().collect();
        assert!(record.values_of(&others).is_none(), "other keys with the same letters");
        assert!(Incoming::from(json).values_of(&keys).is_none());
    }
}
