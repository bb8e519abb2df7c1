//! GitHub's workflow commands, for the log of a step: at most ten errors and ten warnings, because GitHub drops the
//! eleventh without a word. Errors are what fails the gate or could not be seen; warnings are the other open
//! findings; the verdict and its scope are notices. Excepted findings are not annotated.

use std::io::Write;

use super::escape::{clip, command_message, command_property};
use super::fit::worst;
use super::place::Place;
use super::subject::{scope, sentence, unjudged, unproven, verdict};
use super::{RenderError, RenderOptions};
use crate::base::temp_store::Window;
use crate::finding::FindingRef;
use crate::report::{FindingRecord, Report};

/// As many as GitHub keeps of one kind.
const KEPT: usize = 10;
/// An annotation is read in a narrow box.
const MESSAGE: usize = 500;

/// One annotation.
struct Annotation {
    place: Place,
    title: String,
    message: String,
}

pub(super) fn render(report: &Report, options: &RenderOptions<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let places = options.places();
    let of = |finding: &FindingRecord<'_>| Annotation {
        place: places.of(finding),
        title: format!("{} ({})", finding.rule, finding.severity),
        // The fingerprint stands after what may be cut: it is what a waiver or a search begins with.
        message: format!(
            "{} [{}]",
            clip(&format!("{} {}", sentence(finding), finding.remediation), MESSAGE),
            finding.fingerprint
        ),
    };
    let unseen = unproven(report).map(|(source, message)| Annotation {
        place: places.source(&source.name),
        title: "not all accounts were seen".to_owned(),
        message: clip(&message, MESSAGE),
    });
    let unjudged: Vec<String> = unjudged(report).collect();
    let unjudged = (!unjudged.is_empty()).then(|| Annotation {
        place: places.config().clone(),
        title: "could not verify".to_owned(),
        message: clip(&unjudged.join("; "), MESSAGE),
    });
    // One annotation for all of these, so that the sources that were not seen, and the findings, keep their places.
    let unseen: Vec<Annotation> = unjudged.into_iter().chain(unseen).collect();
    let limited = |head: &FindingRef<'_>| report.is_limited(head.rule());
    let open = || report.findings.heads().filter(FindingRef::is_open);
    let failing = open().filter(limited);
    let others = open().filter(|head| !limited(head));
    write_all(out, "error", unseen, failing, &of, places.config())?;
    write_all(out, "warning", Vec::new(), others, &of, places.config())?;
    let message = command_message(&clip(&verdict(report), MESSAGE));
    writeln!(out, "::notice title=headcount::{message}")?;
    for text in scope(report).take(KEPT - 1) {
        writeln!(out, "::notice title=headcount%2C scope::{}", command_message(&clip(text, MESSAGE)))?;
    }
    Ok(())
}

/// Writes the annotations of one kind; the last place is kept for the words about those that are left out.
fn write_all<'r>(
    out: &mut dyn Write,
    kind: &str,
    first: Vec<Annotation>,
    findings: impl Iterator<Item = FindingRef<'r>>,
    of: &impl Fn(&FindingRecord<'_>) -> Annotation,
    config: &Place,
) -> Result<(), RenderError> {
    let findings: Vec<FindingRef<'_>> = findings.collect();
    let fits = first.len() + findings.len() <= KEPT;
    let room = if fits { KEPT } else { KEPT - 1 };
    let more_first = first.len().saturating_sub(room);
    let findings = worst(findings.into_iter(), room.saturating_sub(first.len()));
    for annotation in first.into_iter().take(room) {
        write_one(out, kind, &annotation)?;
    }
    let mut window = Window::default();
    for head in findings.heads {
        write_one(out, kind, &of(&head.load(&mut window).map_err(RenderError::Findings)?))?;
    }
    let more_first = (more_first > 0).then(|| format!("{more_first} more sources were not seen completely."));
    let words: Vec<String> = more_first.into_iter().chain(findings.left_out).collect();
    if !words.is_empty() {
        let (place, title) = (config.clone(), "more than GitHub shows".to_owned());
        write_one(out, kind, &Annotation { place, title, message: words.join(" ") })?;
    }
    Ok(())
}

fn write_one(out: &mut dyn Write, kind: &str, annotation: &Annotation) -> Result<(), RenderError> {
    writeln!(
        out,
        "::{kind} file={},line={},title={}::{}",
        command_property(&annotation.place.path),
        annotation.place.line,
        command_property(&annotation.title),
        command_message(&annotation.message),
    )?;
    Ok(())
}
