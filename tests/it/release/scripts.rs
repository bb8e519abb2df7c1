//! The scripts of `packaging` that need nothing but a shell.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::package;
use super::published::Published;
use crate::support::process::{clean, code_and_words};

#[test]
fn a_release_is_downloaded_verified_and_unpacked() {
    let Some(published) = Published::new() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (code, said) = code_and_words(&published.installing(folder.path()).output().expect("ran"));
    assert_eq!(code, 0, "{said}");
    let output = clean(folder.path().join("headcount")).arg("--version").output().expect("ran");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&format!("headcount {}", package("version"))));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else stays");
}

#[test]
fn what_is_not_the_release_is_not_unpacked() {
    let Some(published) = Published::new() else { return };
    let refused = |why: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let (code, said) = code_and_words(&published.installing(folder.path()).output().expect("ran"));
        assert_ne!(code, 0, "{why}: {said}");
        assert!(!folder.path().join("headcount").exists(), "{why}");
    };
    let whole = fs::read(published.archive()).expect("an archive");
    fs::write(published.archive(), [&whole[..], b"x"].concat()).expect("written");
    refused("another archive");
    fs::write(published.archive(), whole).expect("written");
    fs::write(published.sums(), format!("{:064}  headcount-of-somebody-else.tar.gz\n", 0)).expect("written");
    refused("no checksum of it");
    fs::remove_file(published.sums()).expect("removed");
    refused("no checksums");
}

#[test]
fn provenance_is_verified_before_anything_is_unpacked() {
    let Some(published) = Published::new() else { return };
    let tools = tempfile::tempdir().expect("a folder");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").expect("a path"));
    for (exit, works) in [(0, true), (1, false)] {
        let gh = tools.path().join("gh");
        fs::write(&gh, format!("#!/bin/sh\necho \"$@\" > '{}/asked'\nexit {exit}\n", tools.path().display()))
            .expect("written");
        fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).expect("executable");
        let folder = tempfile::tempdir().expect("a folder");
        let mut install = published.installing(folder.path());
        install.env("PATH", &path).env("HEADCOUNT_VERIFY_PROVENANCE", "true");
        let (code, said) = code_and_words(&install.output().expect("ran"));
        assert_eq!((code == 0, folder.path().join("headcount").exists()), (works, works), "{said}");
        let archive = published.archive();
        let archive = archive.file_name().expect("a name").to_str().expect("UTF-8");
        let home = package("repository").replace("https://github.com/", "");
        let asked = fs::read_to_string(tools.path().join("asked")).expect("asked");
        assert_eq!(asked, format!("attestation verify {archive} --repo {home}\n"));
    }
}

#[test]
fn the_text_of_a_release_is_its_section_of_the_changelog() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("packaging")).expect("made");
    fs::copy("packaging/notes.sh", folder.path().join("packaging/notes.sh")).expect("copied");
    let text = "# Changes\n\n## Unreleased\n\n## 1.2.0\n\n### Added\n\n- A thing\n\n## 1.1.0\n\n- Another\n";
    fs::write(folder.path().join("CHANGELOG.md"), text).expect("written");
    let notes = |version: &str| {
        let mut script = clean("bash");
        let script = script.arg(folder.path().join("packaging/notes.sh")).arg(version);
        code_and_words(&script.output().expect("ran"))
    };
    assert_eq!(notes("1.2.0"), (0, "\n### Added\n\n- A thing\n\n".trim_end().to_owned() + "\n"));
    let (code, said) = notes("1.3.0");
    assert!(code == 1 && said.contains("CHANGELOG.md says nothing below '## 1.3.0'"), "{said}");
    assert_eq!(notes("Unreleased").0, 1, "an empty section is no text");
}

#[test]
fn the_image_is_laid_of_static_binaries_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (binaries, out) = (folder.path().join("binaries"), folder.path().join("image"));
    let certificates = folder.path().join("authorities.crt");
    fs::write(&certificates, "-----BEGIN CERTIFICATE-----\n").expect("written");
    let lay = |out: &Path| {
        let mut script = clean("bash");
        let script = script.arg("packaging/rootfs.sh").arg(&binaries).arg(out).env("CERTIFICATES", &certificates);
        code_and_words(&script.output().expect("ran"))
    };
    let put = |target: &str| {
        fs::create_dir_all(binaries.join(target)).expect("made");
        fs::write(binaries.join(target).join("headcount"), target).expect("written");
    };
    put("x86_64-unknown-linux-gnu");
    let (code, said) = lay(&out);
    assert!(code == 1 && said.contains("has no static binary"), "{said}");
    put("aarch64-unknown-linux-musl");
    put("x86_64-unknown-linux-musl");
    assert_eq!(lay(&out), (0, String::new()));
    for (machine, target) in [("amd64", "x86_64-unknown-linux-musl"), ("arm64", "aarch64-unknown-linux-musl")] {
        let system = out.join(machine).join("system");
        assert_eq!(fs::read_to_string(system.join("usr/bin/headcount")).expect("a binary"), target);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o7777;
        assert_eq!((mode(&system.join("usr/bin/headcount")), mode(&system.join("tmp"))), (0o755, 0o1777));
        assert_eq!(mode(&out.join(machine).join("volumes/reports")), 0o700);
        assert!(system.join("etc/ssl/certs/ca-certificates.crt").exists());
    }
}
