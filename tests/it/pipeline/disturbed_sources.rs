//! The same small organisation, disturbed on the side of the vendor and of the exceptions: whatever is lost, repeated or
//! vouched for, the gate never passes over the leaver or the orphan.
//!
//! What nobody could notice is not among the disturbances: a vendor that leaves the account out of its list and out of its
//! count alike, or says of it that it is disabled.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

use super::disturbed::{Organisation, Seeded};

/// How many users a page has. The account to be found is on the last of three.
const PAGE: usize = 5;

/// What a page is asked for by.
#[derive(Debug, Clone, Deserialize)]
struct Asked {
    #[serde(default = "first", rename = "startIndex")]
    start: usize,
    cursor: Option<String>,
}

const fn first() -> usize {
    1
}

impl Asked {
    fn from(&self) -> usize {
        self.cursor.as_ref().map_or(self.start - 1, |cursor| cursor.parse().unwrap_or(0))
    }

    fn is_last(&self, users: &[Value]) -> bool {
        self.from() + PAGE >= users.len()
    }
}

type Answer = (StatusCode, Value);

/// What a server without a fault answers.
fn page(asked: &Asked, users: &[Value]) -> Value {
    let from = asked.from().min(users.len());
    let part = &users[from..(from + PAGE).min(users.len())];
    json!({"totalResults": users.len(), "startIndex": from + 1, "itemsPerPage": part.len(), "Resources": part})
}

/// The same with one of its members changed on the last page.
fn last_with(asked: &Asked, users: &[Value], name: &str, value: Value) -> Answer {
    let mut body = page(asked, users);
    if asked.is_last(users) {
        body[name] = value;
    }
    (StatusCode::OK, body)
}

/// Cursors instead of positions, without a total.
fn by_cursor(asked: &Asked, users: &[Value], next: Option<Value>) -> Answer {
    let from = asked.from().min(users.len());
    let part = &users[from..(from + PAGE).min(users.len())];
    let mut body = json!({"itemsPerPage": part.len(), "Resources": part});
    if let Some(next) = next {
        body["nextCursor"] = next;
    }
    (StatusCode::OK, body)
}

/// A name, and how the server answers.
type Fault = (&'static str, fn(&Asked, &[Value]) -> Answer);

const FAULTS: &[Fault] = &[
    ("startIndex is taken no notice of", |asked, users| {
        (StatusCode::OK, page(&Asked { start: 1, ..asked.clone() }, users))
    }),
    ("startIndex is taken no notice of, and the total is that of the page", |asked, users| {
        let mut body = page(&Asked { start: 1, ..asked.clone() }, users);
        body["totalResults"] = json!(PAGE);
        (StatusCode::OK, body)
    }),
    ("the total is that of the page", |asked, users| {
        let mut body = page(asked, users);
        body["totalResults"] = json!(PAGE.min(users.len() - asked.from().min(users.len())));
        (StatusCode::OK, body)
    }),
    ("a page in the middle is lost", |asked, users| {
        let mut body = page(asked, users);
        if asked.from() == PAGE {
            body["Resources"] = json!([]);
        }
        (StatusCode::OK, body)
    }),
    ("the last page is empty", |asked, users| last_with(asked, users, "Resources", json!([]))),
    ("the last page has null for its users", |asked, users| last_with(asked, users, "Resources", Value::Null)),
    ("the last page is the first one again", |asked, users| {
        last_with(asked, users, "Resources", json!(users[..users.len() % PAGE]))
    }),
    ("the users of the last page have no id", |asked, users| {
        let nameless =
            users.iter().skip(asked.from()).map(|user| json!({"userName": user["userName"], "active": true}));
        last_with(asked, users, "Resources", nameless.collect())
    }),
    ("there are more than were sent", |asked, users| {
        let mut body = page(asked, users);
        body["totalResults"] = json!(users.len() + 1);
        (StatusCode::OK, body)
    }),
    ("the last page is an error with a good status", |asked, users| {
        let error =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "500", "detail": "no"});
        (StatusCode::OK, if asked.is_last(users) { error } else { page(asked, users) })
    }),
    ("the last page is refused", |asked, users| {
        let refused = if asked.is_last(users) { StatusCode::FORBIDDEN } else { StatusCode::OK };
        (refused, page(asked, users))
    }),
    ("a user of the last page was changed into text", |asked, users| {
        let mut some = users[asked.from().min(users.len())..].to_vec();
        some.last_mut().into_iter().for_each(|user| *user = json!(user.to_string()));
        last_with(asked, users, "Resources", json!(some))
    }),
    ("cursors break off without an end", |asked, users| {
        let next = asked.from() + PAGE;
        by_cursor(asked, users, (next < 2 * PAGE).then(|| json!(next.to_string())))
    }),
    ("cursors never end", |asked, users| by_cursor(asked, users, Some(json!("0")))),
];

