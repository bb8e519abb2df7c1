//! Each format says the same, holds hostile text harmless, and stays within its limits.

pub(crate) mod browser;
#[cfg(target_os = "linux")]
mod memory;
mod script;
mod templates;

use std::path::PathBuf;

use headcount::model::{Disposition, Severity};
use headcount::render::{Format, RenderOptions};
use headcount::report::Report;

use crate::support::fixture;
use crate::support::reading::{bytes, rendered, rendered_with};

/// From the first `start` to the next `end`.
pub(crate) fn part<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).unwrap_or_else(|| panic!("no {start}"));
    let to = text[from..].find(end).unwrap_or_else(|| panic!("no {end}"));
    &text[from..from + to]
}

#[test]
fn markdown_reads_well() {
    insta::assert_snapshot!("demo.md", rendered(Format::Markdown, &fixture::demo()));
    insta::assert_snapshot!("empty.md", rendered(Format::Markdown, &fixture::empty()));
    insta::assert_snapshot!("gaps.md", rendered(Format::Markdown, &fixture::gaps()));
    let compared = rendered(Format::Markdown, &fixture::compared());
    insta::assert_snapshot!("compared.md", part(&compared, "<details><summary>Policies", "</details>"));
}

#[test]
fn the_page_reads_well() {
    let demo = rendered(Format::Html, &fixture::demo());
    insta::assert_snapshot!(
        "demo.html-first-screen",
        part(&demo, "<section id=\"verdict\"", "<section id=\"findings\"")
    );
    insta::assert_snapshot!("demo.html-findings", part(&demo, "<section id=\"findings\"", "<details class=\"fold\""));
    insta::assert_snapshot!("demo.html-evidence", part(&demo, "<details class=\"fold\"", "<section id=\"sign-off\""));
    let compared = rendered(Format::Html, &fixture::compared());
    insta::assert_snapshot!("compared.html-policies", part(&compared, "<div id=\"policies\"", "</details>"));
    let gaps = rendered(Format::Html, &fixture::gaps());
    insta::assert_snapshot!("gaps.html-first-screen", part(&gaps, "<section id=\"verdict\"", "<section id=\"act\""));
    let empty = rendered(Format::Html, &fixture::empty());
    insta::assert_snapshot!(
        "empty.html-first-screen",
        part(&empty, "<section id=\"verdict\"", "<details class=\"fold\"")
    );
}

