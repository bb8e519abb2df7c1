//! The structure that `src/lib.rs` promises: modules in the order of the data, importing only what stands above them.

#![expect(clippy::expect_used, reason = "a tree that can't be read has to stop the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    files.sort();
    files
}

/// Modules in the order of `src/lib.rs`.
fn modules() -> Vec<String> {
    let text = fs::read_to_string("src/lib.rs").expect("lib.rs");
    text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned)).collect()
}

/// The module that a file belongs to.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("a source");
    let first = inside.iter().next().expect("a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules that a text imports with `crate::`.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let after = code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    after
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

#[test]
fn modules_import_only_modules_above_them() {
    let order = modules();
    assert!(order.len() > 10, "{order:?}");
    let position = |name: &str| order.iter().position(|module| module == name);
    for file in sources() {
        let module = module_of(&file);
        let Some(here) = position(&module) else { continue };
        let text = fs::read_to_string(&file).expect("a source");
        for import in imports(&text) {
            let there = position(&import);
            assert!(
                there.is_none_or(|there| there <= here),
                "{} is in `{module}` and imports `{import}`, which src/lib.rs lists below it",
                file.display()
            );
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for file in sources() {
        let text = fs::read_to_string(&file).expect("a source");
        assert!(text.starts_with("//! "), "{} has no header", file.display());
    }
}

#[test]
fn the_test_of_imports_sees_an_import() {
    let text = "use crate::report::{Report};\n// crate::cli\nlet x = crate::model::text::hex(b);\n";
    assert_eq!(imports(text), BTreeSet::from(["model".to_owned(), "report".to_owned()]));
}
