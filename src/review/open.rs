//! Opening a review: which accounts of a sealed audit are asked about, and who is asked.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use chrono::NaiveDate;

use super::campaign::{Campaign, Evidence, Review, ReviewError, ReviewFormat, Reviewer, Scope, SourceSeen, reviews};
use super::evidence::SealedAudit;
use super::item::{Before, Facts, FoundThere, Item};
use super::namesakes::Namesakes;
use super::people::People;
use super::route::Router;
use super::state::Standing;
use crate::base::diagnostic::Diagnostic;
use crate::base::text::{counted, grouped};
use crate::config::ReviewSettings;
use crate::exception::Declarations;
use crate::model::{Account, Fact, Json, SourceName, Timestamp};
use crate::roster::manager_names;

/// What a review is opened with.
#[derive(Debug)]
pub struct Opening<'o> {
    /// Its name.
    pub id: &'o str,
    /// The last day for answers.
    pub due: NaiveDate,
    /// `[review]`, of which it keeps this.
    pub settings: &'o ReviewSettings,
    /// Which accounts it is about.
    pub within: Within<'o>,
    /// Only accounts of these sources; all, when empty.
    pub sources: &'o [String],
    /// Why it is enough, though not every source was seen whole.
    pub incomplete: Option<String>,
    /// Who answers for each source.
    pub owners: BTreeMap<String, String>,
    /// The accounts that the organisation vouches for.
    pub declarations: &'o Declarations,
    /// Who can be asked.
    pub people: &'o People<'o>,
}

/// Which accounts a review is about.
#[derive(Debug)]
pub enum Within<'o> {
    /// All.
    All,
    /// Those with power over others, or of which nobody can tell.
    Privileged,
    /// Those with open findings.
    Findings,
    /// Those for which a condition isn't certainly false.
    Where {
        /// The condition.
        condition: &'o str,
        /// The accounts for which it is, by `source/id`.
        outside: HashSet<String>,
    },
}

impl Within<'_> {
    fn holds(&self, facts: &Facts, found: &[FoundThere]) -> bool {
        match self {
            Self::All => true,
            Self::Privileged => facts.privileged != Some(false),
            Self::Findings => found.iter().any(|finding| finding.open),
            Self::Where { outside, .. } => !outside.contains(&facts.key()),
        }
    }

    fn text(&self, sources: &[String]) -> String {
        let text = match self {
            Self::All => "all accounts".to_owned(),
            Self::Privileged => "privileged accounts, and those of which it isn't known".to_owned(),
            Self::Findings => "accounts with open findings".to_owned(),
            Self::Where { condition, .. } => format!("accounts for which this isn't certainly false: {condition}"),
        };
        if sources.is_empty() { text } else { format!("{text}, of {}", sources.join(", ")) }
    }
}

