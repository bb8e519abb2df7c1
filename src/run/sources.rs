//! The chosen sources, ready to be asked; and all of their accounts, fetched for whoever judges them.

use std::sync::Mutex;

use futures_util::future::try_join_all;

use super::promises::promised;
use super::{Inputs, RunError, RunOptions};
use crate::audit::{Arrivals, Audit, SourceContext};
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, SourceConfig};
use crate::correlate::SourceCorrelator;
use crate::fetch::{self, Connector, Decoder, Lines, Population, Visitor, Wanted};
use crate::lake::Answered;
use crate::snapshot::Snapshot;

/// One source, ready to be asked.
pub(crate) struct PreparedSource<'c> {
    pub(crate) config: &'c SourceConfig,
    origin: Origin<'c>,
    pub(super) decoder: Box<dyn Decoder>,
    pub(super) correlator: SourceCorrelator<'c>,
}

/// Where the accounts come from.
enum Origin<'c> {
    Vendor(Box<dyn Connector>),
    /// A share of the records, which somebody hands over.
    Share(Lines),
    Snapshot(&'c Snapshot),
    /// What an engine has answered.
    Engine(&'c Answered),
}

impl PreparedSource<'_> {
    pub(crate) fn context(&self) -> SourceContext<'_> {
        SourceContext {
            name: &self.config.name,
            vendor: self.config.vendor.kind,
            decoder: self.decoder.as_ref(),
            correlator: &self.correlator,
            privileged_roles: self.config.privileged_roles.as_ref(),
        }
    }
}

/// Reads every secret and crosswalk of the chosen sources, so that nothing is requested if one can't be used. A
/// snapshot needs no secret.
pub(crate) fn ready<'c>(
    config: &'c Config,
    inputs: &'c Inputs,
    options: &RunOptions<'c>,
) -> Result<Vec<PreparedSource<'c>>, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    if options.answered.is_some() {
        mistakes.extend(promised(config, inputs, options.as_of()));
    }
    mistakes.extend(inputs.exceptions.promises.unknown());
    let mut sources = Vec::new();
    for source in config.chosen(options.only) {
        let origin = match (options.snapshot, options.answered) {
            (Some(snapshot), _) => Ok(Origin::Snapshot(snapshot)),
            (None, Some(answered)) => Ok(Origin::Engine(answered)),
            (None, None) => source.connector().map(Origin::Vendor).map_err(|found| mistakes.push(found)),
        };
        let correlator =
            inputs.correlator(source, &config.files).map_err(|found| mistakes.extend(config.point_out(found)));
        if let (Ok(origin), Ok(correlator)) = (origin, correlator) {
            sources.push(PreparedSource { config: source, origin, decoder: source.decoder(), correlator });
        }
    }
    if mistakes.is_empty() { Ok(sources) } else { Err(mistakes) }
}

/// The only chosen source, whose records somebody hands over. It needs no secret.
pub(super) fn handed_over<'c>(
    config: &'c Config,
    inputs: &'c Inputs,
    options: &RunOptions<'c>,
    records: Lines,
) -> Result<Vec<PreparedSource<'c>>, RunError> {
    let Some(source) = config.chosen(options.only).next() else { return Ok(Vec::new()) };
    let correlator = inputs.correlator(source, &config.files).map_err(|found| config.point_out(found))?;
    Ok(vec![PreparedSource { config: source, origin: Origin::Share(records), decoder: source.decoder(), correlator }])
}

/// Fetches every source.
pub(crate) async fn fetch_all(
    sources: &[PreparedSource<'_>],
    options: &RunOptions<'_>,
) -> Result<Vec<Population>, RunError> {
    let contexts: Vec<_> = sources.iter().map(PreparedSource::context).collect();
    fetch_for(None, sources, &contexts, options).await
}

/// Fetches every source for an audit, which judges on arrival the accounts of which that can be done.
pub(super) async fn fetch_for<'j, 'a: 'j>(
    audit: Option<&'j Mutex<Audit<'a>>>,
    sources: &[PreparedSource<'_>],
    contexts: &'j [SourceContext<'j>],
    options: &RunOptions<'_>,
) -> Result<Vec<Population>, RunError> {
    // What is gathered of a source until all of it has arrived would take several times the room for several at once.
    let turn = tokio::sync::Mutex::new(());
    let fetches = sources.iter().zip(contexts).map(async |(source, context)| {
        let whole = source.config.wanted();
        let (connector, wanted) = match &source.origin {
            Origin::Vendor(connector) => (connector.as_ref(), whole),
            Origin::Share(lines) => (lines as &dyn Connector, Wanted { at_least: None, ..whole }),
            Origin::Snapshot(snapshot) => return Ok(snapshot.population(source.config)?),
            Origin::Engine(answered) => {
                source.correlator.use_crosswalk_but(answered.unused_lines(&source.config.name));
                return answered.population(source.config).map_err(|mistake| RunError::Unusable(vec![mistake]));
            }
        };
        let progress = options.observer.started(&source.config.name);
        let decoder = source.decoder.as_ref();
        let arrivals = audit.filter(|_| connector.can_be_visited()).and_then(|audit| Arrivals::of(audit, context));
        let _turn = if arrivals.is_some() { Some(turn.lock().await) } else { None };
        let wanted = Wanted { visitor: arrivals.as_ref().map(|arrivals| arrivals as &dyn Visitor), ..wanted };
        let mut population = fetch::fetch(wanted, connector, decoder, options.clock, progress.as_ref()).await;
        options.observer.fetched(&population);
        if let Some(arrivals) = arrivals {
            arrivals.finish(&mut population).map_err(|error| options.blame(error))?;
        }
        Ok(population)
    });
    try_join_all(fetches).await
}
