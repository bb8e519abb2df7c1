//! The message of a rule: a Handlebars template over the facts, checked when it is loaded. The `handlebars` crate
//! parses it; rendering is ours, so that a misspelt name can't be an empty string, and nothing escapes as HTML.

use std::fmt::Write as _;

use handlebars::template::{HelperTemplate, Parameter, Template, TemplateElement};
use handlebars::{Path, TemplateError};

use super::facts::FactDef;
use super::scope::Scope;
use super::vocabulary::Vocabulary;
use crate::base::diagnostic::Lines;
use crate::base::text::{counted, grouped};
use crate::expression::{self, EvalError, Fault, Span, Type, Value, on_large_stack};

type Reading = expression::Reading<&'static FactDef>;

/// Longest text of a message.
const MAX_TEXT: usize = 2048;

/// How many items of a list are shown: a message is read in one line, and no line grows with a group of thousands.
const MOST_ITEMS: usize = 10;

/// A checked message.
#[derive(Debug)]
pub(super) struct Message {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Show(Reading, Style),
    /// `{{#if}}`, `{{#one}}`: what to say when that holds for the value, and what otherwise.
    If(Reading, fn(&Value<'_>) -> bool, Vec<Self>, Vec<Self>),
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    /// `{{date x}}`: the day alone.
    Date,
    /// `{{days_since x}}`: how many whole days ago.
    DaysSince,
}

impl Message {
    pub(super) fn compile(text: &str, names: Vocabulary<'_>) -> Result<Self, Fault> {
        let everything = Span::new(0, text.len());
        if text.len() > MAX_TEXT {
            return Err(Fault::new(everything, format!("a message has at most {MAX_TEXT} bytes")));
        }
        on_large_stack(|| {
            let template = Template::compile(text).map_err(|error| syntax(text, &error))?;
            Compiler { text, names }.pieces(&template).map(|pieces| Self { pieces })
        })
        .unwrap_or_else(|| Err(Fault::new(everything, "the message can't be parsed")))
    }

    /// The message about one subject.
    pub(super) fn render<'a>(&'a self, scope: &'a Scope<'a>) -> String {
        let mut out = String::with_capacity(256);
        render(&self.pieces, scope, &mut out);
        out
    }
}

fn syntax(text: &str, error: &TemplateError) -> Fault {
    let (line, column) = error.pos().unwrap_or((1, 1));
    let at = Lines::of(text).offset(text, line, column);
    let reason = error.reason().to_string();
    // The parser's own drawing of the place follows on further lines; the diagnostic draws it.
    Fault::new(Span::new(at, text.len().min(at + 1)), reason.lines().next().unwrap_or("invalid template"))
        .help("a fact is written {{account.email}}")
}

struct Compiler<'t> {
    text: &'t str,
    names: Vocabulary<'t>,
}

