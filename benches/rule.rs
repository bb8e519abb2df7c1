//! Nanoseconds per evaluation of compiled conditions, compared with the same written in Rust and the `cel` crate's
//! interpreter in the same run; and of all built-in rules about accounts on one account.
//!
//! The interpreter is given its variables once, before the clock starts; binding them costs it some microseconds more
//! for every account.

#![expect(clippy::print_stdout, reason = "a bench talks on standard output")]

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use cel::{Context, Program};
use chrono::{DateTime, TimeDelta};
use headcount::config::RulesConfig;
use headcount::model::{
    Account, AccountStatus, Employee, EmployeeIndex, Employment, EmploymentStatus, Fact, Profile, RuleId, Situation,
    SourceName, Tier, Timestamp, WorkerKind,
};
use headcount::rule::{AccountScope, EmployeeScope, RuleSet, Scope, Subject, Triage};
use serde::Serialize;
use serde_json::value::RawValue;

const RULE: &str = r#"
id = "bench"
title = "t"
severity = "low"
subject = "account"
when = '''CONDITION'''
message = "m"
why = "w"
remediation = "r"
[params]
max_idle_days = 90
names = ["admin", "support", "test", "desk", "service"]
"#;

/// What a condition says, in Rust.
type Native = fn(&Known<'_>) -> bool;

/// What the conditions are about.
struct Known<'k> {
    now: Timestamp,
    account: &'k Account<'k>,
    situation: &'k Situation,
    employee: &'k Employee,
}

impl Known<'_> {
    fn live(&self) -> bool {
        self.account.status == Fact::Known(AccountStatus::Active) && self.account.deleted_at == Fact::Known(None)
    }
}

const NAMES: [&str; 5] = ["admin", "support", "test", "desk", "service"];

const CONDITIONS: [(&str, &str, Native); 5] = [
    ("orphaned", r#"account.live && account.situation == "unmatched""#, |known| {
        known.live() && *known.situation == Situation::Unmatched
    }),
    (
        "stale-login",
        r#"account.live && account.situation != "declared" && has(account.last_login_at)
           && now - account.last_login_at > days(params.max_idle_days)"#,
        |known| {
            known.live()
                && !matches!(known.situation, Situation::Declared { .. })
                && matches!(known.account.last_login_at,
                    Fact::Known(Some(time)) if known.now - time > TimeDelta::days(90))
        },
    ),
    (
        "leaver-active",
        r"account.live && account.matched && employee.left
          && (!has(employee.ends_at) || now - employee.ends_at >= days(0))",
        |known| {
            known.live()
                && matches!(known.situation, Situation::Matched { .. })
                && known.employee.has_left(known.now)
                && known.employee.ends_at().is_none_or(|end| known.now - end >= TimeDelta::days(0))
        },
    ),
    ("privileged role", r#"account.roles.exists(r, r.startsWith("adm") || r in params.names)"#, |known| {
        let privileged = |role: &str| role.starts_with("adm") || NAMES.contains(&role);
        known.account.roles.known().is_some_and(|roles| roles.iter().any(|role| privileged(role)))
    }),
    (
        "generic address",
        r#"has(account.email) && account.email.matches(r'^(admin|support)@') && !account.email.endsWith("@example.com")"#,
        |known| {
            let generic = |email: &str| email.starts_with("admin@") || email.starts_with("support@");
            let email = known.account.email.present();
            email.is_some_and(|email| generic(email) && !email.ends_with("@example.com"))
        },
    ),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now: Timestamp = DateTime::from_timestamp(1_795_000_000, 0).ok_or("time")?;
    let record = RawValue::from_string("{}".to_owned())?;
    let (account, employee) = (account(now, &record), employee(now));
    let (source, headings) = (SourceName::new("voiso"), Vec::new());
    let situation = Situation::Matched { employee: EmployeeIndex(0), tier: Tier::Email };
    let scope = Scope {
        account: Some(AccountScope::new(&account, &source, "voiso", &situation)),
        employee: Some(EmployeeScope::one(&employee, &headings)),
        ..Scope::at(now)
    };
    let context = context(now)?;
    let folder = tempfile::tempdir()?;
    let known = Known { now, account: &account, situation: &situation, employee: &employee };
    println!(
        "{:16} {:>8} {:>8} {:>6} {:>15} {:>7}",
        "condition", "Rust, ns", "ours, ns", "ratio", "interpreter, ns", "ratio"
    );
    for (name, condition, native) in CONDITIONS {
        let file = folder.path().join("bench.toml");
        fs::write(&file, RULE.replace("CONDITION", condition))?;
        let config = RulesConfig { paths: vec![toml::Spanned::new(0..0, file)], ..RulesConfig::default() };
        let rules =
            RuleSet::load(&config).map_err(|found| found.iter().map(ToString::to_string).collect::<String>())?;
        let rule = rules.get(&RuleId::new("bench")).ok_or("rule")?;
        let program = Program::compile(condition)?;
        program.execute(&context)?;
        let ours = nanoseconds(1_000_000, || {
            black_box(rule.judge(black_box(&scope)));
        });
        let interpreter = nanoseconds(50_000, || {
            black_box(program.execute(black_box(&context)).is_ok());
        });
        let native = nanoseconds(1_000_000, || {
            black_box(native(black_box(&known)));
        });
        let (slower, faster) = (ours / native, interpreter / ours);
        println!("{name:16} {native:>8.1} {ours:>8.1} {slower:>6.1} {interpreter:>15.1} {faster:>6.1}x");
    }
    all_rules(&scope)
}

