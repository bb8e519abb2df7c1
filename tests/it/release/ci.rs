//! The action, the component and the set-ups in `examples/ci` work: their commands are ones that the binary takes, they keep
//! secrets out of command lines, and their steps are run.

use std::path::Path;
use std::process::{Command, Output};

use clap::Parser as _;
use headcount::cli::Cli;
use headcount::render::Format;
use regex::Regex;

use super::published::Published;
use super::{below, package, read, step};
use crate::support::process::{NOW, clean, code_and_words, headcount};
use crate::support::tenant::{Tenant, read_report};

const ACTION: &str = "action.yml";
const JENKINS: &str = "examples/ci/Jenkinsfile";

/// The component as GitLab reads it, with these inputs and otherwise its own.
fn component(inputs: &[(&str, &str)]) -> String {
    let text = read("templates/headcount/template.yml");
    let (head, mut body) = text.split_once("\n---\n").map(|(head, body)| (head, body.to_owned())).expect("two parts");
    let defaults =
        Regex::new(r"\n    ([\w-]+):(?:\n      (?:description|options): .*)*\n      default: (.*)").expect("a pattern");
    let defaults =
        defaults.captures_iter(head).map(|found| (found.get(1), found.get(2).map_or("", |value| value.as_str())));
    let defaults = defaults.map(|(name, value)| (name.map_or("", |name| name.as_str()), value.trim_matches('"')));
    for (name, value) in inputs.iter().copied().chain(defaults) {
        body = body.replace(&format!("$[[ inputs.{name} ]]"), value);
    }
    assert!(!body.contains("$[["), "an input without a value: {body}");
    body
}

/// The words of each `headcount …` command in a text, as a shell would part them.
fn commands(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(|line| line.trim().trim_start_matches("- ").trim_start_matches(".headcount/"));
    let calls = lines.filter(|line| line.starts_with("headcount audit"));
    let before = |word: &&str| !matches!(*word, "||" | ">" | "\\");
    // What a variable holds is one word of its own kind: a level of privacy, or a path.
    let told = |word: &str| word.trim_matches('"').replace("$PRIVACY", "counts").replace('$', "");
    calls.map(|line| line.split_whitespace().take_while(before).map(told).collect()).collect()
}

#[test]
fn every_command_is_one_that_the_binary_takes() {
    let mut formats = Vec::new();
    for text in [read(ACTION), component(&[]), read(JENKINS), read("examples/ci/headcount-cron.sh")] {
        let found = commands(&text);
        assert_eq!(found.len(), 1, "{text}");
        for words in found {
            if let Err(error) = Cli::try_parse_from(&words) {
                panic!("{words:?}: {error}");
            }
            let list = words.iter().skip_while(|word| *word != "--format").nth(1).expect("formats");
            formats.extend(list.split(',').map(|word| word.parse::<Format>().expect("a format")));
        }
    }
    for format in Format::ALL.into_iter().filter(|format| is_for_ci(*format)) {
        assert!(formats.contains(&format), "{format} is shown in no example");
    }
}

#[test]
fn the_image_is_told_what_the_binary_takes() {
    for (path, before) in [("Dockerfile", "CMD "), ("examples/compose/compose.yaml", "command: ")] {
        let text = read(path);
        let line = text.lines().find_map(|line| line.trim().strip_prefix(before)).expect("a command");
        let words: Vec<String> = serde_json::from_str(line).expect("a list of words");
        assert_eq!(words[..3], ["audit", "--out", "/reports"], "{path}");
        assert!(read("Dockerfile").contains("VOLUME [\"/config\", \"/reports\"]"));
        if let Err(error) = Cli::try_parse_from(std::iter::once("headcount").chain(words.iter().map(String::as_str))) {
            panic!("{path}: {error}");
        }
    }
}

/// Whether a CI system shows the format as its own.
fn is_for_ci(format: Format) -> bool {
    match format {
        Format::Github | Format::Sarif | Format::Junit | Format::CodeQuality => true,
        Format::Html
        | Format::Markdown
        | Format::Json
        | Format::Ndjson
        | Format::Csv
        | Format::MembersCsv
        | Format::Accounts
        | Format::AccountsCsv
        | Format::Xlsx
        | Format::Oscal => false,
    }
}

