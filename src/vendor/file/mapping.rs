//! How the columns of a table become facts, as the configuration says it of a file or a program.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::base::diagnostic::Diagnostic;
use crate::model::{FactName, facts};
use crate::setting::{ConfigText, OneOrMany};
use crate::table::{Moments, check_notation, check_zone};

/// How the columns of a record become facts.
#[derive(Debug, Clone, Default)]
pub(in crate::vendor) struct Mapping {
    /// The heading, JSON key or dotted path that holds the identifier.
    pub(super) id: Option<String>,
    /// The same for each fact that the configuration names.
    pub(super) facts: Vec<(FactName, String)>,
    /// The organisation's own words, if it has given some.
    pub(super) words: Option<Words>,
    /// How moments are written.
    pub(super) moments: Moments,
    /// What separates several roles in one text; what separates them in most exports otherwise.
    pub(super) list_separator: Option<String>,
    /// Only headcount's own names count in addition to those of the configuration.
    pub(in crate::vendor) is_own: bool,
}

/// `[source.values]`: words for what a cell means. The usual ones are known without it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::vendor) struct Words {
    /// The account can be used.
    pub(super) active: Vec<String>,
    /// It can't.
    pub(super) inactive: Vec<String>,
    /// It is locked.
    pub(super) locked: Vec<String>,
    /// It isn't.
    pub(super) not_locked: Vec<String>,
    /// It has a licence.
    pub(super) licensed: Vec<String>,
    /// It has none.
    pub(super) not_licensed: Vec<String>,
    /// There is no value, in any column.
    pub(super) none: Vec<String>,
}

macro_rules! columns {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        #[derive(Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(in crate::vendor) struct RawColumns {
            id: Option<String>,
            $($field: Option<String>,)*
        }

        impl RawColumns {
            fn facts(&self) -> Vec<(FactName, String)> {
                let columns = [$((FactName::$name, &self.$field)),*];
                columns.into_iter().filter_map(|(fact, column)| Some((fact, column.clone()?))).collect()
            }
        }
    };
}

facts!(columns);

/// The keys of a source that say how its columns become facts.
#[derive(Default)]
pub(in crate::vendor) struct RawMapping {
    pub(in crate::vendor) dates: Option<Spanned<OneOrMany>>,
    pub(in crate::vendor) timezone: Option<Spanned<String>>,
    pub(in crate::vendor) list_separator: Option<String>,
    pub(in crate::vendor) columns: RawColumns,
    pub(in crate::vendor) values: Option<Spanned<Words>>,
}

impl RawMapping {
    pub(in crate::vendor) fn check(self, text: &ConfigText) -> Result<Mapping, Diagnostic> {
        let notations = self.dates.map_or_else(Vec::new, |dates| {
            let span = dates.span();
            dates.into_inner().0.into_iter().map(|notation| Spanned::new(span.clone(), notation)).collect()
        });
        let notations = notations.iter().map(|notation| check_notation(notation, text)).collect::<Result<_, _>>()?;
        let zone = self.timezone.map(|zone| check_zone(&zone, text)).transpose()?.unwrap_or_default();
        Ok(Mapping {
            facts: self.columns.facts(),
            id: self.columns.id,
            words: self.values.map(|words| check_words(words, text)).transpose()?,
            moments: Moments { notations, zone, is_1904: false },
            list_separator: self.list_separator.filter(|separator| !separator.is_empty()),
            is_own: false,
        })
    }
}

fn check_words(words: Spanned<Words>, text: &ConfigText) -> Result<Words, Diagnostic> {
    let span = words.span();
    let words = words.into_inner();
    let pairs = [
        ("active", &words.active, "inactive", &words.inactive),
        ("locked", &words.locked, "not_locked", &words.not_locked),
        ("licensed", &words.licensed, "not_licensed", &words.not_licensed),
    ];
    for (yes, yes_words, no, no_words) in pairs {
        if let Some(word) = yes_words.iter().find(|word| no_words.iter().any(|other| same_word(word, other))) {
            return Err(text
                .error(span, format!("\"{word}\" is among the words for {yes} and among those for {no}"))
                .help("keep it in one of them"));
        }
    }
    Ok(words)
}

/// Whether two words are the same: white space around them and case don't count.
fn same_word(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
