//! `--privacy`: no name, address, login name or identifier of anybody is left in any format or in what is said.

use std::collections::BTreeSet;
use std::path::Path;

use headcount::render::Format;
use headcount::report::{Finding, Named, Privacy, Pseudonyms, Reason, ReasonKind, Report};

use crate::support::process::{NOW, headcount};
use crate::support::reading::{expected, rendered};
use crate::support::tenant::{Tenant, read_report};
use crate::support::{fixture, reading};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A tenant whose configuration names a key.
fn tenant() -> Tenant {
    let tenant = Tenant::new(600, 3);
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let text = text.replace(
        "[report]\n",
        "[report]\nreview = { scope = \"all\" }\npseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\"\n",
    );
    std::fs::write(tenant.config(), text).expect("written");
    tenant
}

/// Everything that an audit with this privacy writes and says.
fn outputs(tenant: &Tenant, privacy: &str, out: &Path) -> Vec<(String, String)> {
    let formats = Format::ALL.map(Format::as_str).join(",");
    let summary = out.join("summary.md");
    std::fs::create_dir_all(out).expect("a folder");
    let output = headcount()
        .args(["audit", "-vv", "--as-of", NOW, "--privacy", privacy, "--format", &formats, "-c"])
        .arg(tenant.config())
        .arg("--out")
        .arg(out)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("HEADCOUNT_PSEUDONYM_KEY", KEY)
        .output()
        .expect("ran");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let mut texts = vec![
        ("stdout".to_owned(), String::from_utf8(output.stdout).expect("text")),
        ("stderr".to_owned(), String::from_utf8(output.stderr).expect("text")),
    ];
    for entry in std::fs::read_dir(out).expect("a folder") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = reading::read(&name, std::fs::read(path).expect("a file"));
        texts.push((name, text));
    }
    assert_eq!(
        texts.len(),
        Format::ALL.len() - 1 + 5,
        "files, last attempt, the breaker's memory, job summary, stdout and stderr"
    );
    texts
}

/// Every name, address, login name and employee id of the roster, and everything personal that the full report holds.
fn personal(tenant: &Tenant, full: &Report) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut roster = csv::Reader::from_path(tenant.kit.path().join("hr.csv")).expect("a roster");
    let headings = roster.headers().expect("headings").clone();
    for row in roster.records() {
        let row = row.expect("a row");
        for (heading, cell) in headings.iter().zip(&row) {
            if ["Worker ID", "Full Name", "Work Email", "Username", "Manager ID"].contains(&heading) {
                words.insert(cell.to_lowercase());
            }
        }
    }
    for finding in &full.findings.to_vec().expect("findings") {
        let subject = &finding.subject;
        let ids = [&finding.display_name, &finding.email, &finding.username, &subject.account_id, &subject.employee_id];
        words.extend(ids.into_iter().flatten().chain(subject.members.iter().flatten()).map(|word| word.to_lowercase()));
        words.insert(finding.fingerprint.clone());
    }
    // A number of one or two digits is everywhere.
    words.retain(|word| word.len() > 3);
    words
}

/// Whether the text holds the word. A number counts where it stands for itself, not as digits of a hash.
fn holds(text: &str, word: &str) -> bool {
    let number = word.chars().all(|c| c.is_ascii_digit());
    let joined = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !number || !(before.is_some_and(joined) || after.is_some_and(joined))
    })
}

