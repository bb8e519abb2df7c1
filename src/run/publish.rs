//! What becomes of a report: no more of people in it than is allowed, and every wanted format where it goes: files in a
//! folder, standard output, and the job summary of a GitHub step.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::audit::{Evidence, Inventory};
use crate::base::parallel;
use crate::config::{Config, ReviewScope};
use crate::deliver::{DeliveryError, Prepared};
use crate::model::Roster;
use crate::render::{self, Format, Places, RenderError, RenderOptions, Templates};
use crate::report::{Privacy, Report};

/// GitHub drops a job summary over 1 MiB whole; the step may have written some of it before.
const SUMMARY_BYTES: u64 = 1024 * 1024;

/// Why a report could not be published. What had been published before stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A format can't be made, or not go to standard output.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file can't be written.
    #[error(transparent)]
    Deliver(#[from] DeliveryError),
    /// Findings can't be read back, or standard output is closed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What GitHub shows of a step is full.
    #[error("the job summary has no room left for the report")]
    SummaryFull,
}

/// What has been written.
#[derive(Debug, Default)]
pub struct Published {
    /// The files.
    pub paths: Vec<String>,
    /// How many lines the page has no room for.
    pub left_out: u64,
}

/// In which formats a report is published, and where.
#[derive(Debug)]
pub struct Publication<'p> {
    /// Each once.
    pub formats: &'p [Format],
    /// A folder, or `-` for standard output.
    pub out: &'p Path,
    /// What the page and the Markdown are made with.
    pub templates: &'p Templates,
    /// How much of people it tells.
    pub privacy: &'p Privacy,
    /// Which accounts the workbook asks about.
    pub review: ReviewScope,
    /// Whether tables in CSV begin with a byte order mark.
    pub byte_order_mark: bool,
}

impl Publication<'_> {
    /// What these formats need to know of findings. In addition to the log of a step, GitHub shows the Markdown.
    pub fn evidence(formats: &[Format]) -> Evidence {
        let shows = |format: &Format| format.shows_evidence() || *format == Format::Github;
        if formats.iter().any(shows) { Evidence::Whole } else { Evidence::Names }
    }

    /// Where findings can be fixed, seen from the top of a repository. Of people only if everything is told of them, and a
    /// format asks for it.
    ///
    /// # Errors
    /// The findings can't be read back.
    pub fn places(&self, report: &Report, config: &Config, roster: &Roster, root: &Path) -> io::Result<Places> {
        let places = Places::new(config, root);
        if matches!(self.privacy, Privacy::Full) && self.formats.iter().any(|format| format.shows_places()) {
            return places.with_people(report, roster, root);
        }
        Ok(places)
    }

    /// How these formats are made, with the accounts beside the report.
    pub fn rendering<'r>(&'r self, inventory: Option<&'r Inventory>, places: &'r Places) -> Rendering<'r> {
        let options = RenderOptions {
            templates: self.templates,
            places: Some(places),
            inventory,
            review: self.review,
            byte_order_mark: self.byte_order_mark,
            beside: if self.is_stream() { &[] } else { self.formats },
            ..RenderOptions::default()
        };
        Rendering { publication: self, options }
    }

    /// Whoever finds a list empty has to know that it isn't because there is nobody.
    fn say_if_nobody_is_listed(&self) {
        let lists = self.formats.iter().filter(|format| format.lists_accounts() && **format != Format::Xlsx);
        let names: Vec<&str> = lists.filter_map(|format| format.file_name()).collect();
        if matches!(self.privacy, Privacy::Counts) && !names.is_empty() {
            tracing::warn!("{}: no account, because of --privacy counts", names.join(", "));
        }
    }

    fn is_stream(&self) -> bool {
        self.out == Path::new("-")
    }
}

/// How a publication is made.
#[derive(Debug)]
pub struct Rendering<'r> {
    publication: &'r Publication<'r>,
    options: RenderOptions<'r>,
}

