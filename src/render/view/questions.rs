//! What a manager is asked: one question for each account, with what is known of it and the answers to choose from.

use chrono::{Datelike as _, NaiveDate};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::entries::{Entries, Subject};
use super::evidence::Run;
use super::person::{Ending, Login, ending, last_login, name};
use super::row::access;
use super::text::{NAME, SENTENCE, days_after, is_whole};
use crate::base::text::{counted, grouped};
use crate::finding::Findings;
use crate::model::Timestamp;
use crate::render::RenderError;
use crate::render::escape::{clip, short};
use crate::report::{Finding, Report, SourceStatus};

/// What a mail to a manager is about.
#[derive(Debug)]
pub struct ManagerContent<'r> {
    /// The audit.
    pub report: &'r Report,
    /// The manager, as HR writes the name.
    pub name: Option<&'r str>,
    /// What they are asked about.
    pub findings: &'r Findings,
    /// The last day for an answer.
    pub deadline: NaiveDate,
    /// The workbook that goes along.
    pub attached: &'r str,
    /// The address that takes the answers.
    pub sender: &'r str,
    /// What the subject starts with.
    pub prefix: &'r str,
}

/// The whole mail. Its questions are put in by [`ManagerModel::ask`].
#[derive(Debug, Serialize)]
pub(in crate::render) struct ManagerModel {
    headline: String,
    greeting: String,
    people: String,
    deadline: String,
    unseen: String,
    questions: Vec<Question>,
    left_out: String,
    attached: String,
    sender: String,
    run: Run,
}

/// One question.
#[derive(Debug, Serialize)]
struct Question {
    number: usize,
    words: String,
    /// Which account, and what it may do.
    account: String,
    /// Why it is asked about.
    why: String,
    answers: Vec<Answer>,
    reference: String,
}

/// One answer to choose.
#[derive(Debug, Serialize)]
struct Answer {
    words: String,
    /// A link that opens a mail with this answer. Every character that could end it is encoded.
    link: String,
}

/// What is asked about the findings of some rules. `{}` is the person.
struct Kind {
    rules: &'static [&'static str],
    question: &'static str,
    answers: [&'static str; 2],
}

/// The third answer to each question.
const NOT_MINE: &str = "Not my team";

const KINDS: [Kind; 10] = [
    Kind {
        rules: &["leaver-active", "leaver-login", "leaver-locked"],
        question: "{} has left. May this account be switched off?",
        answers: ["Switch off", "Keep, because …"],
    },
    Kind {
        rules: &["leaver-soon"],
        question: "{} leaves soon. May this account be switched off on the last day?",
        answers: ["Switch off then", "Keep, because …"],
    },
    Kind {
        rules: &["contractor-expired"],
        question: "The contract of {} has ended. May this account be switched off?",
        answers: ["Switch off", "Keep until …"],
    },
    Kind {
        rules: &["contractor-no-end"],
        question: "Until which day does {} need this account?",
        answers: ["Until …", "Switch off"],
    },
    Kind {
        rules: &["active-on-leave"],
        question: "{} is on long leave. May this account be locked until they are back?",
        answers: ["Lock", "Keep, because …"],
    },
    Kind {
        rules: &["future-hire", "future-hire-login"],
        question: "{} has not started yet. Does this account have to be live already?",
        answers: ["Yes, because …", "No, lock it"],
    },
    Kind {
        rules: &["privileged", "privileged-external", "privileged-unapproved", "stale-privileged"],
        question: "Does {} still need to be an administrator?",
        answers: ["Yes, until …", "No, take the role away"],
    },
    Kind {
        rules: &["stale-login", "never-logged-in", "licensed-unused"],
        question: "Does {} still need this account?",
        answers: ["Yes, because …", "No, switch off"],
    },
    Kind {
        rules: &["declared-owner-left"],
        question: "{} answered for this shared account and has left. Who answers for it now?",
        answers: ["Now it is …", "Switch off"],
    },
    Kind {
        rules: &["duplicate"],
        question: "Which of these accounts does {} need?",
        answers: ["Only …", "All, because …"],
    },
];

