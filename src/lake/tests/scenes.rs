//! The examples of all rules and the tests of files, as the engine judges them. They have situations and no keys, so that keys are
//! made up for them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::engine::Engine;
use super::rows::said;
use crate::config::{Config, RulesConfig};
use crate::lake::accounts::{Shape, key_layout};
use crate::lake::part::PartOf;
use crate::lake::people::FactSheet;
use crate::lake::sheet::{Holds, Layout, Sheet};
use crate::lake::statement::{Tables, of_rules};
use crate::lake::{Folder, TableName};
use crate::model::{SourceName, Timestamp};
use crate::rule::facts::FACTS;
use crate::rule::{EmployeeScope, Expect, Rule, RuleSet, Scope, Subject, Value, questions};

/// The tables of one rule.
struct Stage<'r> {
    rule: &'r Rule,
    shape: Shape<'r>,
    now: Timestamp,
    accounts: Sheet,
    keys: Sheet,
    people: FactSheet,
    person_keys: Sheet,
    declarations: FactSheet,
    /// Who has which number.
    known: Vec<String>,
    number: i64,
}

impl<'r> Stage<'r> {
    fn new(rule: &'r Rule, source: &'r SourceName, now: Timestamp) -> Self {
        let shape = Shape::of_rules(&[rule], source, 0, PartOf::WHOLE);
        let person_keys = Layout::default().with("lookup", Holds::Text).with("person", Holds::Number);
        Self {
            rule,
            accounts: Sheet::new(shape.layout()),
            shape,
            now,
            keys: Sheet::new(&Arc::new(key_layout())),
            people: FactSheet::new("person", "employee"),
            person_keys: Sheet::new(&Arc::new(person_keys)),
            declarations: FactSheet::new("declaration", "declared"),
            known: Vec::new(),
            number: 0,
        }
    }

    /// The number of somebody, who is in the roster from now on.
    fn person(&mut self, person: EmployeeScope<'_>) -> i64 {
        let known = format!("{:?}", person.employee);
        let at = self.known.iter().position(|other| *other == known).unwrap_or_else(|| {
            let number = i64::try_from(self.known.len()).expect("few");
            self.people.add(number, &Scope { employee: Some(person), ..Scope::at(self.now) });
            self.known.push(known);
            self.known.len() - 1
        });
        i64::try_from(at).expect("few")
    }

