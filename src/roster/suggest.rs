//! Unknown words → the lines of configuration that settle them. A person decides what each word means; where it holds words
//! that say one thing, that is proposed.

use std::collections::BTreeMap;

use super::words::Vocabulary;
use crate::config::RosterConfig;
use crate::model::{ColumnRole, EmploymentStatus, Roster, RosterWord, WorkerKind};

/// A line that settles unknown words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cure {
    /// The table below which it is to be written: `[hr]`, or `[hr.status]` where that is there.
    pub table: String,
    /// The line; what is configured already is in it.
    pub line: String,
}

/// The lines that settle the roster's unknown words. Words of files whose dates decide are left out: nothing hangs on them.
pub fn cures(roster: &Roster, config: &RosterConfig) -> Vec<Cure> {
    let status = Vocabulary::of_status(&config.status);
    let worker_type = Vocabulary::of_worker_type(&config.worker_type);
    let unknown = |role| {
        let is_open = move |word: &&RosterWord| word.role == role && word.meaning.is_none() && !word.is_harmless;
        roster.words.iter().filter(is_open).map(|word| word.word.as_str())
    };
    let statuses = Section {
        name: "status",
        meanings: "active, leave or terminated",
        own: config.status.iter().map(|(word, meaning)| (meaning.as_str(), word.as_str())).collect(),
        proposed: grouped(unknown(ColumnRole::Status), |word| {
            status.guess(word).unwrap_or(EmploymentStatus::Terminated).as_str()
        }),
    };
    let kinds = Section {
        name: "worker_type",
        meanings: "employee or external",
        own: config.worker_type.iter().map(|(word, meaning)| (meaning.as_str(), word.as_str())).collect(),
        proposed: grouped(unknown(ColumnRole::WorkerType), |word| {
            worker_type.guess(word).unwrap_or(WorkerKind::External).as_str()
        }),
    };
    [statuses, kinds].iter().flat_map(Section::cures).collect()
}

/// Words by what they probably mean.
type Meanings<'w> = BTreeMap<&'static str, Vec<&'w str>>;

fn grouped<'w>(words: impl Iterator<Item = &'w str>, guess: impl Fn(&str) -> &'static str) -> Meanings<'w> {
    let mut proposed = Meanings::new();
    for word in words {
        proposed.entry(guess(word)).or_default().push(word);
    }
    proposed
}

/// `[hr.status]` or `[hr.worker_type]`.
struct Section<'w> {
    name: &'static str,
    meanings: &'static str,
    /// What is configured, as (meaning, word).
    own: Vec<(&'static str, &'w str)>,
    proposed: Meanings<'w>,
}

impl Section<'_> {
    fn cures(&self) -> Vec<Cure> {
        if self.proposed.is_empty() {
            return Vec::new();
        }
        let lists = self.proposed.iter().map(|(meaning, words)| format!("{meaning} = {}", self.list(meaning, words)));
        let question = format!("# {}?", self.meanings);
        if self.own.is_empty() {
            let lists = lists.collect::<Vec<_>>().join(", ");
            return vec![Cure { table: "[hr]".to_owned(), line: format!("{} = {{ {lists} }} {question}", self.name) }];
        }
        let table = format!("[hr.{}]", self.name);
        lists.map(|list| Cure { table: table.clone(), line: format!("{list} {question}") }).collect()
    }

    fn list(&self, meaning: &str, words: &[&str]) -> String {
        let own = self.own.iter().filter(|(own, _)| *own == meaning).map(|(_, word)| *word);
        let quoted = own.chain(words.iter().copied()).map(|word| toml::Value::from(word).to_string());
        format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(config: &RosterConfig) -> Vec<(String, String)> {
        let word = |role, word: &str, is_harmless| RosterWord {
            role,
            word: word.to_owned(),
            meaning: None,
            file: 0,
            line: 2,
            rows: 1,
            is_harmless,
        };
        let known = RosterWord { meaning: Some("active"), ..word(ColumnRole::Status, "Active", false) };
        let roster = Roster {
            words: vec![
                word(ColumnRole::Status, "Zombie \"K\"", false),
                word(ColumnRole::Status, "aktiv laut Lohn", false),
                word(ColumnRole::Status, "Whatever", true),
                word(ColumnRole::WorkerType, "Golem", false),
                known,
            ],
            ..Roster::default()
        };
        cures(&roster, config).into_iter().map(|cure| (cure.table, cure.line)).collect()
    }

    #[test]
    fn one_line_settles_all_words() {
        let config = RosterConfig::of_files(Vec::new());
        let lines = told(&config);
        assert_eq!(
            lines,
            [
                (
                    "[hr]".to_owned(),
                    "status = { active = [\"aktiv laut Lohn\"], terminated = ['Zombie \"K\"'] } \
                     # active, leave or terminated?"
                        .to_owned()
                ),
                ("[hr]".to_owned(), "worker_type = { external = [\"Golem\"] } # employee or external?".to_owned()),
            ]
        );
        for (_, line) in lines {
            assert!(line.parse::<toml::Table>().is_ok(), "{line}");
        }
    }

    #[test]
    fn a_line_keeps_what_is_configured() {
        let mut config = RosterConfig::of_files(Vec::new());
        config.status = vec![("Gone".to_owned(), EmploymentStatus::Terminated)];
        let line = |list: &str| ("[hr.status]".to_owned(), format!("{list} # active, leave or terminated?"));
        let lines = told(&config);
        assert_eq!(
            lines[..2],
            [line("active = [\"aktiv laut Lohn\"]"), line("terminated = [\"Gone\", 'Zombie \"K\"']")]
        );
    }
}