type Server = (Fault, Arc<[Value]>);

async fn users(State(((_, answer), users)): State<Server>, Query(asked): Query<Asked>) -> Response {
    let (status, body) = answer(&Asked { start: asked.start.max(1), ..asked }, &users);
    (status, [(header::CONTENT_TYPE, "application/scim+json")], body.to_string()).into_response()
}

async fn describe(State((fault, _)): State<Server>) -> Response {
    let cursors = fault.0.contains("cursors");
    axum::Json(json!({"pagination": {"cursor": cursors, "index": !cursors}})).into_response()
}

/// The organisation with its accounts on a server that has a fault.
async fn served(seeded: Seeded, fault: Fault) -> Organisation {
    let mut organisation = Organisation::new(seeded);
    let users_of = organisation.accounts.iter().map(|account| {
        let cells: Vec<_> = account.split(',').collect();
        json!({"id": cells[0], "externalId": cells[3], "userName": cells[2], "active": true, "displayName": cells[5],
               "emails": [{"value": cells[1], "primary": true}]})
    });
    let server: Server = (fault, users_of.collect());
    let router =
        Router::new().route("/Users", get(users)).route("/ServiceProviderConfig", get(describe)).with_state(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, router).await });
    organisation.files.push(("token", "a-token-of-the-test".to_owned()));
    organisation.desk = Some(format!(
        "[[source]]\nname = \"desk\"\nvendor = \"scim\"\nbase_url = \"http://{address}\"\npage_size = {PAGE}\n\
         token = \"file:token\"\n"
    ));
    organisation
}

#[test]
fn the_gate_passes_over_nobody_however_a_vendor_answers() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for seeded in [Seeded::Leaver, Seeded::Orphan] {
        for fault in FAULTS {
            let (code, said) = runtime.block_on(served(seeded, *fault)).audit();
            assert!([1, 3].contains(&code), "{seeded:?} is passed over when {}: {code}\n{said}", fault.0);
        }
    }
    let honest: Fault = ("nothing is wrong", |asked, users| (StatusCode::OK, page(asked, users)));
    let (code, said) = runtime.block_on(served(Seeded::Orphan, honest)).audit();
    assert_eq!(code, 1, "found, and all was seen: {said}");
}

/// A waiver of the account for both rules, with some of its lines replaced.
fn waive(organisation: &mut Organisation, changes: &[(&str, &str)]) {
    let id = organisation.found().split(',').next().unwrap_or_default().to_owned();
    let login = organisation.found().split(',').nth(2).unwrap_or_default().to_owned();
    let owner = if id == "a-99" { "" } else { "owner = \"E-7\", " };
    let bound = format!("{{ status = \"active\", {owner}keys = [\"{login}\"] }}");
    let mut lines = [
        ("bound", bound.as_str()),
        ("owner", "\"E-1\""),
        ("approver", "\"E-2\""),
        ("created", "2026-10-01"),
        ("expires", "2026-10-25"),
    ];
    for line in &mut lines {
        line.1 = changes.iter().find(|(name, _)| *name == line.0).map_or(line.1, |(_, value)| value);
    }
    let lines: Vec<String> = lines.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    let waiver = |rule: &str| {
        format!(
            "[[waiver]]\nrule = \"{rule}\"\nsource = \"desk\"\naccount = \"{id}\"\nreason = \"a switch\"\nticket = \"T-1\"\n{}",
            lines.concat()
        )
    };
    organisation.files.push(("waivers.toml", [waiver("orphaned"), waiver("leaver-active")].concat()));
    organisation.add_config("[exceptions]\nwaivers = \"waivers.toml\"\n");
}