/// About whatever else the configuration lets managers be asked.
const ANYTHING: Kind = Kind {
    rules: &[],
    question: "Is this account of {} as it should be?",
    answers: ["Yes, because …", "No, switch off"],
};

impl Kind {
    fn of(rule: &str) -> &'static Self {
        KINDS.iter().find(|kind| kind.rules.contains(&rule)).unwrap_or(&ANYTHING)
    }
}

/// The question about an account, whose worst finding says what it is.
pub(super) fn question(subject: &Subject) -> String {
    let rule = subject.first(|finding| Some(finding.rule.as_str())).unwrap_or_default();
    let person = match subject.first(|finding| finding.subject.members.as_ref().and(finding.display_name.as_deref())) {
        Some(of_group) => clip(of_group, NAME),
        None => name(subject),
    };
    Kind::of(rule).question.replace("{}", &person)
}

impl ManagerModel {
    pub(in crate::render) fn new(content: &ManagerContent<'_>, entries: &Entries<'_>) -> Self {
        let report = content.report;
        let deadline = long_day(content.deadline, report.run.as_of);
        let accounts = entries.len() as u64;
        let least = if is_whole(report) { "" } else { "At least " };
        let need = if accounts == 1 { "needs" } else { "need" };
        let people = content.findings.heads().filter_map(|head| head.person());
        let people = people.collect::<std::collections::BTreeSet<_>>().len() as u64;
        Self {
            headline: format!(
                "{least}{} of your team {need} a decision by {deadline}",
                counted(accounts, "account", "accounts")
            ),
            greeting: content.name.map_or_else(|| "Hello,".to_owned(), |name| format!("Dear {},", clip(name, NAME))),
            people: if people == 1 { "this person".to_owned() } else { format!("these {} people", grouped(people)) },
            deadline,
            unseen: unseen(report),
            questions: Vec::new(),
            left_out: String::new(),
            attached: content.attached.to_owned(),
            sender: content.sender.to_owned(),
            run: Run::new(report),
        }
    }

    pub(in crate::render) fn headline(&self) -> &str {
        &self.headline
    }

    /// Puts in the first `limit` questions, worst first, and says where the others are.
    pub(in crate::render) fn ask(&mut self, entries: &Entries<'_>, limit: usize) -> Result<(), RenderError> {
        let asked = entries.groups().take(limit).zip(1..);
        let asked = asked.map(|(group, number)| Ok(Question::new(number, &group.read()?, &self.sender, &self.run)));
        self.questions = asked.collect::<Result<_, RenderError>>()?;
        self.left_out = match (entries.len() - self.questions.len()) as u64 {
            0 => String::new(),
            1 => format!("1 more account is in {}.", self.attached),
            more => format!("{} more accounts are in {}.", grouped(more), self.attached),
        };
        Ok(())
    }
}

impl Question {
    fn new(number: usize, subject: &Subject, sender: &str, run: &Run) -> Self {
        let first = subject.first(Some);
        let rule = first.map(|finding| finding.rule.as_str()).unwrap_or_default();
        let reference = first.map(|finding| short(&finding.fingerprint)).unwrap_or_default();
        let account = account(subject);
        let answer = |words: &str| Answer {
            words: words.to_owned(),
            link: link(sender, words, &account, &format!("Reference: {reference}\r\nRun: {}", run.id)),
        };
        Self {
            number,
            words: question(subject),
            answers: Kind::of(rule).answers.into_iter().chain([NOT_MINE]).map(answer).collect(),
            why: why(subject, first),
            account: std::iter::once(account.clone()).chain(access(subject)).collect::<Vec<_>>().join(", "),
            reference,
        }
    }
}

