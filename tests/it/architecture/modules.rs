//! The modules of the library and what each takes from which, read from their files: as far as structure goes, and no
//! further. A name is followed through `use` to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The names from the crate's root to a module, and to something in it.
pub(super) type Place = Vec<String>;

/// What one file says.
#[derive(Default)]
struct Module {
    /// Its text, without comments and tests.
    code: String,
    /// What it imports, by the name that this has here.
    names: BTreeMap<String, Place>,
    /// Modules of which it imports everything.
    globs: Vec<Place>,
    /// All that it takes from others, as written.
    taken: BTreeSet<Place>,
}

/// All modules that aren't tests.
pub(super) struct Modules(BTreeMap<Place, Module>);

pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

impl Modules {
    /// The library's.
    pub(super) fn of_the_library() -> Self {
        let place = |path: &Path| {
            let inside = path.strip_prefix("src").expect("a source").with_extension("");
            let names: Place = inside.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            names.into_iter().filter(|name| name != "mod" && name != "lib").collect()
        };
        let sources = rust_files(Path::new("src")).into_iter().filter(|path| !path.ends_with("src/main.rs"));
        Self::new(sources.map(|path| (place(&path), fs::read_to_string(path).expect("a source"))))
    }

    pub(super) fn new(files: impl IntoIterator<Item = (Place, String)>) -> Self {
        let mut modules: BTreeMap<Place, Module> = BTreeMap::new();
        let mut tests: Vec<Place> = Vec::new();
        for (place, text) in files {
            let (code, of_tests) = without_tests(&text);
            tests.extend(of_tests.into_iter().map(|name| [place.as_slice(), &[name]].concat()));
            modules.insert(place, Module { code, ..Module::default() });
        }
        modules.retain(|place, _| !tests.iter().any(|test| place.starts_with(test)));
        let places: BTreeSet<Place> = modules.keys().cloned().collect();
        for (place, module) in &mut modules {
            module.read(place, &places);
        }
        Self(modules)
    }

    /// Each module with the modules that define what it takes.
    pub(super) fn imports(&self) -> impl Iterator<Item = (&Place, Place)> {
        self.0.iter().flat_map(|(place, module)| {
            let found = module.taken.iter().map(|taken| self.definition(taken, 0));
            found.filter(move |found| found != place).map(move |found| (place, found))
        })
    }

    /// The module that defines what stands at a place.
    fn definition(&self, place: &[String], depth: usize) -> Place {
        let inside = (0..=place.len()).rev().find(|end| self.0.contains_key(&place[..*end])).unwrap_or_default();
        let (home, rest) = place.split_at(inside);
        let (Some(module), Some((name, rest))) = (self.0.get(home), rest.split_first()) else { return home.to_vec() };
        let globs = module.globs.iter().filter(|glob| self.defines(glob, name)).cloned();
        let named = module.names.get(name).cloned();
        let origin = named.or_else(|| globs.map(|glob| [glob, vec![name.clone()]].concat()).next());
        match origin {
            Some(origin) if depth < 9 => self.definition(&[&origin, rest].concat(), depth + 1),
            _ => home.to_vec(),
        }
    }

    fn defines(&self, place: &Place, name: &str) -> bool {
        let kinds = ["struct", "enum", "fn", "trait", "type", "const", "static"];
        let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        self.0.get(place).is_some_and(|module| {
            module.names.contains_key(name)
                || kinds.iter().any(|kind| module.code.split(&format!("{kind} {name}")).skip(1).any(is_end))
        })
    }

    /// Children of one module that import each other in a circle, as `parent: child, child`.
    pub(super) fn circles(&self) -> BTreeSet<String> {
        let mut folders: BTreeMap<&[String], Uses> = BTreeMap::new();
        for (from, to) in self.imports() {
            let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if let (Some(user), Some(used)) = (from.get(common), to.get(common)) {
                let folder = folders.entry(&from[..common]).or_default();
                folder.entry(user.clone()).or_default().insert(used.clone());
            }
        }
        let mut circles = BTreeSet::new();
        for (folder, uses) in &folders {
            for name in uses.keys() {
                let returns = |other: &&str| reached(uses, other).contains(name.as_str());
                let circle: Vec<_> = reached(uses, name).into_iter().filter(returns).collect();
                if circle.len() > 1 {
                    circles.insert(format!("{}: {}", folder.join("/"), circle.join(", ")));
                }
            }
        }
        circles
    }
}

/// Which child takes something from which.
type Uses = BTreeMap<String, BTreeSet<String>>;

