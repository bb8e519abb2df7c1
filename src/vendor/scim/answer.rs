//! What a SCIM server answers (RFC 7644), as far as it matters here: names in any case (RFC 7643, 2.1), numbers and
//! booleans also as text.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::fetch::paging::Next;
use crate::fetch::record::{Record, text_or_integer};
use crate::http::{Refusal, Response};
use crate::model::{Fact, Json};

/// RFC 7644, 3.4.2.
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What the server says of itself, as far as it matters here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ServiceProviderConfig {
    /// Whether the list can be had in an order.
    pub(super) sorts: bool,
    /// Whether a filter can be asked for.
    pub(super) filters: bool,
    /// Whether the list can be read by cursors (RFC 9865, 4).
    pub(super) has_cursors: bool,
}

impl ServiceProviderConfig {
    /// What can't be read says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        let config = serde_json::from_slice::<&RawValue>(body).ok().and_then(|raw| Record::read_in_any_case(raw).ok());
        let says = |attribute, flag| {
            let inner = config.as_ref().and_then(|config| config.value(attribute));
            inner.and_then(|value| Record::read_in_any_case(value).ok()).map(|mut inner| inner.flag(flag))
                == Some(Fact::Known(true))
        };
        Self {
            sorts: says("sort", "supported"),
            filters: says("filter", "supported"),
            has_cursors: says("pagination", "cursor"),
        }
    }
}

/// RFC 7644, 3.4.2. `Resources` may be absent when there are none, the total where there are cursors.
#[derive(Default)]
pub(super) struct ListResponse {
    /// Whether its schema says that it is a list.
    is_named: bool,
    pub(super) total_results: Option<u64>,
    pub(super) resources: Option<Vec<Box<RawValue>>>,
    pub(super) next_cursor: Next,
}

impl ListResponse {
    /// Whether it is a list at all, and not something else that a server has to say.
    pub(super) const fn is_list(&self) -> bool {
        self.resources.is_some() || self.total_results.is_some() || self.is_named
    }
}

impl<'de> Deserialize<'de> for ListResponse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = ListResponse;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a ListResponse")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<ListResponse, A::Error> {
                let mut list = ListResponse::default();
                while let Some(name) = members.next_key::<String>()? {
                    match name.to_ascii_lowercase().as_str() {
                        "resources" => list.resources = members.next_value()?,
                        "totalresults" => list.total_results = total(&members.next_value::<Box<RawValue>>()?)?,
                        "schemas" => list.is_named = members.next_value::<Box<RawValue>>()?.get().contains(LIST),
                        "nextcursor" => list.next_cursor = members.next_value()?,
                        _ => drop(members.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(list)
            }
        }

        from.deserialize_map(List)
    }
}

/// A number, also as text. Null says nothing; what can't be a number of users is an error, for nothing can be proven by it.
fn total<E: Error>(value: &RawValue) -> Result<Option<u64>, E> {
    let value = Json::from(value);
    if value.is_null() {
        return Ok(None);
    }
    let number = text_or_integer(value).and_then(|text| text.trim().parse().ok());
    number
        .map(Some)
        .ok_or_else(|| E::custom(format_args!("totalResults is {}, and not a number of users", value.get())))
}

/// RFC 7644, 3.12: `{"schemas":["…:Error"],"scimType":"invalidFilter","detail":"…","status":"400"}`
pub(super) fn refusal(response: &Response) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct ErrorBody {
        #[serde(rename = "scimType")]
        scim_type: Option<String>,
        detail: Option<String>,
    }
    Refusal::unless_success(response, |body| match body {
        ErrorBody { scim_type: Some(kind), detail: Some(detail) } => Some(format!("{kind}: {detail}")),
        ErrorBody { scim_type, detail } => detail.or(scim_type),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &str) -> (Option<u64>, Option<usize>, bool) {
        let list: ListResponse = serde_json::from_str(json).expect("a list");
        (list.total_results, list.resources.as_ref().map(Vec::len), list.is_list())
    }

    #[test]
    fn a_list_however_it_is_spelt() {
        assert_eq!(list(r#"{"totalResults":2,"Resources":[{},{}]}"#), (Some(2), Some(2), true));
        assert_eq!(list(r#"{"TotalResults":" 2 ","resources":[{},{}],"startIndex":"1"}"#), (Some(2), Some(2), true));
        assert_eq!(list(r#"{"totalresults":2.0,"Resources":null}"#), (Some(2), None, true));
        assert_eq!(list(&format!(r#"{{"Schemas":["{LIST}"],"totalResults":null}}"#)), (None, None, true));
        assert_eq!(list(r#"{"detail":"come back later"}"#), (None, None, false));
        let cursor: ListResponse = serde_json::from_str(r#"{"NextCursor":"c7"}"#).expect("a list");
        assert_eq!(cursor.next_cursor, Next::Cursor("c7".to_owned()));
    }

    #[test]
    fn a_total_that_is_no_number_is_named() {
        for json in [r#""many""#, "-1", "true", "1.5", r#""""#, "[3]"] {
            let error = serde_json::from_str::<ListResponse>(&format!(r#"{{"totalResults":{json}}}"#)).err();
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(&format!("totalResults is {json}, and not a number of users")), "{json}: {error}");
        }
    }

    #[test]
    fn a_server_that_describes_itself_in_whatever_form() {
        let read = |json: &str| ServiceProviderConfig::read(json.as_bytes());
        let all = ServiceProviderConfig { sorts: true, filters: true, has_cursors: true };
        assert_eq!(
            read(r#"{"sort":{"supported":true},"filter":{"supported":true},"pagination":{"cursor":true}}"#),
            all
        );
        assert_eq!(
            read(r#"{"Sort":{"Supported":"true"},"FILTER":{"supported":1},"Pagination":{"Cursor":"True"}}"#),
            all
        );
        for json in ["{}", "[]", "<html>", r#"{"sort":true,"filter":{"supported":false},"pagination":null}"#] {
            assert_eq!(read(json), ServiceProviderConfig::default(), "{json}");
        }
    }
}
