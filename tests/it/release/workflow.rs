//! The steps of the release workflow that are more than a call of a script.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{package, step};
use crate::support::process::{clean, code_and_words};

const RELEASE: &str = ".github/workflows/release.yml";

/// The top of a project whose changelog knows its version.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("packaging")).expect("made");
    for file in ["packaging/notes.sh", "Cargo.toml"] {
        fs::copy(file, folder.path().join(file)).expect("copied");
    }
    let changes = format!("# Changes\n\n## {}\n\n- A thing\n", package("version"));
    fs::write(folder.path().join("CHANGELOG.md"), changes).expect("written");
    folder
}

/// Runs a step as GitHub does.
fn run(project: &Path, name: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let mut shell = clean("bash");
    shell.args(["-e", "-c", &step(RELEASE, name)]).current_dir(project).envs(variables.iter().copied());
    code_and_words(&shell.env("GITHUB_OUTPUT", project.join("output.txt")).output().expect("bash runs"))
}

#[test]
fn a_tag_that_is_not_the_version_is_refused() {
    let project = project();
    let check = |kind: &str, name: &str| {
        let variables = [("GITHUB_REF_TYPE", kind), ("GITHUB_REF_NAME", name)];
        run(project.path(), "The tag is the version, and the changelog knows it", &variables)
    };
    let version = package("version");
    assert_eq!(check("branch", "main"), (0, String::new()));
    let output = fs::read_to_string(project.path().join("output.txt")).expect("an output");
    assert_eq!(output, format!("version={version}\n"));
    assert_eq!(check("tag", &format!("v{version}")).0, 0);
    assert_eq!(check("tag", "v0.0.9").0, 1);
    fs::write(project.path().join("CHANGELOG.md"), "# Changes\n\n## Unreleased\n\n- A thing\n").expect("written");
    let (code, said) = check("tag", &format!("v{version}"));
    assert!(code == 1 && said.contains("says nothing below"), "{said}");
}

#[test]
fn a_release_is_published_with_its_text_and_only_if_its_checksums_hold() {
    let project = project();
    let here = |name: &str| project.path().join(name);
    fs::create_dir(here("release")).expect("made");
    fs::write(here("release/headcount.tar.gz"), "").expect("written");
    let gh = here("gh");
    fs::write(&gh, "#!/bin/sh\necho \"$@\"\ncat notes.md\n").expect("written");
    fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).expect("executable");
    let path = format!("{}:{}", project.path().display(), std::env::var("PATH").expect("a path"));
    let publish = |sum: &str| {
        fs::write(here("release/SHA256SUMS"), format!("{sum}  headcount.tar.gz\n")).expect("written");
        let variables = [("PATH", &*path), ("VERSION", &*package("version")), ("GITHUB_REF_NAME", "v1")];
        run(project.path(), "Publish the release", &variables)
    };
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let (code, said) = publish(nothing);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("release create v1 --verify-tag") && said.contains("release/SHA256SUMS"), "{said}");
    assert!(said.ends_with("\n- A thing\n"), "{said}");
    let (code, said) = publish(&nothing.replace('e', "f"));
    assert!(code != 0 && !said.contains("release create"), "{said}");
}
