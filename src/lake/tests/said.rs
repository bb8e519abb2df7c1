//! What engines say over the facts is what the audit says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::engine::Engine;
use super::organisations::{Organisation, example};
use super::random::{self, Size};
use super::rows::{Said, said};
use crate::lake::{Tables, statement};
use crate::model::RuleId;
use crate::rule::{RuleSet, Subject};

/// What all engines and the audit say, and how much that is.
#[track_caller]
fn agrees(engines: &[Engine], organisation: &Organisation) -> usize {
    let rules = organisation.rules();
    let statement = statement(rules, &Tables::default()).expect("every rule can be said").text;
    let (facts, by_audit) = (organisation.facts(), organisation.judged());
    for engine in engines {
        let (by_engine, undecided) = people_apart(said(&engine.rows(&facts, &statement), rules), rules);
        assert_eq!(undecided, organisation.undecided_people(), "{engine}");
        let only: Vec<_> = by_engine.difference(&by_audit).take(10).collect();
        let lacks: Vec<_> = by_audit.difference(&by_engine).take(10).collect();
        assert!(only.is_empty() && lacks.is_empty(), "only by {engine}: {only:#?}\nonly by the audit: {lacks:#?}");
    }
    by_audit.len()
}

/// Without the people of whom nobody can say it: an audit tells only how many they are.
fn people_apart(all: BTreeSet<Said>, rules: &RuleSet) -> (BTreeSet<Said>, BTreeMap<String, u64>) {
    let is_about_people =
        |rule: &str| rules.get(&RuleId::new(rule)).is_some_and(|rule| rule.subject() == Subject::Employee);
    let (undecided, told): (BTreeSet<Said>, BTreeSet<Said>) =
        all.into_iter().partition(|(rule, _, _, verdict, _)| verdict == "not-evaluable" && is_about_people(rule));
    let mut counts = BTreeMap::new();
    for (rule, ..) in undecided {
        *counts.entry(rule).or_default() += 1;
    }
    (told, counts)
}

#[test]
fn of_the_quickstart() {
    assert!(agrees(&Engine::all(), &Organisation::at(example("quickstart"), "2026-10-15T12:00:00Z")) > 20);
}

/// Simulated vendors over HTTP, with all that goes wrong in an organisation.
#[cfg(feature = "demo")]
#[test]
fn of_the_simulated_vendors() {
    use std::sync::Arc;

    use crate::simulate::{Behaviour, ServeOptions, Simulators, World, WorldOptions, write_kit};

    let today = "2026-10-15".parse().expect("a day");
    let world = World::new(WorldOptions { accounts: 400, seed: 6, today });
    let (runtime, world) = (tokio::runtime::Runtime::new().expect("a runtime"), Arc::new(world));
    let options = ServeOptions::all(&Behaviour::default());
    let simulators = runtime.block_on(Simulators::start(Arc::clone(&world), &options)).expect("started");
    let kit = tempfile::tempdir().expect("a folder");
    write_kit(kit.path(), &world, &simulators).expect("a kit");
    assert!(agrees(&Engine::all(), &Organisation::at(kit, "2026-10-15T12:00:00Z")) > 1_000);
}

/// Rules of an organisation's own: roles and patterns, which are parts, and rules about groups and people.
#[test]
fn of_custom_rules() {
    let rules = Path::new("examples/custom-rules").canonicalize().expect("a folder");
    let config = format!(
        "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\nprivileged_roles = [\"Admin\"]\n\
         [rules]\npaths = [{:?}]\n[rules.override.email-domain]\nparams = {{ domains = [\"example.com\"] }}\n\
         [rules.override.region-restricted]\nparams = {{ sources = [\"crm\"], locations = [\"Bern\"] }}\n\
         [rules.override.sso-bypass]\nparams = {{ sources = [\"crm\"] }}\n\
         [rules.override.privileged-unapproved]\nparams = {{ approved = [\"crm/3\", \"E-2\"] }}\n",
        rules.display().to_string()
    );
    let hr = "Employee ID,Name,Work email,Status,Department,Location,Worker type,Last day,Start date\n\
              E-1,Ada Tester,ada@example.com,Active,Sales,Bern,employee,,2020-01-01\n\
              E-2,Ben Tester,ben@example.com,Leave,Sales,Zug,external,2027-06-30,2021-01-01\n\
              E-3,Cyd Tester,cyd@example.com,Terminated,IT,Bern,external,2026-01-31,2021-01-01\n\
              E-4,Dan Tester,desk@example.com,Active,IT,,employee,,2026-11-30\n\
              E-5,Eve Tester,desk@example.com,Active,IT,Bern,,,\n";
    let crm = "id,email,username,display_name,status,roles,last_login,created_at,licensed,external_id\n\
               1,ada@example.com,ada,Ada Tester,active,Admin,2026-10-14,2020-01-01,true,E-1\n\
               2,ben@example.com,ben,Somebody Else,active,Admin;User,2026-01-01,2020-01-01,true,\n\
               3,cyd@example.com,cyd,Cyd Tester,active,User,2026-10-01,2020-01-01,true,E-9\n\
               4,desk@example.com,desk,The Desk,active,User,,2026-10-01,false,\n\
               5,ada@example.com,helpdesk2,Ada Tester,active,,2026-10-14,2020-01-01,true,E-2\n\
               6,nobody@elsewhere.example,nobody,No Body,inactive,Admin,2026-10-14,2020-01-01,true,\n\
               7,ada@example.com,ada7,Ada Tester,active,Admin,2026-10-14,2020-01-01,true,\n";
    let files = [("headcount.toml", config.as_str()), ("hr.csv", hr), ("crm.csv", crm)];
    assert!(agrees(&Engine::all(), &Organisation::new(&files, "2026-10-15T12:00:00Z")) > 20);
}

#[test]
fn of_organisations_by_chance() {
    let engines = Engine::all();
    let holds = |seed: u64| {
        let now = if seed.is_multiple_of(2) { random::NOW } else { random::MIDNIGHT };
        agrees(&engines, &random::organisation(seed, Size { people: 8, accounts: 12 }, now));
        Ok(())
    };
    let config = ProptestConfig { source_file: Some(file!()), ..ProptestConfig::with_cases(12) };
    TestRunner::new(config).run(&any::<u64>(), holds).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn of_a_larger_organisation_by_chance() {
    assert!(agrees(&Engine::all(), &random::organisation(7, Size { people: 40, accounts: 300 }, random::NOW)) > 2_000);
}
