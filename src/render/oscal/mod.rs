//! OSCAL 1.2.1 assessment results, for the auditor's own tools: an observation for each finding of the report, and
//! for each control that a rule gives evidence for, whether that evidence speaks against it.

mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use chrono::SecondsFormat;
use serde::Serialize;
use uuid::Uuid;

use super::escape::{clip, terminal};
use super::lazy::{Lazy, OfEach};
use super::subject::{scope, sentence, subject, verdict};
use super::view::is_whole;
use super::{RenderError, RenderOptions};
use crate::base::temp_store::Window;
use crate::base::text::counted;
use crate::finding::{FindingRef, in_pieces};
use crate::model::Timestamp;
use crate::report::{FindingRecord, Report, RuleSummary};
use model::{
    Assessment, AssessmentResults, Component, ControlFinding, ControlId, Document, Link, LocalDefinitions, Metadata,
    Observation, Prop, RelatedObservation, ReviewedControls, Selection, State, SubjectReference, Target,
};

/// The namespace of our own properties: a name, not an address.
const NAMESPACE: &str = "urn:headcount:report:1";
const TEXT: usize = 2_000;

/// What the document is made from.
struct Input<'r> {
    report: &'r Report,
    ids: Ids,
    /// The controls that enabled rules give evidence for, each with its rules.
    controls: BTreeMap<&'r str, Vec<&'r RuleSummary>>,
    /// The identifiers of the observations, in the order of the findings.
    observed: Vec<Uuid>,
}

/// Makes the identifiers of one run: the same run gives the same ones.
struct Ids(Uuid);