fn declare(organisation: &mut Organisation, text: &str) {
    let declared = format!("[[account]]\nkind = \"service\"\nsource = \"desk\"\npurpose = \"calls\"\n{text}\n");
    organisation.files.push(("declared.toml", declared));
    organisation.add_config("[exceptions]\ndeclared = \"declared.toml\"\n");
}

/// A name, and what is done.
type Disturbance = (&'static str, fn(&mut Organisation));

const DISTURBANCES: &[Disturbance] = &[
    ("a deletion is planned", |o| o.found().push_str("2026-12-24")),
    ("a deletion means never", |o| o.found().push_str("9999-12-31")),
    ("a deletion means never, in another way", |o| o.found().push_str("1900-01-01")),
    ("a quote swallows the row", |o| {
        let at = o.accounts.len() - 2;
        o.accounts[at] = o.accounts[at].replace(",Sample", ",\"Sample");
        o.accounts.push("a-100,person1@example.com,person1,E-1,true,Sample\" Person1,".to_owned());
    }),
    ("the export is cut off in a quote", |o| {
        let cut = o.found().replace(",true,", ",true,\"");
        o.found().clone_from(&cut);
    }),
    ("the row is too short", |o| o.found().truncate(4)),
    ("the row has no id", |o| {
        let cut = o.found().split_once(',').map(|(_, rest)| format!(",{rest}")).unwrap_or_default();
        o.found().clone_from(&cut);
    }),
    ("the export is a page of a website", |o| o.accounts = vec!["<html><body>Sign in</body></html>".to_owned()]),
    ("the export is empty below its headings", |o| o.accounts.clear()),
    ("the id was given to another account", |o| {
        waive(o, &[("bound", "{ status = \"active\", keys = [\"somebody.else\"] }")]);
    }),
    ("the account was made anew", |o| {
        waive(
            o,
            &[("bound", "{ status = \"active\", keys = [\"somebody.else\"], created_at = \"2020-01-01T00:00:00Z\" }")],
        );
    }),
    ("the waiver's owner has left", |o| waive(o, &[("owner", "\"E-7\"")])),
    ("the waiver's owner is nobody", |o| waive(o, &[("owner", "\"E-999\"")])),
    ("the waiver's approver has left", |o| waive(o, &[("approver", "\"E-7\"")])),
    ("the waiver's approver is nobody", |o| waive(o, &[("approver", "\"-\"")])),
    ("the waiver's approver is its owner, by another name", |o| waive(o, &[("approver", "\"person1@example.com\"")])),
    ("the waiver is over", |o| waive(o, &[("created", "2026-08-01"), ("expires", "2026-08-25")])),
    ("the waiver lives for years", |o| waive(o, &[("expires", "2036-08-25")])),
    ("the waiver was created in years to come", |o| {
        waive(o, &[("created", "2030-01-01"), ("expires", "2030-01-10")]);
    }),
    ("a pattern vouches for everybody", |o| declare(o, "pattern = { id = 'a-.*' }\nowner = \"E-1\"")),
    ("nobody answers for the declaration", |o| {
        let id = o.found().split(',').next().unwrap_or_default().to_owned();
        declare(o, &format!("id = \"{id}\""));
    }),
    ("the declaration was looked at in years to come", |o| {
        let id = o.found().split(',').next().unwrap_or_default().to_owned();
        declare(o, &format!("id = \"{id}\"\nowner = \"E-1\"\nreview_date = 2030-01-01"));
    }),
];

#[test]
fn the_gate_passes_over_nobody_whatever_is_exported_or_vouched_for() {
    for seeded in [Seeded::Leaver, Seeded::Orphan] {
        for (name, disturb) in DISTURBANCES {
            let mut organisation = Organisation::new(seeded);
            disturb(&mut organisation);
            let (code, said) = organisation.audit();
            assert_ne!(code, 0, "{seeded:?} is passed over when {name}:\n{said}");
        }
    }
}

/// A waiver that is in order covers the finding: those above don't fail by being waivers.
#[test]
fn a_waiver_in_order_covers_what_it_is_about() {
    for seeded in [Seeded::Leaver, Seeded::Orphan] {
        let mut organisation = Organisation::new(seeded);
        waive(&mut organisation, &[]);
        let (code, said) = organisation.audit();
        assert_eq!(code, 0, "{seeded:?}: {said}");
    }
}
