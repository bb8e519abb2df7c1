//! The made-up subjects of examples, written so that people can read them: what is given is known, and every fact
//! that the rule reads is given, or listed as absent or as not exposed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate};
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use toml::Spanned;

use super::{fact_name, find};
use crate::base::diagnostic::Diagnostic;
use crate::exception::{PromiseState, PromisedThere};
use crate::expression::Missing;
use crate::model::{
    Account, AccountStatus, ColumnRole, ColumnSet, Declaration, DeclarationIndex, DeclaredKind, Employee, EmployeeFact,
    EmployeeId, EmployeeIndex, Employment, EmploymentStatus, Fact, FactName, Profile, Roster, RosterIssue,
    RosterIssueKind, Situation, SourceName, SourceStatus, Tier, Timestamp, Untold, WorkerKind, facts,
};
use crate::rule::place::SourceText;
use crate::rule::scope::SourceFacts;

/// A TOML date (midnight UTC) or date with time and zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rule) struct Moment(pub Timestamp);

impl schemars::JsonSchema for Moment {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = toml::value::Datetime::deserialize(deserializer)?.to_string();
        let midnight = || text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc());
        DateTime::parse_from_rfc3339(&text)
            .map(|time| time.to_utc())
            .ok()
            .or_else(midnight)
            .map(Self)
            .ok_or_else(|| de::Error::custom("write a date, or a time with its zone: 2026-01-31T08:00:00Z"))
    }
}

/// How an example gives a fact, by its kind.
macro_rules! given {
    (maybe_text) => { String };
    (status) => { Status };
    (flag) => { bool };
    (texts) => { Vec<String> };
    (time) => { Moment };
    (maybe_time) => { Moment };
}

/// What an example tells of a fact, by its kind.
macro_rules! told {
    ($example:ident, maybe_text, $fact:expr, $given:expr) => {
        $example.maybe($fact, $given.as_deref().map(Cow::Borrowed))
    };
    ($example:ident, status, $fact:expr, $given:expr) => {
        known($given.map(Status::of_account))
    };
    ($example:ident, flag, $fact:expr, $given:expr) => {
        known($given)
    };
    ($example:ident, texts, $fact:expr, $given:expr) => {
        known($given.as_deref().map(borrowed))
    };
    ($example:ident, time, $fact:expr, $given:expr) => {
        known($given.map(|time| time.0))
    };
    ($example:ident, maybe_time, $fact:expr, $given:expr) => {
        $example.maybe($fact, $given.map(|time| time.0))
    };
}

macro_rules! example_account {
    ($($(#[$of_account:meta])* $name:ident $field:ident: $kind:ident, $meaning:literal;)*) => {
        /// An account of an example.
        #[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(in crate::rule) struct ExampleAccount {
            id: Option<String>,
            source: Option<String>,
            vendor: Option<String>,
            $($field: Option<given!($kind)>,)*
            /// Whether it holds one of the source's `privileged_roles`.
            pub(in crate::rule) privileged: Option<bool>,
            /// What a review has decided to take away or change of it.
            promise: Option<ExamplePromise>,
            /// In test files: the employee id of its owner.
            pub(in crate::rule) owner: Option<String>,
            /// `matched` if the example has an employee, otherwise `unmatched`.
            situation: Option<ExampleSituation>,
            /// What the organisation declares of it; the situation is `declared` then.
            declared: Option<ExampleDeclaration>,
            /// The key that found the employee.
            #[schemars(with = "Option<String>")]
            matched_by: Option<Tier>,
            /// The vendor's record.
            attributes: serde_json::Map<String, serde_json::Value>,
            /// Facts that the vendor tells to be absent: never logged in, no address.
            #[schemars(with = "Vec<String>")]
            absent: Vec<Spanned<String>>,
            /// Facts that the vendor can't tell.
            #[schemars(with = "Vec<String>")]
            not_exposed: Vec<Spanned<String>>,
        }

        impl ExampleAccount {
            fn gives(&self, fact: FactName) -> bool {
                match fact {
                    $(FactName::$name => self.$field.is_some(),)*
                    FactName::Privileged => self.privileged.is_some(),
                }
            }

            pub(in crate::rule) fn account<'a>(&'a self, number: usize, record: &'a RawValue) -> Account<'a> {
                let example = self;
                let id = example.id.as_deref().map_or_else(|| Cow::Owned(format!("account-{number}")), Cow::Borrowed);
                Account {
                    id,
                    $($field: told!(example, $kind, FactName::$name, example.$field),)*
                    further: None,
                    attributes: record.into(),
                }
            }
        }
    };
}

facts!(example_account);

/// What became of what a review has decided.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExamplePromise {
    state: PromiseState,
    /// The last day for it.
    due: Moment,
    /// The review.
    review: String,
    /// The roles that are still to go.
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Inactive,
}

