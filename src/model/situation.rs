//! The objective outcome of correlation, and the evidence for it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};

use super::{Account, DeclarationIndex, EmployeeIndex};

/// What is compared, in the default order in which it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A file in which a person wrote down whose account it is.
    Crosswalk,
    /// The account's external id against the employee id.
    ExternalId,
    /// The account's address against the employee's addresses.
    Email,
    /// The account's login name against the employee's login names.
    Username,
}

impl Tier {
    /// The field of the account that is compared; a crosswalk may compare several.
    pub const fn field(self) -> Option<AccountField> {
        match self {
            Self::Crosswalk => None,
            Self::ExternalId => Some(AccountField::ExternalId),
            Self::Email => Some(AccountField::Email),
            Self::Username => Some(AccountField::Username),
        }
    }

    /// The order that applies when a source doesn't configure one.
    pub const DEFAULT: [Self; 4] = [Self::Crosswalk, Self::ExternalId, Self::Email, Self::Username];

    /// As configuration and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crosswalk => "crosswalk",
            Self::ExternalId => "external_id",
            Self::Email => "email",
            Self::Username => "username",
        }
    }
}

/// Whose account it is. Exactly one holds for every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Situation {
    /// One employee owns it.
    Matched {
        /// The owner.
        employee: EmployeeIndex,
        /// The tier that decided.
        tier: Tier,
    },
    /// No tier found anybody.
    Unmatched,
    /// The deciding key is shared by several employees, so nobody is chosen.
    Ambiguous {
        /// The tier that decided.
        tier: Tier,
        /// All of them, in roster order.
        candidates: Vec<EmployeeIndex>,
    },
    /// A later tier names somebody else than the first, so nobody is chosen.
    Conflict {
        /// Which tier names whom, in the order tried.
        named: Vec<(Tier, EmployeeIndex)>,
    },
    /// The organisation vouches for it; the tiers have no say.
    Declared {
        /// Where it does so.
        declaration: DeclarationIndex,
    },
}

impl Situation {
    /// As rules and reports spell it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Matched { .. } => "matched",
            Self::Unmatched => "unmatched",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Conflict { .. } => "conflict",
            Self::Declared { .. } => "declared",
        }
    }

    /// The owner, if there is exactly one.
    pub const fn employee(&self) -> Option<EmployeeIndex> {
        match self {
            Self::Matched { employee, .. } => Some(*employee),
            _ => None,
        }
    }

    /// The tier that decided, if one did.
    pub const fn tier(&self) -> Option<Tier> {
        match self {
            Self::Matched { tier, .. } | Self::Ambiguous { tier, .. } => Some(*tier),
            _ => None,
        }
    }
}

/// A field of an account that can say whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountField {
    /// `account.id`
    Id,
    /// `account.external_id`
    ExternalId,
    /// `account.email`
    Email,
    /// `account.username`
    Username,
    /// `account.display_name`
    DisplayName,
}

impl AccountField {
    /// Every field, in the order of the account's definition.
    pub const ALL: [Self; 5] = [Self::Id, Self::ExternalId, Self::Email, Self::Username, Self::DisplayName];

    /// As configuration, crosswalks and reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::ExternalId => "external_id",
            Self::Email => "email",
            Self::Username => "username",
            Self::DisplayName => "display_name",
        }
    }

    /// The field with this spelling.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// The account's value, when the vendor tells that there is one.
    pub fn of<'a>(self, account: &'a Account<'_>) -> Option<&'a str> {
        let fact = match self {
            Self::Id => return Some(account.id.as_ref()),
            Self::ExternalId => &account.external_id,
            Self::Email => &account.email,
            Self::Username => &account.username,
            Self::DisplayName => &account.display_name,
        };
        fact.present().map(AsRef::as_ref)
    }

    /// Shows every value by which the account can be found: the one that it shows itself, and further ones.
    pub fn each_of<'a>(self, account: &'a Account<'_>, mut see: impl FnMut(KeyValue<'a>)) {
        let shown = self.of(account).into_iter();
        let Some(further) = account.further.as_deref() else {
            return shown.for_each(|raw| see(KeyValue { raw, is_private: false }));
        };
        let (values, private, shows_private): (&[Cow<'_, str>], &[Cow<'_, str>], bool) = match self {
            Self::ExternalId => (&further.external_ids, &[], false),
            Self::Email => (&further.emails, &further.private_emails, further.shows_private_email),
            Self::Username => (&further.usernames, &[], false),
            Self::Id | Self::DisplayName => (&[], &[], false),
        };
        let values = values.iter().map(|raw| (raw.as_ref(), false));
        let private = private.iter().map(|raw| (raw.as_ref(), true));
        for (raw, is_private) in shown.map(|raw| (raw, shows_private)).chain(values).chain(private) {
            see(KeyValue { raw, is_private });
        }
    }
}