/// Where the account is, and what it is called there.
fn account(subject: &Subject) -> String {
    let text = |get: fn(&Finding) -> Option<&String>| {
        subject.first(get).map(|text| clip(text.trim(), NAME)).filter(|text| !text.is_empty())
    };
    let called = text(|finding| finding.username.as_ref()).map(|name| format!("login name {name}"));
    let called = called.or_else(|| text(|finding| finding.email.as_ref()));
    let called =
        called.or_else(|| text(|finding| finding.subject.account_id.as_ref()).map(|id| format!("account {id}")));
    let members = subject.first(|finding| finding.subject.members.as_deref()).map(<[String]>::len);
    let called = members.map(|count| counted(count as u64, "account", "accounts")).or(called);
    [Some(subject.source()), called]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// What HR and the vendor say, as far as it is the reason of the question.
fn why(subject: &Subject, first: Option<&Finding>) -> String {
    let ending = ending(subject);
    let reason = match ending {
        Ending::At(_) => ending.last_day().map(|day| format!("HR: last day {}.", long(day))).unwrap_or_default(),
        Ending::NoDay => "HR: has left, on a day that it doesn't tell.".to_owned(),
        Ending::Untold => first.map(|finding| clip(&finding.message, SENTENCE)).unwrap_or_default(),
    };
    // A message that speaks of the last login needs no repetition, and a group has none.
    let is_told = matches!(ending, Ending::Untold) && reason.to_lowercase().contains("login");
    if is_told || !subject.is_account() { reason } else { format!("{reason} {}", login(subject, ending)) }
}

/// When the account was last used, as a sentence.
fn login(subject: &Subject, ending: Ending) -> String {
    match (last_login(subject), ending.last_day()) {
        (Login::Never, _) => "Never used.".to_owned(),
        (Login::Untold, _) => format!("{} doesn't tell when it was last used.", subject.source()),
        (Login::At(at), Some(day)) if ending.is_before(at) => {
            let days = counted(days_after(day, at), "day", "days");
            format!("Last login {}, {days} after the last day.", long(at))
        }
        (Login::At(at), _) => format!("Last login {}.", long(at)),
    }
}

/// What may be missing, because somebody or something was not seen.
fn unseen(report: &Report) -> String {
    let partial = report.sources.iter().filter(|source| source.status != SourceStatus::Complete);
    let names: Vec<String> =
        partial.map(|source| &source.name).chain(&report.run.left_out).map(|name| clip(name, NAME)).collect();
    if names.is_empty() {
        return String::new();
    }
    format!("There may be more: not all accounts could be seen at {}.", super::text::first_of(&names, 10))
}

/// A mail with an answer, ready to be sent.
fn link(to: &str, answer: &str, account: &str, body: &str) -> String {
    /// Mail programs cut long links off.
    const LONGEST: usize = 60;
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let answer = answer.trim_end_matches(['…', ' ']);
    let to = encoded(to).replace("%40", "@").replace("%2E", ".").replace("%2D", "-");
    let subject = encoded(&format!("{answer}: {}", clip(account, LONGEST)));
    let body = encoded(&format!("{answer}: \r\n\r\n{}\r\n{body}", clip(account, LONGEST)));
    format!("mailto:{to}?subject={subject}&amp;body={body}")
}

/// `14 December`; of another year than the audit's, with its year.
fn long_day(day: NaiveDate, as_of: Timestamp) -> String {
    let format = if day.year() == as_of.year() { "%-d %B" } else { "%-d %B %Y" };
    day.format(format).to_string()
}

/// `14 December 2026`.
fn long(at: Timestamp) -> String {
    at.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_nothing_that_ends_it() {
        let link = link("access+x@example.com", "Keep, because …", "voiso, \"><&\r\nBcc: e@evil.example", "Run: 1");
        let rest =
            link.strip_prefix("mailto:access%2Bx@example.com?subject=Keep%2C%20because%3A%20voiso").expect("a link");
        let (subject, body) = rest.split_once("&amp;body=").expect("a body");
        assert!(format!("{subject}{body}").chars().all(|c| c.is_ascii_alphanumeric() || c == '%'), "{rest}");
    }

    #[test]
    fn each_rule_has_one_question() {
        let all: Vec<&str> = KINDS.iter().flat_map(|kind| kind.rules).copied().collect();
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
        assert_eq!(Kind::of("my-own-rule").question, ANYTHING.question);
    }

    #[test]
    fn a_day_of_the_next_year_has_its_year() {
        let as_of: Timestamp = "2026-12-20T08:00:00Z".parse().expect("a time");
        let day = |text: &str| long_day(text.parse().expect("a day"), as_of);
        assert_eq!((day("2026-12-31").as_str(), day("2027-01-03").as_str()), ("31 December", "3 January 2027"));
    }
}