impl Rendering<'_> {
    /// The formats that are published, each once.
    pub const fn formats(&self) -> &[Format] {
        self.publication.formats
    }

    /// Writes a report that tells no more than is allowed.
    ///
    /// # Errors
    /// The first format that can't be made or written. Files appear together, so that none has appeared then.
    pub fn write(&self, report: &Report) -> Result<Published, PublishError> {
        self.publication.say_if_nobody_is_listed();
        let (files, streams): (Vec<Format>, Vec<Format>) =
            self.formats().iter().copied().partition(|format| self.is_file(*format));
        let published = self.write_files(&files, report)?;
        for format in streams {
            self.render(report, format, &mut io::stdout().lock())?;
        }
        if let (true, Some(summary)) =
            (self.formats().contains(&Format::Github), std::env::var_os("GITHUB_STEP_SUMMARY"))
        {
            append_summary(report, summary, &self.options)?;
        }
        io::stdout().flush()?;
        Ok(published)
    }

    /// Writes one format, as it is or would be published.
    ///
    /// # Errors
    /// It can't be made or written, or what was published can't be read back.
    pub fn copy(&self, report: &Report, format: Format, out: &mut dyn io::Write) -> Result<(), PublishError> {
        if !(self.formats().contains(&format) && self.is_file(format)) {
            return self.render(report, format, out);
        }
        let path = self.publication.out.join(format.file_name().unwrap_or_default());
        io::copy(&mut std::fs::File::open(path)?, out)?;
        Ok(())
    }

    /// Makes one format.
    ///
    /// # Errors
    /// It can't be made or written.
    pub fn render(&self, report: &Report, format: Format, out: &mut dyn io::Write) -> Result<(), PublishError> {
        render::render(format, report, &self.options, out)?;
        Ok(())
    }

    fn is_file(&self, format: Format) -> bool {
        !self.publication.is_stream() && format.file_name().is_some()
    }

    fn write_files(&self, formats: &[Format], report: &Report) -> Result<Published, PublishError> {
        let (mut set, mut published) = (Vec::new(), Published::default());
        let prepare = |format| Ok((format, prepare(report, format, self.publication.out, &self.options)?));
        parallel::for_each_in_order(formats.iter().copied().map(Ok), prepare, |(format, (file, left_out))| {
            published.paths.push(file.path().display().to_string());
            published.left_out += left_out;
            set.push((format, file));
            Ok::<_, DeliveryError>(())
        })?;
        // Whoever sees the new report.json finds the others beside it.
        set.sort_by_key(|(format, _)| *format == Format::Json);
        set.into_iter().try_for_each(|(_, file)| file.publish())?;
        Ok(published)
    }
}

/// Writes one format beside its place in the folder, and says how many lines it leaves out.
fn prepare(
    report: &Report,
    format: Format,
    folder: &Path,
    options: &RenderOptions<'_>,
) -> Result<(Prepared, u64), DeliveryError> {
    let path = folder.join(format.file_name().unwrap_or_default());
    let mut left_out = 0;
    let content = |out: &mut dyn io::Write| {
        left_out = render::render(format, report, options, out).map_err(io::Error::other)?;
        Ok(())
    };
    let prepared = Prepared::write(path, content)?;
    tracing::debug!("{format} has been written");
    Ok((prepared, left_out))
}

/// Appends the Markdown report to the job summary, as far as there is room.
fn append_summary(report: &Report, path: OsString, options: &RenderOptions<'_>) -> Result<(), PublishError> {
    let path = PathBuf::from(path);
    let used = std::fs::metadata(&path).map_or(0, |file| file.len());
    let room = usize::try_from(SUMMARY_BYTES.saturating_sub(used)).unwrap_or(usize::MAX);
    let options = RenderOptions { markdown_bytes: options.markdown_bytes.min(room), ..*options };
    let mut text = Vec::new();
    render::render(Format::Markdown, report, &options, &mut text)?;
    if text.len() > room {
        return Err(PublishError::SummaryFull);
    }
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path)?;
    file.write_all(&text)?;
    Ok(())
}

/// The top of the repository that this runs in: what the CI system says, if we are below it, else this folder.
pub fn repository() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let told = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    told.into_iter().find(|root| here.starts_with(root)).unwrap_or(here)
}