/// A value by which an account can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyValue<'a> {
    /// As the vendor gave it.
    pub raw: &'a str,
    /// It is no key of the organisation's, and only asked for where none of those finds anybody.
    pub is_private: bool,
}

/// Something that was done to a value before it was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The source's pattern rewrote it.
    Rewritten,
    /// Spaces around it were removed.
    Trimmed,
    /// Characters that nobody can see were removed.
    InvisibleRemoved,
    /// Characters were replaced by their compatible form (NFKC).
    Composed,
    /// Upper and lower case were made one.
    CaseFolded,
    /// The domain was written as DNS knows it (IDNA).
    DomainEncoded,
    /// The domain was replaced by the one that it is configured to mean.
    DomainAliased,
    /// The part from `+` to `@` was removed.
    PlusStripped,
    /// It was a word for nothing, so that it is nobody's key.
    StoodForNothing,
    /// It is a login name that is an address, and was found among addresses.
    FoundAmongAddresses,
    /// It is a private address, which counts only where no other key finds anybody.
    KeptForLast,
}

impl Step {
    /// Every step, in the order in which they are taken.
    pub const ALL: [Self; 11] = [
        Self::Rewritten,
        Self::Trimmed,
        Self::InvisibleRemoved,
        Self::Composed,
        Self::CaseFolded,
        Self::DomainEncoded,
        Self::DomainAliased,
        Self::PlusStripped,
        Self::StoodForNothing,
        Self::FoundAmongAddresses,
        Self::KeptForLast,
    ];

    /// As reports spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rewritten => "rewritten",
            Self::Trimmed => "trimmed",
            Self::InvisibleRemoved => "invisible_removed",
            Self::Composed => "composed",
            Self::CaseFolded => "case_folded",
            Self::DomainEncoded => "domain_encoded",
            Self::DomainAliased => "domain_aliased",
            Self::PlusStripped => "plus_stripped",
            Self::StoodForNothing => "stood_for_nothing",
            Self::FoundAmongAddresses => "found_among_addresses",
            Self::KeptForLast => "kept_for_last",
        }
    }
}

/// The steps that changed a value. Two bytes, because every account has some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Steps(u16);

impl Steps {
    /// Records that a step changed the value.
    pub const fn add(&mut self, step: Step) {
        self.0 |= 1 << step as u8;
    }

    /// Records a step if it `changed` the value.
    pub const fn add_if(&mut self, changed: bool, step: Step) {
        if changed {
            self.add(step);
        }
    }

    /// Whether the step changed the value.
    pub const fn contains(self, step: Step) -> bool {
        self.0 & (1 << step as u8) != 0
    }

    /// Whether the value is still as the vendor gave it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The steps, in the order in which they were taken.
    pub fn iter(self) -> impl Iterator<Item = Step> {
        Step::ALL.into_iter().filter(move |step| self.contains(*step))
    }
}

/// As a list of their names.
impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Step::as_str))
    }
}

/// One comparison. A crosswalk compares every field that it has lines for, so that it can make several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The tier.
    pub tier: Tier,
    /// The account's field that was compared.
    pub field: AccountField,
    /// The account's value as the vendor gave it; `None` when the account has none, or the vendor doesn't tell.
    pub raw: Option<Cow<'a, str>>,
    /// The value that was looked up, after rewriting and normalisation; `None` when nothing was left of it.
    pub normalised: Option<Cow<'a, str>>,
    /// What lies between `raw` and `normalised`.
    pub steps: Steps,
    /// Whom it found, in roster order.
    pub hits: Vec<EmployeeIndex>,
    /// How many people have the value, if they are so many that it identifies nobody.
    pub crowd: Option<u64>,
}

impl Attempt<'_> {
    /// The same, independent of the account.
    #[must_use]
    pub fn into_owned(self) -> Attempt<'static> {
        let own = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        let Self { tier, field, raw, normalised, steps, hits, crowd } = self;
        Attempt { tier, field, raw: own(raw), normalised: own(normalised), steps, hits, crowd }
    }
}

/// The situation of one account with what every tier saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correlation {
    /// The outcome.
    pub situation: Situation,
    /// All comparisons, tiers in the order tried.
    pub attempts: Vec<Attempt<'static>>,
}
