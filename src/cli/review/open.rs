//! `headcount review open`: a sealed audit, and who decides about which of its accounts.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::super::clock::parse_moment;
use super::super::output::say;
use super::super::{ConfigArg, Exit, Global};
use super::outside::outside;
use super::{Office, refused, unusable};
use crate::base::diagnostic::Diagnostic;
use crate::model::Timestamp;
use crate::review::{Opening, SealedAudit, Within, in_words};

/// Options of `review open`.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
    /// What it is called: 2026-Q4
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    config: ConfigArg,
    /// The evidence: what `headcount audit --bundle` has sealed
    #[arg(long, value_name = "FILE")]
    bundle: PathBuf,
    /// The last day for answers
    #[arg(long, value_name = "DATE")]
    due: NaiveDate,
    /// Which accounts are asked about
    #[arg(long, value_name = "WHICH", default_value = "all")]
    scope: ScopeWord,
    /// Only accounts for which this condition isn't certainly false: a rule's condition over `account`, `employee`,
    /// `declared`
    #[arg(long = "where", value_name = "CEL", conflicts_with = "scope")]
    condition: Option<String>,
    /// Only accounts of this source; may be given again
    #[arg(long, value_name = "NAME")]
    source: Vec<String>,
    /// Why the evidence is enough, though not every source was seen whole
    #[arg(long, value_name = "REASON")]
    incomplete: Option<String>,
    /// The moment, instead of now
    #[arg(long, value_name = "WHEN", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScopeWord {
    /// All accounts
    All,
    /// Those with power over others, or of which nobody can tell
    Privileged,
    /// Those with open findings
    Findings,
}

pub(super) fn run(args: &OpenArgs, global: &Global) -> anyhow::Result<Exit> {
    let office = match Office::read(&args.config, args.as_of) {
        Ok(office) => office,
        Err(mistakes) => return Ok(unusable(&mistakes)),
    };
    let audit = match SealedAudit::read(&args.bundle).and_then(|audit| {
        office.folder(&args.id)?;
        args.check(&office, &audit)?;
        Ok(audit)
    }) {
        Ok(audit) => audit,
        Err(mistake) => return Ok(unusable(&[mistake])),
    };
    let gaps = audit.gaps();
    if !gaps.is_empty() && args.incomplete.is_none() {
        say(&format!("error: the evidence isn't whole: {}", gaps.join("; ")));
        say("Nothing was opened. To do: audit again, or say with --incomplete why it is enough");
        return Ok(Exit::Unverified);
    }
    let within = match &args.condition {
        Some(condition) => match outside(&args.bundle, audit.report.run.as_of, condition, global)? {
            Ok(outside) => Within::Where { condition, outside },
            Err(exit) => return Ok(exit),
        },
        None => match args.scope {
            ScopeWord::All => Within::All,
            ScopeWord::Privileged => Within::Privileged,
            ScopeWord::Findings => Within::Findings,
        },
    };
    let people = office.people();
    let opening = Opening {
        id: &args.id,
        due: args.due,
        settings: &office.review.settings,
        within,
        sources: &args.source,
        incomplete: args.incomplete.clone().filter(|_| !gaps.is_empty()),
        owners: office.owners(),
        declarations: &office.inputs.declarations,
        people: &people,
    };
    let opened = opening.open(&office.review.folder, &audit, office.now).and_then(|mut campaign| {
        campaign.issue(&people, office.now)?;
        office.tell(&campaign)?;
        Ok(campaign)
    });
    let campaign = match opened {
        Ok(campaign) => campaign,
        Err(error) => return Ok(refused(&error)),
    };
    if !global.quiet {
        say(&in_words(&campaign));
        say(&format!("Packets: {}", campaign.folder().join("packets").display()));
    }
    Ok(Exit::Success)
}

impl OpenArgs {
    fn check(&self, office: &Office, audit: &SealedAudit) -> Result<(), Diagnostic> {
        let wrong = |about: &str, what: String| Err(Diagnostic::of_file(std::path::Path::new(about), what));
        if self.due < office.now.date_naive() {
            return wrong("--due", format!("{} has passed", self.due));
        }
        if audit.report.run.as_of > office.now + chrono::TimeDelta::days(1) {
            return wrong("--bundle", "the audit is of a later moment than now".to_owned());
        }
        let is_known = |name: &&String| audit.report.sources.iter().any(|source| source.name == **name);
        if let Some(name) = self.source.iter().find(|name| !is_known(name)) {
            return wrong("--source", format!("the bundle has no source \"{name}\""));
        }
        for (role, id) in [("fallback", &office.review.settings.fallback), ("second", &office.review.settings.second)] {
            if let Some(id) = id.as_ref().filter(|id| office.people().by_id(id).is_none()) {
                return wrong("[review]", format!("{role} = \"{id}\" is not in the roster"));
            }
        }
        Ok(())
    }
}
