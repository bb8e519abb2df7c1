//! Takes pages as they arrive, in order: drops repeated accounts, keeps the records, counts everything.

use std::collections::BTreeMap;
use std::fs::File;

use super::assess::{Assessed, Assessor, KEYS};
use super::ids::IdSet;
use super::paging::{Intake, Page, Taken, Total};
use super::progress::Progress;
use super::record::FieldProblem;
use super::scan::RecordError;
use super::spool::{Spool, SpoolWriter};
use super::{Decoder, SourceError, Visit, Visitor};
use crate::base::text::counted;
use crate::model::{FactName, Json, KeyCounts};
use crate::table::Written;

/// What came of a record.
#[derive(Debug)]
pub(crate) enum RecordOutcome {
    /// An account that had never been seen.
    New,
    /// An account that had been seen in an earlier reading, but not in this one.
    Again,
    /// An account that had been seen in this reading.
    Repeated,
    /// No account.
    Unreadable(RecordError),
}

/// Takes the pages of one source.
pub struct Collector<'p> {
    assessor: Assessor<'p>,
    progress: &'p dyn Progress,
    spool: SpoolWriter,
    /// Every account of every pass.
    ids: IdSet,
    pass: Pass,
    /// Records of the reading that brought the most.
    fetched: u64,
    repeated: u64,
    readings: u32,
    pages: u64,
    unreadable: Option<(u64, String)>,
    problems: BTreeMap<FieldProblem, u64>,
    /// How many accounts have each of [`KEYS`].
    keys: [u64; KEYS.len()],
    warnings: Vec<String>,
}

/// One reading of the whole list.
#[derive(Debug, Default)]
struct Pass {
    /// Different accounts seen; kept apart only when the list is read again.
    ids: Option<IdSet>,
    /// The accounts of the reading before, from the third on; that of the second are all there were.
    before: Option<IdSet>,
    /// Records of this reading.
    received: u64,
    /// Distinct accounts of this reading.
    distinct: u64,
    /// Distinct accounts of this reading that the one before had, too.
    common: u64,
    /// The total of the first page that gave one.
    first_total: Option<Total>,
    /// The total of the last page that gave one.
    last_total: Option<Total>,
}

/// What is left of a collector when the list has ended.
pub(crate) struct Collected {
    pub spool: Spool,
    pub fetched: u64,
    pub distinct: u64,
    pub repeated: u64,
    pub readings: u32,
    pub totals: (Option<u64>, Option<u64>),
    pub pages: u64,
    pub unreadable: Option<(u64, String)>,
    pub keys: KeyCounts,
    pub warnings: Vec<String>,
}

impl<'p> Collector<'p> {
    pub(crate) fn new(decoder: &'p dyn Decoder, progress: &'p dyn Progress) -> Self {
        Self {
            assessor: Assessor::new(decoder),
            progress,
            spool: SpoolWriter::new(),
            ids: IdSet::default(),
            pass: Pass::default(),
            fetched: 0,
            repeated: 0,
            readings: 1,
            pages: 0,
            unreadable: None,
            problems: BTreeMap::new(),
            keys: [0; KEYS.len()],
            warnings: Vec::new(),
        }
    }

    /// The same, for accounts that are judged on arrival.
    pub(crate) fn with_visitor(self, visitor: Option<&'p dyn Visitor>) -> Self {
        Self { assessor: self.assessor.with_visitor(visitor), ..self }
    }

