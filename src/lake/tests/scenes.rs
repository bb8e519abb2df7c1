//! The examples of all rules and the tests of files, as the engine judges them. They have situations and no keys, so that keys are
//! made up for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::Value as Cell;
use rusqlite::{Connection, params_from_iter};

use super::engine::{rows, said};
use crate::config::Config;
use crate::lake::TableName;
use crate::lake::accounts::{Shape, key_layout};
use crate::lake::part::PartOf;
use crate::lake::people::FactSheet;
use crate::lake::sheet::{Cells, Holds, Layout, Sheet};
use crate::lake::statement::{Tables, of_rules};
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

    /// What the engine says: subjects of violations, and of what isn't evaluable, with what is missing.
    fn judged(self, rules: &RuleSet) -> (BTreeSet<String>, BTreeSet<String>) {
        let engine = Connection::open_in_memory().expect("SQLite");
        let clock = Layout::default().with("as_of", Holds::Number).with("as_of_ns", Holds::Number);
        let mut clock = Sheet::new(&Arc::new(clock));
        clock.number(Some(self.now.timestamp())).number(Some(i64::from(self.now.timestamp_subsec_nanos())));
        for (name, sheet) in [
            (TableName::Accounts, &self.accounts),
            (TableName::AccountKeys, &self.keys),
            (TableName::People, &self.people.sheet),
            (TableName::PersonKeys, &self.person_keys),
            (TableName::Declarations, &self.declarations.sheet),
            (TableName::Rules, &clock),
        ] {
            fill(&engine, name, sheet);
        }
        let text = of_rules(&[self.rule], &Tables::default(), "").expect("it can be said");
        let (mut violations, mut missing) = (BTreeSet::new(), BTreeSet::new());
        for (_, _, subject, verdict, words) in said(&rows(&engine, &text), rules) {
            if verdict == "violation" {
                violations.insert(subject);
            } else {
                missing.extend(words);
            }
        }
        (violations, missing)
    }
}

fn fill(engine: &Connection, table: TableName, sheet: &Sheet) {
    let names: Vec<String> = sheet.layout.0.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    engine.execute(&format!("CREATE TABLE {table} ({})", names.join(", ")), ()).expect("created");
    let columns: Vec<Vec<Cell>> = sheet
        .columns
        .iter()
        .map(|column| {
            let mut values: Vec<Cell> = match &column.cells {
                Cells::Flags(flags) => flags.iter().map(|flag| Cell::Integer(i64::from(*flag))).collect(),
                Cells::Numbers(numbers) => numbers.iter().copied().map(Cell::Integer).collect(),
                Cells::Texts(bytes, ends) => {
                    let starts = std::iter::once(0).chain(ends.iter().copied());
                    starts
                        .zip(ends)
                        .map(|(start, end)| Cell::Text(String::from_utf8_lossy(&bytes[start..*end]).into_owned()))
                        .collect()
                }
            };
            values.reverse();
            column
                .there
                .iter()
                .map(|there| if *there == 1 { values.pop().expect("a value") } else { Cell::Null })
                .collect()
        })
        .collect();
    let places = vec!["?"; names.len()].join(", ");
    let mut insert = engine.prepare(&format!("INSERT INTO {table} VALUES ({places})")).expect("a statement");
    for row in 0..sheet.rows() {
        insert.execute(params_from_iter(columns.iter().map(|column| &column[row]))).expect("inserted");
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

#[test]
fn every_example_of_every_rule() {
    let custom =
        format!("[rules]\npaths = [{:?}]", Path::new("examples/custom-rules").canonicalize().expect("a folder"));
    let none = RuleSet::load(&crate::config::RulesConfig::default()).expect("the built-in rules");
    let all = with_params(none.iter().next().expect("a rule"), &BTreeMap::new(), &custom);
    let (source, mut examples) = (SourceName::new("example"), 0);
    for rule in all.iter().filter(|rule| about_accounts(rule)) {
        for example in rule.examples() {
            let with_own = with_params(rule, example.overrides(), &custom);
            let rule = with_own.get(rule.id()).expect("the rule");
            let mut stage = None;
            example.scenes(rule, &mut |scope| {
                stage.get_or_insert_with(|| Stage::new(rule, &source, scope.now)).add(scope);
            });
            let (violations, missing) = stage.expect("a scene").judged(&with_own);
            let (expected, lacks) = example.expected();
            let (found, missing) = match (violations.is_empty(), missing.is_empty()) {
                (false, _) => (Expect::Violation, BTreeSet::new()),
                (true, false) => (Expect::NotEvaluable, missing),
                (true, true) => (Expect::Pass, BTreeSet::new()),
            };
            let lacks: BTreeSet<String> = lacks.names().map(str::to_owned).collect();
            assert_eq!((found, missing), (expected, lacks), "{}: {}", rule.id(), example.name);
            examples += 1;
        }
    }
    assert!(examples > 150, "{examples}");
}

#[test]
fn every_test_of_a_file() {
    let custom = Path::new("examples/custom-rules").canonicalize().expect("a folder");
    let none = RuleSet::load(&crate::config::RulesConfig::default()).expect("the built-in rules");
    let rules =
        with_params(none.iter().next().expect("a rule"), &BTreeMap::new(), &format!("[rules]\npaths = [{custom:?}]"));
    let (source, mut asked) = (SourceName::new("example"), 0);
    questions(&custom.join("organisation.test.toml"), &rules, &mut |(rule, people, scenes, found, now)| {
        if !about_accounts(rule) {
            return;
        }
        let mut stage = Stage::new(rule, &source, now);
        for person in people {
            stage.person(*person);
        }
        scenes(&mut |scope| stage.add(scope));
        let (violations, _) = stage.judged(&rules);
        let found: BTreeSet<String> = found.iter().map(|subject| subject.replace(", ", " ")).collect();
        assert_eq!(violations, found, "{}", rule.id());
        asked += 1;
    });
    assert!(asked > 3, "{asked}");
}
