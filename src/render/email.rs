//! The text of an e-mail: a plain part that stands alone, and an HTML part that mail clients don't take apart.

use std::path::Path;
use std::time::Duration;

use chrono::Days;
use serde_json::Value;

use super::template::{Engine, MAIL_PAGE, MAIL_TEXT, MANAGER_PAGE, MANAGER_TEXT};
use super::view::{About, Audience, Entries, FindingList, MailContent, MailModel, ManagerContent, ManagerModel};
use super::{RenderError, escape};
use crate::report::Report;

/// Gmail cuts off an HTML part at about 102 kB, and shows no warning that anybody sees.
const PAGE_BYTES: usize = 60_000;

/// More than anybody reads in a mail.
const ENTRIES: usize = 100;

/// Longer ones are cut off in every list of mails.
const SUBJECT: usize = 110;

/// Readers of plain text have narrow windows.
const COLUMNS: usize = 76;

/// The text of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// One line that says what is the matter.
    pub subject: String,
    /// The plain-text part.
    pub plain: String,
    /// The HTML part.
    pub html: String,
}

/// The templates of all parts, compiled once for all mails.
pub struct MailTemplates {
    page: Engine,
    text: Engine,
}

impl std::fmt::Debug for MailTemplates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailTemplates(…)")
    }
}

impl MailTemplates {
    /// The built-in ones, or those of `[report] templates`.
    ///
    /// # Errors
    /// A template can't be read or is malformed.
    pub fn new(directory: Option<&Path>) -> Result<Self, RenderError> {
        Ok(Self {
            page: Engine::new(&[MAIL_PAGE, MANAGER_PAGE], directory, escape::mail_html)?,
            text: Engine::new(&[MAIL_TEXT, MANAGER_TEXT], directory, escape::mail_text)?,
        })
    }

    /// Writes the team's mail, with as many findings as it may hold.
    ///
    /// # Errors
    /// A template asks for something that the model doesn't have.
    pub fn write(&self, content: &MailContent<'_>) -> Result<MailText, RenderError> {
        let as_of = content.report.run.as_of;
        let piles = content.piles.iter();
        let about: Vec<About<'_>> =
            piles.map(|pile| About { title: &pile.title, entries: Entries::of(&pile.findings, as_of) }).collect();
        let all: usize = about.iter().map(|about| about.entries.len()).sum();
        let mut model = MailModel::new(content);
        let mut page = |limit: usize| {
            model.show(&about, limit, content)?;
            self.page.render(MAIL_PAGE, &model)
        };
        let limit = most(all.min(ENTRIES), |limit| Ok(page(limit)?.len() <= PAGE_BYTES))?;
        let html = page(limit)?;
        let plain = laid_out(&self.text.render(MAIL_TEXT, &model)?);
        let title = content.report.run.title.trim();
        let title = if title.is_empty() { String::new() } else { format!("- {title}") };
        let news = MailModel::news(content.report);
        Ok(MailText { subject: subject(&[content.prefix, model.headline(), &news, &title]), plain, html })
    }

    /// Writes a manager's mail, with as many questions as it may hold.
    ///
    /// # Errors
    /// A template asks for something that the model doesn't have.
    pub fn ask(&self, content: &ManagerContent<'_>) -> Result<MailText, RenderError> {
        let entries = Entries::of(content.findings, content.report.run.as_of);
        let mut model = ManagerModel::new(content, &entries);
        let mut page = |limit: usize| {
            model.ask(&entries, limit)?;
            self.page.render(MANAGER_PAGE, &model)
        };
        let limit = most(entries.len().min(ENTRIES), |limit| Ok(page(limit)?.len() <= PAGE_BYTES))?;
        let html = page(limit)?;
        let plain = laid_out(&self.text.render(MANAGER_TEXT, &model)?);
        Ok(MailText { subject: subject(&[content.prefix, model.headline()]), plain, html })
    }
}

/// Writes the mails of a report with the templates of a folder, to see whether they can be written.
pub(super) fn rehearse(report: &Report, folder: &Path) -> Result<(), RenderError> {
    let templates = MailTemplates::new(Some(folder))?;
    let sample = Sample::of(report);
    for audience in [Audience::Everybody, Audience::Fallback] {
        templates.write(&sample.content(report, audience))?;
        templates.write(&MailContent {
            overview: &[],
            attached: &[],
            evidence: None,
            ..sample.content(report, audience)
        })?;
    }
    templates.ask(&Sample::manager(report)).map(drop)
}

