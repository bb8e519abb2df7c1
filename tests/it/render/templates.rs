//! Templates of the user's own: what is wrong with them is found before any report is made, and their model is as
//! docs/templates.md says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use headcount::render::{Format, RenderOptions, Templates, built_in_templates, check_templates, templates_model};
use serde_json::Value;

use crate::support::fixture;
use crate::support::reading::rendered_with;

const DOCS: &str = "docs/templates.md";

/// Kind and example of each path of some models, of which one may leave empty what another fills.
fn paths(models: &[Value]) -> BTreeMap<String, (&'static str, String)> {
    fn walk(path: &str, value: &Value, found: &mut BTreeMap<String, (&'static str, String)>) {
        let kind = match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    walk(&if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, field, found);
                }
                return;
            }
            Value::Array(items) => {
                found.entry(path.to_owned()).or_insert(("list", String::new()));
                for item in items {
                    walk(&format!("{path}[]"), item, found);
                }
                return;
            }
            Value::Bool(_) => "yes or no",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Null => panic!("{path}: a template can't tell null from a mistake"),
        };
        let example = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let known = found.entry(path.to_owned()).or_insert((kind, example.clone()));
        if known.1.is_empty() {
            *known = (kind, example);
        }
    }
    let mut found = BTreeMap::new();
    for model in models {
        walk("", model, &mut found);
    }
    for rows in ["groups[].lines", "lines", "covered", "sections", "style", "script", "questions[].answers[].link"] {
        found.entry(rows.to_owned()).and_modify(|told| told.0 = "markup");
    }
    found
}

fn tables() -> String {
    let mut text = String::new();
    for (files, models) in templates_model().expect("the sample") {
        writeln!(text, "\n### {files}\n\n| Name | Kind | For example |\n|---|---|---|").expect("text");
        for (path, (kind, example)) in paths(&models) {
            let shown: String = example.chars().take(60).collect::<String>().replace(['\n', '`'], " ");
            let shown =
                if shown.is_empty() { String::new() } else { format!("`{}`", shown.replace('|', "\\|").trim()) };
            writeln!(text, "| `{path}` | {kind} | {shown} |").expect("text");
        }
    }
    text
}

