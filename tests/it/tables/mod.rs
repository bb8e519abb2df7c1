//! Every format, heading and word, read in a roster, by `vendor = "file"` and by `vendor = "command"` alike: each way in by one
//! function.

mod crosswalks;
mod formats;
mod hostile;
mod values;
mod workbooks;

use std::fs;
use std::path::Path;

use headcount::model::{AccountStatus, Fact, RosterIssueKind};

use crate::support::roster::{configured, read_with};
use crate::support::source::{Fetched, Folder};

/// A person or an account, as far as all ways in can tell: id, name, address, and whether active.
type Line = (String, Option<String>, Option<String>, Option<bool>);

/// What a roster of these bytes says, and what was unsure about it.
fn of_roster(bytes: &[u8], hr: &str) -> (Vec<Line>, Vec<String>) {
    use headcount::model::EmploymentStatus::{Active, Leave, Terminated};
    let roster = read_with(&configured(&format!("file = \"hr\"\n{hr}")), bytes);
    let line = |employee: &headcount::model::Employee| {
        let email = employee.emails().iter().next().map(str::to_owned);
        let is_active = match employee.employment().status {
            Ok(Active | Leave) => Some(true),
            Ok(Terminated) => Some(false),
            Err(_) => None,
        };
        (employee.id().to_owned(), employee.name().map(str::to_owned), email, is_active)
    };
    let unsure = roster.issues.iter().filter(|issue| issue.kind == RosterIssueKind::UnsureReading);
    (roster.employees.iter().map(line).collect(), unsure.map(|issue| issue.text.clone()).collect())
}

/// What an export of these bytes says.
async fn of_file(bytes: &[u8], keys: &str) -> Fetched {
    Folder::new().with("export", bytes).fetch(&format!("vendor = \"file\"\nfile = \"export\"\n{keys}")).await
}

/// What a program that prints these bytes says.
async fn of_command(bytes: &[u8], format: &str, keys: &str) -> Fetched {
    let kit = Folder::new().with("printed", bytes).with("export", "#!/bin/sh\ncat printed\n");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(kit.path().join("export"), executable).expect("executable");
    kit.fetch(&format!("vendor = \"command\"\ncommand = [\"./export\"]\nformat = \"{format}\"\n{keys}")).await
}

fn lines(fetched: &Fetched) -> Vec<Line> {
    let text = |fact: &Fact<Option<std::borrow::Cow<'_, str>>>| match fact {
        Fact::Known(text) => text.as_deref().map(str::to_owned),
        Fact::NotExposed => None,
    };
    let line = |account: &headcount::model::Account<'_>| {
        let is_active = match account.status {
            Fact::Known(status) => Some(status == AccountStatus::Active),
            Fact::NotExposed => None,
        };
        (account.id.to_string(), text(&account.display_name), text(&account.email), is_active)
    };
    fetched.accounts.iter().map(line).collect()
}

#[test]
fn the_documentation_is_what_the_lists_say() {
    let path = Path::new("docs/inputs.md");
    let written = headcount::table::document();
    if std::env::var_os("HEADCOUNT_WRITE_DOCS").is_some() {
        fs::write(path, &written).expect("written");
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(there == written, "docs/inputs.md is old; run HEADCOUNT_WRITE_DOCS=1 cargo test --test it tables::");
}