#[test]
fn nobody_is_named_where_nobody_may_be() {
    let tenant = tenant();
    let folder = tempfile::tempdir().expect("a folder");
    let told = |privacy: &str| outputs(&tenant, privacy, &folder.path().join(privacy));
    let everything = told("full");
    let full = read_report(&folder.path().join("full"));
    let personal = personal(&tenant, &full);
    assert!(personal.len() > 200, "{}", personal.len());
    let found = |texts: &[(String, String)]| {
        let lower: Vec<_> = texts.iter().map(|(name, text)| (name.clone(), text.to_lowercase())).collect();
        let hits = |word: &String| {
            let here = |(name, text): &(String, String)| holds(text, word).then(|| (name.clone(), word.clone()));
            lower.iter().filter_map(here).collect::<Vec<_>>()
        };
        personal.iter().flat_map(hits).collect::<Vec<_>>()
    };
    let hits = found(&everything);
    assert!(hits.len() > 100, "the search finds what is there");
    assert!(hits.iter().any(|(place, _)| place == "stderr"), "the log names accounts where it may");
    assert_eq!(found(&told("pseudonymous")), [], "pseudonymous");
    assert_eq!(found(&told("counts")), [], "counts");

    let pseudonymous = read_report(&folder.path().join("pseudonymous"));
    assert_eq!(pseudonymous.findings.len(), full.findings.len());
    let counts = read_report(&folder.path().join("counts"));
    assert_eq!(counts.findings.heads().map(|head| head.stands_for()).sum::<u64>(), full.findings.len() as u64);
    for report in [&pseudonymous, &counts] {
        let bare = |report: &Report| {
            let reasons = report.verdict.reasons.iter();
            reasons.map(|reason| (reason.kind, reason.rule.clone(), reason.severity, reason.count)).collect::<Vec<_>>()
        };
        assert_eq!(bare(report), bare(&full));
    }
    the_holder_of_the_key_can_resolve(&full, &pseudonymous);
}

fn the_holder_of_the_key_can_resolve(full: &Report, pseudonymous: &Report) {
    let names = Pseudonyms::new(KEY.as_bytes());
    let all = full.findings.to_vec().expect("findings");
    let named = || all.iter().flat_map(Finding::named);
    for finding in &pseudonymous.findings.to_vec().expect("findings") {
        let Some(Named::Finding(real)) = names.resolve(&finding.fingerprint, named()) else {
            panic!("{} is nobody's", finding.fingerprint);
        };
        let real = all.iter().find(|finding| finding.fingerprint == real).expect("its finding");
        let Some(account) = &finding.subject.account_id else { continue };
        let Some(Named::Account { id, .. }) = names.resolve(account, named()) else { panic!("{account}") };
        assert_eq!(Some(id), real.subject.account_id.as_deref());
    }
}

/// Runs `explain --pseudonym` with this key.
fn explain(tenant: &Tenant, key: Option<&str>, arguments: &[&str]) -> (i32, String, String) {
    let mut command = headcount();
    command.args(["explain", "--as-of", NOW, "-c"]).arg(tenant.config()).args(arguments);
    command.env_remove("HEADCOUNT_PSEUDONYM_KEY").envs(key.map(|key| ("HEADCOUNT_PSEUDONYM_KEY", key)));
    let output = command.output().expect("ran");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("not killed"), text(output.stdout), text(output.stderr))
}

#[test]
fn whoever_holds_the_key_and_the_snapshot_learns_who_is_meant() {
    let tenant = tenant();
    let snapshot = tenant.kit.path().join("snapshot");
    let fetch =
        headcount().args(["fetch", "-c"]).arg(tenant.config()).arg("--out").arg(&snapshot).output().expect("ran");
    assert_eq!(fetch.status.code(), Some(0), "{}", String::from_utf8_lossy(&fetch.stderr));
    let snapshot = snapshot.to_string_lossy().into_owned();
    let full = tenant.audit(&["--snapshot", &snapshot]).report();
    let names = Pseudonyms::new(KEY.as_bytes());
    let leaver = full
        .findings
        .to_vec()
        .expect("findings")
        .into_iter()
        .find(|finding| finding.rule == "leaver-active")
        .expect("a leaver");
    let (source, id) = (leaver.subject.source.as_deref().expect("a source"), leaver.subject.account_id.as_deref());
    let (id, person) = (id.expect("an id"), leaver.subject.employee_id.as_deref().expect("somebody"));
    let explained = |named| explain(&tenant, Some(KEY), &["--snapshot", &snapshot, "--pseudonym", &names.of(named)]);
    let requested = headcount::simulate::Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor));

    let (code, story, _) = explained(Named::Account { source, id });
    assert_eq!(code, 0);
    assert!(story.contains(&format!("concerns the account {source}/{id}")) && story.contains("Matching: matched by"));
    let (code, told, _) = explained(Named::Employee(person));
    assert_eq!(code, 0);
    assert!(told.contains(&format!(" is {person} ")) && told.contains(&leaver.message), "{told}");
    let (code, told, _) = explained(Named::Finding(&leaver.fingerprint));
    assert_eq!(code, 0);
    assert!(told.contains(&leaver.fingerprint) && told.contains("Matching: matched by"), "{told}");
    let after = headcount::simulate::Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor));
    assert_eq!(after, requested, "a snapshot needs no vendor");
}

