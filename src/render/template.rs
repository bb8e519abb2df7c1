//! The templates: built in, or from the user's directory, compiled strictly. Before either document is rendered.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
};
use serde::Serialize;

use super::{Format, RenderError, escape};
use crate::base::diagnostic::{Diagnostic, Lines, did_you_mean};

/// A template that can be overridden: its file name and the text that is built in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Template {
    name: &'static str,
    text: &'static str,
}

/// Declares a template by its file.
macro_rules! template {
    ($name:literal) => {
        Template { name: $name, text: include_str!(concat!("../../templates/", $name)) }
    };
}

/// The frame of the page, around its sections.
pub(super) const PAGE: Template = template!("page/page.html.hbs");
/// One line of the page's findings.
pub(super) const PAGE_LINE: Template = template!("page/line.html.hbs");
/// What has changed since an earlier report, as a section of the page.
pub(super) const CHANGES: Template = template!("page/changes.html.hbs");
/// The page's sections, in their order.
pub(super) const SECTIONS: [Template; 14] = [
    template!("page/verdict.html.hbs"),
    template!("page/act.html.hbs"),
    template!("page/overview.html.hbs"),
    CHANGES,
    template!("page/reviews.html.hbs"),
    template!("page/findings.html.hbs"),
    template!("page/limits.html.hbs"),
    template!("page/exceptions.html.hbs"),
    template!("page/coverage.html.hbs"),
    template!("page/sources.html.hbs"),
    template!("page/roster.html.hbs"),
    template!("page/controls.html.hbs"),
    template!("page/policies.html.hbs"),
    template!("page/sign-off.html.hbs"),
];
/// The page's style sheet.
pub(super) const STYLE: Template = template!("page/page.css");
/// The page's script.
pub(super) const SCRIPT: Template = template!("page/page.js");
/// The parts of the Markdown document, in their order.
pub(super) const MARKDOWN: [Template; 2] = [template!("markdown/report.md.hbs"), template!("markdown/evidence.md.hbs")];
/// One row of the Markdown document's findings.
pub(super) const MARKDOWN_LINE: Template = template!("markdown/line.md.hbs");
/// The HTML part of the team's mail.
pub(super) const MAIL_PAGE: Template = template!("email.html.hbs");
/// The plain-text part of the team's mail.
pub(super) const MAIL_TEXT: Template = template!("email.txt.hbs");
/// The HTML part of a mail to a manager.
pub(super) const MANAGER_PAGE: Template = template!("manager.html.hbs");
/// The plain-text part of a mail to a manager.
pub(super) const MANAGER_TEXT: Template = template!("manager.txt.hbs");

/// The page of a comparison.
pub(super) const COMPARISON_PAGE: Template = template!("comparison/page.html.hbs");
/// The Markdown of a comparison.
pub(super) const COMPARISON_MARKDOWN: Template = template!("comparison/report.md.hbs");

/// All that can be overridden.
fn all() -> impl Iterator<Item = Template> {
    let page = [PAGE, PAGE_LINE, STYLE, SCRIPT].into_iter().chain(SECTIONS);
    page.chain(MARKDOWN).chain([MARKDOWN_LINE, MAIL_PAGE, MAIL_TEXT, MANAGER_PAGE, MANAGER_TEXT])
}

/// The built-in templates, as (file name, text), to start others from.
pub fn built_in_templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().map(|template| (template.name, template.text))
}

/// What is wrong with a folder of templates, as far as that can be told without a report: files that take no
/// template's place, and templates that can't be read or compiled.
pub(super) fn check_folder(folder: &Path) -> Result<(), Vec<Diagnostic>> {
    let mut names = files(folder, "")
        .map_err(|error| vec![Diagnostic::of_file(folder, format!("can't read the folder of templates: {error}"))])?;
    for of in FOLDERS {
        names.extend(files(&folder.join(of), &format!("{of}/")).unwrap_or_default());
    }
    names.sort_unstable();
    let mistakes = names.iter().filter_map(|name| stray(folder, name));
    let compiled = all().filter_map(|template| Engine::new(&[template], Some(folder), escape::html).err());
    let mistakes: Vec<Diagnostic> = mistakes.chain(compiled).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// Where templates are, besides the folder itself.
const FOLDERS: [&str; 2] = ["page", "markdown"];

fn files(folder: &Path, prefix: &str) -> std::io::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?;
    Ok(entries.flatten().map(|entry| format!("{prefix}{}", entry.file_name().to_string_lossy())).collect())
}