impl Ids {
    fn of(&self, kind: &str, name: &str) -> Uuid {
        Uuid::new_v5(&self.0, format!("{kind}/{name}").as_bytes())
    }
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let ids = Ids(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{NAMESPACE}/{}", report.run.id).as_bytes()));
    let observed = observed(report, &ids).map_err(RenderError::Findings)?;
    let input = Input { report, ids, controls: controls(report), observed };
    let document = Document {
        assessment_results: AssessmentResults {
            uuid: input.ids.of("results", ""),
            metadata: Metadata {
                title: text(&report.run.title),
                last_modified: time(report.run.finished_at),
                version: text(&report.run.id),
                oscal_version: "1.2.1",
                props: vec![prop("headcount-version", &report.run.tool_version)],
            },
            // What is assessed is what the configuration says.
            import_ap: Link { href: options.places().config().path.replace(' ', "%20") },
            results: [assessment(&input)],
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// The identifiers of the observations, in the order of the findings.
fn observed(report: &Report, ids: &Ids) -> io::Result<Vec<Uuid>> {
    let mut observed = Vec::with_capacity(report.findings.len());
    let make = |piece: &[FindingRef<'_>]| {
        let mut window = Window::default();
        let of = |head: &FindingRef<'_>| Ok(ids.of("finding", head.load(&mut window)?.fingerprint));
        piece.iter().map(of).collect::<io::Result<Vec<_>>>()
    };
    in_pieces(report.findings.heads(), make, |some| {
        observed.extend(some);
        Ok(())
    })?;
    Ok(observed)
}

fn assessment(input: &Input<'_>) -> Assessment<impl Serialize, impl Serialize> {
    let Input { report, ids, controls, observed } = input;
    let observe = |finding: &FindingRecord<'_>| observation(report, finding, ids);
    let judged = |(control, rules): (&&str, &Vec<&RuleSummary>)| Ok(control_finding(input, control, rules));
    let components: Vec<Component> = report.sources.iter().map(|source| component(source, ids)).collect();
    Assessment {
        uuid: ids.of("result", ""),
        title: text(&report.run.title),
        description: format!(
            "{} of {} joined with an HR roster of {}, as of {}.",
            counted(report.correlation.accounts, "account", "accounts"),
            counted(report.sources.len() as u64, "source", "sources"),
            counted(report.roster.employees, "employee", "employees"),
            time(report.run.as_of),
        ),
        start: time(report.run.started_at),
        end: time(report.run.finished_at),
        props: props(report),
        local_definitions: (!components.is_empty()).then_some(LocalDefinitions { components }),
        reviewed_controls: ReviewedControls { control_selections: [selection(controls)] },
        observations: (!observed.is_empty()).then(|| OfEach {
            heads: report.findings.heads(),
            make: observe,
            depth: 5,
        }),
        findings: (!controls.is_empty()).then(|| Lazy(controls.iter().map(judged))),
        remarks: text(&verdict(report)),
    }
}

/// What the verdict doesn't cover has a property each.
fn props(report: &Report) -> Vec<Prop> {
    let own = [
        prop("gate", report.verdict.gate.as_str()),
        prop("exit-code", &report.verdict.exit_code.to_string()),
        prop("config-sha256", &report.run.config_sha256),
        prop("rules-sha256", &report.run.rules_sha256),
        prop("roster-sha256", &report.roster.sha256),
    ];
    own.into_iter().chain(scope(report).map(|text| prop("scope", text))).collect()
}

fn component(source: &crate::report::SourceSummary, ids: &Ids) -> Component {
    Component {
        uuid: ids.of("source", &source.name),
        kind: "service",
        title: text(&source.name),
        description: text(&format!(
            "{}: {}, {} seen.{}",
            source.vendor,
            source.status.as_str(),
            counted(source.distinct, "account", "accounts"),
            source.error.as_ref().map(|error| format!(" {error}")).unwrap_or_default(),
        )),
        props: vec![prop("population", source.status.as_str()), prop("records-sha256", &source.sha256)],
        status: State { state: "operational", reason: None },
    }
}

fn observation(report: &Report, finding: &FindingRecord<'_>, ids: &Ids) -> Observation {
    let known = finding.subject.source.filter(|name| report.sources.iter().any(|source| source.name == **name));
    Observation {
        uuid: ids.of("finding", finding.fingerprint),
        title: text(&format!("{}: {}", finding.rule, subject(finding))),
        description: text(&sentence(finding)),
        props: vec![
            prop("fingerprint", finding.fingerprint),
            prop("rule", finding.rule),
            prop("severity", finding.severity.as_str()),
            prop("disposition", finding.disposition.as_str()),
            prop("fails-gate", if report.fails_gate(finding.disposition, finding.rule) { "yes" } else { "no" }),
        ],
        methods: ["TEST"],
        types: ["finding"],
        subjects: known
            .map(|name| SubjectReference { subject_uuid: ids.of("source", name), kind: "component" })
            .into_iter()
            .collect(),
        collected: time(report.run.as_of),
        remarks: text(finding.remediation),
    }
}

fn controls(report: &Report) -> BTreeMap<&str, Vec<&RuleSummary>> {
    let mut controls: BTreeMap<&str, Vec<&RuleSummary>> = BTreeMap::new();
    for rule in report.rules.iter().filter(|rule| !rule.disabled) {
        for control in &rule.controls {
            controls.entry(control).or_default().push(rule);
        }
    }
    controls
}

fn selection(controls: &BTreeMap<&str, Vec<&RuleSummary>>) -> Selection {
    let ids: BTreeSet<String> = controls.keys().map(|control| token(control)).collect();
    if ids.is_empty() {
        return Selection::IncludeAll {};
    }
    Selection::IncludeControls(ids.into_iter().map(|control_id| ControlId { control_id }).collect())
}

/// A control is satisfied, as far as the rules can tell, only if everything could be seen and judged.
fn control_finding(input: &Input<'_>, control: &str, rules: &[&RuleSummary]) -> ControlFinding {
    let concerned = |head: &FindingRef<'_>| rules.iter().any(|rule| rule.id == head.rule());
    let open = input.report.findings.heads().filter(|head| head.is_open() && concerned(head));
    let open: u64 = open.map(|head| head.stands_for()).sum();
    let whole = is_whole(input.report) && input.report.run.left_out.is_empty();
    let blind: u64 = rules.iter().map(|rule| rule.not_evaluable).sum();
    let status = match (open, whole && blind == 0) {
        (0, true) => State { state: "satisfied", reason: Some("pass") },
        (0, false) => State { state: "not-satisfied", reason: Some("other") },
        _ => State { state: "not-satisfied", reason: Some("fail") },
    };
    let related = input.report.findings.heads().zip(&input.observed).filter(|(head, _)| concerned(head));
    let names: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    ControlFinding {
        uuid: input.ids.of("control", control),
        title: text(control),
        description: text(&format!(
            "{} of {}; {} not evaluable{}.",
            counted(open, "open finding", "open findings"),
            names.join(", "),
            counted(blind, "subject", "subjects"),
            if whole { "" } else { "; not all accounts were seen" },
        )),
        target: Target { kind: "objective-id", id: token(control), status },
        related_observations: related
            .map(|(_, observation)| RelatedObservation { observation_uuid: *observation })
            .collect(),
    }
}

fn prop(name: &'static str, value: &str) -> Prop {
    Prop { name, ns: NAMESPACE, value: text(value) }
}

/// Text as OSCAL wants it: not empty, and no space at either end.
fn text(text: &str) -> String {
    let line = terminal(&clip(text, TEXT));
    let trimmed = line.trim();
    if trimmed.is_empty() { "–".to_owned() } else { trimmed.to_owned() }
}

fn time(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `PCI-DSS:8.2.6` as the token `pci-dss_8.2.6`.
fn token(control: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c.to_ascii_lowercase() } else { '_' };
    let token: String = control.chars().take(80).map(plain).collect();
    if token.starts_with(|c: char| c.is_ascii_alphabetic()) { token } else { format!("c_{token}") }
}