#[test]
fn what_was_not_seen_is_never_a_zero() {
    let page = rendered(Format::Html, &fixture::gaps());
    assert!(page.find(">Not seen</h2>") < page.find("id=\"act\""), "the warning is above the numbers");
    assert!(page.contains("<td class=\"n blind\">not seen</td>") && page.contains("≥ ") && page.contains("<td>?</td>"));
    assert!(page.contains("At least <em>2 live accounts</em> of 1 person who has left"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for (name, report) in fixture::all() {
        for format in Format::ALL {
            assert_eq!(bytes(format, &report), bytes(format, &report), "{name}.{format}");
        }
    }
}

#[test]
fn hostile_text_stays_text_in_the_page() {
    let page = rendered(Format::Html, &fixture::hostile());
    assert_eq!(page.matches("<script").count(), 1, "only the page's own script");
    assert_eq!(page.matches("</style>").count(), 1, "only the page's own style");
    assert!(!page.contains("<img") && !page.contains("<a href=\"javascript"));
    assert!(!page.contains("<!-- "), "a comment would hide what follows");
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "control characters are pictures");
    assert!(!page.contains(['\u{202e}', '\u{202c}', '\u{feff}']) && page.contains("‹U+202E›"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "it can still be read");
}

#[test]
fn hostile_text_stays_text_in_markdown() {
    let text = rendered(Format::Markdown, &fixture::hostile());
    assert!(!text.contains("<script") && !text.contains("<!--") && !text.contains("<img"));
    assert!(!text.contains("@everyone") && !text.contains("https://") && !text.contains("](javascript"));
    assert!(!text.lines().any(|line| line.starts_with("# Heading") || line.starts_with('=')));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'));
    for table in text.split("\n\n").filter(|block| block.starts_with("| ")) {
        let widths: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "a cell was broken: {widths:?}");
    }
}

#[test]
fn a_hundred_thousand_findings_stay_small() {
    let report = fixture::large(100_000);
    let page = rendered(Format::Html, &report);
    let markdown = rendered(Format::Markdown, &report);
    assert!(page.len() < 3_000_000 && page.matches("<p id=f-").count() == 5_000, "{} bytes", page.len());
    assert!(markdown.len() <= 900 * 1024, "{} bytes", markdown.len());
    for text in [page, markdown] {
        assert!(
            text.contains("of 100,000 lines are on this page") && text.contains("headcount audit --format csv,xlsx")
        );
    }
}

/// 22,000 findings, of which every fourth is critical, and every eighth high: the order in which they were found says
/// nothing about how bad they are.
fn mixed() -> Report {
    fixture::large_with(22_000, |n, mut finding| {
        finding.severity = match n % 8 {
            0 | 4 => Severity::Critical,
            1 => Severity::High,
            2 | 3 => Severity::Medium,
            5 => Severity::Info,
            _ => Severity::Low,
        };
        if n % 16 == 0 {
            finding.disposition = Disposition::Waived;
        }
        finding
    })
}

#[test]
fn nothing_is_left_out_while_something_less_bad_is_shown() {
    let report = mixed();
    let page = rendered(Format::Html, &report);
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
    let of = |letter: &str| page.matches(&format!("<details class=\"{letter}")).count();
    let shown = Severity::ALL.map(|severity| of(&severity.as_str()[..1]));
    let all = Severity::ALL.map(|severity| report.findings.heads().filter(|head| head.severity() == severity).count());
    assert_eq!(all, [5_500, 2_750, 5_500, 5_500, 2_750]);
    assert_eq!(shown, [5_000, 0, 0, 0, 0], "no high while a critical has no room");
    assert!(page.contains("5,000 of 22,000 lines are on this page: 5,000 of 5,500 critical, none of 2,750 high, "));

    let report = fixture::large_with(22_000, |n, mut finding| {
        finding.severity = if n % 22 == 0 { Severity::Critical } else { Severity::Medium };
        finding
    });
    let page = rendered(Format::Html, &report);
    assert!(
        page.contains("5,000 of 22,000 lines are on this page: all 1,000 critical, 4,000 of 21,000 medium."),
        "counted"
    );
    assert!(page.contains("data-missing=\"17,000\""), "the search knows what it can't see");
    assert_eq!(page.matches("<div><details").count(), 100, "a browser passes over piles that are far away");
}

#[test]
fn what_is_left_out_is_in_the_files_that_are_named() {
    let report = fixture::large(6_000);
    let page = |beside: &[Format]| {
        let options = RenderOptions { beside, ..RenderOptions::default() };
        let page = rendered_with(Format::Html, &report, &options).expect("renders");
        part(&page, " All: ", "</span>").to_owned()
    };
    assert_eq!(page(&[Format::Html]), " All: headcount audit --format csv,xlsx.");
    assert_eq!(page(&[Format::Json, Format::Csv, Format::Xlsx]), " All: findings.csv, report.xlsx.");
}

#[test]
fn markdown_keeps_its_budget_by_plan() {
    let options = RenderOptions { markdown_bytes: 8_000, ..RenderOptions::default() };
    let text = rendered_with(Format::Markdown, &fixture::demo(), &options).expect("renders");
    assert!(text.len() <= 8_000, "{} bytes", text.len());
    assert!(
        text.contains("## Act today") && text.contains("<details><summary>Sources") && text.contains("leaver-active")
    );
    assert!(text.contains("lines are on this page"));
    let [act, findings, coverage] = ["## Act today", "## Findings", "<details>"].map(|part| text.find(part));
    assert!(act < findings && findings < coverage, "what to act on stands before the evidence");
}

#[test]
fn an_unknown_format_is_refused_with_advice() {
    assert_eq!("md".parse(), Ok(Format::Markdown));
    let refused = |word: &str| word.parse::<Format>().map_err(|error| error.to_string()).expect_err("unknown");
    assert_eq!(refused("htlm"), "unknown format `htlm`, did you mean `html`?");
    let all = Format::ALL.map(|format| format.to_string()).join(", ");
    assert_eq!(refused("pdf"), format!("unknown format `pdf`, expected one of {all}"));
}

#[test]
#[ignore = "writes the fixtures to RENDER_OUT, to be looked at"]
fn write_fixtures() {
    let out = PathBuf::from(std::env::var_os("RENDER_OUT").expect("RENDER_OUT"));
    std::fs::create_dir_all(&out).expect("directory");
    let mut reports = Vec::from(fixture::all());
    reports.push(("large", fixture::large(100_000)));
    for (name, report) in reports {
        for format in Format::ALL {
            std::fs::write(out.join(format!("{name}.{format}")), bytes(format, &report)).expect("written");
        }
    }
}
