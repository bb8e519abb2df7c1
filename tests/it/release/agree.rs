//! Names, versions, systems and tools are the same in workflow, action, component, Dockerfile, Cargo.toml and README.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

use super::{manifest, package, read, targets};

const RELEASE: &str = ".github/workflows/release.yml";
const CI: &str = ".github/workflows/ci.yml";
const ACTION: &str = "action.yml";
const COMPONENT: &str = "templates/headcount/template.yml";
const WORKFLOW: &str = "examples/ci/github-workflow.yml";
const COMPOSE: &str = "examples/compose/compose.yaml";

/// What of the project is text for people and machines outside of it, with the files that `folders` hold.
fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        ["README.md", "SECURITY.md", "CHANGELOG.md", "Cargo.toml", "Dockerfile", ACTION].map(PathBuf::from).into();
    let mut folders: Vec<PathBuf> =
        ["docs", "examples", "packaging", "templates/headcount", ".github"].map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

fn found(pattern: &str, text: &str) -> Vec<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_place_knows_the_same_home() {
    let home = package("repository");
    let home = home.strip_prefix("https://github.com/").expect("a repository at GitHub");
    let mut named = BTreeSet::new();
    for path in files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for name in found(r"(?:github\.com/|uses: |\$CI_SERVER_FQDN/)([\w-]+/headcount)\b", &text) {
            assert_eq!(name, home, "{}", path.display());
            named.insert(path.to_str().expect("UTF-8").to_owned());
        }
    }
    let expected = [
        "Cargo.toml",
        "Dockerfile",
        "README.md",
        ACTION,
        "examples/ci/Jenkinsfile",
        "examples/ci/github-workflow.yml",
        "examples/ci/gitlab-ci.yml",
        COMPONENT,
    ];
    assert!(expected.iter().all(|path| named.contains(*path)), "{named:?}");
}

#[test]
fn every_place_knows_the_same_version() {
    let version = package("version");
    for (path, before) in [
        (ACTION, r"headcount@v"),
        (COMPONENT, r"version:\n      default: "),
        (COMPOSE, r"image: headcount:"),
        ("Dockerfile", "image\\.version=\""),
        ("README.md", r"headcount@v"),
        ("README.md", "config\" headcount:"),
        ("README.md", r"headcount_"),
        ("README.md", r"headcount-"),
        (WORKFLOW, r"headcount@v"),
        ("examples/ci/gitlab-ci.yml", r"headcount@v"),
        ("examples/ci/Jenkinsfile", r"HEADCOUNT_VERSION = '"),
    ] {
        let versions = found(&format!(r"{before}(\d+\.\d+\.\d+)"), &read(path));
        assert!(!versions.is_empty(), "{path} names no version after {before}");
        assert!(versions.iter().all(|found| *found == version), "{path}: {versions:?}");
    }
}

#[test]
fn every_place_knows_the_same_systems() {
    let targets = targets();
    assert!(targets.is_sorted());
    assert_eq!(found(r"- \{ target: ([\w-]+), os: ", &read(RELEASE)), targets);
    let readme = read("README.md");
    let line = readme.lines().find(|line| line.starts_with("| a download |")).expect("the way without tools");
    let systems = found(r"`\{aarch64,x86_64\}-([\w-]+)`", line);
    let named =
        ["aarch64", "x86_64"].iter().flat_map(|machine| systems.iter().map(move |os| format!("{machine}-{os}")));
    assert_eq!(named.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(), targets);

    // Whoever downloads asks for an archive that is made.
    let installer = read("packaging/install.sh");
    let systems = found(r"name=headcount-\$version-\$machine-([\w-]+)\.(?:tar\.gz|zip)", &installer);
    assert_eq!(systems.len(), 3, "{systems:?}");
    let component = found(r"headcount-.*-\$\(uname -m\)-([\w-]+)\.tar\.gz", &read(COMPONENT));
    let jenkins = found(r"headcount-.*-\$\(uname -m\)-([\w-]+)\.tar\.gz", &read("examples/ci/Jenkinsfile"));
    assert_eq!((component.len(), jenkins.len()), (1, 1));
    for system in systems.into_iter().chain(component).chain(jenkins) {
        for machine in ["aarch64", "x86_64"] {
            assert!(targets.contains(&format!("{machine}-{system}")), "{machine}-{system}");
        }
    }
    // The image is made of the static ones.
    let root = read("packaging/rootfs.sh");
    assert_eq!(found(r"\b(\w+:\w+64)\b", &root), ["x86_64:amd64", "aarch64:arm64"]);
    assert!(root.contains("-unknown-linux-musl/headcount") && read(RELEASE).contains("linux/amd64,linux/arm64"));
}

