//! Nanoseconds per evaluation of compiled conditions, beside the `cel` crate's interpreter in the same run.
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
    Account, AccountStatus, Employee, EmployeeIndex, EmploymentStatus, Fact, Profile, RuleId, Situation, SourceName,
    Tier, Timestamp,
};
use headcount::rule::{AccountScope, EmployeeScope, RuleSet, Scope};
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

const CONDITIONS: [(&str, &str); 5] = [
    ("orphaned", r#"account.live && account.situation == "unmatched""#),
    (
        "stale-login",
        r#"account.live && account.situation != "declared" && has(account.last_login_at)
           && now - account.last_login_at > days(params.max_idle_days)"#,
    ),
    (
        "leaver-active",
        r"account.live && account.matched && employee.left
          && (!has(employee.ends_at) || now - employee.ends_at >= days(0))",
    ),
    ("privileged role", r#"account.roles.exists(r, r.startsWith("adm") || r in params.names)"#),
    (
        "generic address",
        r#"has(account.email) && account.email.matches(r'^(admin|support)@') && !account.email.endsWith("@example.com")"#,
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
        employee: Some(EmployeeScope { employee: &employee, headings: &headings }),
        ..Scope::at(now)
    };
    let context = context(now)?;
    let folder = tempfile::tempdir()?;
    println!("{:16} {:>10} {:>14} {:>8}", "condition", "ours, ns", "interpreter, ns", "ratio");
    for (name, condition) in CONDITIONS {
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
        println!("{name:16} {ours:>10.1} {interpreter:>14.1} {:>7.1}x", interpreter / ours);
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
    let mut employee = Employee::new(&Profile { id: "E-1", ..Profile::default() });
    employee.status = EmploymentStatus::Terminated;
    employee.ends_at = Some(now - TimeDelta::days(3));
    employee
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
    let names = vec!["admin", "support", "test", "desk", "service"];
    context.add_variable("params", Params { names, max_idle_days: 90 }).map_err(|error| error.to_string())?;
    let days = |days: i64| cel::Value::Duration(TimeDelta::days(days));
    context.add_function("days", days).map_err(|error| error.to_string())?;
    Ok(context)
}
