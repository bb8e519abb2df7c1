//! `headcount init`: a commented configuration to start from, or the built-in templates.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::Exit;
use super::output::say;
use crate::render::built_in_templates;
use crate::vendor::{self, VendorSpec};

/// Options of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// A vendor to configure; may be given again. All of them, if none is given
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(vendor::kinds()))]
    vendor: Vec<String>,
    /// The file to write; an existing one is never overwritten
    #[arg(long, value_name = "FILE", default_value = "headcount.toml")]
    out: PathBuf,
    /// Write the built-in templates of the reports into this folder instead, to be changed there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["vendor", "out"])]
    templates: Option<PathBuf>,
}

const HEAD: &str = include_str!("../../templates/init/head.toml");
const TAIL: &str = include_str!("../../templates/init/tail.toml");

/// The configuration for these vendors, or for all.
pub(super) fn configuration(vendors: &[String]) -> String {
    let is_chosen = |vendor: &&&VendorSpec| vendors.is_empty() || vendors.iter().any(|kind| kind == vendor.kind);
    let sources: Vec<&str> = vendor::ALL.iter().filter(is_chosen).map(|vendor| vendor.init).collect();
    format!("{HEAD}\n{}\n{TAIL}", sources.join("\n"))
}

pub(super) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    let Some(folder) = &args.templates else {
        let written = create(&args.out, &configuration(&args.vendor))?;
        if written == Exit::Success {
            let shown = args.out.display();
            say(&format!("Wrote {shown}. Fill in your tenants and the HR file, then: headcount sources --check"));
        }
        return Ok(written);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("can't make the folder {}", folder.display()))?;
    for (name, text) in built_in_templates() {
        if let Some(of) = folder.join(name).parent() {
            std::fs::create_dir_all(of).with_context(|| format!("can't make the folder {}", of.display()))?;
        }
        if create(&folder.join(name), text)? != Exit::Success {
            return Ok(Exit::Unusable);
        }
    }
    let shown = folder.display();
    say(&format!(
        "Wrote {shown}. Name the folder below [report] as templates = \"…\", and remove what you don't change"
    ));
    Ok(Exit::Success)
}

/// Writes a file that isn't there yet.
fn create(path: &Path, text: &str) -> anyhow::Result<Exit> {
    let shown = path.display();
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            say(&format!("error: {shown} exists already and stays as it is; name another place"));
            return Ok(Exit::Unusable);
        }
        Err(error) => return Err(error).with_context(|| format!("can't write {shown}")),
    };
    file.write_all(text.as_bytes()).with_context(|| format!("can't write {shown}"))?;
    Ok(Exit::Success)
}
