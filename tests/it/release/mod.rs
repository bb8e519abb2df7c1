//! What is released, and how it gets to whoever uses it: the places that name it agree, and the steps of CI systems do
//! what they say. What needs more tools than Rust and a shell is in `packaging/check`.

mod agree;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod published;
#[cfg(unix)]
mod scripts;

/// A file of the project.
fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What Cargo.toml says.
fn manifest() -> toml::Table {
    read("Cargo.toml").parse().expect("a manifest")
}

/// A word of its section `[package]`.
fn package(key: &str) -> String {
    manifest()["package"][key].as_str().expect("a word").to_owned()
}

/// The systems that a release is built for.
fn targets() -> Vec<String> {
    let manifest = manifest();
    let targets = manifest["package"]["metadata"]["releases"]["targets"].as_array().expect("a list");
    targets.iter().map(|target| target.as_str().expect("a target").to_owned()).collect()
}