    /// Adds an account, and keys that lead to its situation; without an account, only the person.
    fn add(&mut self, scope: &Scope<'_>) {
        let all: Vec<i64> = scope
            .employee
            .iter()
            .flat_map(|scope| {
                let headings = scope.headings;
                scope.people().map(move |person| EmployeeScope::one(person, headings))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .map(|person| self.person(person))
            .collect();
        if scope.account.is_none() {
            return;
        }
        self.number += 1;
        let number = self.number;
        let fact = |path: &str| match FACTS.iter().find(|fact| fact.path() == path).map(|fact| fact.value(scope)) {
            Some(Value::Text(text)) => text.into_owned(),
            _ => "email".to_owned(),
        };
        let declaration = scope.declared.is_some().then_some(number);
        if declaration.is_some() {
            self.declarations.add(number, scope);
        }
        self.shape.account(&mut self.accounts, (Some(number), declaration), scope, "{}");
        let (situation, tier) = (fact("account.situation"), fact("account.matched_by"));
        for (rank, person) in (0..).zip(all) {
            let rank = if situation == "ambiguous" { 0 } else { rank };
            let key = format!("{number}/{rank}");
            self.keys.number(Some(number)).number(Some(rank)).text(Some(&tier)).text(Some(&key));
            self.person_keys.text(Some(&key)).number(Some(person));
        }
    }

    /// What an engine says: subjects of violations, and of what isn't evaluable, with what is missing.
    fn judged(&self, engine: &Engine, rules: &RuleSet) -> (BTreeSet<String>, BTreeSet<String>) {
        let clock = Layout::default().with("as_of", Holds::Number).with("as_of_ns", Holds::Number);
        let clock = clock.with("as_of_text", Holds::Text);
        let mut clock = Sheet::new(&Arc::new(clock));
        clock
            .number(Some(self.now.timestamp()))
            .number(Some(i64::from(self.now.timestamp_subsec_nanos())))
            .text(Some(""));
        let facts = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(facts.path());
        folder.prepare().expect("writable");
        for (name, sheet) in [
            (TableName::Accounts, &self.accounts),
            (TableName::AccountKeys, &self.keys),
            (TableName::People, &self.people.sheet),
            (TableName::PersonKeys, &self.person_keys),
            (TableName::Declarations, &self.declarations.sheet),
            (TableName::Rules, &clock),
        ] {
            folder.write(name, "all", sheet).expect("written");
        }
        let text = of_rules(&[self.rule], &Tables::default(), "").expect("it can be said");
        let (mut violations, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for (_, _, subject, verdict, words) in said(&engine.rows(facts.path(), &text), rules) {
            if verdict == "violation" {
                violations.insert(subject);
            } else {
                missing.extend(words);
            }
        }
        (violations, missing)
    }
}

fn about_accounts(rule: &Rule) -> bool {
    matches!(rule.subject(), Subject::Account | Subject::Group | Subject::Employee)
}

/// The rules with other limits for one of them.
fn with_params(rule: &Rule, params: &BTreeMap<String, toml::Value>, more: &str) -> RuleSet {
    let params: Vec<String> = params.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let text = format!(
        "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\n{more}\n\
         [rules.override.{}]\nparams = {{ {} }}\n",
        rule.id(),
        params.join(", ")
    );
    let config = Config::parse(Path::new("headcount.toml"), &text).expect("a good configuration");
    RuleSet::load(&config.rules).expect("good rules")
}

/// The folder of the rules that somebody has written, and those with the built-in ones.
fn custom_rules() -> (PathBuf, RuleSet) {
    let folder = Path::new("examples/custom-rules").canonicalize().expect("a folder");
    let built_in = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    let any = built_in.iter().next().expect("a rule");
    let all = with_params(any, &BTreeMap::new(), &format!("[rules]\npaths = [{folder:?}]"));
    (folder, all)
}

/// How many examples the files of a folder have.
fn written(folder: &str) -> usize {
    let files = files_below(Path::new(folder), ".toml").into_iter().map(|file| fs::read_to_string(file).expect("text"));
    files.map(|text| text.lines().filter(|line| *line == "[[examples]]").count()).sum()
}

/// The files below a folder whose names end so, but not what was built there.
fn files_below(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let below = entries.flat_map(|path| match path.file_name().and_then(|name| name.to_str()) {
        Some(name) if path.is_dir() && name != "target" && !name.starts_with('.') => files_below(&path, end),
        Some(name) if path.is_file() && name.ends_with(end) => vec![path],
        _ => Vec::new(),
    });
    below.collect()
}

#[test]
fn every_example_of_every_rule() {
    let (folder, all) = custom_rules();
    let custom = format!("[rules]\npaths = [{folder:?}]");
    let (engines, source) = (Engine::all(), SourceName::new("example"));
    let (mut asked, mut elsewhere) = (0, 0);
    for rule in all.iter() {
        if !about_accounts(rule) {
            elsewhere += rule.examples().len();
            continue;
        }
        for example in rule.examples() {
            let with_own = with_params(rule, example.overrides(), &custom);
            let rule = with_own.get(rule.id()).expect("the rule");
            let mut stage = None;
            example.scenes(rule, &mut |scope| {
                stage.get_or_insert_with(|| Stage::new(rule, &source, scope.now)).add(scope);
            });
            let (stage, (expected, lacks)) = (stage.expect("a scene"), example.expected());
            let lacks: BTreeSet<String> = lacks.names().map(str::to_owned).collect();
            for engine in &engines {
                let (violations, missing) = stage.judged(engine, &with_own);
                let (found, missing) = match (violations.is_empty(), missing.is_empty()) {
                    (false, _) => (Expect::Violation, BTreeSet::new()),
                    (true, false) => (Expect::NotEvaluable, missing),
                    (true, true) => (Expect::Pass, BTreeSet::new()),
                };
                assert_eq!((found, &missing), (expected, &lacks), "{engine}: {}: {}", rule.id(), example.name);
            }
            asked += 1;
        }
    }
    assert_eq!(asked + elsewhere, written("rules") + written("examples/custom-rules"));
    assert!(asked > 150 && elsewhere < 60, "{asked} and {elsewhere}");
}

#[test]
fn every_test_of_a_file() {
    let (_, rules) = custom_rules();
    let (engines, source) = (Engine::all(), SourceName::new("example"));
    let files = files_below(Path::new("."), ".test.toml");
    assert!(!files.is_empty(), "no file of tests");
    for file in files {
        let (mut asked, mut found) = (0, 0);
        questions(&file, &rules, &mut |(rule, people, scenes, findings, now)| {
            if !about_accounts(rule) {
                return;
            }
            let mut stage = Stage::new(rule, &source, now);
            for person in people {
                stage.person(*person);
            }
            scenes(&mut |scope| stage.add(scope));
            let findings: BTreeSet<String> = findings.iter().map(|subject| subject.replace(", ", " ")).collect();
            for engine in &engines {
                assert_eq!(stage.judged(engine, &rules).0, findings, "{engine}: {}: {}", file.display(), rule.id());
            }
            (asked, found) = (asked + 1, found + findings.len());
        });
        assert!(asked > 3 && found > 3, "{}: {asked} and {found}", file.display());
    }
}