#[test]
fn each_set_up_is_whole() {
    let all = |text: &str, parts: &[&str]| {
        for part in parts {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\t') && text.ends_with('\n'), "{text}");
    };
    let sarif = Format::Sarif.file_name().expect("a file");
    all(&read(ACTION), &["upload-sarif@", "upload-artifact@", "GITHUB_OUTPUT", &format!("inputs.out }}}}/{sarif}")]);
    all(
        &read("examples/ci/github-workflow.yml"),
        &["secrets.VOISO_API_KEY", "if: always()", "security-events: write", "cache/restore@", "cache/save@"],
    );
    all(&read("examples/ci/gitlab-ci.yml"), &["component: $CI_SERVER_FQDN/", "/headcount@v", "roster-url: "]);
    all(&component(&[]), &["junit: headcount-out/junit.xml", "codequality: headcount-out/gl-code", "when: always"]);
    all(
        &read(JENKINS),
        &["withCredentials", "archiveArtifacts", "junit testResults: 'headcount-out/junit.xml'", ".cache/"],
    );
    for format in [Format::Junit, Format::CodeQuality] {
        assert!(component(&[]).contains(format.file_name().expect("a file")), "{format}");
    }
}

/// Runs the script in the tenant's folder.
fn cron(tenant: &Tenant) -> Output {
    clean("sh")
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
    let mut entries = std::fs::read_dir(&reports).expect("reports").map(|entry| entry.expect("an entry").path());
    let day = entries.find(|path| path.is_dir()).expect("a day");
    assert_eq!(read_report(&day).sources.len(), 6);
    assert!(day.join("findings.csv").exists() && day.join("report.html").exists());

    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let (before, after) = config.split_once("fail_on = [").expect("a gate");
    let (_, after) = after.split_once(']').expect("its end");
    std::fs::write(tenant.config(), format!("{before}fail_on = []{after}")).expect("written");
    let output = cron(&tenant);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]));
    std::fs::remove_dir_all(&day).expect("as on another night");
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    std::fs::write(tenant.config(), config.replacen("[hr]\n", "[hr]\nmax_change = \"20%\"\n", 1)).expect("written");
    let people = std::fs::read_to_string(tenant.kit.path().join("hr.csv")).expect("people");
    let others = (0..people.lines().count()).map(|n| {
        format!("X-{n},Sample Person,x{n}@example.com,x{n},Active,Employee,2020-01-01,,,Sales,Agent,Oslo,1\n")
    });
    let people: String = std::iter::once(people).chain(others).collect();
    std::fs::write(tenant.kit.path().join("hr.csv"), people).expect("written");
    let output = cron(&tenant);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "it remembers how many there were: {said}");
}

/// The HR file is too large for a secret, and what `max_change` remembers has to outlive the machine.
#[test]
fn no_set_up_keeps_people_in_a_secret_or_forgets_the_last_run() {
    for path in [
        "examples/ci/github-workflow.yml",
        "templates/headcount/template.yml",
        JENKINS,
        "examples/ci/headcount-cron.sh",
    ] {
        let text = read(path);
        assert!(!text.contains("HR_CSV") && !text.contains("hr-csv"), "{path}");
        assert!(text.contains("last-complete.json"), "{path}");
    }
}

/// A tenant whose reports may name nobody, with the roster where a CI system leaves it.
fn tenant() -> Tenant {
    let tenant = Tenant::new(600, 3);
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let config = config.replace("[report]", "[report]\npseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\"");
    std::fs::write(tenant.config(), config).expect("written");
    std::fs::rename(tenant.kit.path().join("hr.csv"), roster(&tenant)).expect("renamed");
    tenant
}

fn roster(tenant: &Tenant) -> std::path::PathBuf {
    tenant.kit.path().join("roster-of-the-ci-system.csv")
}

/// A shell in the tenant's folder, as a CI system starts it for a step.
fn shell(tenant: &Tenant, arguments: &[&str], script: &str) -> Command {
    let mut shell = clean(arguments[0]);
    shell.args(&arguments[1..]).args(["-c", script]).current_dir(tenant.kit.path()).env("HOME", tenant.kit.path());
    shell.env("HEADCOUNT_PSEUDONYM_KEY", "0123456789abcdef");
    shell
}