    /// Reads records as they are read here.
    pub(crate) const fn assessor(&self) -> Assessor<'p> {
        self.assessor
    }

    /// The facts that records so far have a place for.
    pub(crate) fn told(&self) -> Vec<FactName> {
        self.assessor.decoder().told()
    }

    /// Counts pages that were received without being taken here.
    pub(crate) const fn count_pages(&mut self, pages: u64) {
        self.pages += pages;
    }

    /// Takes the next page.
    pub(crate) fn page(&mut self, page: &Page) -> Result<Taken, SourceError> {
        self.count_pages(1);
        self.records(page)
    }

    /// Takes records without counting a page.
    pub(crate) fn records(&mut self, page: &Page) -> Result<Taken, SourceError> {
        self.pass.last_total = page.total.or(self.pass.last_total);
        self.pass.first_total = self.pass.first_total.or(page.total);
        let mut taken = Taken::default();
        for record in &page.records {
            match self.record(record.into(), &self.assessor.assess(record))? {
                RecordOutcome::New | RecordOutcome::Again => taken.new += 1,
                RecordOutcome::Repeated => taken.repeated += 1,
                RecordOutcome::Unreadable(error) => {
                    let page = self.pages;
                    let entry = self.unreadable.get_or_insert_with(|| (0, format!("{error} (first on page {page})")));
                    entry.0 += 1;
                }
            }
        }
        self.fetched = self.fetched.max(self.pass.received);
        self.progress.page(self.ids.len(), records(self.pass.last_total));
        Ok(taken)
    }

    /// Says which records are counted next, and about how many there will be.
    pub(crate) fn expect(&mut self, assessed: &[Result<Assessed, RecordError>], about: u64) {
        if self.ids.len() == 0 {
            self.ids.reserve(usize::try_from(about).unwrap_or(usize::MAX));
        }
        self.ids.expect(assessed.iter().flatten().map(|assessed| assessed.fingerprint));
    }

    /// Counts the next record of a list without pages, which has been assessed. A new one is the caller's to keep;
    /// what can't be read, the caller counts with its place.
    pub(crate) fn row(&mut self, assessed: &Result<Assessed, RecordError>) -> RecordOutcome {
        const TOLD_EVERY: u64 = 1000;
        let row = self.see(assessed);
        self.fetched = self.fetched.max(self.pass.received);
        if self.fetched.is_multiple_of(TOLD_EVERY) {
            self.progress.page(self.ids.len(), None);
        }
        row
    }

    /// Keeps a new record.
    pub(crate) fn keep(&mut self, record: Json<'_>) -> Result<(), SourceError> {
        Ok(self.spool.push(record)?)
    }

    /// Takes what came of a visit, when all of its accounts have been kept.
    pub(crate) fn take(&self, visit: Visit) -> Result<(), SourceError> {
        Ok(self.assessor.visitor().map_or(Ok(()), |visitor| visitor.take(visit))?)
    }

    /// Forgets what came of a visit of which only these records were kept, and has these judged again.
    pub(crate) fn visit_again(&self, visit: Visit, kept: Vec<Json<'_>>) -> Result<(), SourceError> {
        let Some(visitor) = self.assessor.visitor() else { return Ok(()) };
        visitor.forget(visit);
        let visit = visitor.visit(&mut kept.into_iter().map(Into::into), &mut |_| ())?;
        self.take(visit)
    }

    /// Takes a file that can be read again, from which what is kept next comes.
    pub(crate) fn add_export(&mut self, file: File) {
        self.spool.add_export(file);
    }

    /// Keeps new records, which are all that became of a piece.
    pub(crate) fn keep_all(&mut self, written: &Written) -> Result<(), SourceError> {
        if written.is_one_a_line() {
            return Ok(self.spool.push_all(written)?);
        }
        written.records().try_for_each(|record| self.keep(record.json))
    }

    fn record(
        &mut self,
        record: Json<'_>,
        assessed: &Result<Assessed, RecordError>,
    ) -> Result<RecordOutcome, SourceError> {
        let outcome = self.see(assessed);
        if matches!(outcome, RecordOutcome::New) {
            self.keep(record)?;
        }
        Ok(outcome)
    }

    fn see(&mut self, assessed: &Result<Assessed, RecordError>) -> RecordOutcome {
        self.pass.received += 1;
        let Assessed { fingerprint, has, problems } = match assessed {
            Ok(assessed) => assessed,
            Err(error) => return RecordOutcome::Unreadable(error.clone()),
        };
        if self.ids.insert(*fingerprint) {
            for (has, count) in has.iter().zip(&mut self.keys) {
                *count += u64::from(*has);
            }
            for problem in problems {
                *self.problems.entry(*problem).or_default() += 1;
            }
            self.pass.see(*fingerprint, true);
            return RecordOutcome::New;
        }
        if self.pass.see(*fingerprint, false) {
            return RecordOutcome::Again;
        }
        self.repeated += 1;
        RecordOutcome::Repeated
    }

    /// Starts reading the list again from its beginning. What has been collected is kept.
    pub(crate) fn start_over(&mut self) {
        let before = self.pass.ids.take();
        self.pass = Pass { ids: Some(IdSet::default()), before, ..Pass::default() };
        self.unreadable = None;
        self.readings += 1;
    }

    /// Whether the list is being read again.
    pub(crate) const fn is_second_pass(&self) -> bool {
        self.pass.ids.is_some()
    }

    /// Whether this reading and the one before prove the list together: the accounts that came in both existed
    /// between the readings, and are as many as the vendor declares. Without a total, both have to be the same.
    pub(crate) fn confirms(&self, declared: Option<u64>) -> bool {
        self.pass.common == declared.unwrap_or(self.pass.distinct) && (declared.is_some() || self.gone() == 0)
    }

    /// Accounts that came in an earlier reading and not in this one.
    pub(crate) fn gone(&self) -> u64 {
        self.ids.len().saturating_sub(self.pass.distinct)
    }

    /// Something that the reader of the report should know.
    pub(crate) fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    pub(crate) fn finish(mut self) -> Result<Collected, SourceError> {
        for (problem, count) in std::mem::take(&mut self.problems) {
            let records = counted(count, "record", "records");
            self.warn(format!("{records}: {problem}"));
        }
        let distinct = self.ids.len();
        let keys = KEYS.into_iter().zip(self.keys).filter(|(_, count)| *count > 0);
        let spool = self.spool.finish()?;
        Ok(Collected {
            spool,
            fetched: self.fetched,
            distinct,
            repeated: self.repeated,
            readings: self.readings,
            totals: (records(self.pass.first_total), records(self.pass.last_total)),
            pages: self.pages,
            unreadable: self.unreadable,
            keys: keys.map(|(field, count)| (field.as_str().to_owned(), count)).collect(),
            warnings: self.warnings,
        })
    }
}

