//! The simulated organisation under review: every account of its population is asked about once, or counted as outside.

use std::collections::{BTreeMap, BTreeSet};

use headcount::review::{Campaign, Event};

use crate::support::process::{NOW, headcount};
use crate::support::tenant::Tenant;

#[test]
fn every_account_is_asked_about_once_or_counted_as_outside() {
    let tenant = Tenant::new(2_400, 1);
    let bundle = tenant.kit.path().join("q4.zip");
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let review = "[review]\nfallback = \"E-10000\"\nsecond = \"E-10001\"\n";
    std::fs::write(tenant.config(), format!("{review}\n{config}")).expect("written");
    let audited = tenant.audit(&["-q", "--format", "json", "--bundle", &bundle.display().to_string()]);
    let report = audited.report();
    for (id, arguments, everything) in
        [("all", &["--scope", "all"][..], true), ("admins", &["--scope", "privileged"], false)]
    {
        headcount()
            .args(["review", "open", id, "--due", "2030-01-01", "--as-of", NOW, "--bundle"])
            .arg(&bundle)
            .arg("-c")
            .arg(tenant.config())
            .args(arguments)
            .assert()
            .code(0);
        let campaign = Campaign::read(&tenant.kit.path().join("reviews").join(id)).expect("a review");
        let mut by_source: BTreeMap<String, u64> = BTreeMap::new();
        let mut count =
            |key: &str| *by_source.entry(key.split('/').next().unwrap_or_default().to_owned()).or_default() += 1;
        let left_out = campaign.left_out().expect("a list");
        for key in campaign.state.asked.keys().chain(&left_out) {
            count(key);
        }
        for source in &report.sources {
            assert_eq!(by_source.get(&source.name), Some(&source.distinct), "{id}: {}", source.name);
        }
        assert_eq!(left_out.is_empty(), everything, "{id}");
        let mut asked = BTreeSet::new();
        for entry in campaign.entries() {
            let Event::Packet { reviewer, keys, .. } = &entry.event else { continue };
            for key in keys {
                assert!(asked.insert(key.clone()), "{key} is in two packets");
                let facts = &campaign.state.asked[key].item.facts;
                assert_ne!(facts.employee_id.as_ref(), Some(reviewer), "{key} is their own");
            }
        }
        let unassigned = campaign.state.count().unassigned;
        assert_eq!(asked.len() as u64 + unassigned, campaign.state.count().items);
        assert!(campaign.state.holders().len() > 3, "{id}");
    }
}
