//! Which line of the configuration names a file: whoever reads of a mistake in the file sees where it came in.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Config;
use crate::base::diagnostic::Diagnostic;

/// What stands in front of a path that a secret is read from.
const SECRET_FILE: &str = "file:";

impl Config {
    /// Says of each file in which there are mistakes which line names it, and for which source; once, whatever the number of
    /// mistakes.
    #[must_use]
    pub fn point_out(&self, mut mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut told: Vec<std::path::PathBuf> = Vec::new();
        for mistake in &mut mistakes {
            if mistake.file != self.text.path() && !told.contains(&mistake.file) {
                mistake.named_by = self.line_that_names(&mistake.file);
                told.push(mistake.file.clone());
            }
        }
        mistakes
    }

    fn line_that_names(&self, file: &Path) -> Option<String> {
        let document = DeTable::parse(self.text.shown()).ok()?.into_inner();
        let (at, source) = document.values().find_map(|value| self.find(value, file, None))?;
        let line = self.text.line(at);
        let of = source.map(|name| format!(" for the source \"{name}\"")).unwrap_or_default();
        Some(format!("{}:{line} names this file{of}", self.text.path().display()))
    }

    /// Where the value stands that is this path, and the name of the source around it.
    fn find(&self, value: &Spanned<DeValue<'_>>, file: &Path, source: Option<&str>) -> Option<(usize, Option<String>)> {
        match value.get_ref() {
            DeValue::String(text) => {
                let path = text.strip_prefix(SECRET_FILE).unwrap_or(text);
                (self.text.resolve(path) == file).then(|| (value.span().start, source.map(str::to_owned)))
            }
            DeValue::Array(values) => values.iter().find_map(|value| self.find(value, file, source)),
            DeValue::Table(table) => {
                let name = table.get("name").and_then(|name| name.get_ref().as_str()).or(source);
                table.values().find_map(|value| self.find(value, file, name))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_traced_to_the_line_that_names_it() {
        let text = "[hr]\nfile = \"hr.csv\"\n[[source]]\nname = \"desk\"\nvendor = \"voiso\"\nbase_url = \"https://x\"\n\
                    api_key = \"file:key.txt\"\n[source.match]\ncrosswalk = \"people.csv\"\n";
        let config = Config::parse(Path::new("conf/headcount.toml"), text).expect("a configuration");
        let of = |file: &str| {
            let mistake = || Diagnostic::of_file(Path::new(file), "it is empty").help("fill it");
            config.point_out(vec![mistake(), mistake()]).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let again = |file: &str| format!("{file}: it is empty (fill it)");
        for (file, named) in [
            ("conf/people.csv", "; conf/headcount.toml:9 names this file for the source \"desk\""),
            ("conf/key.txt", "; conf/headcount.toml:7 names this file for the source \"desk\""),
            ("conf/hr.csv", "; conf/headcount.toml:2 names this file"),
            ("people.csv", ""),
            ("conf/headcount.toml", ""),
        ] {
            assert_eq!(of(file), [again(file) + named, again(file)]);
        }
    }
}
