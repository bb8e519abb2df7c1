//! Users as the RFC shows them, as servers send them, and as nobody should.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

fn decode_by(decoder: &ScimDecoder, json: &str, check: impl FnOnce(Decoded<'_>)) {
    let raw = RawValue::from_string(json.to_owned()).expect("json");
    check(decoder.decode((&raw).into()).expect("a user"));
}

fn decode(json: &str, check: impl FnOnce(Decoded<'_>)) {
    decode_by(&decoder(ExternalId::default()), json, check);
}

fn decoder(external_id: ExternalId) -> ScimDecoder {
    ScimDecoder { external_id, roles_from: vec![RoleAttribute::Roles] }
}

fn number(external_id: ExternalId, json: &str) -> (Option<String>, Vec<String>) {
    let mut found = (None, Vec::new());
    decode_by(&decoder(external_id), json, |decoded| {
        let further = decoded.account.further.unwrap_or_default().external_ids;
        found.0 = decoded.account.external_id.flatten().into_known().map(Cow::into_owned);
        found.1 = further.into_iter().map(Cow::into_owned).collect();
    });
    found
}

#[test]
fn the_full_user_of_the_rfc() {
    let json = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819c223","externalId":"701984",
        "userName":"bjensen@example.com","name":{"formatted":"Ms. Barbara J Jensen, III","familyName":"Jensen"},
        "emails":[{"value":"babs@jensen.org","type":"home"},
                  {"value":"bjensen@example.com","type":"work","primary":true}],
        "roles":[{"value":"admin"},{"display":"Auditor"},"plain"],"active":true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"E-7"},
        "meta":{"created":"2010-01-23T04:56:22Z","lastModified":"2011-05-13T04:42:34Z"}}"#;
    decode(json, |decoded| {
        let account = decoded.account;
        assert!(decoded.problems.is_empty());
        assert_eq!(account.external_id, Fact::Known(Some("701984".into())));
        assert_eq!(account.email, Fact::Known(Some("bjensen@example.com".into())));
        let further = account.further.expect("further keys");
        assert_eq!(further.external_ids, ["E-7"]);
        assert_eq!((further.private_emails.as_slice(), further.emails.len()), (&["babs@jensen.org".into()][..], 0));
        assert_eq!(account.display_name, Fact::Known(Some("Ms. Barbara J Jensen, III".into())));
        assert_eq!(account.roles, Fact::Known(vec!["admin".into(), "Auditor".into(), "plain".into()]));
        assert_eq!(account.status, Fact::Known(AccountStatus::Active));
        assert_eq!(account.created_at, Fact::Known("2010-01-23T04:56:22Z".parse().expect("time")));
        assert_eq!(account.last_login_at, Fact::NotExposed);
    });
}

#[test]
fn what_a_user_lacks() {
    let json = r#"{"id":1,"userName":"x","active":"False","name":{"givenName":"Bo","familyName":"Li"},"emails":null}"#;
    decode(json, |decoded| {
        let account = decoded.account;
        assert_eq!(account.external_id, Fact::Known(None));
        assert_eq!(account.email, Fact::Known(None));
        assert_eq!(account.status, Fact::Known(AccountStatus::Inactive));
        assert_eq!(account.display_name, Fact::Known(Some("Bo Li".into())));
        assert_eq!(account.created_at, Fact::NotExposed);
        assert_eq!(account.further, None, "which takes memory");
    });
    decode(r#"{"id":"1"}"#, |decoded| {
        assert_eq!(decoded.account.status, Fact::NotExposed);
        assert_eq!(decoded.account.roles, Fact::NotExposed);
    });
}

#[test]
fn names_of_attributes_in_any_case() {
    let json = r#"{"ID":"1","USERNAME":"bo","Emails":[{"VALUE":"h@x.example","Type":"HOME"},{"Value":"w@x.example","Primary":"True"}],
        "Active":1,"ROLES":[{"Value":"admin"}],"Meta":{"Created":"2010-01-23T04:56:22Z"},
        "URN:IETF:params:scim:schemas:extension:Enterprise:2.0:user":{"EmployeeNumber":"E-7"}}"#;
    decode(json, |decoded| {
        let account = decoded.account;
        assert_eq!(account.username, Fact::Known(Some("bo".into())));
        assert_eq!(account.email, Fact::Known(Some("w@x.example".into())));
        assert_eq!(account.status, Fact::Known(AccountStatus::Active));
        assert_eq!(account.roles, Fact::Known(vec!["admin".into()]));
        assert_eq!(account.external_id, Fact::Known(Some("E-7".into())));
        assert!(account.created_at.is_known() && decoded.problems.is_empty());
    });
}

