//! The part of OSCAL 1.2.1's assessment results that is written here, as types. Used by the OSCAL format alone.

use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Document<O, F> {
    pub assessment_results: AssessmentResults<O, F>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentResults<O, F> {
    pub uuid: Uuid,
    pub metadata: Metadata,
    pub import_ap: Link,
    pub results: [Assessment<O, F>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub title: String,
    pub last_modified: String,
    pub version: String,
    pub oscal_version: &'static str,
    pub props: Vec<Prop>,
}

#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub href: String,
}

/// One audit.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Assessment<O, F> {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub start: String,
    pub end: String,
    pub props: Vec<Prop>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_definitions: Option<LocalDefinitions>,
    pub reviewed_controls: ReviewedControls,
    /// A list of [`Observation`], never an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observations: Option<O>,
    /// A list of [`ControlFinding`], never an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<F>,
    pub remarks: String,
}

#[derive(Debug, Serialize)]
pub(super) struct LocalDefinitions {
    pub components: Vec<Component>,
}

/// A source.
#[derive(Debug, Serialize)]
pub(super) struct Component {
    pub uuid: Uuid,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub description: String,
    pub props: Vec<Prop>,
    pub status: State,
}

#[derive(Debug, Serialize)]
pub(super) struct State {
    pub state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ReviewedControls {
    pub control_selections: [Selection; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Selection {
    IncludeControls(Vec<ControlId>),
    IncludeAll {},
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ControlId {
    pub control_id: String,
}

/// A finding of the report.
#[derive(Debug, Serialize)]
pub(super) struct Observation {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub props: Vec<Prop>,
    pub methods: [&'static str; 1],
    pub types: [&'static str; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectReference>,
    pub collected: String,
    pub remarks: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SubjectReference {
    pub subject_uuid: Uuid,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// What the audit says of one control.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ControlFinding {
    pub uuid: Uuid,
    pub title: String,
    pub description: String,
    pub target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_observations: Vec<RelatedObservation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Target {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[serde(rename = "target-id")]
    pub id: String,
    pub status: State,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RelatedObservation {
    pub observation_uuid: Uuid,
}

#[derive(Debug, Serialize)]
pub(super) struct Prop {
    pub name: &'static str,
    pub ns: &'static str,
    pub value: String,
}
