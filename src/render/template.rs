//! The templates: built in, or from the user's directory, compiled strictly. Before either document is rendered.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Renderable,
    TemplateError,
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
/// All that can be overridden.
const ALL: [Template; 9] =
    [PAGE, PAGE_ENTRY, PAGE_PERSON, STYLE, SCRIPT, MARKDOWN, MARKDOWN_ENTRY, MAIL_PAGE, MAIL_TEXT];

/// The built-in templates, as (file name, text), to start others from.
pub fn built_in_templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.into_iter().map(|template| (template.name, template.text))
}

/// What is wrong with a folder of templates, as far as that can be told without a report: files that take no
/// template's place, and templates that can't be read or compiled.
pub(super) fn check_folder(folder: &Path) -> Result<(), Vec<Diagnostic>> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| vec![Diagnostic::of_file(folder, format!("can't read the folder of templates: {error}"))])?;
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let mistakes = names.iter().filter_map(|name| stray(folder, name));
    let compiled = ALL.iter().filter_map(|template| Engine::new(&[*template], Some(folder), escape::html).err());
    let mistakes: Vec<Diagnostic> = mistakes.chain(compiled).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// A file that looks like a template and isn't one: it would be ignored in silence.
fn stray(folder: &Path, name: &str) -> Option<Diagnostic> {
    let known = || ALL.iter().map(|template| template.name);
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
        const ALL: [Template; 5] = [PAGE, PAGE_ENTRY, PAGE_PERSON, STYLE, SCRIPT];
        let engine = self.page.get_or_init(|| Engine::new(&ALL, self.folder.as_deref(), escape::html));
        Ok(engine.as_ref().map_err(Clone::clone)?)
    }

    pub(super) fn markdown(&self) -> Result<&Engine, RenderError> {
        const ALL: [Template; 2] = [MARKDOWN, MARKDOWN_ENTRY];
        let engine = self.markdown.get_or_init(|| Engine::new(&ALL, self.folder.as_deref(), escape::markdown));
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
    templates: BTreeMap<&'static str, Compiled>,
}

struct Compiled {
    loaded: Loaded,
    /// Empty, if it is printed as it stands.
    parts: Vec<Part>,
}

/// Some lines of a template, compiled by themselves: the time that the compiler takes grows with the square of the length.
struct Part {
    name: String,
    /// How many lines are before it.
    line: usize,
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
            let mut parts = Vec::new();
            if Path::new(template.name).extension().is_some_and(|extension| extension == "hbs") {
                loaded.refuse_partials()?;
                parts = compile(&mut registry, template.name, &loaded.text)
                    .map_err(|error| loaded.mistake(error.pos(), error.reason().to_string()))?;
            }
            compiled.insert(template.name, Compiled { loaded, parts });
        }
        Ok(Self { registry, templates: compiled })
    }

    /// The text of a template that is printed as it stands.
    pub(super) fn text(&self, template: Template) -> &str {
        self.templates.get(template.name).map_or(template.text, |compiled| compiled.loaded.text.as_str())
    }

    /// Renders one template.
    pub(super) fn render(&self, template: Template, model: &impl Serialize) -> Result<String, RenderError> {
        let Some(Compiled { loaded, parts }) = self.templates.get(template.name) else {
            return Err(Diagnostic::of_file(Path::new(template.name), "the template has not been compiled").into());
        };
        let context = Context::wraps(model).map_err(|error| loaded.mistake(None, error.reason().to_string()))?;
        let mut text = String::new();
        for part in parts {
            let rendered = self.registry.render_with_context(&part.name, &context);
            text.push_str(&rendered.map_err(|error| {
                let message = match error.reason() {
                    RenderErrorReason::MissingVariable(Some(path)) => format!("there is nothing named \"{path}\" here"),
                    other => other.to_string(),
                };
                loaded.mistake(error.line_no.map(|line| part.line + line).zip(error.column_no), message)
            })?);
        }
        Ok(text)
    }
}

/// Compiles a template in parts; as a whole, if it has been cut where it can't be.
fn compile(registry: &mut Handlebars<'_>, name: &str, text: &str) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut line = 0;
    for lines in cut(text) {
        let name = format!("{name}:{line}");
        if registry.register_template_string(&name, lines).is_err() {
            registry.register_template_string(&name, text)?;
            return Ok(vec![Part { name, line: 0 }]);
        }
        parts.push(Part { name, line });
        line += lines.matches('\n').count();
    }
    Ok(parts)
}

/// Cuts a template behind empty lines that are in no block. One that has comments, which may hold anything, or takes away
/// white space around it, which may be on the other side, stays whole.
fn cut(text: &str) -> Vec<&str> {
    const GAP: &str = "\n\n";
    if text.contains("{{!") || text.contains('~') {
        return vec![text];
    }
    let (mut parts, mut start, mut open) = (Vec::new(), 0, 0);
    let mut from = 0;
    for (at, _) in text.match_indices(GAP) {
        let lines = text.get(from..at).unwrap_or_default();
        from = at;
        open += lines.matches("{{#").count();
        open -= lines.matches("{{/").count().min(open);
        if open == 0 {
            parts.extend(text.get(start..at + GAP.len()));
            start = at + GAP.len();
        }
    }
    parts.extend(text.get(start..).filter(|rest| !rest.is_empty() || parts.is_empty()));
    parts
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole(text: &str, model: &impl Serialize) -> String {
        Handlebars::new().render_template(text, model).expect("renders")
    }

    fn in_parts(text: &str, model: &impl Serialize) -> (usize, String) {
        let mut registry = Handlebars::new();
        let parts = compile(&mut registry, "t", text).expect("compiles");
        (parts.len(), parts.iter().map(|part| registry.render(&part.name, model).expect("renders")).collect())
    }

    #[test]
    fn a_template_in_parts_prints_what_it_prints_as_a_whole() {
        let model = json!({"a": "1", "list": ["x", "y"], "no": false});
        for (text, parts) in [
            ("", 1),
            ("one\n\ntwo {{a}}\n\n\nthree", 3),
            ("{{#if a}}\n\n{{#each list}}\n{{this}}\n\n{{/each}}\n{{/if}}\n\nend\n\n", 2),
            ("a {{~#if no}}\nb\n{{else}}\n\nc\n{{/if~}}\n\nd", 1),
            ("one\n\n{{~a}}", 1),
            ("{{a~}}\n\ntwo", 1),
            ("{{!-- {{/if}} \n\n {{#if}} --}}\n\n{{#if a}}1{{/if}}", 1),
            ("{{!--\n<p>{{a}}</p>\n\n<p>{{a}}</p>\n--}}", 1),
            ("{{a~}}\n\n\n\n  two", 1),
            ("one\n\n{{{~a}}}", 1),
            ("{{a~}}{{! c }}\n\n  two", 1),
        ] {
            assert_eq!(in_parts(text, &model), (parts, whole(text, &model)), "{text:?}");
        }
    }

    #[test]
    fn the_page_is_long_enough_to_be_cut() {
        let longest = cut(PAGE.text).into_iter().map(str::len).max();
        assert!(longest < Some(PAGE.text.len() / 3), "{longest:?} of {} bytes", PAGE.text.len());
    }
}