#[test]
fn the_model_is_as_the_document_says() {
    let document = std::fs::read_to_string(DOCS).expect("the document");
    let (prose, told) = document.split_once("\n### ").unwrap_or((document.trim_end(), ""));
    let expected = format!("{}\n{}", prose.trim_end(), tables());
    if std::env::var_os("HEADCOUNT_WRITE_DOCS").is_some() {
        std::fs::write(DOCS, &expected).expect("written");
    } else {
        assert!(!told.is_empty() && document == expected, "run HEADCOUNT_WRITE_DOCS=1 cargo test --test it render::");
    }
    for (name, _) in built_in_templates() {
        assert!(prose.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_sample_has_one_of_everything() {
    for (files, models) in templates_model().expect("the sample") {
        let paths = paths(&models);
        for list in paths.iter().filter(|(_, (kind, _))| *kind == "list").map(|(path, _)| path) {
            let inside = format!("{list}[]");
            assert!(
                paths.keys().any(|path| path.starts_with(&inside)),
                "{files}: {list} is empty, so nothing is known of it"
            );
        }
    }
}

#[test]
fn every_template_can_be_overridden() {
    for folder in ["", "page/", "markdown/"] {
        for entry in std::fs::read_dir(format!("templates/{folder}")).expect("a folder") {
            let name = format!("{folder}{}", entry.expect("a file").file_name().to_string_lossy());
            let template = [".hbs", ".css", ".js"].iter().any(|end| name.ends_with(end));
            assert_eq!(built_in_templates().any(|(known, _)| known == name), template, "{name}");
        }
    }
}

/// What is said of a folder with these files.
fn checked(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let mistakes = check_templates(folder.path()).err().unwrap_or_default();
    let place = format!("{}/", folder.path().display());
    let told = mistakes.iter().map(|mistake| mistake.to_string().replace(&place, "")).collect();
    (folder, told)
}

#[test]
fn the_built_in_templates_are_good_ones() {
    let all: Vec<_> = built_in_templates().collect();
    assert_eq!(checked(&all).1, Vec::<String>::new());
    assert_eq!(checked(&[("README.md", "ours"), ("logo.svg", "")]).1, Vec::<String>::new(), "other files are nobody's");
}

#[test]
fn a_mistake_has_its_place_before_any_report_is_made() {
    for (name, text, expected) in [
        ("page/page.html.hbs", "<h1>\n  {{headlin}}\n</h1>", "page/page.html.hbs:2:"),
        ("page/verdict.html.hbs", "a\n{{#if opening.gats}}x{{/if}}", "page/verdict.html.hbs:2:"),
        ("page/act.html.hbs", "a\n\nb\n\n {{act.not}}", "page/act.html.hbs:5:"),
        ("page/act.html.hbs", "a\n\nb\n\n {{#if act}}", "page/act.html.hbs:5:"),
        ("page/overview.html.hbs", "{{#each check}}x{{/each}}", "page/overview.html.hbs:1:"),
        ("page/overview.html.hbs", "{{#if checks}}\n\n", "page/overview.html.hbs:"),
        (
            "markdown/report.md.hbs",
            "x\n {{> other}}",
            "markdown/report.md.hbs:2:2: partials ({{> name}}) are not supported",
        ),
        ("markdown/line.md.hbs", "{{title}}\n{{tilte}}", "markdown/line.md.hbs:2:"),
        // What only an audit that found something says.
        ("page/line.html.hbs", "{{#each findings}}{{rul}}{{/each}}", "page/line.html.hbs:1:"),
        // What only an audit that found nothing says.
        ("page/sources.html.hbs", "{{#if sources}}{{else}}{{nothing}}{{/if}}", "page/sources.html.hbs:1:"),
        (
            "page/pgae.html.hbs",
            "{{headline}}",
            "page/pgae.html.hbs: no template has this name (did you mean page/page.html.hbs?)",
        ),
        ("report.min.js", "", "report.min.js: no template has this name"),
    ] {
        let (folder, told) = checked(&[(name, text)]);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{name} {text:?}: {told:?}");
        assert!(told[0].contains("docs/templates.md") || told[0].contains("no template has"), "{told:?}");
        drop(folder);
    }
    let both = [("page/page.html.hbs", "{{headlin}}"), ("markdown/report.md.hbs", "{{headlin}}")];
    let (_folder, told) = checked(&[both[0], both[1], ("x.hbs", "")]);
    assert_eq!(told.len(), 1, "a stray file is told first, alone: {told:?}");
    let (_folder, told) = checked(&both);
    assert_eq!(told.len(), 2, "each is told once: {told:?}");
    assert!(told[0].contains("there is nothing named \"headlin\" here"), "{told:?}");
    assert!(check_templates(Path::new("no/such/folder")).is_err());
}

fn with_template(name: &str, text: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(directory.path().join("page")).expect("made");
    std::fs::write(directory.path().join(name), text).expect("written");
    let templates = Templates::new(Some(directory.path().to_owned()));
    let options = RenderOptions { templates: &templates, ..RenderOptions::default() };
    rendered_with(Format::Html, &fixture::demo(), &options)
}

#[test]
fn a_template_of_the_user_takes_its_place() {
    let headline = "2 live accounts of 1 person who has left";
    assert_eq!(with_template("page/page.html.hbs", "{{opening.headline}}"), Ok(headline.to_owned()));
    let page = with_template("page/page.css", "h1 { color: red }").expect("renders");
    assert!(page.contains("<style>h1 { color: red }</style>"));
    let page = with_template("page/act.html.hbs", "<p>Ask {{act.note}}</p>").expect("renders");
    assert!(page.contains("<p>Ask 1 person, 2 accounts") && page.contains("id=\"by-severity\""), "one section alone");
}