impl Opening<'_> {
    /// Opens it below a folder.
    ///
    /// # Errors
    /// The evidence can't be used, there is a review of that name, or the disk is full.
    pub fn open(self, folder: &Path, audit: &SealedAudit, now: Timestamp) -> Result<Campaign, ReviewError> {
        let (items, left_out) = self.items(folder, audit)?;
        if items.is_empty() {
            let mistake = Diagnostic::of_file(audit.bag().path(), "no account of it is in the scope of this review");
            return Err(mistake.help("take a wider --scope, --where or --source").into());
        }
        let router = Router::new(self.people, self.settings, &self.owners, &items);
        let items: Vec<Item> = items.into_iter().map(|item| router.route(item)).collect();
        let run = &audit.report.run;
        let review = Review {
            format: ReviewFormat::One,
            id: self.id.to_owned(),
            title: run.title.clone(),
            organisation: run.organisation.clone(),
            opened_at: now,
            due: self.due,
            evidence: Evidence {
                bundle_id: audit.id(),
                run_id: run.id.clone(),
                as_of: run.as_of,
                sources: self.sources_seen(audit, &items),
                incomplete: self.incomplete.clone(),
            },
            scope: Scope {
                text: self.within.text(self.sources),
                within: items.len() as u64,
                outside: left_out.len() as u64,
            },
            settings: self.settings.clone(),
            reviewers: self.reviewers(&items),
            items_sha256: String::new(),
            left_out_sha256: String::new(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Campaign::create(&folder.join(self.id), review, items, &left_out, now)
    }

    /// The accounts that are asked about, and the keys of those that aren't.
    fn items(&self, folder: &Path, audit: &SealedAudit) -> Result<(Vec<Item>, Vec<String>), Diagnostic> {
        let (mut found, advice, before) = (audit.findings()?, audit.advice(), Memory::of(folder));
        let names = manager_names(self.people.roster(), self.people.now());
        let (mut items, mut left_out) = (Vec::new(), Vec::new());
        let (mut namesakes, mut listed) = (Namesakes::default(), BTreeMap::new());
        audit.accounts(&mut |facts| {
            namesakes.add(&facts, self.people);
            *listed.entry(facts.source.clone()).or_insert(0_u64) += 1;
            let manager = facts.manager.as_deref().map(|written| names.get(written).map_or(written, String::as_str));
            let manager = manager.map(str::to_owned);
            let facts = self.with_declared_owner(Facts { manager, ..facts });
            let mut findings = found.remove(&facts.key()).unwrap_or_default();
            findings.sort_by(|a, b| (!a.open, a.severity, &a.rule).cmp(&(!b.open, b.severity, &b.rule)));
            let is_chosen = self.sources.is_empty() || self.sources.contains(&facts.source);
            if !(is_chosen && self.within.holds(&facts, &findings)) {
                left_out.push(facts.key());
                return;
            }
            let worst = findings.iter().find(|finding| finding.open);
            let suggestion = worst.and_then(|finding| advice.get(finding.rule.as_str())).copied().unwrap_or_default();
            let before = before.about(&facts);
            items.push(Item::new(facts, findings, suggestion.split_whitespace().collect::<Vec<_>>().join(" "), before));
        })?;
        items.sort_by(|a: &Item, b| a.key.cmp(&b.key));
        if let Some(pair) = items.windows(2).find(|pair| matches!(pair, [a, b] if a.key == b.key)) {
            let key = pair.first().map(|item| item.key.clone()).unwrap_or_default();
            return Err(Diagnostic::of_file(audit.bag().path(), format!("lists {key} twice")));
        }
        let seen = audit.report.sources.iter().map(|source| (source.name.as_str(), source.distinct));
        check_population(audit.bag().path(), seen, &listed)?;
        let items =
            items.into_iter().map(|item: Item| Item { namesakes: namesakes.of(&item.facts, self.people), ..item });
        Ok((items.collect(), left_out))
    }

    /// Who answers for an account for which the organisation vouches.
    fn with_declared_owner(&self, facts: Facts) -> Facts {
        if facts.situation != "declared" {
            return facts;
        }
        let source = SourceName::new(&facts.source);
        let account = Account {
            external_id: known(facts.external_id.as_deref()),
            email: known(facts.email.as_deref()),
            username: known(facts.username.as_deref()),
            ..Account::new(facts.account_id.as_str().into(), Json::kept("{}"))
        };
        let declared = self.declarations.of(&source, self.people.now());
        let all = declared.about(&account);
        let owner = declared.holding(&all).and_then(|index| declared.get(index)).and_then(|found| found.owner.clone());
        Facts { declared_owner: owner.map(|owner| owner.0), ..facts }
    }

    fn sources_seen(&self, audit: &SealedAudit, items: &[Item]) -> Vec<SourceSeen> {
        let source = |source: &crate::report::SourceSummary| SourceSeen {
            name: source.name.clone(),
            status: source.status,
            accounts: source.distinct,
            in_scope: items.iter().filter(|item| item.facts.source == source.name).count() as u64,
            owner: self.owners.get(&source.name).cloned(),
        };
        audit.report.sources.iter().map(source).collect()
    }

    fn reviewers(&self, items: &[Item]) -> Vec<Reviewer> {
        let mut count: BTreeMap<&str, u64> = BTreeMap::new();
        for reviewer in items.iter().filter_map(|item| item.reviewer.as_deref()) {
            *count.entry(reviewer).or_default() += 1;
        }
        let reviewer = |(id, items): (&str, u64)| {
            let person = self.people.by_id(id);
            Reviewer {
                id: id.to_owned(),
                name: person.and_then(|person| person.name()).map(str::to_owned),
                email: person.and_then(|person| person.emails().first()).map(str::to_owned),
                items,
            }
        };
        count.into_iter().map(reviewer).collect()
    }
}

/// Whether all accounts that were seen are listed: what isn't listed, nobody is asked about.
fn check_population<'s>(
    bundle: &Path,
    mut seen: impl Iterator<Item = (&'s str, u64)>,
    listed: &BTreeMap<String, u64>,
) -> Result<(), Diagnostic> {
    let found = |source: &str| listed.get(source).copied().unwrap_or_default();
    let Some((source, accounts)) = seen.find(|(source, accounts)| found(source) != *accounts) else { return Ok(()) };
    let what = format!(
        "lists {} of the {} accounts that the audit has seen at {source}",
        grouped(found(source)),
        grouped(accounts)
    );
    Err(Diagnostic::of_file(bundle, what).help("audit again, and seal that"))
}

fn known(text: Option<&str>) -> Fact<Option<Cow<'_, str>>> {
    Fact::Known(text.map(Cow::Borrowed))
}

