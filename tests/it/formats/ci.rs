//! The set-ups in `examples/ci` work: their commands are ones that the binary takes, they keep secrets out of command
//! lines, and the one that needs no CI system is run.

use std::path::Path;

use clap::Parser as _;
use headcount::cli::Cli;
use headcount::render::Format;

use crate::support::process::{clean, headcount};
use crate::support::tenant::{Tenant, read_report};

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
    for format in Format::ALL.into_iter().filter(|format| is_for_ci(*format)) {
        assert!(formats.contains(&format), "{format} is shown in no example");
    }
}

/// Whether a CI system shows the format as its own.
fn is_for_ci(format: Format) -> bool {
    match format {
        Format::Github | Format::Sarif | Format::Junit | Format::CodeQuality => true,
        Format::Html | Format::Markdown | Format::Json | Format::Csv | Format::Xlsx | Format::Oscal => false,
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
    all("github-build-matrix.yml", &["windows-latest", "macos-latest", "cargo test --locked", "cargo deny check"]);
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
    let day = std::fs::read_dir(&reports).expect("reports").next().expect("a day").expect("a day").path();
    assert_eq!(read_report(&day).sources.len(), 6);
    assert!(day.join("findings.csv").exists() && day.join("report.html").exists());

    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let (before, after) = config.split_once("fail_on = [").expect("a gate");
    let (_, after) = after.split_once(']').expect("its end");
    std::fs::write(tenant.config(), format!("{before}fail_on = []{after}")).expect("written");
    let output = cron(&tenant);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b""[..]));
}

/// Runs the lines of a CI system's shell in the tenant's folder, with the binary where the set-up has installed it.
#[cfg(unix)]
fn step(tenant: &Tenant, script: &str, installed: &str, variables: &[(&str, &str)]) -> std::process::Output {
    let here = tenant.kit.path();
    let binary = here.join(installed);
    std::fs::create_dir_all(binary.parent().expect("a folder")).expect("made");
    std::os::unix::fs::symlink(headcount().get_program(), &binary).expect("linked");
    let config = std::fs::read_to_string(tenant.config()).expect("a configuration");
    let config = config.replace("[report]", "[report]\npseudonym_key = \"env:HEADCOUNT_PSEUDONYM_KEY\"");
    std::fs::write(tenant.config(), config).expect("written");
    let mut shell = clean("sh");
    shell.args(["-e", "-c", script]).current_dir(here).env("HOME", here);
    shell.env("HEADCOUNT_PSEUDONYM_KEY", "0123456789abcdef").envs(variables.iter().copied());
    shell.output().expect("sh runs")
}

/// The lines from the one that starts with `first` to the last that is as far to the right, without that margin.
#[cfg(unix)]
fn block(text: &str, first: &str) -> String {
    let from = text.lines().skip_while(|line| !line.trim_start().starts_with(first)).collect::<Vec<_>>();
    let margin = from[0].len() - from[0].trim_start().len();
    let inside = from.iter().take_while(|line| line.len() > margin && line[..margin].trim().is_empty());
    inside.map(|line| &line[margin..]).collect::<Vec<_>>().join("\n")
}

#[cfg(unix)]
#[test]
fn the_steps_of_every_set_up_do_what_they_say() {
    let said = |output: &std::process::Output| {
        String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
    };
    let tenant = Tenant::new(600, 3);
    let here = |tenant: &Tenant, name: &str| tenant.kit.path().join(name);
    let (told, summary) = (here(&tenant, "output.txt"), here(&tenant, "summary.md"));
    let variables = [
        ("CONFIG", "headcount.toml"),
        ("PRIVACY", "pseudonymous"),
        ("OUT", "headcount-out"),
        ("GITHUB_OUTPUT", told.to_str().expect("UTF-8")),
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("UTF-8")),
    ];
    let script = block(&read("action.yml"), "export PATH=\"$HOME/.headcount");
    let output = step(&tenant, &script, ".headcount/bin/headcount", &variables);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("::error file="), "{}", said(&output));
    assert_eq!(std::fs::read_to_string(&told).expect("an output"), "exit-code=1\n");
    assert!(std::fs::read_to_string(&summary).expect("a summary").starts_with("# Action needed"));
    assert!(here(&tenant, "headcount-out/report.sarif").exists());

    let tenant = Tenant::new(600, 3);
    let lines = read("gitlab-ci.yml");
    let lines = lines.lines().map(|line| line.trim().trim_start_matches("- "));
    let script: Vec<&str> =
        lines.filter(|line| line.starts_with("export PATH") || line.starts_with("headcount ")).collect();
    let project = tenant.kit.path().to_str().expect("UTF-8");
    let output = step(&tenant, &script.join("\n"), ".headcount/bin/headcount", &[("CI_PROJECT_DIR", project)]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for name in ["junit.xml", "gl-code-quality-report.json"] {
        assert!(here(&tenant, "headcount-out").join(name).exists(), "{name}");
    }

    let tenant = Tenant::new(600, 3);
    let script = block(&read("Jenkinsfile"), "export PATH=");
    let roster = here(&tenant, "roster-of-the-credentials.csv");
    std::fs::rename(here(&tenant, "hr.csv"), &roster).expect("renamed");
    let variables = [("HR_CSV", roster.to_str().expect("UTF-8")), ("HEADCOUNT_REVISION", "0123abc")];
    let output = step(&tenant, &script, ".cache/headcount/0123abc/bin/headcount", &variables);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(here(&tenant, "headcount-out/junit.xml").exists());
    assert!(!here(&tenant, "hr.csv").exists(), "the people are gone when the step ends");
}