/// A file that looks like a template and isn't one: it would be ignored in silence.
fn stray(folder: &Path, name: &str) -> Option<Diagnostic> {
    let known = || all().map(|template| template.name);
    let extension = Path::new(name).extension()?;
    if known().any(|known| known == name) || !["hbs", "css", "js"].iter().any(|template| extension == *template) {
        return None;
    }
    let help = match did_you_mean(name, known()) {
        Some(meant) => format!("did you mean {meant}?"),
        None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
    };
    Some(Diagnostic::of_file(&folder.join(name), "no template has this name").help(help))
}

/// The text of a template, and where it is from.
#[derive(Debug)]
struct Loaded {
    path: PathBuf,
    text: String,
}

impl Template {
    /// The text that applies. A file that isn't there is not overridden; one that can't be read is an error.
    /// Lines end in a line feed, as a browser reads them: the hashes of style and script depend on it.
    fn load(self, directory: Option<&Path>) -> Result<Loaded, Diagnostic> {
        let built_in = || Loaded { path: Path::new("templates").join(self.name), text: self.text.to_owned() };
        let Some(path) = directory.map(|directory| directory.join(self.name)) else { return Ok(built_in()) };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Loaded { path, text: text.replace("\r\n", "\n").replace('\r', "\n") }),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(built_in()),
            Err(cause) => Err(Diagnostic::of_file(&path, format!("can't read the template: {cause}"))),
        }
    }
}

const HELP: &str =
    "docs/templates.md lists what templates can say; `headcount init --templates DIR` writes the built-in ones";

impl Loaded {
    /// A mistake at a 1-based line and column, if they are known.
    fn mistake(&self, place: Option<(usize, usize)>, message: String) -> Diagnostic {
        let mistake = match place {
            None => Diagnostic::of_file(&self.path, message),
            Some((line, column)) => {
                let lines = Lines::of(&self.text);
                let at = lines.offset(&self.text, line, column);
                Diagnostic::in_lines(&self.path, &self.text, &lines, at..at, message)
            }
        };
        mistake.help(HELP)
    }

    /// Partials that include each other would overflow the stack, and that can't be caught.
    fn refuse_partials(&self) -> Result<(), Diagnostic> {
        let opens_partial = |tag: &str| tag.trim_start_matches(['~', '#', '*']).trim_start().starts_with('>');
        for (at, _) in self.text.match_indices("{{") {
            if self.text.get(at + 2..).is_some_and(opens_partial) {
                let message = "partials ({{> name}}) are not supported; write their text where it belongs";
                return Err(Diagnostic::in_text(&self.path, &self.text, at..at, message).help(HELP));
            }
        }
        Ok(())
    }
}

/// The templates of the page and of the Markdown document. Each document's are compiled once, by whoever needs them first.
pub struct Templates {
    folder: Option<PathBuf>,
    page: OnceLock<Result<Engine, Diagnostic>>,
    markdown: OnceLock<Result<Engine, Diagnostic>>,
}

