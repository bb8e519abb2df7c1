//! Who answers for a source: the report says who, and whether they are known to work here.

use std::fs;

use crate::support::process::{NOW, headcount};
use crate::support::tenant::read_report;

const HR: &str = "Employee ID,Email,Status,Termination Date\nE-1,ada@example.com,Active,\nE-2,bob@example.com,Terminated,2026-01-31\n";

#[test]
fn an_owner_who_doesn_t_work_here_is_told_with_the_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |name: &str| folder.path().join(name);
    let source = |name: &str, owner: &str| {
        format!("[[source]]\nname = \"{name}\"\nvendor = \"file\"\nfile = \"crm.csv\"\n{owner}\n")
    };
    let configured = [
        source("works-here", "owner = \"E-1\""),
        source("has-left", "owner = \"E-2\""),
        source("unknown", "owner = \"E-9\""),
        source("nobody", ""),
    ];
    fs::write(of("hr.csv"), HR).expect("written");
    fs::write(of("crm.csv"), "id,email\n1,ada@example.com\n").expect("written");
    fs::write(of("headcount.toml"), format!("[hr]\nfile = \"hr.csv\"\n{}", configured.concat())).expect("written");
    let audit = |more: &[&str]| {
        let mut audit = headcount();
        audit.current_dir(folder.path()).args(["audit", "-q", "--as-of", NOW, "--format", "json,html"]).args(more);
        audit.assert().code(0);
        read_report(&of("headcount-out")).sources
    };
    let sources = audit(&[]);
    let told = |name: &str| {
        let source = sources.iter().find(|source| source.name == name).expect("a source");
        (source.owner.as_deref(), source.warnings.join(" "))
    };
    assert_eq!(told("works-here"), (Some("E-1"), String::new()));
    assert_eq!(told("has-left"), (Some("E-2"), "its owner has left; name another in [[source]] owner".to_owned()));
    assert_eq!(
        told("unknown"),
        (Some("E-9"), "its owner is not in the roster; name another in [[source]] owner".to_owned())
    );
    assert_eq!(told("nobody"), (None, String::new()));
    let page = fs::read_to_string(of("headcount-out/report.html")).expect("a page");
    assert!(page.contains("file, owner E-1"), "the page names them");
    assert!(
        audit(&["--privacy", "counts"]).iter().all(|source| source.owner.is_none()),
        "not where nobody may be named"
    );
    let empty = source("empty", "owner = \" \"");
    fs::write(of("headcount.toml"), format!("[hr]\nfile = \"hr.csv\"\n{empty}")).expect("written");
    let refused = headcount().current_dir(folder.path()).arg("audit").assert().code(2);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(said.contains("the owner is empty"), "{said}");
}
