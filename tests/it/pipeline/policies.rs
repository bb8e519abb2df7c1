//! Several policies over the same data: fetched once, judged by each, compared in every document.

use headcount::report::{Gate, ReasonKind};
use headcount::simulate::Vendor;

use crate::support::tenant::{Audited, Tenant};

const PCI: &str = "examples/policies/pci-dss-4.0.1.toml";
const CIS: &str = "examples/policies/cis-v8.toml";

fn policy(tenant: &Tenant, text: &str) -> String {
    let path = tenant.kit.path().join("own-policy.toml");
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

#[test]
fn the_policies_to_copy_are_compared_side_by_side() {
    let tenant = Tenant::new(2_400, 3);
    let requests = || Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor)).iter().sum::<u64>();
    let before = requests();
    let audited = tenant.audit(&["--policy", PCI, "--policy", CIS]);
    assert_eq!(audited.code(), 1);
    let report = audited.report();
    assert_eq!(report.sources.iter().map(|source| source.requests).sum::<u64>(), requests() - before);
    let [pci, cis] = report.policies.as_slice() else { panic!("two policies") };
    assert_eq!((pci.id.as_str(), cis.id.as_str()), ("pci-dss-4.0.1", "cis-v8"));
    assert_eq!((pci.verdict.gate, cis.verdict.gate), (Gate::Fail, Gate::Fail));
    let usual =
        report.findings.to_vec().expect("findings").iter().filter(|finding| finding.rule == "stale-login").count()
            as u64;
    assert_eq!(pci.open["stale-login"], usual, "90 days is what the configuration has");
    let extra =
        cis.findings.to_vec().expect("findings").iter().filter(|finding| finding.rule == "stale-login").count() as u64;
    assert!(extra > 0, "45 days finds more");
    assert_eq!(cis.open["stale-login"], usual + extra);
    assert!(cis.rules.iter().any(|rule| rule.id == "stale-login" && rule.changes == ["max_idle_days is 45, not 90"]));
    let met = |of: &headcount::report::Policy| {
        let limits = of.controls.iter().map(|limit| (limit.control.clone(), limit.met));
        limits.filter(|(control, _)| ["PCI-DSS:8.2.6", "CIS:5.3"].contains(&control.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(met(pci), [("CIS:5.3".to_owned(), false), ("PCI-DSS:8.2.6".to_owned(), true)]);
    assert_eq!(met(cis), [("CIS:5.3".to_owned(), true), ("PCI-DSS:8.2.6".to_owned(), true)]);
    told_everywhere(&audited, usual, extra);
}

fn told_everywhere(audited: &Audited, usual: u64, extra: u64) {
    let stderr = audited.stderr();
    assert!(stderr.contains("Policy pci-dss-4.0.1 (PCI-DSS 4.0.1): failed"), "{stderr}");
    assert!(stderr.contains(&format!("{} open stale-login findings; none is allowed", usual + extra)), "{stderr}");
    let page = std::fs::read_to_string(audited.out.join("report.html")).expect("a page");
    let (_, section) = page.split_once("<div id=\"policies\">").expect("the comparison");
    let section = section.split("</details>").next().expect("its end");
    let row = |count| format!("<td class=\"some\">{count}");
    assert!(section.contains(&format!("{}</td>", row(usual))), "{section}");
    assert!(section.contains(&format!("{}<small>max_idle_days 45</small></td>", row(usual + extra))), "{section}");
    assert!(section.contains("What only <bdi>cis-v8</bdi> finds"), "{section}");
    let markdown = std::fs::read_to_string(audited.out.join("report.md")).expect("a document");
    let row = markdown.lines().find(|line| line.starts_with("| stale-login | ") && !line.contains("medium"));
    let row = row.expect("a row").replace('\\', "");
    assert_eq!(
        row,
        format!("| stale-login | {usual} (max_idle_days 90) | {usual} | {} (max_idle_days 45) |", usual + extra)
    );
}

#[test]
fn a_policy_that_fails_fails_the_audit_and_one_that_passes_does_not() {
    let tenant = Tenant::new(600, 3);
    let passes = policy(&tenant, "id = 'own'\ntitle = 'Own'\n[gate]\nfail_on = ['source-incomplete']\n");
    let own = ["--fail-on", "source-incomplete"];
    assert_eq!(tenant.audit(&own).code(), 0);
    let audited = tenant.audit(&[&own[..], &["--policy", &passes]].concat());
    assert_eq!((audited.code(), audited.report().policies[0].verdict.gate), (0, Gate::Pass));
    let audited = tenant.audit(&[&own[..], &["--policy", &passes, "--policy", PCI]].concat());
    assert_eq!(audited.code(), 1);
    let verdict = audited.report().verdict;
    assert_eq!((verdict.gate, verdict.own_gate(), verdict.exit_code), (Gate::Fail, Gate::Pass, 1));
    assert!(verdict.deciding().all(|reason| reason.kind == ReasonKind::Policy), "{:?}", verdict.reasons);
    assert_eq!(tenant.audit(&[&own[..], &["--policy", PCI, "--exit-zero"]].concat()).code(), 0);
    let blind = policy(&tenant, "id = 'own'\ntitle = 'Own'\n[gate]\nfail_on = []\nnot_evaluable = 'forbid'\n");
    assert_eq!(tenant.audit(&[&own[..], &["--policy", &blind]].concat()).code(), 3);
}

#[test]
fn nobody_is_named_where_only_counts_are_asked_for() {
    let tenant = Tenant::new(600, 3);
    let named = tenant.audit(&["--policy", CIS]).report().policies.remove(0).findings;
    let account = named.to_vec().expect("findings").into_iter().find_map(|finding| finding.email).expect("an address");
    let audited = tenant.audit(&["--policy", CIS, "--privacy", "counts"]);
    for name in ["report.json", "report.html", "report.md"] {
        let text = std::fs::read_to_string(audited.out.join(name)).expect("a document");
        assert!(!text.contains(&account) && !text.contains("E-1"), "{name}");
    }
    let counted = audited.report().policies.remove(0).findings;
    assert_eq!(counted.heads().map(|head| head.stands_for()).sum::<u64>(), named.len() as u64);
}

#[test]
fn a_mistake_in_a_policy_is_refused_with_its_place() {
    let tenant = Tenant::new(50, 3);
    for (text, expected) in [
        (
            "id = 'own'\ntitle = 'Own'\n[rules.override.stale-logn]\nseverity = 'low'\n",
            "own-policy.toml:3:17: there is no rule",
        ),
        ("id = 'own'\ntitle = 'Own'\n[rules.override.stale-login]\nparams = { days = 4 }\n", "own-policy.toml:4:12"),
        ("id = 'own'\ntitle = 'Own'\n[gate]\nfail_on = ['orphan']\n", "own-policy.toml:4:12"),
        ("id = 'own'\ntitle = 'Own'\n[gate]\nnew = true\n", "own-policy.toml:4:7"),
        ("id = 'own'\n", "missing field `title`"),
    ] {
        let path = policy(&tenant, text);
        let audited = tenant.audit(&["--policy", &path]);
        let stderr = audited.stderr();
        let place = expected.split(": ").next().expect("a place");
        assert!(audited.code() == 2 && stderr.contains(place), "{stderr}");
    }
    let twice = tenant.audit(&["--policy", PCI, "--policy", PCI]);
    assert!(twice.code() == 2 && twice.stderr().contains("two policies are called"), "{}", twice.stderr());
    assert_eq!(tenant.audit(&["--policy", "no.toml"]).code(), 2);
}