/// What the templates of the team's mail see of a report.
pub(super) fn model(report: &Report) -> Result<Vec<Value>, RenderError> {
    let sample = Sample::of(report);
    let content = sample.content(report, Audience::Fallback);
    let mut model = MailModel::new(&content);
    let [FindingList { title, findings }] = &sample.piles;
    let about = About { title, entries: Entries::of(findings, report.run.as_of) };
    model.show(&[about], ENTRIES, &content)?;
    Ok(vec![serde_json::to_value(&model)?])
}

/// What those of a manager's mail see.
pub(super) fn manager_model(report: &Report) -> Result<Vec<Value>, RenderError> {
    let content = Sample::manager(report);
    let entries = Entries::of(content.findings, report.run.as_of);
    let mut model = ManagerModel::new(&content, &entries);
    model.ask(&entries, 1)?;
    Ok(vec![serde_json::to_value(&model)?])
}

/// Who sends the sample.
const SENDER: &str = "access@example.com";

/// The bundle of the sample.
const EVIDENCE: &str = "2026-Q4.zip, id 0000000000000000000000000000000000000000000000000000000000000000";

/// One of everything that a mail can hold besides its report.
struct Sample {
    piles: [FindingList; 1],
    overview: [String; 1],
    attached: [String; 1],
}

impl Sample {
    fn of(report: &Report) -> Self {
        Self {
            piles: [FindingList { title: "Findings, worst first".to_owned(), findings: report.findings.clone() }],
            overview: ["Tomas Lindqvist, tomas@example.com: 3 accounts".to_owned()],
            attached: ["report.xlsx".to_owned()],
        }
    }

    fn content<'r>(&'r self, report: &'r Report, audience: Audience) -> MailContent<'r> {
        let Self { piles, overview, attached } = self;
        let deadline = Duration::from_hours(14 * 24);
        MailContent {
            report,
            audience,
            piles,
            overview,
            deadline,
            attached,
            evidence: Some(EVIDENCE),
            sender: SENDER,
            prefix: "",
        }
    }

    fn manager(report: &Report) -> ManagerContent<'_> {
        let today = report.run.finished_at.date_naive();
        ManagerContent {
            report,
            name: Some("Tomas Lindqvist"),
            findings: &report.findings,
            deadline: today.checked_add_days(Days::new(14)).unwrap_or(today),
            attached: "review-tomas.xlsx",
            sender: SENDER,
            prefix: "",
        }
    }
}

/// The largest number up to `all` for which it still `holds`; nothing is the least.
fn most(all: usize, mut holds: impl FnMut(usize) -> Result<bool, RenderError>) -> Result<usize, RenderError> {
    if holds(all)? {
        return Ok(all);
    }
    let (mut most, mut too_many) = (0, all);
    while too_many - most > 1 {
        let middle = usize::midpoint(most, too_many);
        if holds(middle)? { most = middle } else { too_many = middle }
    }
    Ok(most)
}

fn subject(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    escape::clip(&escape::terminal(&parts.join(" ")), SUBJECT)
}

/// Lines of a readable length, what belongs together indented alike, and no more than one empty line in a row.
fn laid_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for line in text.trim().lines().map(str::trim_end) {
        if !line.is_empty() {
            wrap(line, &mut out);
        } else if !out.ends_with("\n\n") {
            out.push('\n');
        }
    }
    out
}

fn wrap(line: &str, out: &mut String) {
    let indent = line.len() - line.trim_start_matches([' ', '-', '*']).len();
    let (start, rest) = line.split_at(indent);
    out.push_str(start);
    let mut used = indent;
    for (at, word) in rest.split_whitespace().enumerate() {
        let width = word.chars().count();
        if at > 0 && used + 1 + width > COLUMNS {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if at > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_keep_their_indentation() {
        let words = "word ".repeat(30);
        let out = laid_out(&format!("Head\n\n\n\n  - {words}\n"));
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[..2], ["Head", ""]);
        assert!(lines[2].starts_with("  - word") && lines[3].starts_with("    word"), "{out}");
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{out}");
    }
}
