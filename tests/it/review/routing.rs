//! Who is asked: each account once, nobody about their own, and nobody at all rather than the wrong one.

use std::collections::BTreeSet;

use super::desk::{ACCOUNTS, Desk, REVIEW, ROSTER};

fn holder(desk: &Desk, key: &str) -> Option<String> {
    desk.holders()[&format!("crm/{key}")].clone()
}

#[test]
fn every_account_in_scope_is_in_one_packet_and_the_rest_is_counted() {
    let desk = Desk::opened(REVIEW, &[]);
    let holders = desk.holders();
    let expected = [("a-1", "E-5"), ("b-1", "E-1"), ("c-1", "E-2"), ("d-1", "E-2"), ("e-1", "E-1"), ("x-1", "E-5")];
    for (key, who) in expected {
        assert_eq!(holders[&format!("crm/{key}")].as_deref(), Some(who), "{key}");
    }
    let mut seen = BTreeSet::new();
    for who in ["E-1", "E-2", "E-5"] {
        for key in desk.packet(who, 1).keys() {
            assert!(seen.insert(key.clone()), "{key} twice");
        }
    }
    assert_eq!(seen, holders.keys().cloned().collect());
    let review = desk.campaign().review;
    assert_eq!((review.scope.within, review.scope.outside), (6, 0));
    assert_eq!(review.evidence.sources[0].accounts, 6);
    assert!(desk.path("reviews/q4").metadata().expect("a folder").is_dir());
}

#[test]
fn a_scope_leaves_out_only_what_is_certainly_outside() {
    for (arguments, keys) in [
        (&["--scope", "privileged"][..], &["b-1"][..]),
        (&["--scope", "findings"], &["b-1", "x-1"]),
        (&["--where", "account.matched && has(employee.manager) && employee.manager == \"E-2\""], &["c-1", "d-1"]),
        // Nobody knows when they were used last, so that all are in.
        (
            &["--where", "has(account.last_login_at) && now - account.last_login_at > days(1)"],
            &["a-1", "b-1", "c-1", "d-1", "e-1", "x-1"],
        ),
    ] {
        let desk = Desk::new(REVIEW);
        desk.seal(super::desk::EVIDENCE);
        desk.open(arguments).ends(0);
        let found: Vec<String> = desk.holders().into_keys().collect();
        let expected: Vec<String> = keys.iter().map(|key| format!("crm/{key}")).collect();
        assert_eq!(found, expected, "{arguments:?}");
        let scope = desk.campaign().review.scope;
        assert_eq!(scope.within + scope.outside, 6);
    }
    // What it isn't about is counted wherever it is told.
    let desk = Desk::opened(REVIEW, &["--scope", "privileged"]);
    desk.run(&["review", "status", "q4"]).says("| crm | complete | E-5 | 6 | 1 | 5 |");
    desk.run(&["audit", "-q", "--as-of", "2026-12-02T12:00:00Z", "--out", "o", "--format", "json,html,md"]).ends(0);
    for (name, words) in
        [("report.json", "\"outside\": 5"), ("report.html", "5 not in scope"), ("report.md", "5 not in scope")]
    {
        let text = std::fs::read_to_string(desk.path(&format!("o/{name}"))).expect(name);
        assert!(text.contains(words), "{name}");
    }
    let desk = Desk::new(REVIEW);
    desk.seal(super::desk::EVIDENCE);
    for (condition, place) in [
        ("account.matched && account.liv", "--where:1:28"),
        ("account.live) || (true", "--where:1:13"),
        ("account.live &&", "--where:1:16"),
    ] {
        let ran = desk.open(&["--where", condition]).ends(2).says(place);
        assert!(!ran.stderr.contains(".toml"), "{}", ran.stderr);
    }
    desk.open(&["--where", "account.liv"]).ends(2).says("account.live");
    // Where nothing can be written, nothing is opened.
    let config = std::fs::read_to_string(desk.path("headcount.toml")).expect("a configuration");
    desk.write("headcount.toml", config.replace("[review]\n", "[review]\nfolder = \"hr.csv\"\n"));
    desk.open(&[]).ends(4).says("hr.csv");
}

