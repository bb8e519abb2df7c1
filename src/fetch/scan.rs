//! Finds the members of an object and the elements of a list in JSON that was checked when it arrived. Nothing is
//! checked again, so a text that is no JSON gives an error or something else, but never a panic.

use std::borrow::Cow;

use crate::base::bytes::{HIGHEST, equal, first_of};
use crate::model::Json;

/// A record that can't become an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It is a number, a text, a list, null, or no JSON.
    #[error("a record is not a JSON object")]
    NotAnObject,
    /// Without an identifier nothing can be counted or reported.
    #[error("a record has no usable `{field}`")]
    NoId {
        /// Where the identifier was expected.
        field: &'static str,
    },
}

/// The members of an object, in the order sent.
#[derive(Debug)]
pub(crate) struct Members<'r>(Scan<'r>);

impl<'r> Members<'r> {
    pub(crate) fn of(object: Json<'r>) -> Result<Self, RecordError> {
        let mut scan = Scan { text: object.get(), at: 0 };
        if scan.take(b'{') { Ok(Self(scan)) } else { Err(RecordError::NotAnObject) }
    }

    /// The next member; `None` behind the last one.
    pub(crate) fn next(&mut self) -> Result<Option<(Cow<'r, str>, Json<'r>)>, RecordError> {
        let Some(key) = self.key()? else { return Ok(None) };
        let key = text(key).ok_or(RecordError::NotAnObject)?;
        Ok(Some((key, self.value()?)))
    }

    /// The value of the next member, if its key is written like this one, which has its quotes and the colon.
    #[inline]
    pub(crate) fn value_of(&mut self, key: &str) -> Option<Json<'r>> {
        self.0.peek()?;
        let start = self.0.at;
        if !self.0.text.as_bytes().get(start..)?.starts_with(key.as_bytes()) {
            return None;
        }
        self.0.at = start + key.len();
        let value = self.0.item();
        if value.is_none() {
            self.0.at = start;
        }
        value
    }

    /// The next key as it is written, with its quotes; `None` behind the last member.
    pub(crate) fn key(&mut self) -> Result<Option<Json<'r>>, RecordError> {
        match self.0.peek() {
            Some(b'}') => Ok(None),
            Some(b'"') => self.0.value().map(Some).ok_or(RecordError::NotAnObject),
            _ => Err(RecordError::NotAnObject),
        }
    }

    /// The value of the key before it.
    pub(crate) fn value(&mut self) -> Result<Json<'r>, RecordError> {
        let value = if self.0.take(b':') { self.0.item() } else { None };
        value.ok_or(RecordError::NotAnObject)
    }
}

/// The elements of a list.
pub(crate) struct Elements<'r>(Scan<'r>);

impl<'r> Elements<'r> {
    /// `None` if it isn't a list.
    pub(crate) fn of(list: Json<'r>) -> Option<Self> {
        let mut scan = Scan { text: list.get(), at: 0 };
        scan.take(b'[').then_some(Self(scan))
    }
}

impl<'r> Iterator for Elements<'r> {
    type Item = Json<'r>;

    fn next(&mut self) -> Option<Json<'r>> {
        if self.0.peek()? == b']' { None } else { self.0.item() }
    }
}

/// A text, and from where on it is still to be read.
#[derive(Debug)]
struct Scan<'r> {
    text: &'r str,
    at: usize,
}

impl<'r> Scan<'r> {
    /// The next byte that isn't white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            // Most bytes are no control characters, of which not all are white space.
            if byte > b' ' || !byte.is_ascii_whitespace() {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    /// A value and the comma behind it; behind the last one there is none.
    #[inline]
    fn item(&mut self) -> Option<Json<'r>> {
        let value = self.value()?;
        self.take(b',');
        Some(value)
    }

    fn value(&mut self) -> Option<Json<'r>> {
        let first = self.peek()?;
        let start = self.at;
        let rest = self.text.as_bytes().get(start..)?;
        let length = match first {
            b'"' => string(rest)?,
            b'{' | b'[' => nested(rest)?,
            b't' | b'n' => "true".len(),
            b'f' => "false".len(),
            _ => rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}' | 0..=b' ')).unwrap_or(rest.len()),
        };
        self.at = start + length;
        self.text.get(start..self.at).filter(|value| !value.is_empty()).map(Json::kept)
    }
}

