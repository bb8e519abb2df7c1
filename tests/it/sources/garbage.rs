//! Whatever a vendor sends, nothing panics, and garbage is never a complete list: arbitrary bytes and arbitrary JSON
//! for each decoder and each reader of answers.

use axum::response::IntoResponse as _;
use headcount::model::SourceStatus;
use headcount::simulate::Vendor;
use proptest::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::source::source;
use crate::support::stub::Stub;

/// Names that the vendors' answers use, so that arbitrary JSON gets past the first look.
const NAMES: [&str; 24] = [
    "id",
    "_id",
    "user_id",
    "userId",
    "user",
    "users",
    "result",
    "results",
    "items",
    "metadata",
    "meta",
    "total",
    "totalCount",
    "total_count",
    "error",
    "code",
    "msg",
    "nextCursor",
    "applications",
    "details",
    "createdAt",
    "lastActive",
    "created_at",
    "userAccountConfiguration",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2024-04-20T09:15:42Z")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => proptest::collection::vec(any::<u8>(), 0..200),
        4 => any_json().prop_map(|json| json.to_string().into_bytes()),
        1 => (any_json(), any::<usize>(), any::<u8>()).prop_map(|(json, at, byte)| {
            let mut body = json.to_string().into_bytes();
            let at = at % body.len();
            body[at] = byte;
            body
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decoders_take_any_record(body in any_body()) {
        let Ok(text) = String::from_utf8(body) else { return Ok(()) };
        let Ok(record) = RawValue::from_string(text) else { return Ok(()) };
        for vendor in Vendor::ALL {
            let decoder = source(vendor, "http://127.0.0.1:9").config.decoder();
            if let Ok(decoded) = decoder.decode((&record).into()) {
                prop_assert!(!decoded.account.id.is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn readers_take_any_answer(status in 200_u16..600, good in any::<bool>(), body in any_body(), pages in ".{0,6}") {
        let status = if good { 200 } else { status };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stub = Stub::start(move |_, _| {
                let mut answer = (axum::http::StatusCode::from_u16(status).unwrap(), body.clone()).into_response();
                if let Ok(pages) = pages.parse() {
                    answer.headers_mut().insert("x-total-pages", pages);
                }
                answer
            })
            .await;
            for vendor in Vendor::ALL {
                let mut source = source(vendor, &stub.url);
                source.config.connection.retry_policy.attempts = 1;
                let fetched = source.fetch().await;
                let complete = fetched.certificate.status == SourceStatus::Complete;
                assert!(complete || fetched.certificate.error.is_some());
                // The same answer to everything can only be the truth about an empty tenant.
                assert!(!complete || fetched.accounts.is_empty(), "{vendor}: {:#?}", fetched.certificate);
            }
        });
    }
}
