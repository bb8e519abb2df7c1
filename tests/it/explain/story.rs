//! `explain` tells everything about one account, and helps with a name that doesn't exist.

use serde_json::json;

use crate::support::office::{Office, user};

fn office() -> Office {
    Office::new(
        vec![
            user("4017", "Ann Lindkvist", "ann.lindkvist@example.com"),
            json!({"id": "4018", "name": "Bruno", "email": " Bruno.Okafor@Example.com", "employee_id": "X-9"}),
            user("4019", "Cleo Novak", "cleo.novak@example.com"),
            user("4020", "Bruno O.", "bruno.okafor@example.com"),
            user("4021", "\u{1b}[31mRed\u{202e}", "desk@example.com"),
        ],
        "",
        "[exceptions]\ndeclared = \"declared.toml\"\n",
    )
}

fn explain_with(arguments: &[&str]) -> String {
    let office = office();
    office.write(
        "declared.toml",
        "[[account]]\nkind = \"shared\"\nsource = \"voiso\"\nid = \"4021\"\nowner = \"E-0041\"\n",
    );
    let run = office.run(&[&["explain"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

fn explain(account: &str) -> String {
    explain_with(&[account, "--all"])
}

#[track_caller]
fn tells(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}

#[test]
fn an_orphan() {
    let text = explain("voiso/4017");
    tells(
        &text,
        &[
            "voiso/4017 as of 2026-10-15 12:00 UTC",
            "\"email\": \"ann.lindkvist@example.com\"",
            "account.display_name     \"Ann Lindkvist\"",
            "account.status           not exposed",
            "account.external_id      none",
            "Matching: unmatched; no key finds anybody",
            "external_id  external_id   no value",
            "email        email         \"ann.lindkvist@example.com\" looked up as \"ann.lindkvist@example.com\" finds nobody",
            "E-0042 Ann Lindqvist,",
            "display_name Ann Lind[k]vist ~ name Ann Lind[q]vist",
            "to accept, in crosswalk: email,ann.lindkvist@example.com,E-0042",
            "orphaned                 high      a violation",
            "    account.situation = \"unmatched\"",
            "not evaluable without last_login_at",
        ],
    );
}

#[test]
fn an_owned_account_with_its_keys_its_leaver_and_its_group() {
    let text = explain("voiso/4018");
    tells(
        &text,
        &[
            "Matching: matched by email to E-0043 Bruno Okafor",
            "external_id   \"X-9\" looked up as \"x-9\" (case_folded) finds nobody",
            "\" Bruno.Okafor@Example.com\" looked up as \"bruno.okafor@example.com\" (trimmed, case_folded) finds E-0043",
            "employee.id              \"E-0043\"",
            "duplicate                medium    a violation",
        ],
    );
    assert!(!text.contains("Near misses") && !text.contains("declared.kind"), "{text}");
    tells(
        &explain("voiso/4019"),
        &["leaver-active            critical  a violation", "duplicate                medium    a pass"],
    );
}

#[test]
fn a_declared_account_with_a_hostile_name() {
    let text = explain("voiso/4021");
    tells(
        &text,
        &[
            "Matching: declared; shared account by line 1 (id = 4021), E-0041 answers for it",
            "declared.owner           \"E-0041\"",
            "declared.purpose         none",
            "orphaned                 high      does not apply",
        ],
    );
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "nothing reaches the terminal: {text:?}");
}

#[test]
fn what_was_found_comes_first_and_the_rest_if_asked_for() {
    let text = explain_with(&["voiso/4019"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["voiso/4019 as of 2026-10-15 12:00 UTC", "", "Rules"], "{text}");
    assert!(lines[3].starts_with("  leaver-active            critical  a violation"), "{text}");
    let place = |part: &str| lines.iter().position(|line| line.contains(part)).expect(part);
    assert!(place("not evaluable") < place("rules find nothing; --all tells them"), "{text}");
    assert!(place("rules find nothing") < place("Matching: matched by email"), "{text}");
    for untold in ["  a pass", "does not apply", "Record", "Facts"] {
        assert!(!text.contains(untold), "{untold}: {text}");
    }
    tells(&explain("voiso/4019"), &["duplicate                medium    a pass", "Record\n", "Facts\n"]);
}

#[test]
fn accounts_are_found_by_an_address_or_a_login_name() {
    tells(&explain_with(&["ANN.lindkvist@Example.com"]), &["voiso/4017 as of", "Matching: unmatched"]);
    let both = explain_with(&[" bruno.okafor@example.com"]);
    assert_eq!(both.matches(" as of 2026").count(), 2, "{both}");
    tells(&both, &["voiso/4018 as of", "voiso/4020 as of"]);
    tells(&explain_with(&["x-9"]), &["voiso/4018 as of"]);
    let office = Office::new((0..14).map(|n| user(&n.to_string(), "All", "all@example.com")).collect(), "", "");
    let text = office.run(&["explain", "all@example.com"]).stdout;
    assert_eq!(text.matches(" as of 2026").count(), 10, "{text}");
    assert!(text.ends_with("\nvoiso has 4 further ones\n"), "{text}");
}

#[test]
fn names_that_do_not_exist_get_suggestions() {
    let office = office();
    office.write("declared.toml", "");
    for (account, expected) in [
        ("vosio/4017", "did you mean \"voiso\"?"),
        ("voiso/4071", "did you mean voiso/4017?"),
        ("voiso/ann.lindkvist@example.com", "did you mean voiso/4017 (ann.lindkvist@example.com)?"),
        ("voiso", "voiso is a source; name an account of it, as in voiso/4017"),
        ("ann.lindqist@example.com", "did you mean voiso/4017 (ann.lindkvist@example.com)?"),
        ("voiso/", "expected the source and the account"),
    ] {
        let run = office.run(&["explain", account]);
        assert_eq!(run.code, 2, "{account}: {}", run.stderr);
        assert!(run.stderr.contains(expected) && run.stdout.is_empty(), "{account}: {}", run.stderr);
    }
}