impl Status {
    const fn of_account(self) -> AccountStatus {
        match self {
            Self::Active => AccountStatus::Active,
            Self::Inactive => AccountStatus::Inactive,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ExampleSituation {
    Matched,
    Unmatched,
    Ambiguous,
    Conflict,
    Declared,
}

impl ExampleAccount {
    /// What rules may know of a promise about it.
    pub(in crate::rule) fn promise(&self) -> Option<PromisedThere> {
        let ExamplePromise { state, due, review, roles } = self.promise.clone()?;
        Some(PromisedThere { state, due: due.0, review, roles })
    }

    pub(in crate::rule) fn check(
        &self,
        source_text: &SourceText<'_>,
        example: &Range<usize>,
        has_employee: bool,
        needs: Missing,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for name in self.absent.iter().chain(&self.not_exposed) {
            match fact_name(source_text, name) {
                Ok(fact) if self.gives(fact) => {
                    found.push(source_text.at(name.span(), format!("{:?} is given as well", fact.as_str())));
                }
                Ok(_) => {}
                Err(unknown) => found.push(*unknown),
            }
        }
        for fact in needs.iter().filter(|fact| !self.gives(*fact) && !self.lists(*fact)) {
            let message = format!("the rule reads {}, and this example doesn't tell it", fact.as_str());
            found.push(
                source_text.at(example.clone(), message).help("give it, or list it in `absent` or `not_exposed`"),
            );
        }
        if self.owner.is_some() {
            let message = "`owner` belongs to test files";
            found.push(source_text.at(example.clone(), message).help("in an example, every account is the employee's"));
        }
        if (self.situation == Some(ExampleSituation::Matched)) && !has_employee {
            found.push(source_text.at(example.clone(), "a matched account has an [examples.employee]"));
        }
        let declared = self.situation.is_none_or(|situation| situation == ExampleSituation::Declared);
        if self.declared.is_some() && !declared {
            found.push(source_text.at(example.clone(), "an account with `declared` is in no other situation"));
        }
        found
    }

    fn lists(&self, fact: FactName) -> bool {
        self.absent.iter().chain(&self.not_exposed).any(|name| find(name.get_ref()) == Some(fact))
    }

    /// A fact that can be absent.
    fn maybe<T>(&self, fact: FactName, value: Option<T>) -> Fact<Option<T>> {
        let absent = || self.absent.iter().any(|name| find(name.get_ref()) == Some(fact));
        match value {
            Some(value) => Fact::Known(Some(value)),
            None if absent() => Fact::Known(None),
            None => Fact::NotExposed,
        }
    }

    pub(in crate::rule) fn record(&self) -> Result<Box<RawValue>, serde_json::Error> {
        serde_json::value::to_raw_value(&self.attributes)
    }

    pub(in crate::rule) fn source(&self) -> SourceName {
        SourceName::new(self.source.as_deref().unwrap_or("example"))
    }

    pub(in crate::rule) fn vendor(&self) -> &str {
        self.vendor.as_deref().unwrap_or("file")
    }

    /// What the organisation declares of it, and whether the owner has left.
    pub(in crate::rule) fn declaration(&self, has_employee: bool) -> Option<(Declaration, bool)> {
        let Situation::Declared { .. } = self.situation(has_employee) else { return None };
        let declared = self.declared.clone().unwrap_or_default();
        Some((declared.declaration(), declared.owner_left))
    }

    pub(in crate::rule) fn situation(&self, has_employee: bool) -> Situation {
        let tier = self.matched_by.unwrap_or(Tier::Email);
        let (one, other) = (EmployeeIndex(0), EmployeeIndex(1));
        match self.situation {
            _ if self.declared.is_some() => Situation::Declared { declaration: DeclarationIndex(0) },
            Some(ExampleSituation::Declared) => Situation::Declared { declaration: DeclarationIndex(0) },
            Some(ExampleSituation::Unmatched) => Situation::Unmatched,
            Some(ExampleSituation::Ambiguous) => Situation::Ambiguous { tier, candidates: vec![one, other] },
            Some(ExampleSituation::Conflict) => {
                Situation::Conflict { named: vec![(Tier::ExternalId, one), (Tier::Email, other)] }
            }
            None if !has_employee => Situation::Unmatched,
            Some(ExampleSituation::Matched) | None => Situation::Matched { employee: one, tier },
        }
    }
}

/// A declaration of an example.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::rule) struct ExampleDeclaration {
    /// `service`, unless the example says otherwise.
    kind: Option<DeclaredKind>,
    owner: Option<String>,
    owner_left: bool,
    purpose: Option<String>,
    review_date: Option<Moment>,
    expires: Option<Moment>,
}

impl ExampleDeclaration {
    fn declaration(&self) -> Declaration {
        Declaration {
            line: 1,
            source: SourceName::new("example"),
            kind: self.kind.unwrap_or(DeclaredKind::Service),
            is_pattern: false,
            up_to: None,
            about: String::new(),
            owner: self.owner.clone().map(EmployeeId),
            owners: Vec::new(),
            purpose: self.purpose.clone(),
            review_date: self.review_date.map(|moment| moment.0.date_naive()),
            expires: self.expires.map(|moment| moment.0.date_naive()),
            expires_at: None,
        }
    }
}

fn known<T>(value: Option<T>) -> Fact<T> {
    value.map_or(Fact::NotExposed, Fact::Known)
}

fn borrowed(texts: &[String]) -> Vec<Cow<'_, str>> {
    texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect()
}

/// A person of an example.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::rule) struct ExampleEmployee {
    id: Option<String>,
    name: Option<String>,
    emails: Vec<String>,
    usernames: Vec<String>,
    #[schemars(with = "Option<String>")]
    status: Option<EmploymentStatus>,
    #[schemars(with = "Option<String>")]
    kind: Option<WorkerKind>,
    start_date: Option<Moment>,
    end_date: Option<Moment>,
    /// The end of the last day; by default that of `end_date` in UTC.
    ends_at: Option<Moment>,
    manager: Option<String>,
    department: Option<String>,
    title: Option<String>,
    location: Option<String>,
    /// The last day of the employment before this one.
    previous_end_date: Option<Moment>,
    /// Further columns of the roster.
    columns: BTreeMap<String, String>,
    /// Facts that the roster doesn't tell: `kind`, `left`, `manager`, …
    #[schemars(with = "Vec<String>")]
    unknown: Vec<Spanned<String>>,
}

