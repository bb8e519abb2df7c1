//! What report.js takes for granted of the page, held where no browser is needed: names, ids, and which lists are
//! findings.

use headcount::model::Severity;
use headcount::render::Format;

use super::part;
use crate::support::fixture;
use crate::support::reading::rendered;

const SCRIPT: &str = include_str!("../../../templates/report.js");

/// What stands between `start` and `end`, wherever it does in `text`.
fn between<'t>(text: &'t str, start: &'t str, end: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split_once(end).map(|(inside, _)| inside))
}

#[test]
fn every_name_that_the_script_asks_for_is_in_the_page() {
    let page = rendered(Format::Html, &fixture::demo());
    let ids: Vec<&str> = between(SCRIPT, "getElementById(\"", "\"").collect();
    assert!(ids.contains(&"filter") && ids.contains(&"count") && ids.contains(&"csv"), "{ids:?}");
    for id in ids {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "#{id}");
    }
    let fields = between(SCRIPT, "const fields = [", "]").next().expect("fields");
    for field in between(fields, "\"", "\"").filter(|field| !field.starts_with(',')) {
        assert!(part(&page, "<form id=\"filter\"", "</form>").contains(&format!(" name=\"{field}\"")), "{field}");
    }
    let keys = between(SCRIPT, "const keys = {", "};").next().expect("keys");
    for by in between(&page, "data-sort=\"", "\"") {
        assert!(keys.contains(&format!("{by}: (")), "sorting by {by}");
    }
    let order = between(SCRIPT, "const order = [", "]").next().expect("the order");
    assert_eq!(order.replace('"', ""), Severity::ALL.map(Severity::as_str).join(", "));
    for tile in between(part(&page, "class=\"tiles\"", "</ul>"), "<a ", ">") {
        assert!(tile.contains("data-rule=\""), "{tile}");
    }
}

/// The rows are read by `.findings > tbody > tr`, `li[id]`, its first `b` and `a`, its two `p` and its `code`.
#[test]
fn a_row_is_what_the_script_takes_it_for() {
    for report in [fixture::demo(), fixture::gaps(), fixture::hostile()] {
        let page = rendered(Format::Html, &report);
        let tables = part(&page, "<section id=\"findings\"", "</section>");
        let items: Vec<&str> = between(tables, "<li id=\"f-", "<code>").collect();
        assert_eq!(items.len(), report.findings.len(), "each finding is an item with an id, and nothing else is");
        assert_eq!(tables.matches("<li id=").count(), items.len());
        for item in items {
            let bold = between(item, "<b class=\"", "\"").next().expect("a severity");
            assert!(Severity::ALL.iter().any(|severity| severity.as_str() == bold), "{item}");
            let link = between(item, "<a href=\"#rule-", "</a>").next().and_then(|link| link.split_once('>'));
            assert!(report.rules.iter().any(|rule| Some(rule.id.as_str()) == link.map(|(_, text)| text)), "{item}");
            assert!(item.find("<b ") < item.find("<a ") && item.find("<a ") < item.find("<p>"), "{item}");
            assert!(item.find("<p>") < item.find("<p class=\"do\">"), "the message, then what to do: {item}");
        }
        for row in between(tables, "<tr class=\"", "<td>") {
            let severity = row.split_once('"').map(|(severity, _)| severity).unwrap_or_default();
            assert!(Severity::ALL.iter().any(|known| known.as_str() == severity), "{row}");
        }
    }
}

#[test]
fn near_misses_are_lists_that_are_no_findings() {
    let page = rendered(Format::Html, &fixture::demo());
    let near: Vec<&str> = between(&page, "<ol class=\"near\">", "</ol>").collect();
    assert!(!near.is_empty() && near.iter().all(|list| list.starts_with("<li>")), "{near:?}");
    assert!(near.iter().all(|list| !list.contains(" id=") && !list.contains("<ul")), "{near:?}");
    // Its words are searched with the row, and nothing of it is counted.
    assert!(SCRIPT.contains("querySelectorAll(\"li[id]\")") && !SCRIPT.contains("\"li\""));
}
