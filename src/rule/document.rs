//! `docs/rules.md`: the facts, the functions and the rules, written from the tables that the checker reads.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::control::FRAMEWORKS;
use super::facts::{FACTS, FactDef, Kind, ROOTS};
use super::{Rule, RuleSet};
use crate::base::text::grouped;
use crate::expression::differences::{DIFFERENCES, Difference, Outcome, RECORD};
use crate::expression::functions::{FUNCTIONS, Function, MACROS, Style};
use crate::expression::{MAX_BRACKETS, MAX_DEPTH, MAX_STEPS, MAX_TEXT};
use crate::model::{Account, AccountStatus, Fact as Told, FactName, Json, Timestamp};

const HEAD: &str = "# Rules: facts, functions, catalogue

<!-- Written by the code; `HEADCOUNT_WRITE_DOCS=1 cargo test --test it rules::` writes it again. -->

A rule is a file `<id>.toml`. Its condition `when` is written in [CEL](https://cel.dev) over the facts below and is checked
when it is loaded. A fact that a vendor doesn't tell is unknown: `false && unknown` is false, `true || unknown` is true,
everything else is unknown, and then the rule is *not evaluable* there. Optional facts are asked for with `has()` first.
`headcount schema rule` prints the form of the file, `headcount rules show ID` explains a rule, `headcount rules test` judges
its examples and `headcount rules check` looks for what is allowed and is a mistake all the same.
";

const STATES: &str = "
What decides `account.live`:

| `account.status` | `account.deleted_at` | `account.live` |
|---|---|---|
";

const OPERATORS: &str = "
Besides: `&&`, `||`, `!`, `==`, `!=`, `in`, `condition ? a : b`, `list[0]`, `map[\"key\"]`.
";

const TAIL: &str = "
## Tests

Each rule file has `[[examples]]`: a violation, a pass, and one that is not evaluable if the rule needs a fact that a vendor
may not tell. What all rules of an organisation say of its people and accounts together stands in files `*.test.toml`
beside them, with one small organisation for each `[[tests]]`:

| Key | Meaning |
|---|---|
| `name`, `now` | what it shows, and the moment of the audit |
| `rules` | the rules that are asked; otherwise all of the organisation's own |
| `employees`, `accounts` | an account names its `owner`; facts are given, or listed as `absent` or `not_exposed` |
| `sources`, `roster`, `issues`, `exceptions`, `declarations` | for rules about the evidence itself |
| `findings` | every finding that must be made, as `{ rule = \"…\", of = \"…\" }`: the id of an account, employee or exception, the ids of a group's accounts, the name of a source, `roster`, or `line 7` |

`headcount rules test` fails for a finding that is missing, for one that is not expected, and for a rule without examples.

## What a check finds

`headcount rules check` finds examples that are missing or don't come out: a violation and a pass prove that a condition can
be true and false. It also finds a condition that reads no fact, unused params, controls that no framework numbers like that,
and guardrails for controls that the rule doesn't name. With `-c headcount.toml` it says which of the organisation's own rules
can't judge at any configured source, because none tells the facts that an example with `not-evaluable` says are needed.

## Policies

`headcount audit --policy FILE` judges the same data once more, with the changes to rules and the gate that the file has:

| Key | Meaning |
|---|---|
| `id`, `title` | what reports call it |
| `[rules]` | `paths`, `disable` and `override` as in the configuration, after which they apply |
| `[gate]` | `fail_on`, `max`, `new` and `not_evaluable`, in the place of the configuration's |
";

/// The whole document.
pub fn document(rules: &RuleSet, exposed: &[(&'static str, &'static [FactName])]) -> String {
    let mut out = HEAD.to_owned();
    out.push_str("\n## Facts\n");
    for root in ROOTS {
        let facts: Vec<&FactDef> = FACTS.iter().copied().filter(|fact| fact.root == root.name).collect();
        // Writing to a String can't fail.
        let _ = writeln!(out, "\n### `{}`\n\n{}.", root.name, capital(root.doc));
        table_of_facts(&mut out, &facts, exposed);
        if root.name == "account" {
            table_of_states(&mut out);
        }
    }
    out.push_str("\n## Functions\n\n| Written | Meaning |\n|---|---|\n");
    for function in FUNCTIONS {
        let _ = writeln!(out, "| {} | {} |", written(function), cell(function.doc));
    }
    for (name, meaning) in MACROS {
        let _ = writeln!(out, "| `{name}` | {meaning} |");
    }
    out.push_str(OPERATORS);
    limits(&mut out);
    differences(&mut out);
    out.push_str("\n## Catalogue\n\n| Rule | Severity | About | What it finds | Params | Controls |\n|---|---|---|---|---|---|\n");
    for rule in rules.iter() {
        row(&mut out, rule);
    }
    out.push_str("\n## Frameworks\n\n| Name | Edition |\n|---|---|\n");
    for (name, edition) in FRAMEWORKS {
        let _ = writeln!(out, "| `{name}` | {edition} |");
    }
    out.push_str(TAIL);
    out
}

fn table_of_facts(out: &mut String, facts: &[&FactDef], exposed: &[(&'static str, &'static [FactName])]) {
    if facts.is_empty() {
        return;
    }
    out.push_str("\n| Fact | Type | Meaning | Told by |\n|---|---|---|---|\n");
    for fact in facts {
        let optional = if fact.optional { ", optional" } else { "" };
        let told = match (fact.needs, fact.needs_of_roster) {
            (Some(name), _) => tellers(name, exposed),
            (None, Some(_)) => "the roster, as far as its files and words do".to_owned(),
            (None, None) => "always known".to_owned(),
        };
        let kind = match fact.kind {
            Kind::Words(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(" or "),
            kind => kind.ty().to_string(),
        };
        let _ = writeln!(out, "| `{}` | {kind}{optional} | {} | {told} |", fact.path(), cell(fact.doc));
    }
}

/// Which accounts are live, as the code decides it.
fn table_of_states(out: &mut String) {
    let now = Timestamp::UNIX_EPOCH;
    let (active, inactive) = (Told::Known(AccountStatus::Active), Told::Known(AccountStatus::Inactive));
    let states = [("active", active), ("not told", Told::NotExposed), ("inactive", inactive)];
    let deletions = [
        ("none, or not told", None),
        ("to come: a plan", Some(now + TimeDelta::days(1))),
        ("now or in the past", Some(now)),
    ];
    out.push_str(STATES);
    for (status, known) in states {
        for (deletion, deleted_at) in deletions {
            let mut account = Account::new("".into(), Json::kept("{}"));
            (account.status, account.deleted_at) = (known, Told::Known(deleted_at));
            let _ = writeln!(out, "| {status} | {deletion} | {} |", account.is_live(now));
        }
    }
}

fn tellers(name: FactName, exposed: &[(&'static str, &'static [FactName])]) -> String {
    if name == FactName::Privileged {
        return "sources with `privileged_roles`, if the vendor tells roles".to_owned();
    }
    let kinds = exposed.iter().filter(|(_, facts)| facts.contains(&name)).map(|(kind, _)| *kind);
    let kinds: Vec<&str> = kinds.chain(["file"]).collect();
    kinds.join(", ")
}

/// `now - then`, `days(int)`, `string.contains(string)`, with every choice of types.
fn written(function: &Function) -> String {
    let one = |overload: &crate::expression::functions::Overload| {
        let args: Vec<&str> = overload.args.iter().map(|kind| kind.as_str()).collect();
        let call = match (function.style, args.as_slice()) {
            (Style::Operator, [one]) => format!("{}{one}", function.name.trim_end_matches('_')),
            (Style::Operator, [left, right]) => format!("{left} {} {right}", function.name.trim_matches('_')),
            (Style::Method, [target, rest @ ..]) => format!("{target}.{}({})", function.name, rest.join(", ")),
            _ => format!("{}({})", function.name, args.join(", ")),
        };
        format!("`{call}` → {}", overload.result.as_str())
    };
    function.overloads.iter().map(one).collect::<Vec<_>>().join("<br>")
}

fn limits(out: &mut String) {
    let (text, steps) = (grouped(MAX_TEXT as u64), grouped(MAX_STEPS));
    let _ = write!(
        out,
        "
## Limits

A condition has at most {text} bytes, {MAX_BRACKETS} brackets inside of each other and {MAX_DEPTH} levels. To judge one
subject, it may take {steps} steps; a rule that needs more is not evaluable there, and the report gives that reason. Only
macros count: in each turn every part that is evaluated takes a step (a fact that is computed from others, 100), and so do 16
bytes of text (one byte, for a regular expression) and each element of a list that is compared, joined or searched there.
"
    );
}

fn differences(out: &mut String) {
    let _ = write!(
        out,
        "
## What differs from the specification

Everything else means what the [CEL specification](https://github.com/google/cel-spec) says. In the examples, the vendor
doesn't tell `account.locked`, and its record is `{RECORD}`.

| About | The specification | Here | Examples |
|---|---|---|---|
"
    );
    for Difference { topic, specification, here, examples } in DIFFERENCES {
        let example = |(condition, outcome): &(&str, Outcome)| {
            let outcome = match outcome {
                Outcome::True => "true",
                Outcome::Refused => "refused",
                Outcome::NotEvaluable => "not evaluable",
            };
            format!("`{condition}` → {outcome}")
        };
        let examples: Vec<String> = examples.iter().map(example).collect();
        let _ = writeln!(out, "| {topic} | {specification} | {here} | {} |", cell(&examples.join("<br>")));
    }
}

fn row(out: &mut String, rule: &Rule) {
    let params = rule
        .params()
        .iter()
        .map(|(name, value)| if value.is_long() { format!("`{name}`") } else { format!("`{name}` = {value}") });
    let params = params.collect::<Vec<_>>().join("<br>");
    let controls = rule.controls().iter().map(ToString::to_string).collect::<Vec<_>>().join("<br>");
    let (severity, subject) = (rule.severity(), rule.subject().as_str());
    let _ =
        writeln!(out, "| `{}` | {severity} | {subject} | {} | {params} | {controls} |", rule.id(), cell(rule.title()));
}

/// Text inside of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
