//! Lists the built-in rules, so that adding one is adding a file.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let folder = Path::new(&root).join("rules");
    println!("cargo::rerun-if-changed=rules");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let (Some(name), Some("toml")) =
            (path.file_name().and_then(|name| name.to_str()), path.extension().and_then(|end| end.to_str()))
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut code = "const BUILT_IN: &[(&str, &str)] = &[\n".to_owned();
    for name in names {
        // Not by the folder that this ran for: two checkouts can share a target folder, and then run it once.
        let path = format!("/rules/{name}");
        writeln!(code, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),")
            .map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&out).join("builtin_rules.rs"), code)
}
