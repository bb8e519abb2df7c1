//! A release as its files would be at GitHub, in a folder: the archive for this machine, and the checksums.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::package;
use crate::support::process::{clean, headcount, skipped};

/// The files of a release.
pub(super) struct Published {
    folder: TempDir,
}

impl Published {
    /// An archive whose binary starts the one that is tested; `None`, and a word about it, where there are no tools.
    pub(super) fn new() -> Option<Self> {
        let tools = ["bash", "curl", "sha256sum", "tar"];
        if let Some(missing) = tools.iter().find(|tool| clean(tool).arg("--version").output().is_err()) {
            skipped(&format!("{missing} is missing, so that nothing can be downloaded"));
            return None;
        }
        let published = Self { folder: tempfile::tempdir().expect("a folder") };
        let release = published.release();
        let inside = published.folder.path().join(Self::stem());
        fs::create_dir_all(&release).expect("made");
        fs::create_dir(&inside).expect("made");
        let binary = inside.join("headcount");
        let text = format!("#!/bin/sh\nexec '{}' \"$@\"\n", headcount().get_program().to_str().expect("UTF-8"));
        fs::write(&binary, text).expect("written");
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).expect("executable");
        let mut tar = clean("tar");
        tar.arg("-czf").arg(published.archive()).arg("-C").arg(published.folder.path()).arg(Self::stem());
        done(&mut tar);
        let mut sums = clean("sha256sum");
        let sums = done(sums.arg(published.archive().file_name().expect("a name")).current_dir(&release));
        fs::write(published.sums(), sums.stdout).expect("written");
        Some(published)
    }

    fn stem() -> String {
        let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
        format!("headcount-{}-{}-{system}", package("version"), std::env::consts::ARCH)
    }

    fn release(&self) -> PathBuf {
        self.folder.path().join(format!("v{}", package("version")))
    }

    pub(super) fn archive(&self) -> PathBuf {
        self.release().join(format!("{}.tar.gz", Self::stem()))
    }

    pub(super) fn sums(&self) -> PathBuf {
        self.release().join("SHA256SUMS")
    }

    /// Where whoever downloads is told to look.
    pub(super) fn url(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    /// `packaging/install.sh` into a folder.
    pub(super) fn installing(&self, folder: &Path) -> Command {
        let mut install = clean("bash");
        install.arg("packaging/install.sh").arg(folder).env("HEADCOUNT_RELEASES", self.url());
        install
    }
}

/// The output of a command that has to work.
fn done(command: &mut Command) -> Output {
    let output = command.output().expect("ran");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