impl Intake for Collector<'_> {
    fn ids(&self, page: &Page) -> Vec<Option<u128>> {
        page.records.iter().map(|record| Some(self.assessor.assess(record).ok()?.fingerprint)).collect()
    }

    fn take(&mut self, page: &Page) -> Result<Taken, SourceError> {
        self.page(page)
    }

    fn knows(&self, id: u128) -> bool {
        self.pass.ids.as_ref().unwrap_or(&self.ids).contains(id)
    }

    fn distinct(&self) -> u64 {
        self.pass.distinct
    }
}

/// The number of records, if that is what is counted.
const fn records(total: Option<Total>) -> Option<u64> {
    match total {
        Some(Total::Records(records)) => Some(records),
        _ => None,
    }
}

impl std::fmt::Debug for Collector<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector").field("pages", &self.pages).field("fetched", &self.fetched).finish_non_exhaustive()
    }
}

impl Pass {
    /// Counts an account. Returns whether it is new to this reading.
    fn see(&mut self, fingerprint: u128, new_to_all: bool) -> bool {
        let new = match &mut self.ids {
            Some(ids) => ids.insert(fingerprint),
            None => new_to_all,
        };
        let had_before = match &self.before {
            Some(before) => before.contains(fingerprint),
            None => !new_to_all,
        };
        self.distinct += u64::from(new);
        self.common += u64::from(new && had_before);
        new
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::super::progress::Quiet;
    use super::super::record::{Decoded, Record};
    use super::*;
    use crate::model::Account;

    /// Reads nothing but the identifier.
    struct ById;

    impl Decoder for ById {
        fn exposes(&self) -> &'static [FactName] {
            &[]
        }

        fn decode<'r>(&self, record: Json<'r>) -> Result<Decoded<'r>, RecordError> {
            let account = Account::new(Record::read(record)?.id("id")?, record);
            Ok(Decoded { account, problems: Vec::new() })
        }
    }

    /// Whether the last of these readings confirms the one before, for a vendor that declares this many.
    fn confirmed(readings: &[&[u64]], declared: Option<u64>) -> bool {
        let mut collector = Collector::new(&ById, &Quiet);
        for (at, ids) in readings.iter().enumerate() {
            if at > 0 {
                collector.start_over();
            }
            let record = |id: &u64| RawValue::from_string(format!("{{\"id\":{id}}}")).expect("JSON");
            let page = Page { records: ids.iter().map(record).collect(), total: declared.map(Total::Records) };
            collector.page(&page).expect("taken");
        }
        collector.confirms(declared)
    }

    #[test]
    fn two_readings_prove_a_list_only_if_they_agree() {
        for declared in [Some(3), None] {
            assert!(confirmed(&[&[1, 2, 3], &[3, 1, 2]], declared));
            assert!(!confirmed(&[&[1, 2, 3], &[2, 3, 4]], declared), "one came and one went");
            assert!(!confirmed(&[&[1, 2, 3], &[1, 2]], declared), "one went");
            assert!(!confirmed(&[&[1, 2], &[1, 2, 3]], declared), "one came");
        }
        assert!(confirmed(&[&[1, 2, 9], &[1, 2, 3], &[1, 2, 3]], Some(3)), "the last two count");
        assert!(!confirmed(&[&[1, 2, 3], &[1, 2, 9], &[1, 2, 3]], Some(3)), "the first and the last don't");
    }
}
