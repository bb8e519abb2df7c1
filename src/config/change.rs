//! `max_change`: how much a roster or source may have changed since the previous audit before it is suspect.

use toml::Spanned;

use crate::base::diagnostic::Diagnostic;
use crate::setting::ConfigText;

/// How much may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxChange {
    /// Anything, even that nothing is left.
    Off,
    /// This many percent, up or down.
    Percent(u32),
}

impl MaxChange {
    pub(super) fn check(written: &Spanned<String>, text: &ConfigText) -> Result<Self, Diagnostic> {
        let word = written.get_ref().trim();
        let percent = word.strip_suffix('%').and_then(|number| number.trim_end().parse().ok());
        match percent.filter(|percent| (1..=1000).contains(percent)) {
            Some(percent) => Ok(Self::Percent(percent)),
            None if word == "off" => Ok(Self::Off),
            None => Err(text
                .error(written.span(), format!("\"{word}\" is no limit of change"))
                .help("write whole percent such as \"20%\", or \"off\"")),
        }
    }

    /// Whether this change is more than is allowed.
    pub const fn is_exceeded(self, before: u64, now: u64) -> bool {
        /// A few people come and go in the smallest team.
        const NEVER_SUSPECT: u64 = 5;
        let change = before.abs_diff(now);
        match self {
            Self::Off => false,
            Self::Percent(percent) => {
                change > NEVER_SUSPECT && change.saturating_mul(100) > before.saturating_mul(percent as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(value: &str) -> Result<MaxChange, String> {
        let toml = format!("max_change = \"{value}\"");
        let text = ConfigText::new(Path::new("h.toml"), &toml);
        MaxChange::check(&Spanned::new(13..toml.len(), value.to_owned()), &text).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn limits_are_whole_percent_or_off() {
        assert_eq!(read("20%"), Ok(MaxChange::Percent(20)));
        assert_eq!(read(" 5 % "), Ok(MaxChange::Percent(5)));
        assert_eq!(read("off"), Ok(MaxChange::Off));
        for bad in ["20", "0%", "-5%", "0.2", "1001%", "", "none"] {
            let shown = read(bad).expect_err(bad);
            assert!(shown.starts_with("h.toml:1:14: ") && shown.contains("\"20%\""), "{shown}");
        }
    }

    #[test]
    fn shrinking_and_growing_count_and_a_few_never_do() {
        let limit = MaxChange::Percent(20);
        for (before, now, exceeded) in [
            (1000, 800, false),
            (1000, 799, true),
            (1000, 1200, false),
            (1000, 1201, true),
            (5, 10, false),
            (6, 12, true),
            (0, 6, true),
        ] {
            assert_eq!(limit.is_exceeded(before, now), exceeded, "{before} {now}");
        }
        assert!(!MaxChange::Off.is_exceeded(1000, 0));
    }
}
