//! Where the configuration lies, and how its path is typed, changes nothing of what is found and reported.

use std::path::Path;

use crate::support::process::{NOW, headcount};
use crate::support::tenant::{read_report, timeless};

const CONFIG: &str = "[[hr.file]]\npath = \"people/hr.csv\"\nstatus = \"active\"\n\
    [[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"exports/crm.csv\"\n\
    [[source]]\nname = \"phones\"\nvendor = \"file\"\nfile = \"exports/phones.csv\"\n";

#[test]
fn the_path_as_it_is_typed_is_in_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |path: &str| folder.path().join(path);
    for (path, text) in [
        ("audit/headcount.toml", CONFIG),
        ("audit/people/hr.csv", "Employee ID,Email\nE-1,ada@example.com\n"),
        ("audit/exports/crm.csv", "id,email\n1,ada@example.com\n2,bob@example.com,surplus\n"),
    ] {
        std::fs::create_dir_all(of(path).parent().expect("a folder")).expect("made");
        std::fs::write(of(path), text).expect("written");
    }
    let audit = |here: &str, config: &Path| {
        let out = tempfile::tempdir().expect("a folder");
        let mut audit = headcount();
        audit.current_dir(of(here)).args(["audit", "-q", "--as-of", NOW, "--format", "json,sarif", "-c"]).arg(config);
        audit.arg("--out").arg(out.path()).assert().code(3);
        let report = read_report(out.path());
        let error = report.sources[1].error.clone().expect("no such export");
        assert!(error.starts_with("exports/phones.csv: "), "{error}");
        assert_eq!(
            (&report.roster.file, &report.roster.only_active[0]),
            (&"people/hr.csv".into(), &"people/hr.csv".into())
        );
        timeless(report)
    };
    let first = audit("audit", Path::new("headcount.toml"));
    assert_eq!(audit("audit", Path::new("./headcount.toml")), first);
    assert_eq!(audit("", Path::new("audit/headcount.toml")), first);
    assert_eq!(audit("audit/people", Path::new("../headcount.toml")), first);
    assert_eq!(audit("", &of("audit/headcount.toml")), first);
}