#[test]
fn the_action_installs_audits_and_tells_the_verdict() {
    let Some(published) = Published::new() else { return };
    let tenant = tenant();
    let here = |name: &str| tenant.kit.path().join(name);
    std::fs::copy(roster(&tenant), here("hr.csv")).expect("copied");
    let run = |name: &str, variables: &[(&str, &str)]| -> Output {
        let mut shell = shell(&tenant, &["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"], &step(ACTION, name));
        shell.env("GITHUB_ACTION_PATH", std::env::current_dir().expect("a folder")).env("RUNNER_TEMP", here("temp"));
        shell.env("GITHUB_OUTPUT", here("output.txt")).env("GITHUB_STEP_SUMMARY", here("summary.md"));
        shell.envs(variables.iter().copied()).output().expect("bash runs")
    };
    let url = published.url();
    let installed = run("Install", &[("HEADCOUNT_RELEASES", &url), ("HEADCOUNT_VERIFY_PROVENANCE", "false")]);
    assert_eq!(code_and_words(&installed).0, 0, "{}", code_and_words(&installed).1);

    let arguments = format!("--as-of\n{NOW}\n");
    let inputs =
        [("CONFIG", "headcount.toml"), ("OUT", "a folder"), ("PRIVACY", "pseudonymous"), ("ARGUMENTS", &arguments)];
    let audited = run("Audit", &inputs);
    let (code, said) = code_and_words(&audited);
    assert_eq!(code, 0, "what follows uploads the reports: {said}");
    assert!(said.starts_with("::error file="), "{said}");
    assert_eq!(std::fs::read_to_string(here("output.txt")).expect("an output"), "exit-code=1\nreports=true\n");
    assert!(std::fs::read_to_string(here("summary.md")).expect("a summary").starts_with("# "));
    assert!(here("a folder/report.sarif").exists() && here("a folder/report.html").exists());
    assert_eq!(read_report(&here("a folder")).run.as_of.to_rfc3339(), NOW.replace('Z', "+00:00"));
    assert_eq!(run("Verdict", &[("CODE", "1")]).status.code(), Some(1));

    std::fs::remove_file(here("output.txt")).expect("removed");
    assert_eq!(
        code_and_words(&run("Audit", &[("CONFIG", "none.toml"), ("OUT", "b"), inputs[2], ("ARGUMENTS", "")])).0,
        0
    );
    assert_eq!(std::fs::read_to_string(here("output.txt")).expect("an output"), "exit-code=2\n");
}

#[test]
fn the_component_installs_audits_and_leaves_no_roster() {
    let Some(published) = Published::new() else { return };
    let tenant = tenant();
    let here = |name: &str| tenant.kit.path().join(name);
    let url = published.url();
    let run = |inputs: &[(&str, &str)], parts: &[&str]| {
        let roster = format!("file://{}", roster(&tenant).display());
        let text = component(&[inputs, &[("releases", &url), ("roster-url", &roster)]].concat());
        let script = |part: &str| {
            let lines = below(&text, part);
            lines.strip_prefix("- |\n").map_or_else(|| lines.replacen("- ", "", 1), |_| below(&lines, "- |"))
        };
        let script: Vec<String> = parts.iter().map(|part| script(part)).collect();
        code_and_words(&shell(&tenant, &["sh", "-e"], &script.join("\n")).output().expect("sh runs"))
    };
    let (code, said) = run(&[("sha256", &"0".repeat(64))], &["before_script:", "script:"]);
    assert!(code != 0 && !here(".headcount/headcount").exists(), "{said}");

    let (code, said) = run(&[("arguments", "--exit-zero")], &["before_script:", "script:"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&[], &["before_script:", "script:"]);
    assert_eq!(code, 1, "{said}");
    for name in ["junit.xml", "gl-code-quality-report.json", "report.html"] {
        assert!(here("headcount-out").join(name).exists(), "{name}");
    }
    assert!(here("hr.csv").exists());
    assert_eq!(run(&[], &["after_script:"]).0, 0);
    assert!(!here("hr.csv").exists(), "the people are gone when the job ends");
}

#[test]
fn the_pipeline_of_jenkins_installs_once_and_audits() {
    let Some(published) = Published::new() else { return };
    let tenant = tenant();
    let run = |line: &str, url: &str| {
        let mut shell = shell(&tenant, &["sh", "-e"], &below(&read(JENKINS), line));
        shell.env("HEADCOUNT_VERSION", package("version")).env("HEADCOUNT_RELEASES", url);
        code_and_words(&shell.output().expect("sh runs"))
    };
    let (code, said) = run("sh '''", &published.url());
    assert_eq!(code, 0, "{said}");
    assert_eq!(run("sh '''", "file:///nowhere").0, 0, "it is there already");
    std::fs::copy(roster(&tenant), tenant.kit.path().join("hr.csv")).expect("copied");
    let (code, said) = run("def code = sh(returnStatus: true, script: '''", "");
    assert_eq!(code, 1, "{said}");
    assert!(tenant.kit.path().join("headcount-out/junit.xml").exists());
    assert!(!tenant.kit.path().join("hr.csv").exists(), "the people are gone when the step ends");
}