impl Compiler<'_> {
    fn pieces(&self, template: &Template) -> Result<Vec<Piece>, Fault> {
        template.elements.iter().filter_map(|element| self.piece(element).transpose()).collect()
    }

    fn piece(&self, element: &TemplateElement) -> Result<Option<Piece>, Fault> {
        match element {
            TemplateElement::RawString(text) => Ok(Some(Piece::Text(text.clone()))),
            TemplateElement::Comment(_) => Ok(None),
            TemplateElement::HtmlExpression(call) | TemplateElement::Expression(call) => self.shown(call).map(Some),
            TemplateElement::HelperBlock(call) => self.block(call).map(Some),
            _ => Err(self.refuse("{{", "a message has no partials or decorators")),
        }
    }

    /// `{{fact}}`, `{{date fact}}`
    fn shown(&self, call: &HelperTemplate) -> Result<Piece, Fault> {
        let name = self.raw(&call.name)?;
        if !call.hash.is_empty() {
            return Err(self.refuse(name, "a message has no named arguments"));
        }
        let (style, path) = match (name, call.params.as_slice()) {
            (_, []) => (Style::Plain, &call.name),
            ("date", [path]) => (Style::Date, path),
            ("days_since", [path]) => (Style::DaysSince, path),
            _ => {
                let help = "there are {{fact}}, {{date fact}}, {{days_since fact}} and {{#if fact}}…{{/if}}";
                return Err(self.refuse(name, format!("a message has no helper `{name}`")).help(help));
            }
        };
        let reading = self.reading(path)?;
        if style != Style::Plain && *reading.ty() != Type::Timestamp {
            let message = format!("`{name}` takes a timestamp, and this is a {}", reading.ty());
            return Err(self.refuse(self.raw(path)?, message));
        }
        Ok(Piece::Show(reading, style))
    }

    /// `{{#if fact}}…{{else}}…{{/if}}`, `{{#unless fact}}` and `{{#one fact}}`
    fn block(&self, call: &HelperTemplate) -> Result<Piece, Fault> {
        let name = self.raw(&call.name)?;
        let [path] = call.params.as_slice() else {
            return Err(self.refuse(name, format!("`#{name}` takes one fact")));
        };
        if !call.hash.is_empty() || call.block_param.is_some() {
            return Err(self.refuse(name, "a message has no named arguments"));
        }
        let reading = self.reading(path)?;
        let part = |template: &Option<Template>| template.as_ref().map_or_else(|| Ok(Vec::new()), |t| self.pieces(t));
        let (yes, no) = (part(&call.template)?, part(&call.inverse)?);
        match name {
            "if" => Ok(Piece::If(reading, holds, yes, no)),
            "unless" => Ok(Piece::If(reading, holds, no, yes)),
            "one" => Ok(Piece::If(reading, is_one, yes, no)),
            _ => Err(self
                .refuse(name, format!("a message has no block `#{name}`"))
                .help("there are {{#if fact}}, {{#unless fact}} and {{#one fact}}")),
        }
    }

    fn reading(&self, path: &Parameter) -> Result<Reading, Fault> {
        let raw = self.raw(path)?;
        let at = self.find(raw);
        if !raw.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
            return Err(Fault::new(at, format!("`{raw}` is not the path of a fact")).help("write {{account.email}}"));
        }
        Reading::compile(raw, &self.names).map_err(|fault| {
            let span = Span::new(at.start + fault.span.start, at.start + fault.span.end);
            Fault { span, ..fault }
        })
    }

    /// The text of a name or path.
    fn raw<'p>(&self, parameter: &'p Parameter) -> Result<&'p str, Fault> {
        match parameter {
            Parameter::Name(name) => Ok(name),
            Parameter::Path(Path::Relative((_, raw)) | Path::Local((_, _, raw))) => Ok(raw),
            Parameter::Literal(value) => Err(self.refuse(&value.to_string(), "a fact is expected here")),
            Parameter::Subexpression(_) => Err(self.refuse("(", "a message has no nested calls")),
            _ => Err(self.refuse("{{", "a fact is expected here")),
        }
    }

    fn refuse(&self, word: &str, message: impl Into<String>) -> Fault {
        Fault::new(self.find(word), message)
    }

    /// Where a word stands inside of braces; the parser keeps no places for it.
    fn find(&self, word: &str) -> Span {
        let inside = self.text.match_indices(word).map(|(at, _)| at).find(|at| {
            let before = self.text.get(..*at).unwrap_or_default();
            before.rfind("{{") > before.rfind("}}") || self.text.get(*at..).is_some_and(|rest| rest.starts_with("{{"))
        });
        inside.map_or(Span::new(0, self.text.len()), |at| Span::new(at, at + word.len()))
    }
}

fn render<'a>(pieces: &'a [Piece], scope: &'a Scope<'a>, out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Show(reading, style) => show(&reading.value(scope), *style, scope, out),
            Piece::If(reading, test, yes, no) => render(if test(&reading.value(scope)) { yes } else { no }, scope, out),
        }
    }
}

/// A single one, of which people speak in other words than of several.
fn is_one(value: &Value<'_>) -> bool {
    matches!(value, Value::Int(1))
}

/// Handlebars' truth: there, and neither false, zero nor empty.
fn holds(value: &Value<'_>) -> bool {
    match value {
        Value::Unknown(_) | Value::Error(_) | Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(value) => *value != 0,
        Value::Double(value) => *value != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Timestamp(_) | Value::Duration(_) => true,
    }
}

fn show(value: &Value<'_>, style: Style, scope: &Scope<'_>, out: &mut String) {
    // Writing to a String can't fail.
    let _ = match (value, style) {
        (Value::Unknown(_), _) => write!(out, "unknown"),
        (Value::Error(EvalError::Absent) | Value::Null, _) => write!(out, "none"),
        (Value::Error(error), _) => write!(out, "({error})"),
        (Value::Bool(value), _) => write!(out, "{}", if *value { "yes" } else { "no" }),
        (Value::Int(value), _) => write!(out, "{value}"),
        (Value::Double(value), _) => write!(out, "{value}"),
        (Value::Text(text), _) => out.write_str(text),
        (Value::Timestamp(time), Style::Plain) => write!(out, "{}", time.format("%Y-%m-%d %H:%M UTC")),
        (Value::Timestamp(time), Style::Date) => write!(out, "{}", time.date_naive()),
        (Value::Timestamp(time), Style::DaysSince) => {
            let days = (scope.now - time).num_days();
            let sign = if days < 0 { "-" } else { "" };
            write!(out, "{sign}{}", counted(days.unsigned_abs(), "day", "days"))
        }
        (Value::Duration(duration), _) => write!(out, "{}", counted(duration.num_days().unsigned_abs(), "day", "days")),
        (Value::List(list), _) => {
            for (at, item) in list.iter().take(MOST_ITEMS).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                show(&item, Style::Plain, scope, out);
            }
            match list.len().saturating_sub(MOST_ITEMS) {
                0 => Ok(()),
                more => write!(out, ", and {} more", grouped(more as u64)),
            }
        }
        (Value::Map(_), _) => write!(out, "{}", value.to_json().unwrap_or_default()),
    };
}

#[cfg(test)]
mod tests;
