//! Reads each format back, as its consumers would: which findings it carries, and how each stands.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use headcount::model::Disposition;
use headcount::render::{Format, RenderOptions, render};
use headcount::report::{Finding, Report};
use serde_json::Value;

/// How a format tells a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    FailsGate,
    WithinLimits,
    Excepted,
}

pub(crate) type Findings = BTreeMap<String, Told>;

pub(crate) fn bytes(format: Format, report: &Report) -> Vec<u8> {
    bytes_with(format, report, &RenderOptions::default()).expect("renders")
}

pub(crate) fn bytes_with(format: Format, report: &Report, options: &RenderOptions<'_>) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    render(format, report, options, &mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

/// What a reader sees: of a workbook, its cells.
pub(crate) fn rendered(format: Format, report: &Report) -> String {
    rendered_with(format, report, &RenderOptions::default()).expect("renders")
}

pub(crate) fn rendered_with(format: Format, report: &Report, options: &RenderOptions<'_>) -> Result<String, String> {
    Ok(read(format.file_name().unwrap_or_default(), bytes_with(format, report, options)?))
}

/// What a reader sees of the file with this name.
/// The first heading of a page, without what makes a part of it stand out.
pub(crate) fn heading(page: &str) -> String {
    let (_, rest) = page.split_once("<h1 id=\"headline\">").expect("a heading");
    let heading = rest.split("</h1>").next().expect("its end");
    heading.replace("<em>", "").replace("</em>", "")
}

pub(crate) fn read(name: &str, bytes: Vec<u8>) -> String {
    if Some(name) == Format::Xlsx.file_name() {
        Book::open(bytes).sheets.into_values().flatten().flatten().collect::<Vec<_>>().join("\n")
    } else {
        String::from_utf8(bytes).expect("UTF-8")
    }
}

/// A workbook, as text.
pub(crate) struct Book {
    pub(crate) sheets: BTreeMap<String, Vec<Vec<String>>>,
    /// Where formulas stand: the sheet and the formula.
    pub(crate) formulas: Vec<(String, String)>,
}

impl Book {
    pub(crate) fn open(bytes: Vec<u8>) -> Self {
        let mut file = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let (mut sheets, mut formulas) = (BTreeMap::new(), Vec::new());
        for name in file.sheet_names() {
            let range = file.worksheet_range(&name).expect("a sheet");
            let found = file.worksheet_formula(&name).expect("a sheet");
            formulas.extend(found.cells().filter(|(.., f)| !f.is_empty()).map(|(.., f)| (name.clone(), f.clone())));
            sheets.insert(name, range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect());
        }
        Self { sheets, formulas }
    }

    /// The cells below this heading.
    pub(crate) fn column(&self, sheet: &str, heading: &str) -> Vec<&str> {
        let rows = &self.sheets[sheet];
        let at = rows[0].iter().position(|cell| cell == heading).expect("a column");
        rows[1..].iter().map(|row| row[at].as_str()).collect()
    }

    /// What the summary says about this.
    pub(crate) fn says(&self, label: &str) -> &str {
        let line = self.sheets["Summary"].iter().find(|row| row[0] == label).expect("a line");
        line.get(1).expect("words")
    }
}

pub(crate) fn expected(report: &Report) -> Findings {
    report
        .findings
        .to_vec()
        .expect("findings")
        .iter()
        .map(|finding| (finding.fingerprint.clone(), told(report, finding)))
        .collect()
}

fn told(report: &Report, finding: &Finding) -> Told {
    if finding.disposition != Disposition::Open {
        Told::Excepted
    } else if report.fails_gate(finding.disposition, &finding.rule) {
        Told::FailsGate
    } else {
        Told::WithinLimits
    }
}

fn by_words(disposition: &str, fails: bool) -> Told {
    match (disposition, fails) {
        ("open", true) => Told::FailsGate,
        ("open", false) => Told::WithinLimits,
        _ => Told::Excepted,
    }
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

pub(crate) fn csv(text: &str) -> Findings {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let rows = table.deserialize::<BTreeMap<String, String>>().map(|row| row.expect("a row"));
    rows.map(|row| (row["fingerprint"].clone(), by_words(&row["disposition"], row["fails_gate"] == "yes"))).collect()
}

pub(crate) fn ndjson(text: &str) -> Findings {
    let told = |line: &str| {
        let line = json(line);
        let stands = by_words(line["disposition"].as_str().expect("a word"), line["fails_gate"] == true);
        (line["fingerprint"].as_str().expect("a text").to_owned(), stands)
    };
    text.lines().map(told).collect()
}

/// Each finding is on one sheet: on the rows of its accounts, or among the others.
pub(crate) fn xlsx(book: &Book) -> Findings {
    let told = |state: &str| match state {
        "fails the gate" => Told::FailsGate,
        "open" => Told::WithinLimits,
        _ => Told::Excepted,
    };
    let lines = book.column("Review", "References").into_iter().flat_map(str::lines);
    let in_rows: Findings = lines
        .map(|line| line.split_once(' ').map(|(own, state)| (own.to_owned(), told(state))).expect("a reference"))
        .collect();
    let others = book.column("Other findings", "Reference").into_iter().map(str::to_owned);
    let others: Findings = others.zip(book.column("Other findings", "State").into_iter().map(told)).collect();
    assert!(others.keys().all(|own| !in_rows.contains_key(own)), "a finding is on one sheet");
    in_rows.into_iter().chain(others).collect()
}

pub(crate) fn sarif(file: &str) -> Findings {
    let file = json(file);
    let results = list(&file["runs"][0]["results"]);
    let read = results.iter().map(|result| {
        let own = &result["properties"];
        let told = by_words(text(&own["disposition"]), own["failsGate"] == true);
        assert_eq!(told == Told::Excepted, result.get("suppressions").is_some());
        (text(&result["partialFingerprints"]["primaryLocationLineHash"]).to_owned(), told)
    });
    read.collect()
}

pub(crate) fn oscal(file: &str) -> Findings {
    let file = json(file);
    let observations = list(&file["assessment-results"]["results"][0]["observations"]);
    let read = observations.iter().map(|observation| {
        let prop = |name: &str| {
            let prop = list(&observation["props"]).iter().find(|prop| prop["name"] == name).expect("a property");
            text(&prop["value"]).to_owned()
        };
        (prop("fingerprint"), by_words(&prop("disposition"), prop("fails-gate") == "yes"))
    });
    read.collect()
}

/// GitLab has no word for the gate: only the fingerprints.
pub(crate) fn codequality(file: &str) -> Vec<String> {
    list(&json(file)).iter().map(|issue| text(&issue["fingerprint"]).to_owned()).collect()
}

/// The cases that stand for a finding.
pub(crate) fn junit(xml: &str) -> Findings {
    let document = quick_junit::Report::deserialize_from_str(xml).expect("JUnit");
    let cases =
        document.test_suites.iter().filter(|suite| !suite.name.as_str().ends_with("gate")).flat_map(|s| &s.test_cases);
    let read = cases.filter_map(|case| {
        let (_, fingerprint) = case.name.as_str().strip_suffix(']')?.rsplit_once('[')?;
        let told = match &case.status {
            quick_junit::TestCaseStatus::Success { .. } => Told::WithinLimits,
            quick_junit::TestCaseStatus::NonSuccess { .. } => Told::FailsGate,
            quick_junit::TestCaseStatus::Skipped { .. } => Told::Excepted,
        };
        Some((fingerprint.to_owned(), told))
    });
    read.collect()
}

/// The annotations that stand for a finding.
pub(crate) fn github(log: &str) -> Findings {
    let read = log.lines().filter_map(|line| {
        let (_, fingerprint) = line.strip_suffix(']')?.rsplit_once('[')?;
        let told = if line.starts_with("::error ") { Told::FailsGate } else { Told::WithinLimits };
        Some((fingerprint.to_owned(), told))
    });
    read.collect()
}
