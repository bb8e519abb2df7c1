//! Fetches into a snapshot, and goes on with one that was interrupted.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, join_all, select};

use super::answers::Answers;
use super::draft::Draft;
use super::{Certificates, Ground, SnapshotError, StoredSource};
use crate::base::text::counted;
use crate::config::{Config, SourceConfig};
use crate::fetch::{self, Connector, Population, Progress};
use crate::http::Journal;
use crate::model::{SourceName, SourceStatus, Timestamp};

/// What to fetch, and where to.
pub struct FetchOptions<'o> {
    /// The folder that will be the snapshot. It may not exist yet, unless it is empty.
    pub out: &'o Path,
    /// Only these sources; all, when empty.
    pub only: &'o [SourceName],
    /// Go on with `<out>.partial`. Otherwise, what is left there of an earlier attempt is dropped.
    pub resume: bool,
    /// What the accounts will be judged by.
    pub ground: &'o Ground,
    /// Tells the time.
    pub clock: fn() -> Timestamp,
    /// Told how fetching goes.
    pub watch: &'o dyn Watch,
}

impl std::fmt::Debug for FetchOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchOptions").field("out", &self.out).field("resume", &self.resume).finish_non_exhaustive()
    }
}

/// Told how fetching goes.
pub trait Watch: Sync {
    /// A source is about to be fetched.
    fn started(&self, source: &SourceName) -> Box<dyn Progress>;
    /// A source has been fetched and stored; one of an earlier attempt is told, too.
    fn stored(&self, source: &StoredSource);
}

/// Fetches the configured sources into a snapshot. A source that can't be read whole is stored with a certificate
/// that says so.
///
/// When `interrupt` comes first, what has arrived stays in `<out>.partial`, and the error is
/// [`SnapshotError::Interrupted`], for which the exit code is 130.
///
/// # Errors
/// Secrets that are missing, before any request; a folder that can't be written or resumed; the interruption.
pub async fn fetch(
    config: &Config,
    options: &FetchOptions<'_>,
    interrupt: impl Future<Output = ()>,
) -> Result<Certificates, SnapshotError> {
    let chosen: Vec<_> = config.chosen(options.only).collect();
    let mistakes: Vec<_> = chosen.iter().filter_map(|source| source.connector().err()).collect();
    if !mistakes.is_empty() {
        return Err(SnapshotError::Unusable(mistakes));
    }
    let draft = if options.resume {
        Draft::resume(options.out, config, (options.clock)())?
    } else {
        Draft::begin(options.out, config, (options.clock)())?
    };
    let fetches = join_all(chosen.iter().map(|source| stored(source, &draft, options)));
    let sources = match select(pin!(fetches), pin!(interrupt)).await {
        Either::Left((sources, _)) => sources.into_iter().collect::<Result<_, _>>()?,
        Either::Right(((), _)) => return Err(SnapshotError::Interrupted(draft.folder().to_owned())),
    };
    draft.finish(options.only, options.ground, sources, (options.clock)())
}

/// Fetches and stores one source, unless an earlier attempt has.
async fn stored(
    source: &SourceConfig,
    draft: &Draft<'_>,
    options: &FetchOptions<'_>,
) -> Result<StoredSource, SnapshotError> {
    let entry = if let Some(entry) = draft.finished(&source.name) {
        entry
    } else {
        let mut population = fetched(source, draft, options).await?;
        draft.keep(source, &mut population)?
    };
    options.watch.stored(&entry);
    Ok(entry)
}

/// Goes on from the answers of the earlier attempt. If that doesn't lead to the whole list, perhaps because a
/// cursor has expired, the source is read from its beginning.
async fn fetched(
    source: &SourceConfig,
    draft: &Draft<'_>,
    options: &FetchOptions<'_>,
) -> Result<Population, SnapshotError> {
    let path = draft.answers(&source.name);
    let answers = Arc::new(Answers::open(&path).map_err(SnapshotError::write(&path))?);
    let mut population = ask(source, Arc::clone(&answers) as _, options).await?;
    let recalled = answers.recalled();
    if recalled == 0 {
        return Ok(population);
    }
    if population.certificate.status == SourceStatus::Complete {
        let answers = counted(recalled, "answer is", "answers are");
        population.certificate.warnings.push(format!("fetching was interrupted and resumed: {answers} from before"));
        population.certificate.started_at = draft.started_at;
        return Ok(population);
    }
    drop(answers);
    std::fs::remove_file(&path).map_err(SnapshotError::write(&path))?;
    let answers = Answers::open(&path).map_err(SnapshotError::write(&path))?;
    ask(source, Arc::new(answers), options).await
}

async fn ask(
    source: &SourceConfig,
    journal: Arc<dyn Journal>,
    options: &FetchOptions<'_>,
) -> Result<Population, SnapshotError> {
    let connector: Box<dyn Connector> =
        source.connector_with(Some(journal)).map_err(|mistake| SnapshotError::Unusable(vec![mistake]))?;
    let decoder = source.decoder();
    let progress = options.watch.started(&source.name);
    let (connector, decoder) = (connector.as_ref(), decoder.as_ref());
    Ok(fetch::fetch(source.wanted(), connector, decoder, options.clock, progress.as_ref()).await)
}
