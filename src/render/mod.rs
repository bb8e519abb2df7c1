//! What people and programs read, made from the [`Report`] and from nothing else. After the gate, before delivery.
//!
//! One file per format, and this short registry in front of them. A renderer decides nothing: neither the verdict
//! nor the exit code can change here. Text from vendors and HR is hostile until the moment it is written, so each
//! format neutralises it there (`escape`), and nowhere earlier.

mod accounts;
mod codequality;
mod comparison;
mod content_policy;
mod csv;
mod email;
mod escape;
mod fit;
mod github;
mod html;
mod json;
mod junit;
mod lazy;
mod markdown;
mod members;
mod ndjson;
mod oscal;
pub mod packet;
mod place;
mod rehearsal;
mod review_mail;
mod review_page;
mod sarif;
mod subject;
mod template;
mod view;
mod xlsx;

pub use accounts::ListedAccount;
pub use comparison::{ComparisonFormat, comparison, trend};
pub use csv::csv_row;
pub use email::{MailTemplates, MailText};
pub use escape::{cell, markdown as markdown_text, terminal};
pub use ndjson::ListedFinding;
pub use packet::packet_page;
pub use place::{Place, Places};
pub use rehearsal::{check_templates, templates_model};
pub use review_mail::{ActionTold, ActionsMail, ReviewMail, ReviewMailKind, actions_mail, review_mail};
pub use review_page::{ReviewPage, ReviewTable};
pub use template::{Templates, built_in_templates};
pub use view::{Audience, FindingList, MailContent, ManagerContent};
pub use xlsx::{packet_workbook, review_workbook};

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use crate::audit::Inventory;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::config::ReviewScope;
use crate::report::Report;

/// A way to write a report down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One self-contained page, for a browser or a printer.
    Html,
    /// GitHub-flavoured Markdown, for tickets, wikis and job summaries.
    Markdown,
    /// `report.json`, schema 2.
    Json,
    /// One finding a line, whole, for data tools.
    Ndjson,
    /// The findings as a table.
    Csv,
    /// Every account of every group that a finding is about, one a row.
    MembersCsv,
    /// Every account as it was judged, one a line.
    Accounts,
    /// The same as a table.
    AccountsCsv,
    /// A workbook: what reviewers fill in, and every account.
    Xlsx,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for CI systems.
    Junit,
    /// GitHub's workflow commands, in the log of a step.
    Github,
    /// GitLab's Code Quality.
    CodeQuality,
    /// OSCAL assessment results.
    Oscal,
}

impl Format {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 14] = [
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::Ndjson,
        Self::Csv,
        Self::MembersCsv,
        Self::Accounts,
        Self::AccountsCsv,
        Self::Xlsx,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::CodeQuality,
        Self::Oscal,
    ];

    /// What is written unless something else is asked for.
    pub const DEFAULT: [Self; 3] = [Self::Html, Self::Markdown, Self::Json];

    /// As the command line and the configuration spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::MembersCsv => "members-csv",
            Self::Accounts => "accounts",
            Self::AccountsCsv => "accounts-csv",
            Self::Xlsx => "xlsx",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::CodeQuality => "codequality",
            Self::Oscal => "oscal",
        }
    }

    /// Whether it says in which file and line a finding can be fixed.
    pub const fn shows_places(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::CodeQuality)
    }

    /// Whether it shows the facts of findings, and how accounts were correlated.
    pub const fn shows_evidence(self) -> bool {
        matches!(self, Self::Html | Self::Markdown | Self::Json | Self::Ndjson | Self::Xlsx)
    }

    /// Whether it lists every account, so that the audit has to keep them.
    pub const fn lists_accounts(self) -> bool {
        matches!(self, Self::Accounts | Self::AccountsCsv | Self::Xlsx)
    }

    /// Whether it is a table in CSV.
    pub const fn is_csv(self) -> bool {
        matches!(self, Self::Csv | Self::MembersCsv | Self::AccountsCsv)
    }

    /// The name of the file that `audit` writes. None: it is for standard output, where a runner reads it.
    pub const fn file_name(self) -> Option<&'static str> {
        Some(match self {
            Self::Html => "report.html",
            Self::Markdown => "report.md",
            Self::Json => "report.json",
            Self::Ndjson => "findings.ndjson",
            Self::Csv => "findings.csv",
            Self::MembersCsv => "members.csv",
            Self::Accounts => "accounts.ndjson",
            Self::AccountsCsv => "accounts.csv",
            Self::Xlsx => "report.xlsx",
            Self::Sarif => "report.sarif",
            Self::Junit => "junit.xml",
            Self::Github => return None,
            Self::CodeQuality => "gl-code-quality-report.json",
            Self::Oscal => "oscal-assessment-results.json",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| UnknownFormat { given: word.to_owned() })
    }
}