/// The length of the string at the beginning, with its quotes.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut length = 1;
    loop {
        length += quote_or_escape(bytes.get(length..)?)?;
        if bytes.get(length) == Some(&b'"') {
            return Some(length + 1);
        }
        length += 2;
    }
}

/// Where the first quote or backslash stands.
fn quote_or_escape(bytes: &[u8]) -> Option<usize> {
    first_of([b'"', b'\\'], bytes)
}

/// The length of the object or the list at the beginning.
fn nested(bytes: &[u8]) -> Option<usize> {
    let (mut length, mut depth) = (0, 0_usize);
    loop {
        match bytes.get(length)? {
            b'"' => length += string(bytes.get(length..)?)? - 1,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        length += 1;
        if depth == 0 {
            return Some(length);
        }
    }
}

/// What a string of ASCII without escapes says, as nearly all do.
#[inline]
pub(crate) fn plain_text(value: Json<'_>) -> Option<&str> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    let (words, rest) = inner.as_bytes().as_chunks();
    let mut odd = 0;
    // The last bytes once more with those before them, so that all are looked at as words.
    for word in words.iter().chain(inner.as_bytes().last_chunk()) {
        odd |= odd_bytes(u64::from_le_bytes(*word));
    }
    let is_odd = |byte: &u8| !byte.is_ascii() || matches!(byte, b'"' | b'\\');
    (odd == 0 && (!words.is_empty() || !rest.iter().any(is_odd))).then_some(inner)
}

/// Not zero if one of these bytes is a quote, a backslash, or no ASCII.
const fn odd_bytes(word: u64) -> u64 {
    (word & HIGHEST) | equal(word, b'"') | equal(word, b'\\')
}

/// What a string says; `None` if it is something else.
pub(crate) fn text(value: Json<'_>) -> Option<Cow<'_, str>> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if quote_or_escape(inner.as_bytes()).is_some() {
        serde_json::from_str(value.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    fn members(json: &str) -> Result<Vec<(String, String)>, RecordError> {
        let mut members = Members::of(Json::kept(json))?;
        let mut all = Vec::new();
        while let Some((key, value)) = members.next()? {
            all.push((key.into_owned(), value.get().to_owned()));
        }
        Ok(all)
    }

    fn elements(json: &str) -> Option<Vec<Json<'_>>> {
        Elements::of(Json::kept(json)).map(Iterator::collect)
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "([\\[\\]{},:\"\\\\ a\n]|é){0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a\"\\\\{é]{0,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn members_come_in_the_order_sent_and_as_often() {
        let found = members(" { \"a\\u0022\" : [ 1, \"]\" ] ,\n\"a\": -1.5e3,\"a\":null\t} ").expect("an object");
        let expected = [("a\"", "[ 1, \"]\" ]"), ("a", "-1.5e3"), ("a", "null")];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(members("{}"), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn it_finds_what_serde_finds(json in any_json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
            let text = text.expect("JSON");
            let expected: Option<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(&text).ok();
            let expected = expected.map(|all| all.into_iter().map(|(key, value)| (key, value.get().to_owned())).collect());
            let found = members(&text).ok().map(|mut all| { all.sort(); all });
            prop_assert_eq!(found, expected);
            let expected: Option<Vec<&RawValue>> = serde_json::from_str(&text).ok();
            let expected = expected.map(|all| all.into_iter().map(Json::from).collect::<Vec<_>>());
            prop_assert_eq!(elements(&text), expected);
        }

        #[test]
        fn the_first_quote_or_backslash_is_found(text in "([a!#\\[\\]]|é|¢|Ü){0,40}[\"\\\\]?.{0,20}") {
            let expected = text.bytes().position(|byte| byte == b'"' || byte == b'\\');
            prop_assert_eq!(quote_or_escape(text.as_bytes()), expected);
        }

        #[test]
        fn a_text_is_plain_if_it_is_ascii_without_escapes(text in "([a!#\\[\\]\n\"\\\\]|é|¢){0,24}") {
            let json = serde_json::to_string(&text).expect("JSON");
            let is_plain = text.is_ascii() && json.len() == text.len() + 2;
            prop_assert_eq!(plain_text(Json::kept(&json)), is_plain.then_some(text.as_str()));
        }

        #[test]
        fn no_text_makes_it_panic_or_go_on_for_ever(text in "([\\[\\]{},:\"\\\\ a1]|é){0,40}") {
            let (_, _) = (members(&text), elements(&text));
        }
    }
}