#[test]
fn a_pseudonym_that_stands_for_nothing_is_an_error_with_advice() {
    let tenant = tenant();
    let nobody = ["--pseudonym", "account-0123456789abcdef"];
    for (key, arguments, code, expected) in [
        (None, nobody.as_slice(), 2, "HEADCOUNT_PSEUDONYM_KEY is not set"),
        (Some("too short"), &nobody, 2, "less than 16 bytes"),
        (Some(KEY), &nobody, 2, "stands for nothing that this audit found"),
        (Some(KEY), &nobody, 2, "Another key may have made it"),
        (Some(KEY), &["--pseudonym", "voiso/17"], 2, "expected account- or employee-"),
        (Some(KEY), &["voiso/17", "--pseudonym", "account-0123456789abcdef"], 2, "cannot be used with"),
        (Some(KEY), &[], 2, "required"),
    ] {
        let (found, stdout, stderr) = explain(&tenant, key, arguments);
        assert!(found == code && stderr.contains(expected) && stdout.is_empty(), "{arguments:?}: {found} {stderr}");
    }
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    std::fs::write(tenant.config(), text.replace("pseudonym_key", "# pseudonym_key")).expect("written");
    let (code, _, stderr) = explain(&tenant, Some(KEY), &nobody);
    assert!(code == 2 && stderr.contains("pseudonym_key = \"env:"), "{stderr}");
    std::fs::write(tenant.config(), text).expect("written");
    std::fs::write(tenant.kit.path().join("secrets/voiso-key"), "not-the-key").expect("written");
    let (code, _, stderr) = explain(&tenant, Some(KEY), &nobody);
    assert!(code == 3 && stderr.contains("voiso was not seen completely"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn what_a_program_says_is_withheld_where_it_may_name_somebody() {
    let tenant = tenant();
    let source = "\n[[source]]\nname = \"own\"\nvendor = \"command\"\n\
                  command = [\"sh\", \"-c\", \"echo Maren Oduya >&2; echo '{\\\"id\\\": \\\"1\\\"}'\"]\n";
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    std::fs::write(tenant.config(), format!("{text}{source}")).expect("written");
    for (privacy, named) in [("full", true), ("pseudonymous", false), ("counts", false)] {
        let mut command = headcount();
        command.args(["audit", "--source", "own", "--privacy", privacy, "-c"]).arg(tenant.config());
        command.arg("--out").arg(tenant.kit.path().join("own"));
        let said = String::from_utf8(command.env("HEADCOUNT_PSEUDONYM_KEY", KEY).output().expect("ran").stderr);
        let said = said.expect("text");
        assert_eq!(said.contains("Maren Oduya"), named, "{privacy}: {said}");
        assert!(said.contains("source=own"), "{privacy}: that it said something is told: {said}");
    }
}

#[test]
fn mistakes_in_files_about_people_are_told_by_their_place_alone() {
    let tenant = tenant();
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    assert!(text.contains("waivers = \"waivers.toml\""), "{text}");
    let waiver = "[[waiver]]\nrule = \"orphand\"\nowner = \"maren.oduya@example.com\"\n";
    std::fs::write(tenant.kit.path().join("waivers.toml"), waiver).expect("written");
    for (privacy, named) in [("full", true), ("pseudonymous", false), ("counts", false)] {
        let mut command = headcount();
        command.args(["audit", "-c"]).arg(tenant.config()).args(["--privacy", privacy]);
        let output = command.env("HEADCOUNT_PSEUDONYM_KEY", KEY).output().expect("ran");
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("waivers.toml:1:1"), "{said}");
        assert_eq!(said.contains("missing field"), named, "{privacy}: {said}");
        assert_eq!(said.contains("withholds it"), !named, "{privacy}: {said}");
    }
}

#[test]
fn hostile_words_are_taken_out_with_the_names() {
    let privacy = [Privacy::Pseudonymous(Pseudonyms::new(KEY.as_bytes())), Privacy::Counts];
    for privacy in privacy {
        let mut report = fixture::gaps();
        let mut fingerprint = String::new();
        fixture::edit(&mut report, |findings| {
            findings[0].message = "Maren Oduya".to_owned();
            fingerprint.clone_from(&findings[0].fingerprint);
        });
        report.sources[1].warnings = vec!["Maren Oduya".to_owned()];
        report.sources[3].error = Some("no user Maren Oduya".to_owned());
        report.verdict.reasons[1].text = "failed: no user Maren Oduya".to_owned();
        for (kind, rule, source) in [
            (ReasonKind::Roster, Some("orphaned"), None),
            (ReasonKind::NotEvaluable, Some("orphaned"), Some("vcc")),
            (ReasonKind::Source, Some("source-stale"), None),
            (ReasonKind::Scope, Some("orphaned"), None),
        ] {
            let [rule, source] = [rule, source].map(|name| name.map(str::to_owned));
            let named = Reason { kind, rule, source, count: Some(3), ..fixture::a_reason("Maren Oduya") };
            report.verdict.reasons.push(named);
        }
        report.verdict.remedy = Some(format!("Green if {fingerprint} is fixed"));
        report.rules[0].changes =
            vec!["approved is [\"Maren Oduya\"], not []".to_owned(), "severity is high, not low".to_owned()];
        report.roster.issues[1].text = "Maren Oduya has no id".to_owned();
        report.roster.file = "/home/oduya/hr.csv".to_owned();
        let report = report.with_privacy(&privacy).expect("withheld");
        for format in Format::ALL {
            let text = rendered(format, &report).to_lowercase();
            for word in [
                "oduya",
                "brandauer",
                "e-1042",
                "88213",
                "agent-417",
                "svc-dialler",
                "e-0012",
                "parental",
                &fingerprint,
            ] {
                assert!(!text.contains(word), "{privacy:?} {format}: {word}");
            }
        }
        assert_eq!(reading::sarif(&rendered(Format::Sarif, &report)), expected(&report));
    }
}

#[test]
fn a_key_is_needed_before_anything_is_requested() {
    let plain = Tenant::new(60, 3);
    let audited = plain.audit(&["--privacy", "pseudonymous"]);
    assert_eq!(audited.code(), 2);
    assert!(audited.stderr().contains("pseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\""), "{}", audited.stderr());
    let tenant = tenant();
    let run = |key: &str| {
        let mut command = headcount();
        command.args(["audit", "--privacy", "pseudonymous", "-c"]).arg(tenant.config());
        command.env("HEADCOUNT_PSEUDONYM_KEY", key).output().expect("ran")
    };
    for (key, expected) in [("too short", "less than 16 bytes"), ("short", "less than 8 characters")] {
        let output = run(key);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(expected) && !said.contains(key), "{said}");
    }
}
