//! Through the binary: neither the format nor the privacy changes the exit code, and the runner's files are used.

use std::path::Path;

use headcount::render::Format;

use crate::support::process::{NOW, headcount};
use crate::support::reading::{json, list, text};
use crate::support::tenant::{Audited, Tenant};

fn audit(tenant: &Tenant, arguments: &[&str]) -> Audited {
    let audited = tenant.audit(arguments);
    assert!(audited.code() != 2, "{}", audited.stderr());
    audited
}

/// The simulators again, with a key that one vendor refuses.
fn refused(tenant: &Tenant) {
    let path = tenant.kit.path().join("secrets/voiso-key");
    std::fs::write(path, "not-the-key").expect("written");
}

#[test]
fn the_exit_code_is_that_of_the_verdict_whatever_the_format() {
    let tenant = Tenant::new(600, 3);
    let codes = |fail_on: &str| {
        Format::ALL.map(|format| {
            let audited = audit(&tenant, &["-q", "--fail-on", fail_on, "--format", format.as_str()]);
            if format == Format::Json {
                assert_eq!(audited.code(), i32::from(audited.report().verdict.exit_code), "{fail_on}");
            }
            audited.code()
        })
    };
    assert_eq!(codes("orphaned"), [1; Format::ALL.len()]);
    assert_eq!(codes("ambiguous-match"), [0; Format::ALL.len()]);
    for privacy in ["full", "counts"] {
        assert_eq!(audit(&tenant, &["-q", "--fail-on", "orphaned", "--privacy", privacy]).code(), 1, "{privacy}");
    }
    refused(&tenant);
    assert_eq!(codes("ambiguous-match"), [3; Format::ALL.len()]);
    assert_eq!(codes("orphaned"), [1; Format::ALL.len()]);
}

#[test]
fn places_are_the_lines_of_the_configuration_and_the_roster() {
    let tenant = Tenant::new(600, 3);
    let path = tenant.kit.path().join("hr.csv");
    let rows = std::fs::read_to_string(&path).expect("a roster");
    let heading = rows.lines().next().expect("headings").to_owned();
    let manager = heading.split(',').position(|name| name == "Manager ID").expect("a column");
    // One row in the middle names a manager whom nobody knows.
    let wrong = |(at, row): (usize, &str)| {
        let mut cells: Vec<&str> = row.split(',').collect();
        if at == 20 {
            cells[manager] = "E-0";
        }
        cells.join(",") + "\n"
    };
    std::fs::write(&path, rows.lines().enumerate().map(wrong).collect::<String>()).expect("written");
    let audited = audit(&tenant, &["--format", "sarif"]);
    let sarif = json(&std::fs::read_to_string(audited.out.join("report.sarif")).expect("a file"));
    let read = |name: &str| std::fs::read_to_string(tenant.kit.path().join(name)).expect("a file");
    let roster = read("hr.csv");
    let mut people = 0;
    for result in list(&sarif["runs"][0]["results"]) {
        let place = &result["locations"][0]["physicalLocation"];
        let line = usize::try_from(place["region"]["startLine"].as_u64().expect("a line")).expect("small");
        let subject = text(&result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]);
        if subject == "roster" {
            assert_eq!((text(&place["artifactLocation"]["uri"]), line), ("hr.csv", 1), "the file as a whole");
        } else if place["artifactLocation"]["uri"] == "hr.csv" {
            assert!(roster.lines().nth(line - 1).expect("a row").starts_with(subject), "{subject}: line {line}");
            people += 1;
        } else {
            let (file, table) =
                if subject == "exception" { ("waivers.toml", "[[waiver]]") } else { ("headcount.toml", "[[source]]") };
            assert_eq!(place["artifactLocation"]["uri"], file);
            assert_eq!(read(file).lines().nth(line - 1), Some(table), "{subject}: line {line}");
        }
    }
    assert!(people > 0 && list(&sarif["runs"][0]["results"]).len() > people);
}

#[test]
fn github_gets_annotations_on_stdout_and_a_summary_in_its_file() {
    let tenant = Tenant::new(600, 3);
    let summary = tenant.kit.path().join("summary.md");
    std::fs::write(&summary, "before\n").expect("written");
    let run = |summary: &Path| {
        let mut command = headcount();
        command.args(["audit", "-q", "--as-of", NOW, "--format", "github,json", "-c"]).arg(tenant.config());
        command.arg("--out").arg(tenant.kit.path().join("out")).env("GITHUB_STEP_SUMMARY", summary);
        command.output().expect("ran")
    };
    let output = run(&summary);
    let log = String::from_utf8(output.stdout).expect("text");
    assert_eq!(output.status.code(), Some(1));
    assert!(log.starts_with("::error file=") && log.lines().all(|line| line.starts_with("::")), "{log}");
    let text = std::fs::read_to_string(&summary).expect("a summary");
    assert!(text.starts_with("before\n# "), "{text}");

    // A step that has written so much before that the report doesn't fit as a whole.
    let room = text.len() - 1_500;
    std::fs::write(&summary, " ".repeat(1024 * 1024 - room)).expect("written");
    run(&summary);
    let text = std::fs::read_to_string(&summary).expect("a summary");
    assert!(text.contains("lines are on this page: "));
    let size = std::fs::metadata(&summary).expect("a summary").len();
    assert!(size <= 1024 * 1024, "GitHub would drop {size} bytes whole");
}

#[test]
fn a_broken_template_is_refused_before_the_first_request() {
    let tenant = Tenant::new(300, 3);
    let own = tenant.kit.path().join("own");
    headcount().args(["init", "--templates"]).arg(&own).assert().code(0);
    headcount().args(["init", "--templates"]).arg(&own).assert().code(2);
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    std::fs::write(tenant.config(), config.replace("[report]", "[report]\ntemplates = \"own\"")).expect("written");
    assert_eq!(audit(&tenant, &["--format", "html"]).code(), 0);

    let verdict = own.join("page/verdict.html.hbs");
    let page = std::fs::read_to_string(&verdict).expect("a template");
    std::fs::write(&verdict, page.replace("{{opening.after}}</h1>", "{{opening.aftr}}</h1>")).expect("written");
    let requests = || headcount::simulate::Vendor::ALL.map(|vendor| tenant.simulators.requests(vendor));
    let before = requests();
    let audited = tenant.audit(&["--format", "json"]);
    assert_eq!(audited.code(), 2, "{}", audited.stderr());
    let line = page.lines().position(|line| line.contains("</h1>")).expect("a heading") + 1;
    assert!(audited.stderr().contains(&format!("own/page/verdict.html.hbs:{line}:")), "{}", audited.stderr());
    assert_eq!(requests(), before);
}
