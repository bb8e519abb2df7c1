//! Messages over the facts, and mistakes in them.

use serde_json::value::RawValue;

use super::*;
use crate::model::{Account, Fact, Situation, SourceName};
use crate::rule::params::{Param, Params};
use crate::rule::scope::AccountScope;
use crate::rule::subject::Subject;

fn say(text: &str) -> Result<String, Fault> {
    let params = Params::from([("days".to_owned(), Param::Int(90)), ("once".to_owned(), Param::Int(1))]);
    let message = Message::compile(text, Vocabulary { subject: Subject::Account, by: &[], params: &params })?;
    let record = RawValue::from_string("{\"team\": \"<b>\"}".to_owned()).expect("JSON");
    let now = chrono::DateTime::from_timestamp(1_795_000_000, 0).expect("in range");
    let account = Account {
        email: Fact::Known(None),
        display_name: Fact::Known(Some("Ann & <Bob>".into())),
        locked: Fact::Known(true),
        roles: Fact::Known(vec!["a".into(), "b".into()]),
        linked: Fact::Known((0..6_000).map(|n| n.to_string().into()).collect()),
        last_login_at: Fact::Known(Some(now - chrono::TimeDelta::days(1))),
        ..Account::new("a-1".into(), &record)
    };
    let (source, situation) = (SourceName::new("voiso"), Situation::Unmatched);
    let account = AccountScope::new(&account, &source, "voiso", &situation);
    Ok(message.render(&Scope { account: Some(account), ..Scope::at(now) }))
}

#[test]
fn facts_are_shown_as_people_read_them() {
    for (text, shown) in [
        ("{{account.display_name}} & co", "Ann & <Bob> & co"),
        ("{{account.email}}, {{account.username}}", "none, unknown"),
        ("{{account.locked}} {{account.roles}} {{params.days}}", "yes a, b 90"),
        ("{{account.linked}}", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 5,990 more"),
        ("{{date account.last_login_at}}", "2026-11-17"),
        ("{{account.last_login_at}}", "2026-11-17 11:06 UTC"),
        ("{{days_since account.last_login_at}}", "1 day"),
        ("{{#if account.email}}a{{else}}b{{/if}}{{#unless account.locked}}c{{/unless}}", "b"),
        ("{{#if account.locked}}{{#if account.username}}a{{else}}b{{/if}}{{/if}}", "b"),
        ("{{account.attributes.team}} {{account.attributes.nope}}", "<b> (no such key)"),
        ("{{#one params.days}}day{{else}}days{{/one}}{{#one params.once}}time{{else}}times{{/one}}", "daystime"),
        ("{{employee.name}}", "none"),
        ("plain \\{{x}} {{! a comment }}text", "plain {{x}} text"),
    ] {
        assert_eq!(say(text).map_err(|fault| fault.message), Ok(shown.to_owned()), "{text}");
    }
}

#[test]
fn what_a_message_can_not_say_is_refused() {
    for (text, marked, says) in [
        ("{{acount.id}}", "acount", "nothing called `acount`"),
        ("account {{account.statsu}}", "statsu", "no fact `statsu`"),
        ("{{#if acount.id}}x{{/if}}", "acount", "nothing called"),
        ("{{#if account.id}}{{params.day}}{{/if}}", "day", "no param `day`"),
        ("{{source.name}}", "source", "has no `source`"),
        ("{{../account.id}}", "../account.id", "not the path"),
        ("{{account/id}}", "account/id", "not the path"),
        ("{{@root.account.id}}", "@root.account.id", "not the path"),
        ("{{lookup account.id account.id}}", "lookup", "no helper"),
        ("{{> part}}", "{{", "no partials"),
        ("{{date account.last_login_at x=1}}", "date", "no named arguments"),
        ("{{account.id", "{{account.id", "invalid handlebars syntax"),
    ] {
        let fault = say(text).expect_err(text);
        assert!(fault.message.contains(says), "{text}: {}", fault.message);
        let place = text.get(fault.span.start..fault.span.end).unwrap_or_default();
        assert!(place == marked || says.starts_with("invalid"), "{text}: {place}");
    }
    assert!(say(&"x".repeat(3000)).is_err());
    assert!(say(&"{{#if account.id}}".repeat(110)).is_err(), "nesting doesn't exhaust the stack");
}