#[test]
fn nobody_decides_about_their_own_account() {
    // Eve leads herself and answers for the source; Fay is the fallback and has an account; Cleo stands in for her manager.
    let roster = ROSTER.replace("eve,Active,E-1", "eve,Active,E-5").replace("bob,Active,E-1", "bob,Active,E-2");
    let delegate = "[[review.delegate]]\nfrom = \"E-2\"\nto = \"E-3\"\nuntil = 2026-12-31\nreason = \"leave\"\n";
    let desk = Desk::new(&format!("{REVIEW}{delegate}"));
    desk.write("hr.csv", roster);
    let mut accounts = ACCOUNTS.to_vec();
    accounts.push(["f-1", "fay@example.com", "active", "agent"]);
    accounts.push(["y-1", "Eve+crm@Example.com", "active", "agent"]);
    desk.export(&accounts);
    desk.seal(super::desk::EVIDENCE);
    desk.open(&[]).ends(0);
    assert_eq!(holder(&desk, "e-1").as_deref(), Some("E-6"), "her own manager and the source's owner is she");
    assert_eq!(holder(&desk, "y-1").as_deref(), Some("E-6"), "nobody owns it, and it has her address");
    assert_eq!(holder(&desk, "d-1").as_deref(), Some("E-3"), "Cleo stands in for Bob");
    assert_eq!(holder(&desk, "c-1").as_deref(), Some("E-5"), "but not about herself");
    assert_eq!(holder(&desk, "f-1").as_deref(), Some("E-1"));
    let campaign = desk.campaign();
    let barred = &campaign.state.asked["crm/c-1"].item.barred;
    assert!(barred[0].who == "E-3" && barred[0].why.contains("their own"), "{barred:?}");
    for (key, asked) in &campaign.state.asked {
        assert_ne!(asked.holder, asked.item.facts.employee_id, "{key}");
    }
}

#[test]
fn where_nobody_is_left_nobody_is_asked_and_the_review_can_not_close() {
    let desk = Desk::opened("[review]\nreviewers = [\"manager\"]\n", &[]);
    assert_eq!((holder(&desk, "x-1"), holder(&desk, "a-1")), (None, None));
    desk.run(&["review", "status", "q4", "--as-of", "2026-12-02"]).ends(1).says("about which nobody may decide");
    desk.close("2026-12-19", &["--no-recheck", "a test"]).ends(3).says("2 accounts about which nobody may decide");
    let assign = ["review", "assign", "q4", "--unassigned", "--to", "E-6", "--reason", "no manager", "--by", "E-1"];
    desk.run(&assign).ends(0).says("2 accounts handed over");
    assert_eq!(holder(&desk, "x-1").as_deref(), Some("E-6"));
    assert_eq!(desk.packet("E-6", 1).keys().len(), 2);
    desk.run(&["review", "status", "q4", "--as-of", "2026-12-02"]).ends(0);
    let own =
        ["review", "assign", "q4", "--item", "crm/a-1", "--to", "ada@example.com", "--reason", "x", "--by", "E-1"];
    desk.run(&own).ends(2).says("may not decide about crm/a-1: it is their own account");
}

#[test]
fn a_declared_account_is_never_decided_about_by_who_vouches_for_it() {
    let desk = Desk::new(REVIEW);
    let config = desk.path("headcount.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    desk.write("headcount.toml", format!("{text}[exceptions]\ndeclared = \"declared.toml\"\n"));
    desk.write(
        "declared.toml",
        "[[account]]\nkind = \"service\"\nsource = \"crm\"\nid = \"x-1\"\nowner = \"E-5\"\npurpose = \"sync\"\nreview_date = 2026-11-01\n",
    );
    desk.seal(super::desk::EVIDENCE);
    desk.open(&[]).ends(0);
    assert_eq!(holder(&desk, "x-1").as_deref(), Some("E-6"));
}

#[test]
fn evidence_has_to_be_sealed_whole_and_of_an_audit() {
    let desk = Desk::new(REVIEW);
    desk.seal(super::desk::EVIDENCE);
    desk.open(&[]).ends(0).says("6 accounts in scope");
    desk.open(&[]).ends(2).says("there is a review q4 already");
    let open = |bundle: &str, id: &str| {
        desk.run(&["review", "open", id, "--bundle", bundle, "--due", "2026-12-18", "--as-of", "2026-12-01"])
    };
    open("2026-11-30.zip", "../q5").ends(2).says("a review is called by letters");
    open("hr.csv", "q5").ends(2).says("is no bundle");
    let path = desk.path("2026-11-30.zip");
    let mut bytes = std::fs::read(&path).expect("a bundle");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    desk.write("altered.zip", bytes);
    open("altered.zip", "q5").ends(2);
    assert!(!desk.path("reviews/q5").exists());
}

#[test]
fn mistakes_in_the_configuration_have_their_places() {
    let rest = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n";
    let delegate = "[[review.delegate]]\nfrom = \"E-1\"\nto = \"E-1\"\nuntil = 2026-12-31\nreason = \"leave\"";
    for (line, words) in [
        ("reason_for_keep = [\"severity:hihg\"]", "says of no account that it needs a reason"),
        ("remind = [\"36h\"]", "has to be whole days"),
        ("revoke_within = { worst = \"1d\" }", "\"worst\" is no severity"),
        ("no_answer = \"keep\"", "unknown variant `keep`"),
        ("reviewrs = [\"manager\"]", "unknown key `reviewrs`"),
        (delegate, "E-1 can't stand in for themselves"),
    ] {
        let text = format!("[review]\n{line}\n{rest}");
        let mistakes = headcount::config::Config::parse(std::path::Path::new("headcount.toml"), &text).expect_err(line);
        let told = mistakes[0].to_string();
        assert!(told.contains(words) && told.starts_with("headcount.toml:"), "{told}");
    }
}