/// All built-in rules about accounts, on one account.
fn all_rules(scope: &Scope<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let rules = RuleSet::load(&RulesConfig::default()).map_err(|_| "built-in rules")?;
    let rules: Vec<_> = rules.enabled().filter(|rule| rule.subject() == Subject::Account).collect();
    let mut costs: Vec<_> = rules
        .iter()
        .map(|rule| {
            let cost = nanoseconds(100_000, || {
                black_box(rule.judge(black_box(scope)));
            });
            (cost, rule.id())
        })
        .collect();
    costs.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let all: f64 = costs.iter().map(|(cost, _)| cost).sum();
    let mut triage = Triage::new(&rules);
    let sorted = nanoseconds(100_000, || {
        for open in triage.take(black_box(scope)) {
            black_box(open.judge(scope));
        }
    });
    let count = rules.len();
    println!("{count} built-in rules on one account: {all:.0} ns, sorted by kinds {sorted:.0} ns; the dearest:");
    for (cost, id) in costs.iter().take(6) {
        println!("{:16} {cost:>17.1}", id.to_string());
    }
    Ok(())
}

/// The best of five runs, which is the one that was disturbed least.
fn nanoseconds(count: u32, mut run: impl FnMut()) -> f64 {
    let once = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..count).for_each(|_| run());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
    };
    (0..5).map(|_| once(&mut run)).fold(f64::INFINITY, f64::min)
}

fn account(now: Timestamp, record: &RawValue) -> Account<'_> {
    Account {
        status: Fact::Known(AccountStatus::Active),
        email: Fact::Known(Some("support@example.org".into())),
        roles: Fact::Known(vec!["agent".into(), "viewer".into(), "support".into()]),
        last_login_at: Fact::Known(Some(now - TimeDelta::days(120))),
        deleted_at: Fact::Known(None),
        ..Account::new("a-1".into(), record)
    }
}

fn employee(now: Timestamp) -> Employee {
    Employee::new(&Profile { id: "E-1", ..Profile::default() }).with_employment(&Employment {
        status: Ok(EmploymentStatus::Terminated),
        kind: Ok(WorkerKind::Employee),
        start_date: Ok((now - TimeDelta::days(400)).date_naive()),
        end_date: Ok(Some((now - TimeDelta::days(4)).date_naive())),
        ends_at: Some(now - TimeDelta::days(3)),
        ..Employment::default()
    })
}

/// The same facts for the interpreter, and only those that the conditions read.
fn context(now: Timestamp) -> Result<Context<'static, 'static>, Box<dyn std::error::Error>> {
    #[derive(Serialize)]
    struct Facts {
        live: bool,
        matched: bool,
        situation: &'static str,
        email: &'static str,
        roles: [&'static str; 3],
        last_login_at: cel::Timestamp,
    }
    #[derive(Serialize)]
    struct Person {
        left: bool,
        ends_at: cel::Timestamp,
    }
    #[derive(Serialize)]
    struct Params {
        names: Vec<&'static str>,
        max_idle_days: i64,
    }
    let mut context = Context::default();
    let ago = |days| cel::Timestamp((now - TimeDelta::days(days)).fixed_offset());
    context.add_variable("now", ago(0)).map_err(|error| error.to_string())?;
    let facts = Facts {
        live: true,
        matched: true,
        situation: "matched",
        email: "support@example.org",
        roles: ["agent", "viewer", "support"],
        last_login_at: ago(120),
    };
    context.add_variable("account", facts).map_err(|error| error.to_string())?;
    let person = Person { left: true, ends_at: ago(3) };
    context.add_variable("employee", person).map_err(|error| error.to_string())?;
    context
        .add_variable("params", Params { names: NAMES.to_vec(), max_idle_days: 90 })
        .map_err(|error| error.to_string())?;
    let days = |days: i64| cel::Value::Duration(TimeDelta::days(days));
    context.add_function("days", days).map_err(|error| error.to_string())?;
    Ok(context)
}