#[test]
fn the_address_that_is_shown() {
    for (emails, shown, further, private) in [
        (r#"["a@x.example","b@x.example"]"#, "a@x.example", &["b@x.example"][..], &[][..]),
        (r#""a@x.example""#, "a@x.example", &[], &[]),
        (
            r#"[{"value":"h@x.example","type":"home","primary":true},{"value":"w@x.example","type":"work"}]"#,
            "w@x.example",
            &[],
            &["h@x.example"],
        ),
        (
            r#"[{"value":"a@x.example"},{"value":"w@x.example","type":"work"},{"value":"p@x.example","primary":"true"}]"#,
            "p@x.example",
            &["w@x.example", "a@x.example"],
            &[],
        ),
        (
            r#"[{"value":"o@x.example","type":"other"},{"value":"h@x.example","type":"home"}]"#,
            "o@x.example",
            &[],
            &["h@x.example"],
        ),
        (r#"[{"value":"a@x.example"},null,{"value":"a@x.example","type":"home"}]"#, "a@x.example", &[], &[]),
    ] {
        decode(&format!(r#"{{"id":"1","emails":{emails}}}"#), |decoded| {
            assert_eq!(decoded.account.email, Fact::Known(Some(shown.into())), "{emails}");
            let keys = decoded.account.further.unwrap_or_default();
            assert_eq!(keys.emails, further, "{emails}");
            assert_eq!(keys.private_emails, private, "{emails}");
            assert_eq!(keys.shows_private_email, shown.starts_with(['h', 'o']), "{emails}");
            assert!(decoded.problems.is_empty(), "{emails}");
        });
    }
    decode(r#"{"id":"1","emails":[{"value":["a@x.example"]}]}"#, |decoded| {
        assert_eq!(decoded.account.email, Fact::NotExposed);
        assert_eq!(decoded.problems.len(), 1, "{:?}", decoded.problems);
    });
}

#[test]
fn the_employee_number_is_a_key_besides_or_alone() {
    let both = format!(r#"{{"id":"1","externalId":"x-1","{ENTERPRISE}":{{"employeeNumber":7}}}}"#);
    let one = format!(r#"{{"id":"1","externalId":"","{ENTERPRISE}":{{"employeeNumber":"7"}}}}"#);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(number(ExternalId::Both, &both), (text("x-1"), vec!["7".to_owned()]));
    assert_eq!(number(ExternalId::Both, &one), (text("7"), vec![]));
    assert_eq!(number(ExternalId::Given, &both), (text("x-1"), vec![]));
    assert_eq!(number(ExternalId::Given, &one), (None, vec![]));
    assert_eq!(number(ExternalId::EmployeeNumber, &both), (text("7"), vec![]));
}

#[test]
fn roles_are_known_where_one_of_their_attributes_is_there() {
    let roles_from = vec![RoleAttribute::Roles, RoleAttribute::Groups, RoleAttribute::Entitlements];
    let decoder = ScimDecoder { external_id: ExternalId::Both, roles_from };
    for (json, expected) in [
        (r#"{"id":"1"}"#, Fact::NotExposed),
        (r#"{"id":"1","roles":null}"#, Fact::NotExposed),
        (r#"{"id":"1","groups":[]}"#, Fact::Known(vec![])),
        (
            r#"{"id":"1","groups":[{"value":"g-1","display":"Admins"},{"value":"g-2"}],"roles":["auditor"],
                "entitlements":[{"value":"licence"}]}"#,
            Fact::Known(vec!["auditor", "Admins", "g-2", "licence"]),
        ),
    ] {
        decode_by(&decoder, json, |decoded| {
            let roles = decoded.account.roles.map(|roles| roles.into_iter().map(Cow::into_owned).collect::<Vec<_>>());
            assert_eq!(roles, expected.map(|roles| roles.into_iter().map(str::to_owned).collect()), "{json}");
        });
    }
}

proptest! {
    #[test]
    fn arbitrary_values_never_panic(value in "(null|true|3|\"x\"|\\[\\]|\\{\\}|\\[3\\]|\\[\\{\"value\":3\\}\\])", key in 0..8_usize) {
        let keys = ["externalId", "emails", "userName", "displayName", "name", "active", "roles", "meta"];
        let raw = RawValue::from_string(format!(r#"{{"id":"1","{}":{value}}}"#, keys[key])).expect("json");
        prop_assert!(decoder(ExternalId::default()).decode((&raw).into()).is_ok());
    }
}
