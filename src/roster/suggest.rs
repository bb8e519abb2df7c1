//! Unknown words → the lines of configuration that settle them. A person decides what each word means; where it holds words
//! that say one thing, that is proposed.

use std::collections::BTreeMap;

use super::words::Vocabulary;
use crate::config::RosterConfig;
use crate::model::{ColumnRole, EmploymentStatus, Roster, WorkerKind};

/// For each meaning, the line to write below `[hr.status]` or `[hr.worker_type]`, with the words that are configured
/// already; as (section, line). Words of files whose dates decide are left out: nothing hangs on them.
pub fn toml_lines(roster: &Roster, config: &RosterConfig) -> Vec<(&'static str, String)> {
    let status = Vocabulary::of_status(&config.status);
    let worker_type = Vocabulary::of_worker_type(&config.worker_type);
    let mut lines = Vec::new();
    let words = |role| {
        let of_role = move |word: &&crate::model::UnknownWord| word.role == role && !word.is_harmless;
        roster.words.iter().filter(of_role).map(|word| word.word.as_str())
    };
    let guess = |word: &str| status.guess(word).unwrap_or(EmploymentStatus::Terminated).as_str();
    let own = config.status.iter().map(|(word, meaning)| (meaning.as_str(), word.as_str()));
    lines.extend(of_section("hr.status", words(ColumnRole::Status), own, guess, "active, leave or terminated"));
    let guess = |word: &str| worker_type.guess(word).unwrap_or(WorkerKind::External).as_str();
    let own = config.worker_type.iter().map(|(word, meaning)| (meaning.as_str(), word.as_str()));
    lines.extend(of_section("hr.worker_type", words(ColumnRole::WorkerType), own, guess, "employee or external"));
    lines
}

fn of_section<'w>(
    section: &'static str,
    unknown: impl Iterator<Item = &'w str>,
    own: impl Iterator<Item = (&'static str, &'w str)>,
    guess: impl Fn(&str) -> &'static str,
    meanings: &str,
) -> Vec<(&'static str, String)> {
    let mut proposed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for word in unknown {
        proposed.entry(guess(word)).or_default().push(word);
    }
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (meaning, word) in own {
        known.entry(meaning).or_default().push(word);
    }
    let line = |(meaning, words): (&str, Vec<&str>)| {
        let all = known.get(meaning).into_iter().flatten().copied().chain(words);
        let quoted: Vec<String> = all.map(|word| toml::Value::from(word).to_string()).collect();
        (section, format!("{meaning} = [{}] # {meanings}?", quoted.join(", ")))
    };
    proposed.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::UnknownWord;

    #[test]
    fn a_line_keeps_what_is_configured_and_proposes_what_words_say() {
        let word = |role, word: &str, is_harmless| UnknownWord {
            role,
            word: word.to_owned(),
            file: 0,
            line: 2,
            rows: 1,
            is_harmless,
        };
        let roster = Roster {
            words: vec![
                word(ColumnRole::Status, "Zombie \"K\"", false),
                word(ColumnRole::Status, "aktiv laut Lohn", false),
                word(ColumnRole::Status, "Whatever", true),
                word(ColumnRole::WorkerType, "Golem", false),
            ],
            ..Roster::default()
        };
        let mut config = RosterConfig::of_files(Vec::new());
        config.status = vec![("Gone".to_owned(), EmploymentStatus::Terminated)];
        assert_eq!(
            toml_lines(&roster, &config),
            [
                ("hr.status", "active = [\"aktiv laut Lohn\"] # active, leave or terminated?".to_owned()),
                ("hr.status", "terminated = [\"Gone\", 'Zombie \"K\"'] # active, leave or terminated?".to_owned()),
                ("hr.worker_type", "external = [\"Golem\"] # employee or external?".to_owned()),
            ]
        );
    }
}
