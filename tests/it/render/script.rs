//! What page.js takes for granted of the page, held where no browser is needed: names, ids, and what a line is made of.

use headcount::model::Severity;
use headcount::render::Format;

use super::part;
use crate::support::fixture;
use crate::support::reading::rendered;

const SCRIPT: &str = include_str!("../../../templates/page/page.js");

/// What stands between `start` and `end`, wherever it does in `text`.
fn between<'t>(text: &'t str, start: &'t str, end: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end).map(|(inside, _)| inside))
}

#[test]
fn every_name_that_the_script_asks_for_is_in_the_page() {
    let page = rendered(Format::Html, &fixture::demo());
    let ids: Vec<&str> = between(SCRIPT, "getElementById(\"", "\"").collect();
    assert!(ids.contains(&"filter") && ids.contains(&"lines") && ids.contains(&"csv"), "{ids:?}");
    for id in ids {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "#{id}");
    }
    let form = part(&page, "<form id=\"filter\"", "</form>");
    let fields = between(SCRIPT, "const fields = [", "]").next().expect("fields");
    for field in between(fields, "\"", "\"").filter(|field| !field.starts_with(',')) {
        assert!(form.contains(&format!(" name=\"{field}\"")), "{field}");
    }
    let groups = between(SCRIPT, "const groups = {", "\n  };").next().expect("groups");
    let offered = part(form, "<select name=\"by\"", "</select>");
    for by in between(offered, "value=\"", "\"").filter(|by| !by.is_empty()) {
        assert!(groups.contains(&format!("{by}: (")), "grouping by {by}");
    }
    for severity in Severity::ALL {
        let letter = &severity.as_str()[..1];
        assert!(SCRIPT.contains(&format!("{letter}: \"{severity}\"")), "{severity}");
        assert!(form.contains(&format!("value=\"{severity}\" id=\"s-{letter}\"")), "{severity}");
    }
}

/// A line is read by its classes, the five cells of its summary, and the paragraphs that have an id.
#[test]
fn a_line_is_what_the_script_takes_it_for() {
    for report in [fixture::demo(), fixture::gaps(), fixture::hostile()] {
        let page = rendered(Format::Html, &report);
        let lines = part(&page, "<div id=\"lines\"", "<p id=\"none\"");
        assert_eq!(
            lines.matches("<p id=f-").count(),
            report.findings.len(),
            "each finding has a place, and nothing else"
        );
        for line in between(lines, "<details class=\"", "</details>") {
            assert!(line.starts_with(['c', 'h', 'm', 'l', 'i']), "{line}");
            let summary = part(line, "<summary>", "</summary>");
            assert_eq!(summary.matches("<span>").count(), 5, "{summary}");
            for finding in between(line, "<p id=f-", "</a>") {
                let (_, rule) = finding.rsplit_once('>').expect("a link");
                assert!(report.rules.iter().any(|known| known.id == rule), "{finding}");
                let bold = finding.find("<b>").expect("a title");
                assert!(finding[..bold].ends_with('>'), "the title is its first element: {finding}");
            }
        }
    }
}