/// What the last closed review decided.
#[derive(Debug, Default)]
struct Memory(BTreeMap<String, (Facts, Before)>);

impl Memory {
    /// Of the reviews in this folder. One that can't be read tells nothing.
    fn of(folder: &Path) -> Self {
        let read = |path: &std::path::PathBuf| match Campaign::read(path) {
            Ok(campaign) => Some(campaign),
            Err(error) => {
                tracing::warn!(%error, "an earlier review can't be read, so nothing is said of what it decided");
                None
            }
        };
        let campaigns = reviews(folder).values().filter_map(read).collect::<Vec<_>>();
        let last = campaigns.iter().max_by_key(|campaign| campaign.state.ended.as_ref().map(|ended| ended.at));
        let Some(last) = last.filter(|last| last.is_closed()) else { return Self::default() };
        let decided = last.state.asked.iter().filter_map(|(key, asked)| {
            let Standing::Decided(answer) = last.state.standing_of(asked) else { return None };
            let before = Before {
                review: last.review.id.clone(),
                decision: answer.decision.as_str().to_owned(),
                by: answer.reviewer.clone(),
                on: answer.decided_on,
                changed: Vec::new(),
            };
            Some((key.clone(), (asked.item.facts.clone(), before)))
        });
        Self(decided.collect())
    }

    fn about(&self, facts: &Facts) -> Option<Before> {
        let (then, before) = self.0.get(&facts.key())?;
        Some(Before { changed: facts.changes_since(then), ..before.clone() })
    }
}

/// What was opened, in a sentence.
pub fn in_words(campaign: &Campaign) -> String {
    let Review { id, scope, reviewers, due, .. } = &campaign.review;
    let unassigned = campaign.state.count().unassigned;
    let accounts = counted(scope.within, "account", "accounts");
    let people = counted(reviewers.len() as u64, "reviewer", "reviewers");
    let nobody = if unassigned == 0 {
        String::new()
    } else {
        format!(
            "; {} nobody may decide about: `headcount review assign` names somebody",
            counted(unassigned, "account", "accounts")
        )
    };
    format!("Opened {id}: {accounts} in scope, {} not, {people}, due {due}{nobody}", scope.outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_left_out_of_the_list() {
        let listed = BTreeMap::from([("crm".to_owned(), 1_999), ("desk".to_owned(), 7)]);
        let check = |seen: &[(&'static str, u64)]| {
            check_population(Path::new("q4.zip"), seen.iter().copied(), &listed).map_err(|mistake| mistake.to_string())
        };
        assert_eq!(check(&[("crm", 1_999), ("desk", 7), ("down", 0)]), Ok(()));
        for (source, accounts, found) in
            [("crm", 2_000, "1,999 of the 2,000"), ("desk", 6, "7 of the 6"), ("other", 1, "0 of the 1")]
        {
            let mistake = check(&[("desk", 7), (source, accounts)]).expect_err("another number");
            assert!(mistake.contains(&format!("lists {found} accounts")), "{mistake}");
        }
    }
}
