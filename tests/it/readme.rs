//! What the README says is true: its commands, tables and configuration are held against the code.

use std::collections::BTreeSet;
use std::path::Path;

use headcount::cli::Exit;
use headcount::config::{Config, RulesConfig};
use headcount::render::Format;
use headcount::rule::RuleSet;
use headcount::vendor;

const README: &str = include_str!("../../README.md");
const DEVELOPMENT: &str = include_str!("../../docs/development.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).map(|rest| rest.split("```").next().expect("a closed block")).collect()
}

/// The rows of the table under this header, each as its cells.
fn table(header: &str) -> Vec<Vec<String>> {
    let (_, rest) = README.split_once(header).expect("the table");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_first_command_is_the_demo_and_the_second_passes_the_tests() {
    let commands: Vec<&str> = blocks("console").into_iter().map(str::trim).collect();
    assert_eq!(commands.first(), Some(&"cargo run --release -- demo"));
    assert_eq!(commands.get(1), Some(&"cargo test"));
    assert!(include_str!("../../.ci/run").lines().any(|line| line == "cargo test"));
}

#[test]
fn the_exit_codes_are_those_of_the_code() {
    assert_eq!(
        table("| Exit code | Meaning |"),
        Exit::ALL.map(|exit| vec![exit.code().to_string(), exit.meaning().to_owned()])
    );
}

#[test]
fn the_formats_are_those_of_the_code() {
    let rows: Vec<(String, String)> =
        table("| Format | File | For |").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let file = |format: Format| format.file_name().map_or("standard output".to_owned(), |name| format!("`{name}`"));
    let formats = Format::ALL.map(|format| (format!("`{format}`"), file(format)));
    assert_eq!(rows, formats);
}

#[test]
fn the_vendors_are_those_of_the_code() {
    let rows: BTreeSet<String> =
        table("| Vendor | `vendor =` | What its list can't tell |").into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(rows, vendor::kinds().iter().map(|kind| format!("`{kind}`")).collect());
}

#[test]
fn the_rules_are_those_of_the_code() {
    let rules = RuleSet::load(&RulesConfig::default()).expect("the built-in rules");
    let rows: Vec<String> =
        rules.iter().map(|rule| format!("| `{}` | {} | {} |", rule.id(), rule.severity(), rule.title())).collect();
    let expected = format!("| Rule | Severity | What it finds |\n|---|---|---|\n{}\n", rows.join("\n"));
    assert!(README.contains(&expected), "the README's table of rules has to be:\n{expected}");
}

#[test]
fn the_configuration_can_be_read() {
    let text = blocks("toml");
    let whole = text.first().expect("a configuration");
    let config = Config::parse(Path::new("headcount.toml"), whole)
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    assert_eq!(config.expect("a good configuration").sources.len(), 2);
    let section = |name: &str| text.iter().find(|block| block.starts_with(name)).expect("a section");
    let rules = section("[rules]").replace("paths = [\"rules\"]\n", "");
    let config = Config::parse(Path::new("headcount.toml"), &format!("{whole}\n{rules}")).expect("good rules");
    RuleSet::load(&config.rules).expect("rules and params that exist");
    let (before, after) = whole.split_once("[gate]").expect("a gate");
    let (_, after) = after.split_once("[report]").expect("a report");
    let exceptions = section("[exceptions]");
    Config::parse(Path::new("headcount.toml"), &format!("{before}[report]{after}\n{exceptions}")).expect("exceptions");
    let several = whole.replace("[hr]\nfile = \"hr.csv\"\n", section("[hr]\ndates"));
    assert_eq!(Config::parse(Path::new("headcount.toml"), &several).expect("files").roster.files.len(), 2);
}

#[test]
fn the_mail_can_be_configured() {
    let text = blocks("toml");
    let whole = text.first().expect("a configuration");
    let email = text.iter().find(|block| block.starts_with("[email]")).expect("an e-mail section");
    let config = Config::parse(Path::new("headcount.toml"), &format!("{whole}\n{email}")).expect("good");
    assert!(config.email.is_some());
}

/// Where its links lead, and what it names in code and begins with a folder of the project.
fn named_files(text: &'static str) -> BTreeSet<&'static str> {
    let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let folders = ["src/", "rules/", "docs/", "examples/", "templates/", "tests/"];
    let code = text.split('`').skip(1).step_by(2).filter(|code| folders.iter().any(|folder| code.starts_with(folder)));
    links.chain(code).filter(|path| !path.is_empty() && !path.contains("://")).collect()
}

#[test]
fn the_files_that_it_names_exist() {
    let named = named_files(README);
    assert!(["docs/report.png", "LICENSE", "docs/development.md"].iter().all(|path| named.contains(path)), "{named:?}");
    for path in named {
        assert!(Path::new(path).exists(), "{path}");
    }
}

/// Each recipe begins with a file that is there and short, and adds to lists that are there.
#[test]
fn the_recipes_begin_with_files_to_start_from() {
    for (title, list) in [
        ("A vendor", "pub static ALL: &[&VendorSpec]"),
        ("A fact", "macro_rules! facts"),
        ("A rule", "[[examples]]"),
        ("A format", "pub const ALL"),
        ("A command", "enum Command"),
    ] {
        let (_, recipe) = DEVELOPMENT.split_once(&format!("## {title}\n")).expect("a recipe");
        let recipe = recipe.split("\n## ").next().unwrap_or_default();
        let files: Vec<&str> = recipe.split('`').skip(1).step_by(2).filter(|code| code.contains('/')).collect();
        let texts: Vec<String> = files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{title}: {file}: {error}")))
            .collect();
        assert!(texts.iter().any(|text| text.contains(list)), "{title}: none of {files:?} has `{list}`");
    }
    for path in named_files(DEVELOPMENT) {
        assert!(Path::new(path.split(' ').next().unwrap_or_default()).exists(), "{path}");
    }
}
