//! What there is to say of a vendor, so that nothing but its own file has to say it.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeTable;
use url::Url;

use super::Tenant;
use crate::base::diagnostic::Diagnostic;
use crate::fetch::{Connector, Decoder};
use crate::model::FactName;
use crate::setting::{ConfigText, SecretRef, check_url};

/// A kind of vendor.
pub struct VendorSpec {
    /// The `vendor` key's value.
    pub kind: &'static str,
    /// The part of a configuration from which `headcount init` lets people start.
    pub init: &'static str,
    /// The facts that it tells at best; none, where the columns of its records decide.
    pub exposes: &'static [FactName],
    /// Where it is.
    pub reach: Reach,
    /// Its own keys, for editors.
    pub(crate) schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads its own keys.
    pub(crate) read: fn(Spanned<DeTable<'_>>, &Around<'_>) -> Result<Checked, Diagnostic>,
}

impl fmt::Debug for VendorSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)
    }
}

/// Where a vendor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Behind an address, so that certificates and limits of requests mean something.
    Http {
        /// How many requests may be under way when the configuration doesn't say.
        concurrency: usize,
    },
    /// On this machine.
    Here,
}

impl Reach {
    pub(crate) const fn is_remote(self) -> bool {
        matches!(self, Self::Http { .. })
    }

    pub(crate) fn default_concurrency(self) -> NonZeroUsize {
        match self {
            Self::Http { concurrency } => NonZeroUsize::new(concurrency).unwrap_or(NonZeroUsize::MIN),
            Self::Here => NonZeroUsize::MIN,
        }
    }

    /// For one answer; a program that lists users may take its time.
    pub(crate) const fn default_timeout(self) -> Duration {
        match self {
            Self::Http { .. } => Duration::from_secs(30),
            Self::Here => Duration::from_mins(10),
        }
    }
}

/// What only one kind of vendor has, checked. Secrets are still references.
pub trait VendorConfig: fmt::Debug + Send + Sync {
    /// The secrets that it needs.
    fn secrets(&self) -> Vec<&SecretRef> {
        Vec::new()
    }

    /// By what a tenant is known again in the next audit.
    fn whereabouts(&self, base_url: &Url) -> Whereabouts<'_> {
        Whereabouts::Name(base_url.to_string())
    }

    /// The most requests a second, where the configuration doesn't say and the vendor isn't on this machine.
    fn default_rate(&self) -> Option<NonZeroU32> {
        None
    }

    /// Whether it can be asked for pages without saying how large they are to be.
    fn may_choose_page_size(&self) -> bool {
        false
    }

    /// How its records become accounts. Needs no secret.
    fn decoder(&self) -> Box<dyn Decoder>;

    /// Prepares to ask it: reads its secrets, connects to nothing yet.
    ///
    /// # Errors
    /// A missing or unusable secret or certificate file, at its place in the configuration.
    fn connector(&self, tenant: &Tenant<'_>) -> Result<Box<dyn Connector>, Diagnostic>;
}

/// By what a tenant is known again.
#[derive(Debug)]
pub enum Whereabouts<'c> {
    /// An address, or another name.
    Name(String),
    /// A file, wherever the folder has been moved to that it is in.
    File(&'c Path),
}

/// A vendor's own keys as they are written.
pub(super) trait RawVendor: DeserializeOwned + JsonSchema {
    fn check(self, around: &Around<'_>) -> Result<Checked, Diagnostic>;
}

/// Reads and checks a vendor's own keys.
pub(super) fn read<R: RawVendor>(table: Spanned<DeTable<'_>>, around: &Around<'_>) -> Result<Checked, Diagnostic> {
    around.text.read::<R>(table, around.common_keys)?.check(around)
}

/// A vendor's own settings, with the address that applies when the configuration gives none.
pub(crate) struct Checked {
    pub(crate) config: Box<dyn VendorConfig>,
    pub(crate) default_base_url: Option<String>,
}

impl Checked {
    /// Every tenant has an address of its own.
    pub(super) fn needing_address(config: impl VendorConfig + 'static) -> Self {
        Self { config: Box::new(config), default_base_url: None }
    }

    /// This address is as good as any.
    pub(super) fn at(base_url: impl Into<String>, config: impl VendorConfig + 'static) -> Self {
        Self { config: Box::new(config), default_base_url: Some(base_url.into()) }
    }

    /// What is read from this machine has a `file:` address.
    pub(super) fn here(
        path: &Path,
        around: &Around<'_>,
        config: impl VendorConfig + 'static,
    ) -> Result<Self, Diagnostic> {
        let address = std::path::absolute(path).ok().and_then(|path| Url::from_file_path(path).ok());
        let address = address.ok_or_else(|| {
            let message = format!("{} can't be made an absolute path", path.display());
            around.text.error(around.kind.clone(), message)
        })?;
        Ok(Self::at(address, config))
    }
}

/// What stands around a vendor's own keys.
pub(crate) struct Around<'t> {
    pub(crate) text: &'t ConfigText,
    /// The whole `[[source]]`.
    pub(crate) span: Range<usize>,
    /// The value of `vendor`.
    pub(crate) kind: Range<usize>,
    pub(crate) allow_insecure_http: bool,
    pub(crate) has_expect_min: bool,
    /// The keys that every source takes.
    pub(crate) common_keys: &'t [&'static str],
}

impl Around<'_> {
    pub(super) fn secret(&self, value: &Spanned<String>) -> Result<SecretRef, Diagnostic> {
        SecretRef::check(value, self.text)
    }

    /// What goes with a secret and is none itself.
    pub(super) fn name(&self, value: &Spanned<String>) -> Result<SecretRef, Diagnostic> {
        Ok(self.secret(value)?.of_name())
    }

    pub(super) fn address(&self, value: &Spanned<String>) -> Result<Url, Diagnostic> {
        check_url(value, self.allow_insecure_http, self.text)
    }
}
