//! The findings of an audit, in the order of the report: numbers in memory, their texts in a temporary store.

use std::collections::{BTreeSet, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use chrono::DateTime;

use super::index_entry::{About, IndexEntry, LastLogin, NONE};
use super::{Finding, FindingRecord, SubjectRecord, block, record};
use crate::base::parallel;
use crate::base::temp_store::{TempStore, Window};
use crate::history::{History, Kind};
use crate::model::{Disposition, Severity, Timestamp};

/// All findings of a report.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    pub(super) entries: Vec<IndexEntry>,
    pub(super) rules: Vec<RuleWords>,
    pub(super) sources: Vec<String>,
    /// The accounts of groups: the number of the group, and that of the account.
    pub(super) members: Vec<(u32, u32)>,
    /// How many numbers of subjects there are.
    pub(super) numbers: usize,
    /// Whether a report tells since when each has been there.
    pub(super) tells_history: bool,
    /// To whom accounts probably belong: a JSON list each.
    pub(super) near_misses: Arc<Vec<String>>,
    pub(super) blocks: Arc<TempStore>,
}

/// A rule, with what it says to everybody.
#[derive(Debug, Clone)]
pub(super) struct RuleWords {
    pub id: String,
    pub advice: Advice,
}

/// What a rule says to everybody.
#[derive(Debug, Clone, Default)]
pub struct Advice {
    /// What to do.
    pub remediation: String,
    /// `FRAMEWORK:ID`.
    pub controls: Vec<String>,
}

impl Findings {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every number of a subject is smaller than this.
    pub const fn numbers(&self) -> usize {
        self.numbers
    }

    /// How many accounts those findings are about, alone or in a group, of which `holds` is true.
    pub fn accounts(&self, holds: impl Fn(&FindingRef<'_>) -> bool) -> u64 {
        let mut concerned = vec![false; self.numbers];
        let mut accounts = vec![false; self.numbers];
        for head in self.heads().filter(|head| holds(head)) {
            let marks = if head.is_about_account() { &mut accounts } else { &mut concerned };
            if let Some(mark) = marks.get_mut(head.subject()) {
                *mark = true;
            }
        }
        for (group, account) in &self.members {
            if let (Some(true), Some(mark)) = (concerned.get(*group as usize), accounts.get_mut(*account as usize)) {
                *mark = true;
            }
        }
        accounts.into_iter().filter(|concerned| *concerned).count() as u64
    }

    /// What is known of each without reading it, worst first.
    pub fn heads(&self) -> impl ExactSizeIterator<Item = FindingRef<'_>> + Clone {
        self.entries.iter().map(|entry| FindingRef { findings: self, entry })
    }

