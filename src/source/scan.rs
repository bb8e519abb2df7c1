//! Finds the members of an object and the elements of a list in JSON that was checked when it arrived. Nothing is
//! checked again, so a text that is no JSON gives an error or something else, but never a panic.

use std::borrow::Cow;

use memchr::memchr2;

use super::record::RecordError;
use crate::model::Json;

/// The members of an object, in the order sent.
pub(super) struct Members<'r>(Scan<'r>);

impl<'r> Members<'r> {
    pub(super) fn of(object: Json<'r>) -> Result<Self, RecordError> {
        let mut scan = Scan { rest: object.get() };
        scan.take(b'{').ok_or(RecordError::NotAnObject)?;
        Ok(Self(scan))
    }

    /// The next member; `None` behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<(Cow<'r, str>, Json<'r>)>, RecordError> {
        match self.0.peek() {
            Some(b'}') => Ok(None),
            _ => self.0.member().map(Some).ok_or(RecordError::NotAnObject),
        }
    }
}

/// The elements of a list; `None` if it isn't one.
pub(super) fn elements(list: Json<'_>) -> Option<Vec<Json<'_>>> {
    let mut scan = Scan { rest: list.get() };
    scan.take(b'[')?;
    let mut elements = Vec::new();
    while scan.peek()? != b']' {
        elements.push(scan.value()?);
        scan.separator();
    }
    Some(elements)
}

/// What is still to be read.
struct Scan<'r> {
    rest: &'r str,
}

impl<'r> Scan<'r> {
    /// The next byte that isn't white space.
    fn peek(&mut self) -> Option<u8> {
        let first = *self.rest.as_bytes().first()?;
        if first > b' ' {
            return Some(first);
        }
        self.rest = self.rest.trim_ascii_start();
        self.rest.as_bytes().first().copied()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then_some(())?;
        self.split(1).map(drop)
    }

    /// Takes so many bytes.
    fn split(&mut self, length: usize) -> Option<&'r str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn member(&mut self) -> Option<(Cow<'r, str>, Json<'r>)> {
        (self.peek()? == b'"').then_some(())?;
        let key = text(self.value()?)?;
        self.take(b':')?;
        let value = self.value()?;
        self.separator();
        Some((key, value))
    }

    /// Behind the last one there is none.
    fn separator(&mut self) {
        self.take(b',').unwrap_or_default();
    }

    fn value(&mut self) -> Option<Json<'r>> {
        let length = match self.peek()? {
            b'"' => string(self.rest.as_bytes())?,
            b'{' | b'[' => nested(self.rest.as_bytes())?,
            _ => self
                .rest
                .bytes()
                .position(|byte| matches!(byte, b',' | b']' | b'}' | 0..=b' '))
                .unwrap_or(self.rest.len()),
        };
        self.split(length).filter(|value| !value.is_empty()).map(Json::kept)
    }
}

/// The length of the string at the beginning, with its quotes.
fn string(bytes: &[u8]) -> Option<usize> {
    let mut length = 1;
    loop {
        length += memchr2(b'"', b'\\', bytes.get(length..)?)?;
        if bytes.get(length) == Some(&b'"') {
            return Some(length + 1);
        }
        length += 2;
    }
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

/// What a string says; `None` if it is something else.
pub(super) fn text(value: Json<'_>) -> Option<Cow<'_, str>> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
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
            prop_assert_eq!(elements(Json::kept(&text)), expected);
        }

        #[test]
        fn no_text_makes_it_panic_or_go_on_for_ever(text in "([\\[\\]{},:\"\\\\ a1]|é){0,40}") {
            let (_, _) = (members(&text), elements(Json::kept(&text)));
        }
    }
}