impl Templates {
    /// The built-in ones alone.
    pub(super) const BUILT_IN: &'static Self = {
        static BUILT_IN: Templates = Templates::new(None);
        &BUILT_IN
    };

    /// `[report] templates`: files in this folder take the place of the built-in templates of the same name.
    pub const fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, page: OnceLock::new(), markdown: OnceLock::new() }
    }

    /// The built-in ones, being compiled for these formats on a thread of their own, while rules and roster are read.
    pub fn prepared(formats: &[Format]) -> Arc<Self> {
        let templates = Arc::new(Self::new(None));
        let (mine, formats) = (Arc::clone(&templates), formats.to_vec());
        let compile = move || {
            for format in formats {
                match format {
                    Format::Html => drop(mine.page()),
                    Format::Markdown => drop(mine.markdown()),
                    _ => {}
                }
            }
        };
        // Without a thread, they are compiled when they are needed.
        drop(thread::Builder::new().spawn(compile));
        templates
    }

    pub(super) fn page(&self) -> Result<&Engine, RenderError> {
        let all = || [PAGE, PAGE_LINE, STYLE, SCRIPT].into_iter().chain(SECTIONS).collect::<Vec<_>>();
        let engine = self.page.get_or_init(|| Engine::new(&all(), self.folder.as_deref(), escape::html));
        Ok(engine.as_ref().map_err(Clone::clone)?)
    }

    pub(super) fn markdown(&self) -> Result<&Engine, RenderError> {
        let all = || MARKDOWN.into_iter().chain([MARKDOWN_LINE]).collect::<Vec<_>>();
        let engine = self.markdown.get_or_init(|| Engine::new(&all(), self.folder.as_deref(), escape::markdown));
        Ok(engine.as_ref().map_err(Clone::clone)?)
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The compiled templates of one document.
pub(super) struct Engine {
    registry: Handlebars<'static>,
    templates: BTreeMap<&'static str, Loaded>,
}

impl Engine {
    /// Compiles `templates` with `escape` for all that they print.
    pub(super) fn new(
        templates: &[Template],
        directory: Option<&Path>,
        escape: fn(&str) -> String,
    ) -> Result<Self, Diagnostic> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        registry.set_prevent_indent(true);
        registry.register_escape_fn(escape);
        registry.register_helper("if", Box::new(StrictIf { positive: true }));
        registry.register_helper("unless", Box::new(StrictIf { positive: false }));
        registry.register_helper("code", Box::new(code));
        let mut compiled = BTreeMap::new();
        for template in templates {
            let loaded = template.load(directory)?;
            if Path::new(template.name).extension().is_some_and(|extension| extension == "hbs") {
                loaded.refuse_partials()?;
                registry
                    .register_template_string(template.name, &loaded.text)
                    .map_err(|error| loaded.mistake(error.pos(), error.reason().to_string()))?;
            }
            compiled.insert(template.name, loaded);
        }
        Ok(Self { registry, templates: compiled })
    }

    /// The text of a template that is printed as it stands.
    pub(super) fn text(&self, template: Template) -> &str {
        self.templates.get(template.name).map_or(template.text, |loaded| loaded.text.as_str())
    }

    /// Renders one template.
    pub(super) fn render(&self, template: Template, model: &impl Serialize) -> Result<String, RenderError> {
        self.render_all(&[template], model)
    }

    /// Renders several templates of one model, one after the other.
    pub(super) fn render_all(&self, templates: &[Template], model: &impl Serialize) -> Result<String, RenderError> {
        let mut text = String::new();
        let mut context = None;
        for template in templates {
            let Some(loaded) = self.templates.get(template.name) else {
                return Err(Diagnostic::of_file(Path::new(template.name), "the template has not been compiled").into());
            };
            let context = match &context {
                Some(context) => context,
                None => {
                    let wrapped = Context::wraps(model);
                    let wrapped = wrapped.map_err(|error| loaded.mistake(None, error.reason().to_string()))?;
                    context.insert(wrapped)
                }
            };
            let rendered = self.registry.render_with_context(template.name, context);
            text.push_str(&rendered.map_err(|error| {
                let message = match error.reason() {
                    RenderErrorReason::MissingVariable(Some(path)) => format!("there is nothing named \"{path}\" here"),
                    other => other.to_string(),
                };
                loaded.mistake(error.line_no.zip(error.column_no), message)
            })?);
        }
        Ok(text)
    }
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
