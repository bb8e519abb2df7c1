//! Where the rendered reports go: files in a folder, standard output, and the job summary of a GitHub step.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::clock::now;
use crate::claim::{Claim, Held};
use crate::deliver::{self, Prepared};
use crate::parallel;
use crate::render::{self, Format, RenderOptions};
use crate::report::Report;

/// GitHub drops a job summary over 1 MiB whole; the step may have written some of it before.
const SUMMARY_BYTES: u64 = 1024 * 1024;

/// Writes every format; returns the paths of the files.
pub(super) fn deliver(
    report: &Report,
    formats: &[Format],
    out: &Path,
    options: &RenderOptions<'_>,
) -> anyhow::Result<Vec<String>> {
    let (files, streams): (Vec<Format>, Vec<Format>) =
        formats.iter().copied().partition(|format| out != Path::new("-") && format.file_name().is_some());
    let mut set = Vec::new();
    let prepare = |format| Ok((format, prepare(report, format, out, options)?));
    parallel::for_each_in_order(files.into_iter().map(Ok), prepare, |file| {
        set.push(file);
        anyhow::Ok(())
    })?;
    let paths = set.iter().map(|(_, file)| file.path().display().to_string()).collect();
    // Whoever sees the new report.json finds the others beside it.
    set.sort_by_key(|(format, _)| *format == Format::Json);
    set.into_iter().try_for_each(|(_, file)| file.publish())?;
    for format in streams {
        render::render(format, report, options, &mut io::stdout().lock())?;
    }
    if let (true, Some(summary)) = (formats.contains(&Format::Github), std::env::var_os("GITHUB_STEP_SUMMARY")) {
        append_summary(report, summary, options)?;
    }
    io::stdout().flush()?;
    Ok(paths)
}

/// Writes one format beside its place in the folder.
fn prepare(report: &Report, format: Format, folder: &Path, options: &RenderOptions<'_>) -> anyhow::Result<Prepared> {
    let path = folder.join(format.file_name().unwrap_or_default());
    let content = |out: &mut dyn io::Write| render::render(format, report, options, out).map_err(io::Error::other);
    let prepared = Prepared::write(path, content)?;
    tracing::debug!("{format} has been written");
    Ok(prepared)
}

/// The right of this run to write there. Standard output needs none.
pub(super) fn claim(out: &Path) -> Result<Option<Claim>, Held> {
    if out == Path::new("-") { Ok(None) } else { deliver::claim(out, now()) }
}

/// Appends the Markdown report to the job summary, as far as there is room.
fn append_summary(report: &Report, path: OsString, options: &RenderOptions<'_>) -> anyhow::Result<()> {
    let path = PathBuf::from(path);
    let used = std::fs::metadata(&path).map_or(0, |file| file.len());
    let room = usize::try_from(SUMMARY_BYTES.saturating_sub(used))?;
    let options = RenderOptions { markdown_bytes: options.markdown_bytes.min(room), ..*options };
    let mut text = Vec::new();
    render::render(Format::Markdown, report, &options, &mut text)?;
    anyhow::ensure!(text.len() <= room, "the job summary has no room left for the report");
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path)?;
    file.write_all(&text)?;
    Ok(())
}

/// The top of the repository that this runs in: what the CI system says, if we are below it, else this folder.
pub(super) fn repository() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let told = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    told.into_iter().find(|root| here.starts_with(root)).unwrap_or(here)
}
