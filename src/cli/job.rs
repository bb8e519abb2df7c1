//! What `audit` and `demo` ask for.

use std::path::{Path, PathBuf};

use super::basis::BasisArgs;
use super::measure::Measure;
use super::privacy::PrivacyLevel;
use crate::base::diagnostic::Diagnostic;
use crate::config::{Config, Demand};
use crate::model::Timestamp;
use crate::render::Format;

/// What to audit, and what to do with the result.
pub(super) struct Job<'a> {
    pub(super) basis: &'a BasisArgs,
    pub(super) out: &'a Path,
    pub(super) formats: &'a [Format],
    pub(super) sources: &'a [String],
    pub(super) fail_on: Option<&'a [Demand]>,
    pub(super) baseline: Option<&'a Path>,
    pub(super) policies: &'a [PathBuf],
    pub(super) as_of: Option<Timestamp>,
    pub(super) privacy: PrivacyLevel,
    pub(super) bundle: Option<&'a Path>,
    pub(super) measure: Measure<'a>,
    pub(super) email: bool,
    pub(super) allow_outage: bool,
    pub(super) exit_zero: bool,
}

impl Job<'_> {
    /// What is asked for, else what the configuration names.
    pub(super) fn formats(&self, config: &Config) -> Result<Vec<Format>, Vec<Diagnostic>> {
        if self.out == Path::new("-") && self.formats.len() != 1 {
            let message = "standard output takes one format";
            return Err(vec![Diagnostic::of_file(Path::new("--out"), message).help("add --format json, for example")]);
        }
        if !self.formats.is_empty() {
            return Ok(self.formats.to_vec());
        }
        let Some(names) = &config.report.formats else { return Ok(Format::DEFAULT.to_vec()) };
        let mut mistakes = Vec::new();
        let mut formats = Vec::new();
        for (name, place) in names.iter().zip(&config.report.format_places) {
            match name.parse::<Format>() {
                Ok(format) => formats.push(format),
                Err(error) => mistakes.push(Diagnostic { message: error.to_string(), ..place.clone() }),
            }
        }
        if mistakes.is_empty() { Ok(formats) } else { Err(mistakes) }
    }
}