fn reached<'u>(uses: &'u Uses, from: &str) -> BTreeSet<&'u str> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from.to_owned()]);
    while let Some(next) = open.pop() {
        let new = uses.get(&next).into_iter().flatten().filter(|used| seen.insert(used.as_str()));
        open.extend(new.cloned());
    }
    seen
}

impl Module {
    fn read(&mut self, place: &Place, places: &BTreeSet<Place>) {
        let absolute = |path: &str| absolute(path, place, places);
        let (statements, rest) = uses(&self.code);
        for statement in statements {
            for (path, name) in leaves("", &statement) {
                let Some(found) = absolute(&path) else { continue };
                match name.as_str() {
                    "*" => self.globs.push(found.clone()),
                    name => drop(self.names.insert(name.to_owned(), found.clone())),
                }
                self.taken.insert(found);
            }
        }
        self.taken.extend(paths(&rest).iter().filter_map(|path| absolute(path)));
    }
}

/// The place of a path that is written at another; none if it is in another crate.
fn absolute(path: &str, here: &Place, places: &BTreeSet<Place>) -> Option<Place> {
    let mut names = path.split("::").map(str::to_owned).peekable();
    let mut place = here.clone();
    match names.peek()?.as_str() {
        "crate" => place.clear(),
        "self" | "super" => {}
        first => {
            let child = [here.as_slice(), &[first.to_owned()]].concat();
            places.contains(&child).then_some(())?;
        }
    }
    for name in names {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(place.pop()?),
            _ => place.push(name),
        }
    }
    Some(place)
}

/// The text without comments and tests, and the names of its modules of tests.
fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut code, mut tests, mut is_test) = (String::new(), Vec::new(), false);
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let module = line.strip_prefix("pub(super) ").unwrap_or(line).strip_prefix("mod ");
        match module {
            // What follows a block of tests is of tests, too: it stands last.
            Some(rest) if is_test && rest.ends_with('{') => break,
            Some(rest) if is_test => tests.push(rest.trim_end_matches(';').to_owned()),
            _ => code.extend([line, "\n"]),
        }
        is_test = line == "#[cfg(test)]";
    }
    (code, tests)
}

/// The trees of all `use` statements, and the text without them.
fn uses(code: &str) -> (Vec<String>, String) {
    let (mut trees, mut rest) = (Vec::new(), String::new());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let words = line.trim_start();
        let words = if words.starts_with("pub") { words.split_once(' ').map_or("", |(_, rest)| rest) } else { words };
        let Some(start) = words.strip_prefix("use ") else {
            rest.extend([line, "\n"]);
            continue;
        };
        let mut tree = start.to_owned();
        while !tree.contains(';') {
            let Some(more) = lines.next() else { break };
            tree.extend([" ", more.trim()]);
        }
        trees.push(tree.split(';').next().unwrap_or_default().to_owned());
    }
    (trees, rest)
}

/// The paths of a tree, each with the name that it has from now on.
fn leaves(before: &str, tree: &str) -> Vec<(String, String)> {
    let join = |rest: &str| if before.is_empty() { rest.to_owned() } else { format!("{before}::{rest}") };
    let tree = tree.trim();
    if let Some((start, inside)) = tree.split_once('{') {
        let inside = inside.trim_end().trim_end_matches('}');
        let before = join(start.trim_end_matches("::")).trim_end_matches("::").to_owned();
        // What is cut off too much of a closing brace, is put back by counting.
        let missing = inside.matches('{').count() - inside.matches('}').count();
        let inside = format!("{inside}{}", "}".repeat(missing));
        return branches(&inside).iter().flat_map(|branch| leaves(&before, branch)).collect();
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias.trim())));
    let last = path.rsplit("::").next().unwrap_or_default();
    let path = match last {
        "*" | "self" => join(path).trim_end_matches(last).trim_end_matches("::").to_owned(),
        _ => join(path),
    };
    let own = if last == "self" { path.rsplit("::").next().unwrap_or_default() } else { last };
    let name = alias.unwrap_or(own).to_owned();
    if tree.is_empty() { Vec::new() } else { vec![(path, name)] }
}

/// Parted at the commas that are in no braces.
fn branches(text: &str) -> Vec<String> {
    let (mut all, mut depth) = (vec![String::new()], 0_usize);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().expect("one").push(c);
    }
    all
}

/// The paths in code that begin with `crate` or `super`.
fn paths(code: &str) -> Vec<String> {
    let starts = ["crate::", "super::"].into_iter().flat_map(|start| code.match_indices(start));
    let is_start = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$');
    let path = |at: usize| {
        let end = code[at..].find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        code[at..].split_at(end.unwrap_or(code.len() - at)).0.trim_end_matches(':').to_owned()
    };
    starts.map(|(at, _)| at).filter(|at| is_start(*at)).map(path).collect()
}
