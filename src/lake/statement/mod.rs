//! The configured rules as one statement over the tables, without a dialect: no functions but COALESCE, MIN, MAX and COUNT. It
//! is made of the checked conditions that an audit evaluates.
//!
//! Its rows are what the rules say: `(rule, source, subject, member, verdict, missing, accounts)`. Of an account, the subject is
//! its identifier; of a group, its key, with a row for each member; of a person, the employee id, with a row for each account
//! that counts. Rows without a rule count accounts by situation, and how many there are of which none is another, so that whoever
//! reads them knows that none was lost and none is there twice.

mod asked;
mod correlation;
mod groups;
mod people;

use std::collections::BTreeMap;
use std::fmt;

use super::TableName;
use super::columns;
use crate::expression::{Gap, Lack, quoted};
use crate::model::{RuleId, SourceName};
use crate::rule::facts::{FACTS, FactDef};
use crate::rule::{GroupBy, Rule, RuleSet, Subject};
use asked::Asked;

/// What the tables are called where they are.
#[derive(Debug, Clone, Default)]
pub struct Tables(BTreeMap<TableName, String>);

impl Tables {
    /// Calls a table so.
    ///
    /// # Errors
    /// What isn't a name.
    pub fn call(&mut self, text: &str) -> Result<(), String> {
        let expected = || {
            let names: Vec<&str> = TableName::ALL.iter().map(|table| table.as_str()).collect();
            format!(
                "expected a table and its name, as in accounts=lake.facts_accounts; the tables are {}",
                names.join(", ")
            )
        };
        let (table, name) = text.split_once('=').ok_or_else(expected)?;
        let table = TableName::ALL.into_iter().find(|known| known.as_str() == table.trim()).ok_or_else(expected)?;
        let is_part = |part: &str| {
            let mut letters = part.chars();
            letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
                && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        if !name.trim().split('.').all(is_part) {
            return Err(format!("{name:?} is no plain name of a table: letters, digits and _, with dots between"));
        }
        self.0.insert(table, name.trim().to_owned());
        Ok(())
    }

    fn name(&self, table: TableName) -> &str {
        self.0.get(&table).map_or(table.as_str(), String::as_str)
    }
}

/// The statement, and the rules that it leaves to the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, which ends without a semicolon.
    pub text: String,
}

/// A rule that can't be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsayable {
    /// Which.
    pub rule: RuleId,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Unsayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rule {} can't be said in SQL: {}", self.rule, self.reason)
    }
}

/// The statement of these rules.
///
/// # Errors
/// Every rule that can't be said, with the reason.
pub fn statement(rules: &RuleSet, tables: &Tables) -> Result<Statement, Vec<Unsayable>> {
    let enabled: Vec<&Rule> = rules.enabled().collect();
    let text = of_rules(&enabled, tables, &rules.sha256())?;
    Ok(Statement { text: format!("{}{text}", left_out(rules)) })
}

/// The statement of some rules, which are known by a hash.
pub(super) fn of_rules(rules: &[&Rule], tables: &Tables, sha256: &str) -> Result<String, Vec<Unsayable>> {
    let asked = asked::all(rules);
    let mut unsayable: Vec<Unsayable> = Vec::new();
    let group_sets = groups::conditions(&asked).unwrap_or_else(|mistakes| {
        unsayable.extend(mistakes);
        Vec::new()
    });
    let of_people = people::conditions(&asked).unwrap_or_else(|mistakes| {
        unsayable.extend(mistakes);
        Vec::new()
    });
    if !unsayable.is_empty() {
        return Err(unsayable);
    }
    let read = facts_read(rules);
    let mut expressions = correlation::correlation(rules, tables, &read);
    expressions.push(("asked".to_owned(), asked::table(&asked)));
    expressions.push(("verdicts".to_owned(), verdicts(&asked)));
    expressions.push(("once".to_owned(), once(tables)));
    let mut rows = vec![stamp(sha256), counts(), distinct(), accounts()];
    if !group_sets.is_empty() {
        expressions.extend(groups::expressions(&group_sets, tables));
        rows.extend(groups::rows());
    }
    if !of_people.is_empty() {
        expressions.extend(people::expressions(&of_people, tables));
        rows.extend(people::rows());
    }
    let with: Vec<String> = expressions.iter().map(|(name, text)| format!("{name} AS (\n  {text}\n)")).collect();
    Ok(format!("WITH {}\n{}", with.join(",\n"), rows.join("\nUNION ALL\n")))
}

/// A comment about the rules that the report judges itself.
fn left_out(rules: &RuleSet) -> String {
    let judged = |rule: &&Rule| matches!(rule.subject(), Subject::Source | Subject::Roster | Subject::Exception);
    let ids: Vec<&str> = rules.enabled().filter(judged).map(|rule| rule.id().as_str()).collect();
    let about = "-- The configured rules as `headcount sql` says them. `headcount report` judges these itself, by the certificates of\n\
                     -- the sources, the roster and the exceptions:\n";
    let lines = ids.chunks(5).map(|ids| format!("--   {}\n", ids.join(", ")));
    about.to_owned() + &lines.collect::<String>()
}

/// Says by which rules the rows were made, and of facts as of which moment.
fn stamp(sha256: &str) -> String {
    format!(
        "SELECT '' AS rule, '' AS source, '{sha256}' AS subject, k.as_of_text AS member, 'statement' AS verdict, '' AS missing, \
         1 AS accounts FROM clock k"
    )
}

/// How many accounts are in which situation at each source.
fn counts() -> String {
    "SELECT '' AS rule, source, a_situation AS subject, COALESCE(a_matched_by, '') AS member, 'accounts' AS verdict, '' AS missing, \
     COUNT(*) AS accounts FROM base GROUP BY source, a_situation, COALESCE(a_matched_by, '')"
        .to_owned()
}

