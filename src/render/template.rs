//! The templates: built in, or from the user's directory, compiled strictly. Before either document is rendered.

use std::path::Path;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
};
use serde::Serialize;

use super::{RenderError, escape};

/// A template that can be overridden: its file name and the text that is built in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    name: &'static str,
    text: &'static str,
}

/// The page.
pub(super) const PAGE: Template =
    Template { name: "report.html.hbs", text: include_str!("../../templates/report.html.hbs") };
/// One row of the page's findings: all findings of one subject.
pub(super) const PAGE_ENTRY: Template =
    Template { name: "entry.html.hbs", text: include_str!("../../templates/entry.html.hbs") };
/// One row of the page's people.
pub(super) const PAGE_PERSON: Template =
    Template { name: "person.html.hbs", text: include_str!("../../templates/person.html.hbs") };
/// The page's style sheet.
pub(super) const STYLE: Template = Template { name: "report.css", text: include_str!("../../templates/report.css") };
/// The page's script.
pub(super) const SCRIPT: Template = Template { name: "report.js", text: include_str!("../../templates/report.js") };
/// The Markdown document.
pub(super) const MARKDOWN: Template =
    Template { name: "report.md.hbs", text: include_str!("../../templates/report.md.hbs") };
/// One row of the Markdown document's findings.
pub(super) const MARKDOWN_ENTRY: Template =
    Template { name: "entry.md.hbs", text: include_str!("../../templates/entry.md.hbs") };

/// The HTML part of an e-mail.
pub(super) const MAIL_PAGE: Template =
    Template { name: "email.html.hbs", text: include_str!("../../templates/email.html.hbs") };
/// The plain-text part of an e-mail.
pub(super) const MAIL_TEXT: Template =
    Template { name: "email.txt.hbs", text: include_str!("../../templates/email.txt.hbs") };

impl Template {
    /// The text that applies. A file that isn't there is not overridden; one that can't be read is an error.
    /// Lines end in a line feed, as a browser reads them: the hashes of style and script depend on it.
    pub(super) fn load(self, directory: Option<&Path>) -> Result<String, RenderError> {
        let Some(path) = directory.map(|directory| directory.join(self.name)) else {
            return Ok(self.text.to_owned());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.replace("\r\n", "\n").replace('\r', "\n")),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(self.text.to_owned()),
            Err(cause) => Err(RenderError::Read { path, cause }),
        }
    }
}

/// The compiled templates of one document.
pub(super) struct Engine(Handlebars<'static>);

impl Engine {
    /// Compiles `templates` with `escape` for all that they print.
    pub(super) fn new(
        templates: &[Template],
        directory: Option<&Path>,
        escape: fn(&str) -> String,
    ) -> Result<Self, RenderError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.set_prevent_indent(true);
        registry.register_escape_fn(escape);
        registry.register_helper("if", Box::new(StrictIf { positive: true }));
        registry.register_helper("unless", Box::new(StrictIf { positive: false }));
        registry.register_helper("code", Box::new(code));
        for template in templates {
            let text = template.load(directory)?;
            refuse_partials(template.name, &text)?;
            registry.register_template_string(template.name, text).map_err(|error| of(*template, &error))?;
        }
        Ok(Self(registry))
    }

    /// Renders one template.
    pub(super) fn render(&self, template: Template, model: &impl Serialize) -> Result<String, RenderError> {
        self.0.render(template.name, model).map_err(|error| of(template, &error))
    }
}

fn of(template: Template, error: &impl ToString) -> RenderError {
    RenderError::Template { name: template.name.to_owned(), message: error.to_string() }
}

/// Partials that include each other would overflow the stack, and that can't be caught.
fn refuse_partials(name: &str, text: &str) -> Result<(), RenderError> {
    let opens_partial = |tag: &str| tag.trim_start_matches(['~', '#', '*']).trim_start().starts_with('>');
    if text.split("{{").skip(1).any(opens_partial) {
        let message = "partials ({{> name}}) are not supported; write their text where it belongs".to_owned();
        return Err(RenderError::Template { name: name.to_owned(), message });
    }
    Ok(())
}

/// `{{code x}}`: see [`escape::markdown_code`].
fn code(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let param = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("code", 0))?;
    out.write(&escape::markdown_code(param.value().as_str().unwrap_or_default()))?;
    Ok(())
}

/// `{{#if x}}` and `{{#unless x}}` that refuse an `x` which doesn't exist: the built-in ones are silently false
/// even in strict mode, and a misspelt condition would hide a section of the report.
struct StrictIf {
    positive: bool,
}

impl HelperDef for StrictIf {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render_context: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        use handlebars::JsonTruthy as _;
        let param = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
        if param.is_value_missing() {
            return Err(RenderErrorReason::MissingVariable(param.relative_path().cloned()).into());
        }
        let chosen = if param.value().is_truthy(false) == self.positive { helper.template() } else { helper.inverse() };
        chosen.map_or(Ok(()), |template| template.render(registry, context, render_context, out))
    }
}
