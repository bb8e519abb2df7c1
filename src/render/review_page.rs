//! How far a review is, and what came of it, for people: as Markdown, or as a page that needs nothing else.

use std::fmt::Write as _;

use super::content_policy::policy;
use super::escape::{html, markdown};

const STYLE: &str = include_str!("review_page.css");

/// What is said of a review.
#[derive(Debug)]
pub struct ReviewPage {
    /// What it is about.
    pub title: String,
    /// What is to be known first, in sentences.
    pub words: Vec<String>,
    /// The rest.
    pub tables: Vec<ReviewTable>,
}

/// A table of it. One without rows is left out.
#[derive(Debug)]
pub struct ReviewTable {
    /// What it is about.
    pub title: &'static str,
    /// The headings of words, and then those of numbers.
    pub headings: (&'static [&'static str], &'static [&'static str]),
    /// As many cells as there are headings.
    pub rows: Vec<Vec<String>>,
}

impl ReviewPage {
    fn tables(&self) -> impl Iterator<Item = &ReviewTable> {
        self.tables.iter().filter(|table| !table.rows.is_empty())
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n", markdown(&self.title));
        for words in &self.words {
            let _ = writeln!(text, "- {}", markdown(words));
        }
        for ReviewTable { title, headings: (words, numbers), rows } in self.tables() {
            let _ = writeln!(text, "\n## {title}\n\n| {} |", [*words, *numbers].concat().join(" | "));
            let rules = words.iter().map(|_| "---").chain(numbers.iter().map(|_| "---:"));
            let _ = writeln!(text, "| {} |", rules.collect::<Vec<_>>().join(" | "));
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| markdown(cell)).collect();
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        text
    }

    /// As a page.
    pub fn html(&self) -> String {
        let (title, policy) = (html(&self.title), policy(STYLE, ""));
        let (mut words, mut tables) = (String::new(), String::new());
        for told in &self.words {
            let _ = writeln!(words, "<li>{}</li>", html(told));
        }
        for table in self.tables() {
            table.html(&mut tables);
        }
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
             <main>\n<h1>{title}</h1>\n<ul>\n{words}</ul>\n{tables}</main>\n</html>\n"
        )
    }
}

impl ReviewTable {
    fn html(&self, text: &mut String) {
        let Self { title, headings: (words, numbers), rows } = self;
        let _ = writeln!(
            text,
            "<h2>{title}</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"{title}\" tabindex=\"0\"><table>\n<thead><tr>"
        );
        let class = |at: usize| if at < words.len() { "" } else { " class=\"n\"" };
        for (at, head) in words.iter().chain(*numbers).enumerate() {
            let _ = write!(text, "<th scope=\"col\"{}>{head}</th>", class(at));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            text.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let _ = write!(text, "<td{}>{}</td>", class(at), html(cell));
            }
            text.push_str("</tr>\n");
        }
        text.push_str("</tbody>\n</table></div>\n");
    }
}
