//! The structure that `src/lib.rs` promises: modules in the order of the data, importing only what stands above them, and
//! no files of one folder that import each other in a circle.

mod modules;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use modules::{Modules, Place, rust_files};

/// Modules in the order of `src/lib.rs`.
fn order() -> Vec<String> {
    let text = fs::read_to_string("src/lib.rs").expect("lib.rs");
    text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned)).collect()
}

#[test]
fn modules_import_only_modules_above_them() {
    let order = order();
    assert!(order.len() > 10, "{order:?}");
    let position = |place: &Place| place.first().and_then(|name| order.iter().position(|module| module == name));
    for (from, to) in Modules::of_the_library().imports() {
        let (Some(here), Some(there)) = (position(from), position(&to)) else { continue };
        assert!(there <= here, "{} imports {}, which src/lib.rs lists below it", from.join("::"), to.join("::"));
    }
}

#[test]
fn no_files_of_a_folder_import_each_other_in_a_circle() {
    let circles = Modules::of_the_library().circles();
    assert!(circles.is_empty(), "{circles:#?}");
}

/// Tests may read what was written with something else than what wrote it.
#[test]
fn tables_are_read_in_one_room() {
    for file in rust_files(Path::new("src")) {
        let is_test = file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests");
        if is_test || file.starts_with("src/table") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for reader in ["csv::Reader", "StringRecord", "ByteRecord", "calamine", "encoding_rs"] {
            assert!(!code.contains(reader), "{} has {reader}", file.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for file in [rust_files(Path::new("src")), rust_files(Path::new("tests"))].concat() {
        let text = fs::read_to_string(&file).expect("a source");
        assert!(text.starts_with("//! "), "{} has no header", file.display());
    }
}

/// Whoever starts it in another way hands on a proxy or a key of whoever runs the tests.
#[test]
fn tests_start_the_binary_in_a_clean_environment() {
    let other = |path: &Path| !path.ends_with("support/process.rs") && !path.ends_with("architecture/mod.rs");
    for file in rust_files(Path::new("tests")).into_iter().filter(|file| other(file)) {
        let text = fs::read_to_string(&file).expect("a source");
        for way in ["CARGO_BIN_EXE", "cargo_bin", "current_exe"] {
            assert!(!text.contains(way), "{} has {way}", file.display());
        }
    }
}

fn library(files: &[(&str, &str)]) -> Modules {
    let place = |name: &str| name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Modules::new(files.iter().map(|(name, text)| (place(name), (*text).to_owned())))
}

#[test]
fn the_tests_of_imports_see_every_kind_of_import() {
    let tree = [
        ("", "pub mod a;\npub mod b;\npub mod c;\n"),
        ("a", "mod x;\nmod y;\npub use x::X;\npub(crate) use y::*;\n"),
        ("a/x", "pub struct X;\n"),
        ("a/y", "pub fn why() {}\n"),
    ];
    for (text, expected) in [
        ("use crate::a;", "a"),
        ("use crate::a::X;", "a/x"),
        ("pub(crate) use crate::a::X as Ex;", "a/x"),
        ("use crate::{\n    a::{X, other},\n    c,\n};", "a a/x c"),
        ("use crate::{a::{self, why}, c::{d::E}};", "a a/y c"),
        ("use super::a::why;", "a/y"),
        ("fn f() -> crate::a::X {}", "a/x"),
        ("// use crate::a;\nuse std::a;", ""),
        ("#[cfg(test)]\nmod tests {\n    use crate::a;\n}", ""),
        ("#[cfg(test)]\nmod z;\nuse crate::c;", "c"),
    ] {
        let of_tests: &[_] = if text.contains("mod z") { &[("b/z", "use crate::a;")] } else { &[] };
        let modules = library(&[&tree[..], &[("b", text), ("c", "")], of_tests].concat());
        let of_b = modules.imports().filter(|(from, _)| from.first().is_some_and(|name| name == "b"));
        let of_b: Vec<String> = of_b.map(|(_, to)| to.join("/")).collect::<BTreeSet<_>>().into_iter().collect();
        assert_eq!(of_b.join(" "), expected, "{text}");
    }
}

#[test]
fn the_test_of_circles_sees_a_circle() {
    let circles = |x: &str, y: &str, z: &str| -> Vec<String> {
        let root = "mod x;\nmod y;\nmod z;\npub use x::X;\n";
        library(&[("a", root), ("a/x", x), ("a/y", y), ("a/z/deep", z), ("a/z", "mod deep;")])
            .circles()
            .into_iter()
            .collect()
    };
    assert_eq!(circles("pub struct X;", "use super::X;", "use super::super::y::Y;"), [""; 0]);
    assert_eq!(circles("use super::y::Y;", "use super::X;", ""), ["a: x, y"], "through the parent");
    assert_eq!(circles("use crate::a::{z::deep::Z};", "use super::X;", "use crate::{a::y};"), ["a: x, y, z"]);
}