impl ExampleEmployee {
    /// Facts that don't exist among those that the roster doesn't tell.
    pub(in crate::rule) fn check(&self, source_text: &SourceText<'_>) -> Vec<Diagnostic> {
        let unknown = self.unknown.iter().filter(|name| employee_fact(name.get_ref()).is_none());
        let names = || EmployeeFact::ALL.into_iter().filter_map(|fact| fact.as_str().strip_prefix("employee."));
        let mistake = |name: &Spanned<String>| {
            source_text
                .at(name.span(), format!("there is no fact {:?} that a roster tells", name.get_ref()))
                .help(format!("it is one of: {}", names().collect::<Vec<_>>().join(", ")))
        };
        unknown.map(mistake).collect()
    }

    /// Somebody of whom nothing is said: staff who works here, for long and with no end.
    fn employment(&self) -> Employment {
        let date = |moment: Option<Moment>| moment.map(|moment| moment.0.date_naive());
        let midnight = date(self.end_date).and_then(|day| day.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0));
        let mut employment = Employment {
            status: Ok(self.status.unwrap_or(EmploymentStatus::Active)),
            kind: Ok(self.kind.unwrap_or(WorkerKind::Employee)),
            start_date: date(self.start_date).or(NaiveDate::from_ymd_opt(2000, 1, 1)).ok_or(Untold::Blank),
            end_date: Ok(date(self.end_date)),
            ends_at: self.ends_at.map(|time| time.0).or(midnight.map(|time| time.and_utc())),
            previous_end_date: date(self.previous_end_date),
            ..Employment::default()
        };
        for fact in self.unknown.iter().filter_map(|name| employee_fact(name.get_ref())) {
            match fact {
                EmployeeFact::Status => employment.status = Err(Untold::Blank),
                EmployeeFact::Left => employment.is_contradictory = true,
                EmployeeFact::Kind => employment.kind = Err(Untold::Blank),
                EmployeeFact::StartDate => employment.start_date = Err(Untold::Unreadable),
                EmployeeFact::EndDate => employment.end_date = Err(Untold::Unreadable),
                _ => {}
            }
        }
        employment
    }

    /// The columns of a roster that doesn't tell the unknown facts.
    fn roster_columns(&self) -> ColumnSet {
        use ColumnRole as Column;
        let hidden = self.unknown.iter().filter_map(|name| employee_fact(name.get_ref()));
        let hidden: Vec<ColumnRole> = hidden
            .flat_map(|fact| match fact {
                EmployeeFact::Name => vec![Column::Name, Column::GivenName, Column::FamilyName],
                EmployeeFact::Emails => vec![Column::Email],
                EmployeeFact::Usernames => vec![Column::Username],
                EmployeeFact::Manager => vec![Column::Manager],
                EmployeeFact::Department => vec![Column::Department],
                EmployeeFact::Title => vec![Column::Title],
                EmployeeFact::Location => vec![Column::Location],
                _ => Vec::new(),
            })
            .collect();
        let shown = Column::ALL.into_iter().filter(|role| !hidden.contains(role));
        shown.fold(ColumnSet::default(), ColumnSet::with)
    }

    pub(in crate::rule) fn headings(&self) -> Vec<String> {
        self.columns.keys().cloned().collect()
    }

    pub(in crate::rule) fn employee(&self) -> Employee {
        let emails: Vec<&str> = self.emails.iter().map(String::as_str).collect();
        let usernames: Vec<&str> = self.usernames.iter().map(String::as_str).collect();
        let columns: Vec<&str> = self.columns.values().map(String::as_str).collect();
        let managers: Vec<&str> = self.manager.iter().map(String::as_str).collect();
        Employee::new(&Profile {
            id: self.id.as_deref().unwrap_or("E-1"),
            name: self.name.as_deref().unwrap_or_default(),
            department: self.department.as_deref().unwrap_or_default(),
            title: self.title.as_deref().unwrap_or_default(),
            location: self.location.as_deref().unwrap_or_default(),
            managers: &managers,
            emails: &emails,
            usernames: &usernames,
            extra: &columns,
        })
        .found_in(0, 2)
        .with_columns(self.roster_columns())
        .with_employment(&self.employment())
    }
}