    /// What is known of one, by its position.
    pub fn head(&self, at: usize) -> Option<FindingRef<'_>> {
        self.entries.get(at).map(|entry| FindingRef { findings: self, entry })
    }

    /// Reads one after the other, worst first.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = io::Result<Finding>> {
        self.heads().map(|head| head.read())
    }

    /// Reads all of them: for formats that hold few.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn to_vec(&self) -> io::Result<Vec<Finding>> {
        self.iter().collect()
    }

    /// The first finding about each account, in their order.
    pub(super) fn first_of_accounts(&self) -> impl Iterator<Item = FindingRef<'_>> {
        let mut seen = vec![false; self.numbers];
        self.heads().filter(move |head| {
            let seen = seen.get_mut(head.subject()).filter(|_| head.is_about_account());
            seen.is_some_and(|seen| !std::mem::replace(seen, true))
        })
    }

    /// The same, with what each rule says to everybody.
    #[must_use]
    pub fn advised(mut self, advice: impl Fn(&str) -> Advice) -> Self {
        for rule in &mut self.rules {
            rule.advice = advice(&rule.id);
        }
        self
    }

    /// The rules that found something, with what each says to everybody.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &Advice)> {
        self.rules.iter().map(|words| (words.id.as_str(), &words.advice))
    }

    /// What a rule says to everybody.
    pub fn advice(&self, rule: &str) -> Advice {
        self.rules.iter().find(|words| words.id == rule).map(|words| words.advice.clone()).unwrap_or_default()
    }

    /// The employee ids of those whom such findings concern; of the first `most` of them.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn people(&self, such: impl Fn(&FindingRef<'_>) -> bool, most: usize) -> io::Result<BTreeSet<String>> {
        let (mut people, mut known, mut window) = (BTreeSet::new(), HashSet::new(), Window::default());
        for head in self.heads().filter(such) {
            if known.len() == most {
                break;
            }
            // One finding of a person is enough to learn who they are.
            if head.person().is_some_and(|person| known.insert(person)) {
                people.extend(head.load(&mut window)?.subject.employee_id.map(str::to_owned));
            }
        }
        Ok(people)
    }

    /// Says of each since when it has been there; `history` is asked in their order, with their positions.
    pub fn follow(&mut self, mut history: impl FnMut(usize, &FindingRef<'_>) -> History) {
        let mut entries = std::mem::take(&mut self.entries);
        for (at, entry) in entries.iter_mut().enumerate() {
            entry.history = Some(history(at, &FindingRef { findings: self, entry }));
        }
        self.entries = entries;
    }

    /// The same, of which a report tells since when each has been there, or doesn't.
    #[must_use]
    pub const fn telling_history(mut self, tells: bool) -> Self {
        self.tells_history = tells;
        self
    }

    /// Whether a report tells since when each has been there.
    pub const fn tells_history(&self) -> bool {
        self.tells_history
    }

    /// Those at these positions, in the order given.
    #[must_use]
    pub fn pick(&self, positions: impl IntoIterator<Item = usize>) -> Self {
        let entries = positions.into_iter().filter_map(|at| self.entries.get(at).copied()).collect();
        Self { entries, ..self.clone() }
    }
}

/// One finding, as far as it can be told without reading it.
#[derive(Debug, Clone, Copy)]
pub struct FindingRef<'f> {
    pub(super) findings: &'f Findings,
    pub(super) entry: &'f IndexEntry,
}

