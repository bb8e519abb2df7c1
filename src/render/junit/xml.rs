//! The part of JUnit XML that is written here, piece by piece. Used by the JUnit format alone.
//!
//! Its attributes are those that Jenkins' schema knows: the root counts no skipped cases there.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::render::escape::terminal;

/// How a case went; what didn't go well has a type.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Passed,
    Skipped,
    Failure(&'static str),
    Error(&'static str),
}

#[derive(Debug)]
pub(super) struct Case<'c> {
    pub class: &'c str,
    pub name: String,
    pub outcome: Outcome,
    /// Why it didn't pass.
    pub message: String,
    pub output: Option<String>,
}

/// How many cases there are, and how they went.
#[derive(Debug, Default)]
pub(super) struct Tally {
    tests: u64,
    skipped: u64,
    errors: u64,
    failures: u64,
}

impl FromIterator<Outcome> for Tally {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            tally.tests += 1;
            match outcome {
                Outcome::Passed => {}
                Outcome::Skipped => tally.skipped += 1,
                Outcome::Failure(_) => tally.failures += 1,
                Outcome::Error(_) => tally.errors += 1,
            }
        }
        tally
    }
}

/// A document under way. The numbers stand before what they count.
pub(super) struct Document<W: Write>(Writer<W>);

impl<W: Write> Document<W> {
    pub(super) fn start(out: W, name: &str, tally: &Tally) -> io::Result<Self> {
        let mut xml = Writer::new_with_indent(out, b' ', 4);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = BytesStart::new("testsuites").with_attributes([
            ("name", name),
            ("tests", &tally.tests.to_string()),
            ("failures", &tally.failures.to_string()),
            ("errors", &tally.errors.to_string()),
        ]);
        xml.write_event(Event::Start(root))?;
        Ok(Self(xml))
    }

    pub(super) fn start_suite(&mut self, name: &str, tally: &Tally, properties: &[(&str, String)]) -> io::Result<()> {
        let suite = BytesStart::new("testsuite").with_attributes([
            ("name", terminal(name).as_str()),
            ("tests", &tally.tests.to_string()),
            ("skipped", &tally.skipped.to_string()),
            ("errors", &tally.errors.to_string()),
            ("failures", &tally.failures.to_string()),
        ]);
        self.0.write_event(Event::Start(suite))?;
        if properties.is_empty() {
            return Ok(());
        }
        self.0.create_element("properties").write_inner_content(|xml| {
            for (name, value) in properties {
                let attributes = [("name", *name), ("value", &terminal(value))];
                xml.create_element("property").with_attributes(attributes).write_empty()?;
            }
            Ok(())
        })?;
        Ok(())
    }

    pub(super) fn case(&mut self, case: &Case<'_>) -> io::Result<()> {
        let message = terminal(&case.message);
        let attributes = [("name", terminal(&case.name)), ("classname", terminal(case.class))];
        let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
        let element = self.0.create_element("testcase").with_attributes(attributes);
        if let (Outcome::Passed, None) = (case.outcome, &case.output) {
            element.write_empty()?;
            return Ok(());
        }
        element.write_inner_content(|xml| {
            match case.outcome {
                Outcome::Passed => {}
                Outcome::Skipped => {
                    xml.create_element("skipped").with_attribute(("message", message.as_str())).write_empty()?;
                }
                Outcome::Failure(what) => unsuccessful(xml, "failure", what, &message)?,
                Outcome::Error(what) => unsuccessful(xml, "error", what, &message)?,
            }
            if let Some(output) = &case.output {
                xml.create_element("system-out").write_text_content(BytesText::new(&terminal(output)))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Adds cases that were made apart.
    pub(super) fn add(&mut self, cases: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(cases)
    }

    pub(super) fn end_suite(&mut self) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new("testsuite")))
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new("testsuites")))?;
        self.0.get_mut().write_all(b"\n")
    }
}

/// Cases as they stand in a suite.
pub(super) fn cases(fill: impl FnOnce(&mut Document<&mut Vec<u8>>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut document = Document::start(&mut text, "", &Tally::default())?;
    document.start_suite("", &Tally::default(), &[])?;
    let before = document.0.get_ref().len();
    fill(&mut document)?;
    drop(text.drain(..before));
    Ok(text)
}

/// GitLab shows the text of a failure only, others its message: both say the same.
fn unsuccessful<W: Write>(xml: &mut Writer<W>, tag: &str, what: &str, message: &str) -> io::Result<()> {
    let element = xml.create_element(tag).with_attributes([("message", message), ("type", what)]);
    element.write_text_content(BytesText::new(message))?;
    Ok(())
}