/// A format that doesn't exist. There is no fallback: a report in the wrong format is a report that nobody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    /// What was asked for.
    pub given: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Format::ALL.map(Format::as_str);
        write!(f, "unknown format `{}`", self.given.escape_debug())?;
        match did_you_mean(&self.given, known) {
            Some(close) => write!(f, ", did you mean `{close}`?"),
            None => write!(f, ", expected one of {}", known.join(", ")),
        }
    }
}

impl std::error::Error for UnknownFormat {}

/// What the user may choose about the outputs.
#[derive(Debug, Clone, Copy)]
pub struct RenderOptions<'o> {
    /// What the page and the Markdown are made with.
    pub templates: &'o Templates,
    /// How many bytes the Markdown may have. GitHub drops a job summary over 1 MiB whole.
    pub markdown_bytes: usize,
    /// Where findings can be fixed; without it, the top of the configuration and of the HR file.
    pub places: Option<&'o Places>,
    /// Every account, for the formats that list them; without it, they list what has findings.
    pub inventory: Option<&'o Inventory>,
    /// How many rows a sheet of the workbook may have.
    pub sheet_rows: u32,
    /// Which accounts the workbook asks about; all of them only with an inventory.
    pub review: ReviewScope,
    /// Whether tables in CSV begin with a byte order mark.
    pub byte_order_mark: bool,
    /// What is written beside it: a format that has to cut says where the rest is.
    pub beside: &'o [Format],
}

/// The command that writes every finding as tables.
const ALL_FILES: &str = "headcount audit --format csv,xlsx";

/// Where every finding is: the tables beside the document, or the command that writes them.
pub fn all_files(beside: &[Format]) -> String {
    let tables = |format: &&Format| matches!(format, Format::Csv | Format::Xlsx);
    let files: Vec<_> = beside.iter().filter(tables).filter_map(|format| format.file_name()).collect();
    if files.is_empty() { ALL_FILES.to_owned() } else { files.join(", ") }
}

/// How many accounts of a group a cell names: Python's csv takes 131,072 characters, and `LibreOffice` cuts at 32,767
/// without a word. All of them are in the formats for programs, and in a table of their own.
const MEMBERS: usize = 10;

/// Where the findings are for which a format has no room.
const ALL: &str = "the formats json and csv have all";

impl RenderOptions<'_> {
    fn all_files(&self) -> String {
        all_files(self.beside)
    }

    fn places(&self) -> Cow<'_, Places> {
        self.places.map_or_else(|| Cow::Owned(Places::default()), Cow::Borrowed)
    }
}

impl Default for RenderOptions<'_> {
    fn default() -> Self {
        Self {
            templates: Templates::BUILT_IN,
            markdown_bytes: 900 * 1024,
            places: None,
            inventory: None,
            sheet_rows: 1_048_576,
            review: ReviewScope::Findings,
            byte_order_mark: false,
            beside: &[],
        }
    }
}

/// Why a report could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template can't be read, is malformed, or asks for something that the model doesn't have.
    #[error(transparent)]
    Template(Box<Diagnostic>),
    /// The temporary file that holds the findings can't be read.
    #[error("can't read the findings back from the temporary folder: {0}")]
    Findings(io::Error),
    /// The report doesn't become JSON.
    #[error("can't serialise the report: {0}")]
    Json(#[from] serde_json::Error),
    /// The workbook can't be made.
    #[error("can't make the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The output can't be written.
    #[error("can't write the report: {0}")]
    Write(#[from] io::Error),
}

impl RenderError {
    /// The mistake with its place, if it has one; otherwise one of `folder`.
    fn diagnostic(self, folder: &Path) -> Diagnostic {
        match self {
            Self::Template(mistake) => *mistake,
            other => Diagnostic::of_file(folder, other.to_string()),
        }
    }
}

impl From<Diagnostic> for RenderError {
    fn from(mistake: Diagnostic) -> Self {
        Self::Template(Box::new(mistake))
    }
}

/// Writes `report` in `format`. Returns how many lines a page has no room for; others have all, or say it themselves.
pub fn render(
    format: Format,
    report: &Report,
    options: &RenderOptions<'_>,
    out: &mut dyn Write,
) -> Result<u64, RenderError> {
    if options.byte_order_mark && format.is_csv() {
        out.write_all("\u{feff}".as_bytes())?;
    }
    match format {
        Format::Html => return html::render(report, options, out),
        Format::Markdown => markdown::render(report, options, out),
        Format::Json => json::render(report, out),
        Format::Ndjson => ndjson::render(report, out),
        Format::Csv => csv::render(report, out),
        Format::MembersCsv => members::render(report, out),
        Format::Accounts => accounts::lines(options, out),
        Format::AccountsCsv => accounts::table(options, out),
        Format::Xlsx => xlsx::render(report, options, out),
        Format::Sarif => sarif::render(report, options, out),
        Format::Junit => junit::render(report, out),
        Format::Github => github::render(report, options, out),
        Format::CodeQuality => codequality::render(report, options, out),
        Format::Oscal => oscal::render(report, options, out),
    }?;
    Ok(0)
}
