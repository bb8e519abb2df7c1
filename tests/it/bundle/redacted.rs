//! `bundle redact`: a bundle for whoever may not see names. Nobody is in it, and what isn't there is said to be withheld.

use std::fs;
use std::path::Path;

use headcount::bag::{Bag, PayloadName, Role, Tier};

use super::kit::{PRINCIPAL, Room, name};
use crate::support::process::{NOW, headcount};
use crate::support::tenant::Tenant;

const KEY: &str = "a key of the organisation, and nobody else's";

/// The bundle of an audit of simulated vendors, in a room for its redacted ones.
fn audited() -> (Tenant, Room) {
    let (tenant, room) = (Tenant::new(200, 6), Room::new());
    let config = fs::read_to_string(tenant.config()).expect("a configuration");
    let with_key = config.replacen("[report]\n", "[report]\npseudonym_key = \"env:A_KEY\"\n", 1);
    assert_ne!(with_key, config);
    fs::write(tenant.config(), with_key).expect("written");
    let formats = "json,html,md,csv,xlsx,sarif,junit,codequality,oscal,ndjson,members-csv,accounts,accounts-csv";
    let mut audit = headcount();
    audit.args(["audit", "-q", "--exit-zero", "--as-of", NOW, "--format", formats, "-c"]).arg(tenant.config());
    audit.arg("--out").arg(tenant.kit.path().join("out")).arg("--bundle").arg(room.file("full.zip"));
    let output = audit.output().expect("ran");
    assert!(room.file("full.zip").exists(), "{}", String::from_utf8_lossy(&output.stderr));
    (tenant, room)
}

fn redact(room: &Room, tier: &str, key: Option<&str>) -> (Option<i32>, String) {
    let mut redact = headcount();
    redact.args(["bundle", "redact", "full.zip", "--privacy", tier, "--out", &format!("{tier}.zip")]);
    redact.envs(key.map(|key| ("A_KEY", key)));
    let output = redact.current_dir(room.path()).output().expect("ran");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn text(bag: &Bag, file: &PayloadName) -> String {
    String::from_utf8_lossy(&bag.read_all(file, 1 << 30).expect("read")).into_owned()
}

/// Every word of the full bundle that leads to a person: names, addresses, login names, identifiers, fingerprints.
fn people(bag: &Bag) -> Vec<String> {
    let mut words = Vec::new();
    for line in text(bag, &name("accounts.ndjson")).lines() {
        let account: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for member in [
            "account_id",
            "external_id",
            "email",
            "username",
            "display_name",
            "employee_id",
            "employee_name",
            "manager",
        ] {
            words.extend(account[member].as_str().map(str::to_owned));
        }
    }
    let report: serde_json::Value = serde_json::from_str(&text(bag, &name("outputs/report.json"))).expect("JSON");
    for finding in report["findings"].as_array().expect("findings") {
        words.push(finding["fingerprint"].as_str().expect("a fingerprint").to_owned());
    }
    // Shorter ones are parts of other words.
    words.retain(|word| word.len() >= 7);
    words.sort();
    words.dedup();
    assert!(words.len() > 300, "{}", words.len());
    words
}

#[test]
fn nobody_is_in_a_bundle_that_tells_less() {
    let (_tenant, room) = audited();
    let full = Bag::open(&room.file("full.zip")).expect("a bundle");
    let people = people(&full);
    let rosters: Vec<_> = full.description().inputs(Role::Roster).map(|input| input.file.clone()).collect();
    let roster = text(&full, &rosters[0]);
    assert!(people.iter().any(|word| roster.contains(word.as_str())), "the words are those of the full bundle");
    let (code, said) = redact(&room, "pseudonymous", None);
    assert!(code == Some(2) && said.contains("A_KEY is not set"), "{said}");
    for (level, tier) in [("pseudonymous", Tier::Pseudonymous), ("counts", Tier::Counts)] {
        let (code, said) = redact(&room, level, Some(KEY));
        assert!(code == Some(0) && said.contains("tells less of full.zip"), "{said}");
        let file = format!("{level}.zip");
        let bag = Bag::open(&room.file(&file)).expect("a bundle");
        let description = bag.description();
        assert_eq!((description.tier, &description.full.as_ref().expect("the full one").id), (tier, &full.id()));
        for file in bag.names() {
            let text = text(&bag, file);
            let found: Vec<_> = people.iter().filter(|word| text.contains(word.as_str())).collect();
            assert!(found.is_empty(), "{file}: {found:?}");
        }
        for role in [Role::Records, Role::Roster, Role::Configuration, Role::Certificates, Role::Rule] {
            assert!(description.withheld.iter().any(|withheld| withheld.role == role), "{role:?}");
            assert_eq!(description.inputs(role).count(), 0, "{role:?}");
        }
        let has_accounts = description.inputs(Role::Accounts).count() > 0;
        assert_eq!(has_accounts, tier == Tier::Pseudonymous);
        room.run(["verify", &file]).is(3, &["intact, and not confirmed", level, "its files agree"]);
        room.run(["replay", &file]).is(3, &[]);
    }
    let report = text(&Bag::open(&room.file("pseudonymous.zip")).expect("a bundle"), &name("outputs/report.json"));
    assert!(report.contains("account-") && report.contains("employee-"), "pseudonyms");
}

#[test]
fn a_signed_one_verifies_and_is_part_of_the_chain() {
    let (_tenant, room) = audited();
    if room.key("iam", "ed25519", PRINCIPAL, "").is_none() {
        return;
    }
    redact(&room, "counts", None);
    room.sign("counts.zip", "iam").is(0, &[]);
    room.verify("counts.zip").is(0, &["verified", "audit, counts"]);
    let (code, said) = redact(&room, "full", None);
    assert!(code == Some(2) && said.contains("tells everything"), "{said}");
    let (code, said) = redact(&room, "counts", None);
    assert!(code == Some(2) && said.contains("counts.zip exists already"), "{said}");
    fs::rename(room.file("counts.zip"), room.file("full.zip")).expect("renamed");
    let (code, said) = redact(&room, "counts", None);
    assert!(code == Some(2) && said.contains("only the full bundle of an audit"), "{said}");
    assert!(!Path::new(&room.file("counts.zip")).exists());
}
