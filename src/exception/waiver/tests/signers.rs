//! Those who stand for waivers.

use super::*;

/// What an audit holds against a waiver because of those who stand for it, and what `waivers add` says of the same.
#[test]
fn the_owner_works_here_and_the_approver_did_when_it_was_created() {
    let now = now();
    for (changes, expected) in [
        (vec![], None),
        (vec![("owner", "\"E-3\"")], Some("its owner has left")),
        (vec![("owner", "\"E-9\"")], Some("its owner is not in the roster")),
        (vec![("approver", "\"cleo\"")], Some("its approver didn't work here when it was created")),
        (vec![("approver", "\"cleo\""), ("created", "2026-08-31"), ("expires", "2026-10-31")], None),
        (vec![("approver", "\"cleo\""), ("created", "2026-09-01")], Some("its approver didn't work here")),
        (vec![("approver", "\"ciso@example.org\"")], Some("neither in the roster nor among [exceptions] approvers")),
        (vec![("approver", "\"board of directors\"")], None),
        (vec![("owner", "\"Dee Hale\"")], None),
    ] {
        let text = waiver(&changes);
        let uses = weigh_all(&read(&text).expect(&text), &mut [finding("orphaned", "voiso", "17")], &coverage());
        let (state, found) = weigh(&text, finding("orphaned", "voiso", "17"));
        assert_eq!(state == WaiverState::Void, expected.is_some(), "{changes:?}");
        assert_eq!(found.disposition == Disposition::Open, expected.is_some(), "{changes:?}");
        let added = read_with(&text, Some(New { from: 0, now }));
        match expected {
            None => assert!(added.is_ok(), "{changes:?}: {added:?}"),
            Some(cause) => {
                assert!(
                    found.message.contains(cause) && uses[0].cause.as_ref().is_some_and(|told| told.contains(cause))
                );
                assert!(added.expect_err(cause).contains(cause));
            }
        }
    }
    let untold = waiver(&[("owner", "\"E-4\""), ("approver", "\"E-2\"")]);
    let uses = weigh_all(&read(&untold).expect("good"), &mut [], &coverage());
    assert_eq!(uses[0].remarks, ["the roster doesn't tell whether the owner works here"]);
    let untold = waiver(&[("approver", "\"E-4\"")]);
    let uses = weigh_all(&read(&untold).expect("good"), &mut [], &coverage());
    assert_eq!(uses[0].remarks, ["the roster doesn't tell whether the approver worked here when it was created"]);
}

#[test]
fn everything_that_is_wrong_with_a_new_waiver_is_said_at_once() {
    let text = waiver(&[
        ("bound", "{ owner = \"E-2\", keys = [\"cleo\"] }"),
        ("owner", "\"E-3\""),
        ("approver", "\"E-2\""),
        ("reason", "\" \""),
        ("expires", "2027-10-01"),
    ]);
    let said = read_with(&text, Some(New { from: 0, now: now() })).expect_err("refused");
    let all = ["the reason is empty", "lives for at most 90 days", "its owner has left"];
    assert!(all.iter().all(|part| said.contains(part)), "{said}");
    assert_eq!(said.matches("this is the person behind the account").count(), 2, "{said}");
    let old = read_with(&text, Some(New { from: text.len(), now: now() })).expect_err("refused");
    assert!(!old.contains("its owner has left"), "what is in the file already is for the audit to weigh: {old}");
}
