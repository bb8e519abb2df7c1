//! Each format says the same, holds hostile text harmless, and stays within its limits.

mod browser;
#[cfg(target_os = "linux")]
mod memory;
mod script;
mod templates;

use std::path::PathBuf;

use headcount::render::{Format, RenderOptions};

use crate::support::fixture;
use crate::support::reading::{bytes, rendered, rendered_with};

/// From the first `start` to the next `end`.
fn part<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
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
    insta::assert_snapshot!("compared.md", part(&compared, "# ", "## Rules and their parameters"));
}

#[test]
fn the_page_reads_well() {
    let demo = rendered(Format::Html, &fixture::demo());
    insta::assert_snapshot!("demo.html-verdict", part(&demo, "<header", "<nav"));
    insta::assert_snapshot!("demo.html-overview", part(&demo, "<section id=\"overview\"", "<div class=\"charts\""));
    insta::assert_snapshot!("demo.html-matrix", part(&demo, "<section id=\"matrix\"", "</section>"));
    insta::assert_snapshot!("demo.html-findings", part(&demo, "<section id=\"findings\"", "</section>"));
    insta::assert_snapshot!("demo.html-evidence", part(&demo, "<section id=\"people\"", "<section id=\"sign-off\""));
    let compared = rendered(Format::Html, &fixture::compared());
    insta::assert_snapshot!("compared.html-policies", part(&compared, "<section id=\"policies\"", "</section>"));
    let gaps = rendered(Format::Html, &fixture::gaps());
    insta::assert_snapshot!("gaps.html-warning", part(&gaps, "<main>", "<section id=\"overview\""));
}

#[test]
fn what_was_not_seen_is_never_a_zero() {
    let page = rendered(Format::Html, &fixture::gaps());
    assert!(page.find("Not everything was seen") < page.find("class=\"tiles\""), "the warning is above the numbers");
    assert!(page.contains("<td class=\"unknown\">unknown</td>") && page.contains("≥ "));
    assert!(page.contains("Could not verify: 2 of 5 sources not seen completely"));
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
    assert!(page.len() < 3_000_000 && page.matches("<li id=\"f-").count() > 4_500, "{} bytes", page.len());
    assert!(markdown.len() <= 900 * 1024, "{} bytes", markdown.len());
    for text in [page, markdown] {
        assert!(text.contains("findings are left out here") && text.contains("the formats json and csv have all"));
        assert!(text.contains("100,000"), "the totals are of all findings");
    }
}

#[test]
fn what_is_left_out_is_in_the_files_that_are_named() {
    let report = fixture::large(6_000);
    let page = |beside: &[Format]| {
        let options = RenderOptions { beside, ..RenderOptions::default() };
        let page = rendered_with(Format::Html, &report, &options).expect("renders");
        part(&page, "The worst are shown; ", "</p>").to_owned()
    };
    assert_eq!(page(&[Format::Html, Format::Csv]), "The worst are shown; findings.csv has all.");
    assert_eq!(
        page(&[Format::Json, Format::Markdown, Format::Csv, Format::Xlsx]),
        "The worst are shown; report.json, findings.csv and report.xlsx have all."
    );
}

#[test]
fn markdown_keeps_its_budget_by_plan() {
    let options = RenderOptions { markdown_bytes: 6_000, ..RenderOptions::default() };
    let text = rendered_with(Format::Markdown, &fixture::demo(), &options).expect("renders");
    assert!(text.len() <= 6_000, "{} bytes", text.len());
    assert!(text.contains("## Sources") && text.contains("## Rules by source") && text.contains("leaver-active"));
    assert!(text.contains("findings are left out here"));
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
