//! Three quarters of the simulated organisation: each audit finds what is seeded, and says exactly what has changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use headcount::history::{AccountChanges, Changes, State};
use headcount::report::Report;
use headcount::simulate::{ExpectedAccounts, ExpectedPeople, ExpectedStates};

use crate::support::tenant::{Tenant, counts, seeded};

#[test]
fn each_quarter_finds_what_is_seeded() {
    for quarter in 1..=3 {
        let tenant = Tenant::in_quarter(2_400, 1, quarter);
        let audited = tenant.audit(&["-q", "--format", "json"]);
        assert_eq!(counts(&audited.report()), seeded(&tenant.world), "quarter {quarter}: {}", audited.stderr());
        assert_eq!(audited.report().correlation.accounts, 2_440);
    }
}

/// The reports of three quarters, each compared with the one before.
struct Quarters {
    reports: Vec<(PathBuf, Report)>,
    tenants: Vec<Tenant>,
}

impl Quarters {
    fn audit() -> Self {
        let (mut reports, mut tenants): (Vec<(PathBuf, Report)>, _) = (Vec::new(), Vec::new());
        for quarter in 1..=3 {
            let tenant = Tenant::in_quarter(2_400, 1, quarter);
            let previous = reports.last().map(|(path, _)| path.display().to_string());
            let compared: Vec<&str> = previous.iter().flat_map(|path| ["--previous", path.as_str()]).collect();
            let audited = tenant.audit(&[&["-q", "--format", "json,accounts"], &compared[..]].concat());
            reports.push((audited.out.join("report.json"), audited.report()));
            tenants.push(tenant);
        }
        Self { reports, tenants }
    }
}

/// What a report says of each rule at each source.
fn states(report: &Report) -> Vec<ExpectedStates> {
    let mut states: BTreeMap<(String, String), ExpectedStates> = BTreeMap::new();
    for finding in report.findings.to_vec().expect("findings") {
        let source = finding.subject.source.clone().unwrap_or_default();
        let counts = states.entry((finding.rule.clone(), source)).or_default();
        match finding.history.expect("history").state {
            State::New => counts.new += 1,
            State::Persisting => counts.persisting += 1,
            State::Reopened => counts.reopened += 1,
            State::Unknown => panic!("{} is unknown", finding.rule),
        }
    }
    let changes = report.changes.as_ref().expect("changes");
    assert!(changes.unseen.is_empty() && changes.not_comparable.is_empty(), "{:?}", changes.not_comparable);
    for gone in &changes.resolved {
        let source = gone.subject.source.clone().unwrap_or_default();
        states.entry((gone.rule.clone(), source)).or_default().resolved += 1;
    }
    states.into_iter().map(|((rule, source), states)| ExpectedStates { rule, source, ..states }).collect()
}

/// What a report says of the accounts of each source.
fn accounts(changes: &Changes) -> Vec<ExpectedAccounts> {
    let count = |ids: &Vec<String>| ids.len() as u64;
    let of_source = |one: &AccountChanges| {
        assert!(one.why_not.is_none(), "{one:?}");
        ExpectedAccounts {
            source: one.source.clone(),
            added: count(&one.added),
            removed: count(&one.removed),
            status: count(&one.status),
            roles: count(&one.roles),
            owner: count(&one.owner),
            recreated: count(&one.recreated),
        }
    };
    changes.accounts.as_ref().expect("lists").iter().map(of_source).collect()
}

#[test]
fn three_quarters_give_exactly_the_changes_that_are_seeded() {
    let quarters = Quarters::audit();
    for (at, (_, report)) in quarters.reports.iter().enumerate().skip(1) {
        let expected = quarters.tenants[at].world.expected().changes.expect("changes");
        let found = states(report);
        let wrong: Vec<_> = found.iter().filter(|states| !expected.findings.contains(states)).collect();
        assert!(wrong.is_empty(), "quarter {}: {wrong:#?}", at + 1);
        assert_eq!(found, expected.findings, "quarter {}", at + 1);
        let changes = report.changes.as_ref().expect("changes");
        assert_eq!(accounts(changes), expected.accounts, "quarter {}", at + 1);
        let people = changes.people.as_ref().expect("people");
        let count = |people: &BTreeMap<String, Vec<String>>| people.len() as u64;
        let found = ExpectedPeople {
            joined: count(&people.joined),
            left: count(&people.left),
            moved: count(&people.moved),
            unlisted: count(&people.unlisted),
        };
        assert_eq!(found, expected.people, "quarter {}", at + 1);
        assert_eq!(changes.trend.len(), at + 1);
        assert_eq!(changes.findings.reopened > 0, at == 2, "what was switched on in between is off again");
    }
    let (_, last) = &quarters.reports[2];
    let findings = last.findings.to_vec().expect("findings");
    let oldest = findings.iter().filter(|finding| finding.history.expect("history").days_open == 182).count();
    assert!(oldest > 100, "{oldest} have been there since the first quarter");
}
