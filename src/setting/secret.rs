//! Where a secret is kept. The configuration names the place, never the secret itself.

use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use toml::Spanned;

use super::text::ConfigText;
use crate::base::diagnostic::Diagnostic;

/// A shorter secret can be guessed, and can't be told from ordinary words where a vendor repeats it.
pub(crate) const SHORTEST_SECRET: usize = 8;

/// A checked `env:NAME` or `file:PATH`.
#[derive(Debug, Clone)]
pub struct SecretRef {
    target: Target,
    /// It goes with a secret, and may stand anywhere.
    is_name: bool,
    /// Points at the configuration line, for when the secret turns out to be missing.
    place: Diagnostic,
}

#[derive(Debug, Clone)]
enum Target {
    Env(String),
    File(PathBuf),
}

impl SecretRef {
    /// Checks the form, without reading the secret.
    pub fn check(value: &Spanned<String>, text: &ConfigText) -> Result<Self, Diagnostic> {
        let place = text.error(value.span(), String::new());
        let target = match value.get_ref().split_once(':') {
            Some(("env", name)) if !name.is_empty() => Target::Env(name.to_owned()),
            Some(("file", path)) if !path.is_empty() => Target::File(text.resolve(path)),
            _ => {
                return Err(text
                    .error(value.span(), "a secret can't stand in the configuration")
                    .help("write \"env:NAME\" for an environment variable or \"file:PATH\" for a file"));
            }
        };
        Ok(Self { target, is_name: false, place })
    }

    /// Reads the secret, without the white space around it. One that is too short to be one is refused.
    pub fn resolve(&self) -> Result<SecretString, Diagnostic> {
        let secret = self.resolve_name()?;
        if secret.expose_secret().chars().count() < SHORTEST_SECRET {
            let message = format!("the secret has less than {SHORTEST_SECRET} characters");
            let help = format!(
                "check that {} holds all of it; if it does, have a longer one issued, because this one can be guessed",
                self.describe()
            );
            return Err(self.missing(message, help));
        }
        Ok(secret)
    }

    /// The same of what goes with a secret and is none itself.
    pub(crate) fn of_name(self) -> Self {
        Self { is_name: true, ..self }
    }

    /// The secret, if it is one and can be read, without a word about how it is kept.
    pub(crate) fn peek(&self) -> Option<SecretString> {
        let text = match &self.target {
            _ if self.is_name => None,
            Target::Env(name) => std::env::var(name).ok(),
            Target::File(path) => std::fs::read_to_string(path).ok(),
        };
        text.map(Zeroizing::new).map(|text| text.trim().into())
    }

    /// Reads what goes with a secret and may be short: the name of a user or of an OAuth2 client.
    pub fn resolve_name(&self) -> Result<SecretString, Diagnostic> {
        let text = Zeroizing::new(match &self.target {
            Target::Env(name) => std::env::var(name).map_err(|_| {
                self.missing(
                    format!("the environment variable {name} is not set"),
                    format!("export {name}=… before the run"),
                )
            })?,
            Target::File(path) => std::fs::read_to_string(path).map_err(|error| {
                self.missing(
                    format!("can't read the secret file {}: {error}", path.display()),
                    "the path is relative to the configuration file".to_owned(),
                )
            })?,
        });
        if let Some(warning) = self.exposure() {
            tracing::warn!("{warning}");
        }
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(self.missing("the secret is empty".to_owned(), format!("check {}", self.describe())));
        }
        Ok(trimmed.into())
    }

    /// What the reader of the log and of the report should know of how the secret is kept.
    pub(crate) fn exposure(&self) -> Option<String> {
        let Target::File(path) = &self.target else { return None };
        is_open_to_others(path).then(|| {
            let path = path.display();
            format!("the secret file {path} can be read by every user of this machine; run chmod 600 {path}")
        })
    }

    /// The file that holds the secret, if it is one.
    pub const fn file(&self) -> Option<&PathBuf> {
        match &self.target {
            Target::File(path) => Some(path),
            Target::Env(_) => None,
        }
    }

    /// A diagnostic at the place of the configuration that names this secret.
    pub fn missing(&self, message: String, help: String) -> Diagnostic {
        Diagnostic { message, help: Some(help), ..self.place.clone() }
    }

    /// Where it is kept, for people.
    pub fn describe(&self) -> String {
        match &self.target {
            Target::Env(name) => format!("env:{name}"),
            Target::File(path) => format!("file:{}", path.display()),
        }
    }
}

/// Whether everybody may read a file. Where files have no mode, it isn't known.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| std::os::unix::fs::MetadataExt::mode(&metadata) & 0o004 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
