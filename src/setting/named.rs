//! A file that a setting names, with the place that names it: what is wrong with the file is said there.

use std::fs;
use std::path::PathBuf;

use toml::Spanned;

use super::ConfigText;
use crate::base::diagnostic::Diagnostic;

/// A file, and where a TOML file names it.
#[derive(Debug, Clone)]
pub struct NamedFile {
    path: PathBuf,
    place: Diagnostic,
}

impl NamedFile {
    /// As a setting has it. The file isn't looked at yet.
    pub(crate) fn new(setting: &Spanned<String>, text: &ConfigText) -> Self {
        Self { path: text.resolve(setting.get_ref()), place: text.error(setting.span(), String::new()) }
    }

    /// All of it.
    ///
    /// # Errors
    /// It can't be read.
    pub(crate) fn read(&self) -> Result<Vec<u8>, Diagnostic> {
        fs::read(&self.path).map_err(|error| self.error(format!("can't be read: {error}")))
    }

    /// Something wrong with it, at the place that names it.
    pub(crate) fn error(&self, what: impl AsRef<str>) -> Diagnostic {
        let message = format!("{} {}", self.path.display(), what.as_ref());
        Diagnostic { message, ..self.place.clone() }
    }
}