/// How often each account is there: parts that were shared out otherwise than by account may have one in common.
fn once(tables: &Tables) -> String {
    let accounts = tables.name(TableName::Accounts);
    format!("SELECT a.source AS source, a.id AS id, COUNT(*) AS times FROM {accounts} a GROUP BY a.source, a.id")
}

/// How many accounts each source has, and one that is there more than once.
fn distinct() -> String {
    "SELECT '' AS rule, o.source AS source, COALESCE(MIN(CASE WHEN o.times > 1 THEN o.id END), '') AS subject, '' AS member, \
     'distinct' AS verdict, '' AS missing, COUNT(*) AS accounts FROM once o GROUP BY o.source"
        .to_owned()
}

/// What the rules about accounts say, and of which accounts nobody can say whether they count in a group. Columns are told from
/// what is made of them by the name of their table: for some engines, a new name goes before an old one.
fn accounts() -> String {
    let verdict = "CASE WHEN v.holds THEN 'violation' ELSE 'not-evaluable' END";
    let missing = "CASE WHEN v.holds THEN '' ELSE v.missing END";
    format!(
        "SELECT v.rule AS rule, v.source AS source, v.id AS subject, '' AS member, {verdict} AS verdict, {missing} AS missing, 1 AS accounts \
         FROM verdicts v WHERE (v.kind = 'account' AND (v.holds OR v.holds IS NULL)) \
         OR (v.kind = 'group' AND v.key_number = 1 AND v.holds IS NULL)"
    )
}

/// For every account and condition about accounts, what it says.
fn verdicts(asked: &[Asked<'_>]) -> String {
    let holds: Vec<String> = asked.iter().map(|asked| format!("WHEN {} THEN {}", asked.number, asked.holds)).collect();
    let missing = asked.iter().filter(|asked| !asked.gaps.is_empty());
    let missing: Vec<String> =
        missing.map(|asked| format!("WHEN {} THEN {}", asked.number, missing_words(&asked.gaps))).collect();
    let case = |(number, by): (usize, GroupBy)| format!("WHEN {number} THEN {}", group_key(by));
    let keys: Vec<String> = asked.iter().filter_map(|asked| Some((asked.number, asked.by?))).map(case).collect();
    let mut columns = vec![cases(&keys, "NULL") + " AS group_key"];
    for at in groups::earlier(asked.iter().map(|asked| asked.rule)) {
        let earlier = asked.iter().filter(|asked| asked.key_number > at);
        let earlier = earlier.filter_map(|asked| Some((asked.number, *asked.rule.group_by().get(at - 1)?)));
        columns.push(format!("{} AS earlier_{at}", cases(&earlier.map(case).collect::<Vec<_>>(), "NULL")));
    }
    let columns = columns.join(",\n    ");
    format!(
        "SELECT r.number AS number, r.rule AS rule, r.kind AS kind, r.key_number AS key_number, b.account AS account, b.source AS source, b.id AS id, b.person AS person, b.a_matched AS a_matched,\n    {columns},\n    CASE r.number\n      {}\n    END AS holds,\n    {} AS missing\n  FROM base b CROSS JOIN asked r",
        holds.join("\n      "),
        cases(&missing, "''")
    )
}

fn cases(all: &[String], otherwise: &str) -> String {
    if all.is_empty() {
        return otherwise.to_owned();
    }
    format!("CASE r.number\n      {}\n      ELSE {otherwise} END", all.join("\n      "))
}

/// The key by which a rule groups an account.
fn group_key(by: GroupBy) -> String {
    match by {
        GroupBy::Employee => "CASE WHEN b.a_attributable AND b.person IS NOT NULL THEN b.owner_id END".to_owned(),
        other => format!("b.{}", super::accounts::group_column(other)),
    }
}

/// What is missing, as words with a space behind each.
fn missing_words(gaps: &[Gap]) -> String {
    let words = gaps.iter().map(|gap| {
        let words = match &gap.what {
            Lack::Facts(missing) => format!("'{}'", columns::words(*missing)),
            Lack::Column(column) => format!("COALESCE({column}, '')"),
        };
        format!("CASE WHEN {} THEN {words} ELSE '' END", gap.when.join(" OR "))
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "''".to_owned() } else { words.join(" || ") }
}

/// Every fact that a condition about accounts reads.
fn facts_read(rules: &[&Rule]) -> Vec<&'static FactDef> {
    let mut read: Vec<&'static FactDef> = Vec::new();
    let by_rules = rules.iter().flat_map(|rule| rule.facts_read());
    let by_keys = rules
        .iter()
        .flat_map(|rule| rule.group_by())
        .filter_map(|by| FACTS.iter().copied().find(|fact| fact.root == "account" && fact.name == by.as_str()));
    for fact in by_rules.chain(by_keys) {
        if matches!(fact.root, "account" | "employee" | "declared")
            && !read.iter().any(|known| known.path() == fact.path())
        {
            read.push(fact);
        }
    }
    read.sort_by_key(|fact| FACTS.iter().position(|known| known.path() == fact.path()));
    read
}

/// Whether an account is of one of a rule's sources.
fn of_sources(sources: Option<&std::collections::BTreeSet<SourceName>>, holds: String) -> Option<String> {
    let Some(sources) = sources else { return Some(holds) };
    let names = sources.iter().map(|source| quoted(source.as_str())).collect::<Option<Vec<_>>>()?;
    Some(match names.as_slice() {
        [] => "FALSE".to_owned(),
        names => format!("(b.source IN ({}) AND {holds})", names.join(", ")),
    })
}
