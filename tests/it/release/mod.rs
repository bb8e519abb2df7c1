//! What is released, and how it gets to whoever uses it: the places that name it agree, and the steps of CI systems do
//! what they say. What needs more tools than Rust and a shell is in `packaging/check`.

mod agree;
#[cfg(unix)]
mod ci;
#[cfg(unix)]
mod published;
#[cfg(unix)]
mod scripts;
#[cfg(unix)]
mod workflow;

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

/// What is below a line, without its margin, as far as it is further to the right.
#[cfg(unix)]
fn below(text: &str, line: &str) -> String {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|text| text.trim() != line);
    let above = margin(lines.next().unwrap_or_else(|| panic!("no line {line}")));
    let lines: Vec<&str> = lines.take_while(|line| line.trim().is_empty() || margin(line) > above).collect();
    let inner = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| margin(line)).min().unwrap_or_default();
    lines.iter().map(|line| line.get(inner..).unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The script of a step of a workflow or an action.
#[cfg(unix)]
fn step(path: &str, name: &str) -> String {
    let step = below(&read(path), &format!("- name: {name}"));
    let line = step.lines().find_map(|line| line.strip_prefix("run: ")).expect("a script");
    if line == "|" { below(&step, "run: |") } else { line.to_owned() }
}