/// A name of a roster's fact, without `employee.`.
fn employee_fact(name: &str) -> Option<EmployeeFact> {
    EmployeeFact::ALL.into_iter().find(|fact| fact.as_str().strip_prefix("employee.") == Some(name))
}

/// Two people of whom one has left: whom an account's keys may name where an example doesn't say.
pub(in crate::rule) fn strangers() -> [Employee; 2] {
    [(EmploymentStatus::Active, "E-1"), (EmploymentStatus::Terminated, "E-2")].map(|(status, id)| {
        let person = ExampleEmployee { id: Some(id.to_owned()), status: Some(status), ..ExampleEmployee::default() };
        person.employee()
    })
}

/// A source of an example.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ExampleSource {
    name: Option<String>,
    vendor: Option<String>,
    status: SourceStatus,
    declared: Option<u64>,
    fetched: u64,
    distinct: Option<u64>,
    error: Option<String>,
    /// By default the moment of the audit.
    read_at: Option<Moment>,
    /// The facts of accounts that it tells.
    #[serde(default)]
    exposes: Vec<String>,
}

impl ExampleSource {
    pub(in crate::rule) fn facts(&self, now: Timestamp) -> SourceFacts {
        SourceFacts {
            name: SourceName::new(self.name.as_deref().unwrap_or("example")),
            vendor: self.vendor.clone().unwrap_or_else(|| "file".to_owned()),
            status: self.status,
            declared: self.declared,
            fetched: self.fetched,
            distinct: self.distinct.unwrap_or(self.fetched),
            error: self.error.clone(),
            read_at: self.read_at.map_or(now, |moment| moment.0),
            exposes: self.exposes.clone(),
        }
    }
}

/// The HR files of an example.
#[derive(Debug, Clone, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::rule) struct ExampleRoster {
    rows: u64,
    modified_at: Option<Moment>,
}

impl ExampleRoster {
    pub(in crate::rule) fn roster(&self) -> Roster {
        Roster { rows: self.rows, modified_at: self.modified_at.map(|moment| moment.0), ..Roster::default() }
    }
}

/// A defect of the HR files of an example.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ExampleIssue {
    #[schemars(with = "String")]
    kind: RosterIssueKind,
    line: Option<u64>,
    #[serde(default)]
    text: String,
}

impl ExampleIssue {
    pub(in crate::rule) fn issue(&self) -> RosterIssue {
        RosterIssue { file: 0, line: self.line, kind: self.kind, text: self.text.clone() }
    }
}
