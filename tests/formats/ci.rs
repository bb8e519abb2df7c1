//! The set-ups in `examples/ci` work: their commands are ones that the binary takes, they keep secrets out of command
//! lines, and the one that needs no CI system is run.

use std::path::Path;
use std::process::Command;

use clap::Parser as _;
use headcount::cli::Cli;
use headcount::render::Format;

use crate::harness::{Tenant, headcount, read_report};

const FILES: [&str; 5] = ["action.yml", "github-workflow.yml", "gitlab-ci.yml", "Jenkinsfile", "headcount-cron.sh"];

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new("examples/ci").join(name)).expect("an example")
}

/// The words of each `headcount …` command in a file, as a shell would part them.
fn commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- "));
    let calls = lines.filter(|line| line.starts_with("headcount audit"));
    let before = |word: &&str| !matches!(*word, "||" | ">");
    // What a variable holds is one word of its own kind: a level of privacy, or a path.
    let told = |word: &str| word.trim_matches('"').replace("$PRIVACY", "counts").replace('$', "");
    calls.map(|line| line.split_whitespace().take_while(before).map(told).collect()).collect()
}

#[test]
fn every_command_is_one_that_the_binary_takes() {
    let mut formats = Vec::new();
    for name in FILES {
        let found = commands(&read(name));
        assert_eq!(found.is_empty(), name == "github-workflow.yml", "{name}: {found:?}");
        for words in found {
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{name}: {words:?}: {error}");
            }
            let list = words.iter().skip_while(|word| *word != "--format").nth(1).expect("formats");
            formats.extend(list.split(',').map(|word| word.parse::<Format>().expect("a format")));
        }
    }
    for format in [Format::Github, Format::Sarif, Format::Junit, Format::CodeQuality] {
        assert!(formats.contains(&format), "{format} is shown in no example");
    }
}

#[test]
fn each_set_up_is_whole() {
    let all = |name: &str, parts: &[&str]| {
        let text = read(name);
        for part in parts {
            assert!(text.contains(part), "{name}: {part}");
        }
        assert!(!text.contains('\t') && text.ends_with('\n'), "{name}");
    };
    all("action.yml", &["actions/cache@", "--locked", "github,sarif", "exit \"$code\"", "GITHUB_OUTPUT"]);
    all("github-workflow.yml", &["secrets.VOISO_API_KEY", "upload-sarif@", "upload-artifact@", "if: always()"]);
    all(
        "gitlab-ci.yml",
        &["cache:", "junit: headcount-out/junit.xml", "codequality: headcount-out/gl-code", "when: always"],
    );
    all(
        "Jenkinsfile",
        &["withCredentials", "archiveArtifacts", "junit testResults: 'headcount-out/junit.xml'", ".cache/"],
    );
    for format in [Format::Junit, Format::CodeQuality] {
        assert!(read("gitlab-ci.yml").contains(format.file_name().expect("a file")), "{format}");
    }
    assert!(read("github-workflow.yml").contains(Format::Sarif.file_name().expect("a file")));
}

/// Runs the script in the tenant's folder.
fn cron(tenant: &Tenant) -> std::process::Output {
    Command::new("sh")
        .arg(Path::new("examples/ci/headcount-cron.sh").canonicalize().expect("the script"))
        .env("HEADCOUNT_HOME", tenant.kit.path())
        .env("HEADCOUNT", headcount().get_program())
        .output()
        .expect("sh runs")
}

#[test]
fn the_cron_script_audits_and_speaks_only_when_there_is_something_to_say() {
    let tenant = Tenant::new(600, 3);
    let output = cron(&tenant);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("Gate: failed") && said.contains("exit code 1"), "{said}");
    let reports = tenant.kit.path().join("reports");
    let day = std::fs::read_dir(&reports).expect("reports").next().expect("a day").expect("a day").path();
    assert_eq!(read_report(&day).sources.len(), 6);
    assert!(day.join("findings.csv").exists() && day.join("report.html").exists());

    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let lax = config.replace("fail_on = [\"orphaned\", \"leaver-active\", \"severity:critical\"]", "fail_on = []");
    assert_ne!(lax, config);
    std::fs::write(tenant.config(), lax).expect("written");
    let output = cron(&tenant);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]));
}