#[test]
fn the_image_is_run_as_the_user_it_is_made_for() {
    let image = read("Dockerfile");
    let user = found(r"\nUSER (\d+:\d+)\n", &image);
    assert_eq!(user, found(r"--chown=(\S+)", &image));
    assert_eq!(user, found(r#"user: "(\S+)""#, &read(COMPOSE)));
    let id = user[0].split(':').next().expect("a user");
    assert_ne!(id, "0");
    assert!(read("packaging/rootfs.sh").contains(&format!("headcount:x:{id}:{id}::")));
    assert!(image.contains("FROM scratch\n") && image.contains("ENTRYPOINT [\"/usr/bin/headcount\"]"));
    assert!(read(COMPOSE).contains("read_only: true"));
}

/// Whatever runs with the rights of a workflow is one certain commit, and the same one everywhere.
#[test]
fn actions_are_pinned() {
    let commit = Regex::new(r"^[0-9a-f]{40} # v\d+\.\d+\.\d+$").expect("a pattern");
    let mut pins: BTreeMap<String, String> = BTreeMap::new();
    let home = package("repository").replace("https://github.com/", "");
    for path in [RELEASE, CI, ACTION, WORKFLOW] {
        let text = read(path);
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((_, used)) = line.split_once("uses: ") else { continue };
            if used.starts_with("./") || used.starts_with(&format!("{home}@v")) {
                continue;
            }
            let (name, pin) = used.split_once('@').expect("a version");
            assert!(commit.is_match(pin), "{path}: {used}");
            let first = pins.entry(name.to_owned()).or_insert_with(|| pin.to_owned());
            assert_eq!(first, pin, "{path}: {name}");
        }
    }
    assert!(pins.len() >= 5, "{pins:?}");
}

#[test]
fn releases_are_built_by_a_rust_that_is_new_enough_and_certain() {
    let toolchain = found(r#"RUSTUP_TOOLCHAIN: "(\d+\.\d+\.\d+)""#, &read(RELEASE));
    let number = |version: &str| version.split('.').map(|part| part.parse().expect("a number")).collect::<Vec<u32>>();
    assert!(number(&toolchain[0]) >= number(&package("rust-version")), "{toolchain:?}");
    let dist = &manifest()["profile"]["dist"];
    assert_eq!((dist["lto"].as_str(), dist["codegen-units"].as_integer()), (Some("fat"), Some(1)));
    let build = read("packaging/build.sh");
    assert!(build.contains("--profile dist") && build.contains("--locked"));
    // Other tools are those that the checks were tried with.
    for tool in ["cargo-deb@", "cargo-generate-rpm@", "cargo-cyclonedx@"] {
        assert!(!found(&format!(r"({tool}\d+\.\d+\.\d+)\b"), &read(RELEASE)).is_empty(), "{tool}");
    }
}

#[test]
fn both_packages_have_the_same_files_and_all_of_them_exist() {
    let manifest = manifest();
    let metadata = &manifest["package"]["metadata"];
    let deb = metadata["deb"]["assets"].as_array().expect("a list");
    let deb: BTreeSet<&str> = deb.iter().map(|asset| asset[0].as_str().expect("a file")).collect();
    let rpm = metadata["generate-rpm"]["assets"].as_array().expect("a list");
    let rpm: BTreeSet<&str> = rpm.iter().map(|asset| asset["source"].as_str().expect("a file")).collect();
    // Debian keeps licences elsewhere, and `cargo deb` puts it there.
    assert_eq!(rpm.difference(&deb).collect::<Vec<_>>(), [&"LICENSE"]);
    assert!(deb.is_subset(&rpm), "{deb:?} {rpm:?}");
    for path in rpm.iter().filter(|path| !path.starts_with("target/")) {
        let path = Path::new(path);
        let folder = if path.file_name() == Some("*.toml".as_ref()) { path.parent().expect("a folder") } else { path };
        assert!(folder.exists(), "{}", path.display());
    }
    for part in ["target/packaging/man/*.1", "target/packaging/completions/headcount.bash", "rules/*.toml"] {
        assert!(deb.contains(part), "{part}");
    }
}

/// What workflows and documents tell to run is there, and can be.
#[test]
fn every_script_that_is_named_exists() {
    let mut seen = BTreeSet::new();
    for path in files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        seen.extend(found(r"\b(packaging/[\w/-]+\.sh)\b", &text));
    }
    assert!(seen.len() >= 6, "{seen:?}");
    for script in seen {
        let metadata = std::fs::metadata(&script).unwrap_or_else(|error| panic!("{script}: {error}"));
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111, 0o111, "{script}");
        assert!(metadata.is_file(), "{script}");
    }
}
