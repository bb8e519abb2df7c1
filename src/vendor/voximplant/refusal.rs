//! What Voximplant refuses. It says so in the body, whatever the HTTP status is, and a result beside it is no result:
//! `{"error":{"code":100,"msg":"…"},"result":[],"total_count":0}`.

use std::fmt;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::http::{Refusal, Response, Retry};

/// Codes of the vendor's list that may pass: "try later", and a probable resend.
const PASSING: [i64; 2] = [162, 484];

/// A rate limit, and too much at the same time.
const THROTTLED: [i64; 2] = [340, 314];

/// Internal and database trouble.
const INTERNAL: [i64; 3] = [1, 2, 4];

/// Codes that a newly signed token fixes: expired, or issued in the future by a clock that is ahead.
const EXPIRED: [i64; 2] = [456, 455];

/// An error in the body, or a status that isn't success.
pub(super) fn refusal(response: &Response) -> Result<(), Refusal> {
    let complaint = serde_json::from_slice::<Complaint>(&response.body).ok().and_then(|Complaint(found)| found);
    match complaint {
        Some(found) => {
            let code = code(&found);
            let retry = code.map_or(Retry::for_status(response.status), retry);
            let message = message(code, &found).unwrap_or_else(|| format!("an error, {}", response.excerpt()));
            Err(Refusal { message, retry })
        }
        None if response.is_success() => Ok(()),
        None => Err(Refusal { message: response.excerpt(), retry: Retry::for_status(response.status) }),
    }
}

/// What a body says under `error` or `errors`, in whatever form; the first of several.
struct Complaint(Option<Value>);

impl<'de> Deserialize<'de> for Complaint {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Complaint;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Complaint, A::Error> {
                let mut found = None;
                while let Some(key) = members.next_key::<String>()? {
                    if matches!(key.as_str(), "error" | "errors") {
                        let value = Some(members.next_value()?).filter(complains);
                        found = found.or(value);
                    } else {
                        members.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Complaint(found))
            }
        }
        from.deserialize_map(Members)
    }
}

/// Whether it is an error. What says that there is none is null, false, 0, and a text or list with nothing in it.
fn complains(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Bool(true) | Value::Object(_) => true,
    }
}

/// The first error of several.
fn first(value: &Value) -> &Value {
    value.as_array().and_then(|list| list.first()).unwrap_or(value)
}

/// The vendor's number of the error, which it may send as text.
fn code(found: &Value) -> Option<i64> {
    let found = first(found);
    let code = found.get("code").unwrap_or(found);
    code.as_i64().or_else(|| code.as_str()?.trim().parse().ok())
}

fn message(code: Option<i64>, found: &Value) -> Option<String> {
    let found = first(found);
    let text = ["msg", "message"].iter().find_map(|key| found.get(key)?.as_str()).or_else(|| found.as_str());
    match (code, text) {
        (Some(code), Some(text)) if text.trim() != code.to_string() => Some(format!("error {code}, {text}")),
        (Some(code), _) => Some(format!("error {code}")),
        (None, text) => text.map(|text| format!("error: {text}")),
    }
}

/// Whether asking again can help.
fn retry(code: i64) -> Retry {
    if PASSING.contains(&code) {
        Retry::Later
    } else if THROTTLED.contains(&code) {
        Retry::Throttled
    } else if INTERNAL.contains(&code) {
        Retry::AFewTimes
    } else if EXPIRED.contains(&code) {
        Retry::WithNewCredentials
    } else {
        Retry::Never
    }
}