impl<'f> FindingRef<'f> {
    /// The rule.
    pub fn rule(&self) -> &'f str {
        self.words().map_or("", |words| words.id.as_str())
    }

    fn words(&self) -> Option<&'f RuleWords> {
        self.findings.rules.get(usize::from(self.entry.rule))
    }

    /// The source, if it belongs to one.
    pub fn source(&self) -> Option<&'f str> {
        self.findings.sources.get(usize::from(self.entry.source)).map(String::as_str)
    }

    /// After overrides.
    pub const fn severity(&self) -> Severity {
        self.entry.severity
    }

    /// Whether it still asks for action.
    pub const fn disposition(&self) -> Disposition {
        self.entry.disposition
    }

    /// Whether it still asks for action.
    pub fn is_open(&self) -> bool {
        self.entry.disposition == Disposition::Open
    }

    /// Whether it would be waived but for the end of a waiver.
    pub const fn has_expired_waiver(&self) -> bool {
        self.entry.waiver_expired
    }

    /// Since when it has been there, where that is known.
    pub const fn history(&self) -> Option<&History> {
        self.entry.history.as_ref()
    }

    /// What it is about.
    pub fn kind(&self) -> Kind {
        Kind::of(self.entry.about.as_str())
    }

    /// How many findings it stands for.
    pub fn stands_for(&self) -> u64 {
        self.count().unwrap_or(1)
    }

    fn count(&self) -> Option<u64> {
        (self.entry.count != NONE).then(|| self.entry.count.into())
    }

    /// Findings with the same number are about the same subject; numbers are small.
    pub const fn subject(&self) -> usize {
        self.entry.subject as usize
    }

    /// Findings with the same number concern the same person; numbers are small.
    pub fn person(&self) -> Option<usize> {
        (self.entry.person != NONE).then_some(self.entry.person as usize)
    }

    /// How many bytes have to be read to read it: those of a group have its members in them.
    pub const fn size(&self) -> u32 {
        self.entry.length
    }

    /// Whether it is about one account.
    pub fn is_about_account(&self) -> bool {
        self.entry.about == About::Account
    }

    /// Whether it is about several accounts.
    pub fn is_about_group(&self) -> bool {
        self.entry.about == About::Group
    }

    /// When the account was last used, if the finding tells it; `Some(None)` is never.
    pub fn last_login(&self) -> Option<Option<Timestamp>> {
        match self.entry.last_login {
            LastLogin::NOT_TOLD => None,
            LastLogin::NEVER => Some(None),
            LastLogin(seconds) => DateTime::from_timestamp(seconds, 0).map(Some),
        }
    }

    /// The finding, borrowed from its block, which is read by way of `window`.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn load<'b>(&self, window: &'b mut Window) -> io::Result<FindingRecord<'b>>
    where
        'f: 'b,
    {
        let lost = || io::Error::from(io::ErrorKind::InvalidData);
        let IndexEntry { at, length, start, near_misses, severity, disposition, .. } = *self.entry;
        let block = self.findings.blocks.look(at, length as usize, window)?;
        let (mut own, mut finding) = (block, block.get(start as usize..).ok_or_else(lost)?);
        let [account_id, employee_id, display_name, email, username] = block::take(&mut own)?;
        let [members, facts, matched] = block::take(&mut own)?;
        let [fingerprint, message, reasons] = block::take(&mut finding)?;
        let advice = self.words().map(|words| &words.advice);
        Ok(FindingRecord {
            fingerprint: fingerprint.ok_or_else(lost)?,
            rule: self.rule(),
            severity,
            disposition,
            subject: SubjectRecord {
                kind: self.entry.about.as_str(),
                source: self.source(),
                account_id,
                employee_id,
                members,
                display_name,
                email,
                username,
                facts: facts.unwrap_or(record::NOTHING),
                matched: matched.unwrap_or(record::NOTHING),
            },
            count: self.count(),
            message: message.ok_or_else(lost)?,
            remediation: advice.map_or("", |advice| advice.remediation.as_str()),
            controls: advice.map_or(&[], |advice| advice.controls.as_slice()),
            reasons: reasons.unwrap_or(record::NOTHING),
            near_misses: self.findings.near_misses.get(near_misses as usize).map(String::as_str),
            history: self.entry.history,
        })
    }

    /// The finding on its own.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn read(&self) -> io::Result<Finding> {
        Ok(self.load(&mut Window::narrow())?.to_finding()?)
    }
}

/// Writes something about each of these findings, in their order, with something between them. What is written is made on
/// all cores.
///
/// # Errors
/// The temporary file can't be read, `make` fails, or `out` can't be written.
pub fn write_each<'f>(
    heads: impl Iterator<Item = FindingRef<'f>> + Send,
    make: impl Fn(&FindingRecord<'_>, &mut Vec<u8>) -> io::Result<()> + Sync,
    out: &mut dyn Write,
    between: &[u8],
) -> io::Result<()> {
    let gather = |piece: &[FindingRef<'_>]| {
        let (mut made, mut window) = (Vec::new(), Window::default());
        for head in piece {
            made.extend_from_slice(between);
            make(&head.load(&mut window)?, &mut made)?;
        }
        Ok(made)
    };
    let mut skipped = between.len();
    in_pieces(heads, gather, |made| out.write_all(made.get(std::mem::take(&mut skipped)..).unwrap_or_default()))
}

/// Makes something of some findings at a time, on all cores, and takes it in their order.
///
/// # Errors
/// As of `make` and `take`.
pub fn in_pieces<'f, T: Send, E: Send>(
    heads: impl Iterator<Item = FindingRef<'f>> + Send,
    make: impl Fn(&[FindingRef<'f>]) -> Result<T, E> + Sync,
    take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    /// So that a piece is about a quarter of a megabyte.
    const AT_ONCE: usize = 500;
    let mut heads = heads.fuse();
    let pieces = std::iter::from_fn(|| {
        let piece: Vec<_> = heads.by_ref().take(AT_ONCE).collect();
        (!piece.is_empty()).then_some(Ok(piece))
    });
    parallel::for_each_in_order(pieces, |piece: Vec<_>| make(&piece), take)
}
