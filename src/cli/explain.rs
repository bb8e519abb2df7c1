//! `headcount explain ACCOUNT`: the whole story of an account.

mod pseudonym;
mod text;

use clap::Args;

use super::investigate::InvestigationArgs;
use super::output::{refuse, say};
use super::{Exit, Global, runtime};
use crate::audit::{Asked, Told};
use crate::base::text::counted;
use crate::config::Config;
use crate::model::SourceStatus;
use crate::render::terminal;
use crate::run::investigate::{self, Answer};

/// Options of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Which account: SOURCE/ID as the reports give it, or an address, a login name or an identifier, for which all
    /// sources are searched
    #[arg(value_name = "ACCOUNT", value_parser = Subject::parse, required_unless_present = "pseudonym")]
    account: Option<Subject>,
    /// Tell the rules that found nothing, too, every fact, and the vendor's record
    #[arg(long)]
    all: bool,
    /// Instead of an account: what a report with `--privacy pseudonymous` calls an account, an employee or a finding;
    /// needs the key that the report was made with
    #[arg(long, value_name = "NAME", value_parser = pseudonym::parse, conflicts_with = "account")]
    pseudonym: Option<String>,
    #[command(flatten)]
    investigation: InvestigationArgs,
}

/// Which account is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// That of a source with this identifier.
    Account { source: String, id: String },
    /// Those of any source with this address, login name or identifier.
    Key(String),
}

impl Subject {
    /// The name of a source holds neither a slash nor an @; an identifier may.
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().split_once('/') {
            Some((source, id)) if !source.contains('@') => {
                if source.is_empty() || id.is_empty() {
                    return Err("expected the source and the account, as in voiso-emea/4017".to_owned());
                }
                Ok(Self::Account { source: source.to_owned(), id: id.to_owned() })
            }
            _ if text.trim().is_empty() => {
                Err("expected an account, as in voiso-emea/4017 or ada@example.com".to_owned())
            }
            _ => Ok(Self::Key(text.trim().to_owned())),
        }
    }

    fn asked(&self) -> Asked<'_> {
        match self {
            Self::Account { id, .. } => Asked::Id(id),
            Self::Key(key) => Asked::Key(key),
        }
    }

    /// The sources that have to be looked at; all, when there are none.
    fn sources(&self) -> &[String] {
        match self {
            Self::Account { source, .. } => std::slice::from_ref(source),
            Self::Key(_) => &[],
        }
    }
}

pub(super) fn run(args: &ExplainArgs, global: &Global) -> anyhow::Result<Exit> {
    match (&args.account, &args.pseudonym) {
        (Some(subject), _) => tell(args, subject, global),
        (None, Some(name)) => pseudonym::tell(args, name, global),
        (None, None) => Ok(Exit::Unusable),
    }
}

/// Tells the stories of the accounts that are meant.
fn tell(args: &ExplainArgs, subject: &Subject, global: &Global) -> anyhow::Result<Exit> {
    let investigation = match args.investigation.read(subject.sources()) {
        Ok(investigation) => investigation,
        Err(error) => return Ok(refuse(&error)),
    };
    let waiting = global.waiting();
    let (config, inputs, options) = (&investigation.config, &investigation.inputs, investigation.options(&waiting));
    let answers = match runtime()?.block_on(investigate::explain(config, inputs, &options, subject.asked())) {
        Ok(answers) => answers,
        Err(error) => return Ok(refuse(&error)),
    };
    drop(waiting);
    let mut texts = Vec::new();
    for answer in &answers {
        if let Told::Stories(stories, further) = &answer.told {
            let source = answer.source.as_str();
            texts
                .extend(stories.iter().map(|story| text::story(source, story, inputs, args.all).trim_end().to_owned()));
            if *further > 0 {
                texts.push(format!("{source} has {}", counted(*further as u64, "further one", "further ones")));
            }
        }
    }
    if texts.is_empty() {
        return Ok(unknown(subject, &answers, config));
    }
    super::output::print(&mut anstream::stdout().lock(), &texts.join("\n\n"))?;
    if matches!(subject, Subject::Key(_)) {
        unseen(&answers, "there may be more accounts");
    }
    Ok(Exit::Success)
}

/// An account that isn't there may still exist, if not all were seen.
fn unknown(subject: &Subject, answers: &[Answer], config: &Config) -> Exit {
    match subject {
        Subject::Account { source, id } => say(&format!("error: {source} has no account \"{}\"", terminal(id))),
        Subject::Key(key) => {
            say(&format!("error: no source has an account with the key \"{}\"", terminal(key)));
            if config.sources.iter().any(|source| source.name.as_str() == key) {
                say(&format!("  {key} is a source; name an account of it, as in {key}/4017"));
            }
        }
    }
    for answer in answers {
        let Told::Unknown(alike) = &answer.told else { continue };
        for (id, value) in alike {
            let because = if id == value { String::new() } else { format!(" ({})", terminal(value)) };
            say(&format!("  did you mean {}/{}{because}?", answer.source, terminal(id)));
        }
    }
    if unseen(answers, "the account may exist") { Exit::Unverified } else { Exit::Unusable }
}

/// Says which sources were not seen whole, and what follows. Returns whether there are some.
fn unseen(answers: &[Answer], so: &str) -> bool {
    let incomplete = answers.iter().filter(|answer| answer.certificate.status != SourceStatus::Complete);
    let mut any = false;
    for Answer { source, certificate, .. } in incomplete {
        let why = certificate.error.as_deref().unwrap_or(SourceStatus::NO_REASON);
        say(&format!("{source} was not seen completely, so {so}: {why}"));
        any = true;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::Subject;

    #[test]
    fn an_account_is_named_by_its_source_or_by_a_key() {
        let account = |source: &str, id: &str| Ok(Subject::Account { source: source.to_owned(), id: id.to_owned() });
        assert_eq!(Subject::parse("voiso/4017"), account("voiso", "4017"));
        assert_eq!(Subject::parse("voiso/a/b"), account("voiso", "a/b"));
        for key in ["ada@example.com", "ada", "DOMAIN\\ada", "ada@chat.example/phone"] {
            assert_eq!(Subject::parse(key), Ok(Subject::Key(key.to_owned())));
        }
        for bad in ["", " ", "/", "voiso/", "/4017"] {
            assert!(Subject::parse(bad).is_err(), "{bad:?}");
        }
    }
}
