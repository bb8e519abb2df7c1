//! `--privacy`: no name, address, login name or identifier of anybody is left in any format or in what is said.

use std::collections::BTreeSet;
use std::path::Path;

use headcount::render::Format;
use headcount::report::{Finding, Named, Privacy, Pseudonyms, Report};

use crate::harness::{NOW, Tenant, headcount, read_report};
use crate::reading::{expected, rendered};
use crate::{fixture, reading};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A tenant whose configuration names a key.
fn tenant() -> Tenant {
    let tenant = Tenant::new(600, 3);
    let text = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let text = text.replace("[report]\n", "[report]\npseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\"\n");
    std::fs::write(tenant.config(), text).expect("written");
    tenant
}

/// Everything that an audit with this privacy writes and says.
fn outputs(tenant: &Tenant, privacy: &str, out: &Path) -> Vec<(String, String)> {
    let formats = Format::ALL.map(Format::as_str).join(",");
    let summary = out.join("summary.md");
    std::fs::create_dir_all(out).expect("a folder");
    let output = headcount()
        .args(["audit", "--as-of", NOW, "--privacy", privacy, "--format", &formats, "-c"])
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
    assert_eq!(texts.len(), Format::ALL.len() - 1 + 3, "files, job summary, stdout and stderr");
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
    for finding in &full.findings {
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
    assert!(found(&everything).len() > 100, "the search finds what is there");
    assert_eq!(found(&told("pseudonymous")), [], "pseudonymous");
    assert_eq!(found(&told("counts")), [], "counts");

    let pseudonymous = read_report(&folder.path().join("pseudonymous"));
    assert_eq!(pseudonymous.findings.len(), full.findings.len());
    let counts = read_report(&folder.path().join("counts"));
    assert_eq!(counts.findings.iter().map(Finding::stands_for).sum::<u64>(), full.findings.len() as u64);
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
    for finding in &pseudonymous.findings {
        let Some(Named::Finding(real)) = names.resolve(&finding.fingerprint, full.named()) else {
            panic!("{} is nobody's", finding.fingerprint);
        };
        let real = full.findings.iter().find(|finding| finding.fingerprint == real).expect("its finding");
        let Some(account) = &finding.subject.account_id else { continue };
        let Some(Named::Account { id, .. }) = names.resolve(account, full.named()) else { panic!("{account}") };
        assert_eq!(Some(id), real.subject.account_id.as_deref());
    }
}

#[test]
fn hostile_words_are_taken_out_with_the_names() {
    let privacy = [Privacy::Pseudonymous(Pseudonyms::new(KEY.as_bytes())), Privacy::Counts];
    for privacy in privacy {
        let mut report = fixture::gaps();
        report.findings[0].message = "Maren Oduya".to_owned();
        report.sources[1].warnings = vec!["Maren Oduya".to_owned()];
        report.sources[3].error = Some("no user Maren Oduya".to_owned());
        report.verdict.reasons[1].text = "failed: no user Maren Oduya".to_owned();
        report.verdict.remedy = Some(format!("Green if {} is mended", report.findings[0].fingerprint));
        let fingerprint = report.findings[0].fingerprint.clone();
        report.roster.issues[1].text = "Maren Oduya has no id".to_owned();
        report.roster.file = "/home/oduya/hr.csv".to_owned();
        let report = report.with_privacy(&privacy);
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
    let output = run("too short");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("less than 16 bytes") && !said.contains("too short"), "{said}");
}
