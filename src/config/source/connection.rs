//! How to reach a vendor over HTTP: address, limits, certificates.

use std::num::{NonZeroU32, NonZeroUsize};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::RawCommon;
use crate::base::diagnostic::Diagnostic;
use crate::http::RetryPolicy;
use crate::setting::{ConfigText, NamedFile, check_url, is_loopback};
use crate::vendor::{Checked, ConnectionConfig, PageSize, VendorSpec};

/// As it is written: `50` or `"server"`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected how many records to ask for at a time, or \"server\"")]
pub(super) enum RawPageSize {
    Records(u32),
    Word(RawPageSizeWord),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawPageSizeWord {
    Server,
}

pub(super) fn check_connection(
    common: &RawCommon,
    (spec, vendor): (&VendorSpec, &Checked),
    text: &ConfigText,
) -> Result<ConnectionConfig, Diagnostic> {
    if !spec.reach.is_remote() {
        refuse_remote_keys(common, text)?;
    }
    let base_url = match (&common.base_url, &vendor.default_base_url) {
        (Some(url), _) => check_url(url, common.allow_insecure_http, text)?,
        (None, Some(url)) => Url::parse(url).map_err(|error| text.error(common.vendor.span(), error.to_string()))?,
        (None, None) => {
            return Err(text
                .error(common.vendor.span(), format!("{} needs base_url", spec.kind))
                .help("add base_url = \"https://…\", the address of your tenant"));
        }
    };
    let concurrency = match &common.concurrency {
        None => spec.reach.default_concurrency(),
        Some(number) => match NonZeroUsize::new(*number.get_ref() as usize) {
            Some(number) if number.get() <= 64 => number,
            _ => return Err(text.error(number.span(), "concurrency has to be between 1 and 64")),
        },
    };
    let loopback = is_loopback(&base_url);
    Ok(ConnectionConfig {
        ca_file: common.ca_file.as_ref().map(|file| NamedFile::new(file, text)),
        concurrency,
        timeout: text
            .duration(common.timeout.as_ref(), "timeout", "\"30s\" or \"2m\"")?
            .unwrap_or_else(|| spec.reach.default_timeout()),
        requests_per_second: non_zero(common.requests_per_second.as_ref(), "requests_per_second", text)?
            .or_else(|| vendor.config.default_rate().filter(|_| !loopback)),
        page_size: check_page_size(common.page_size.as_ref(), (spec, vendor), text)?,
        proxy: common.proxy.as_ref().map(|proxy| check_proxy(proxy, loopback, text)).transpose()?,
        retry_policy: RetryPolicy {
            deadline: text
                .duration(common.deadline.as_ref(), "deadline", "\"30m\" or \"2h\"")?
                .unwrap_or(RetryPolicy::default().deadline),
            ..RetryPolicy::default()
        },
        base_url,
    })
}

/// A file or a program has no address and answers no requests; such a key would be ignored in silence.
fn refuse_remote_keys(common: &RawCommon, text: &ConfigText) -> Result<(), Diagnostic> {
    let spans = [
        ("base_url", common.base_url.as_ref().map(Spanned::span)),
        ("ca_file", common.ca_file.as_ref().map(Spanned::span)),
        ("concurrency", common.concurrency.as_ref().map(Spanned::span)),
        ("requests_per_second", common.requests_per_second.as_ref().map(Spanned::span)),
        ("proxy", common.proxy.as_ref().map(Spanned::span)),
        ("page_size", common.page_size.as_ref().map(Spanned::span)),
    ];
    match spans.into_iter().find_map(|(key, span)| Some((key, span?))) {
        None => Ok(()),
        Some((key, span)) => {
            let vendor = common.vendor.get_ref();
            Err(text.error(span, format!("`{key}` means nothing to vendor = \"{vendor}\"")).help("remove the line"))
        }
    }
}

fn check_page_size(
    value: Option<&Spanned<RawPageSize>>,
    (spec, vendor): (&VendorSpec, &Checked),
    text: &ConfigText,
) -> Result<PageSize, Diagnostic> {
    let Some(value) = value else { return Ok(PageSize::Usual) };
    match value.get_ref() {
        RawPageSize::Records(records) => NonZeroU32::new(*records)
            .map(PageSize::Of)
            .ok_or_else(|| text.error(value.span(), "page_size has to be at least 1")),
        RawPageSize::Word(RawPageSizeWord::Server) if vendor.config.may_choose_page_size() => Ok(PageSize::Servers),
        RawPageSize::Word(RawPageSizeWord::Server) => {
            let message = format!("{} has to be told how many records a page is to have", spec.kind);
            Err(text.error(value.span(), message).help("write a number, or remove the line"))
        }
    }
}

fn non_zero(value: Option<&Spanned<u32>>, key: &str, text: &ConfigText) -> Result<Option<NonZeroU32>, Diagnostic> {
    value
        .map(|number| {
            NonZeroU32::new(*number.get_ref())
                .ok_or_else(|| text.error(number.span(), format!("{key} has to be at least 1")))
        })
        .transpose()
}

/// Credentials of a proxy would be a secret in the configuration; the environment can carry them.
fn check_proxy(value: &Spanned<String>, loopback: bool, text: &ConfigText) -> Result<Url, Diagnostic> {
    let error = |message: &str, help: &str| text.error(value.span(), message).help(help);
    if loopback {
        return Err(error("base_url is on this machine, which is never asked through a proxy", "remove the line"));
    }
    let url = Url::parse(value.get_ref())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| error("not the address of a proxy", "for example \"http://proxy.example.com:3128\""))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(error("an address may not hold credentials", "set HTTPS_PROXY in the environment instead"));
    }
    Ok(url)
}
