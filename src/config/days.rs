//! Settings that are whole days: findings are seen once a run, answers once a day, and days are what people count.

use toml::Spanned;

use crate::base::diagnostic::Diagnostic;
use crate::setting::ConfigText;

/// The whole days under a key.
pub(super) fn days(value: &Spanned<String>, key: &str, example: &str, text: &ConfigText) -> Result<u16, Diagnostic> {
    const DAY: u64 = 24 * 60 * 60;
    let seconds = text.duration(Some(value), key, example)?.unwrap_or_default().as_secs();
    let whole = (seconds % DAY == 0).then(|| u16::try_from(seconds / DAY).ok()).flatten();
    whole.ok_or_else(|| {
        text.error(value.span(), format!("{key} has to be whole days, at most 65,535"))
            .help(format!("for example {example}"))
    })
}
