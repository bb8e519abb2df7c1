//! What a verdict rests on besides accounts: the files that were read, and every rule as text. None of it holds a secret.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use super::SnapshotError;
use crate::bag::{self, BagWriter, PayloadName, Role};
use crate::config::RuleText;
use crate::files;
use crate::http::Redactor;

/// What a verdict rests on besides accounts.
#[derive(Debug, Default)]
pub struct Ground {
    /// The files, as they were read.
    pub inputs: Vec<files::Input>,
    /// The rules, the built-in ones, too.
    pub rules: Vec<RuleText>,
    /// What must not be in them.
    pub secrets: Redactor,
}

impl Ground {
    /// Puts all of it into a bag.
    ///
    /// # Errors
    /// A secret stands in it, or the disk is full.
    pub fn write(&self, bag: &mut BagWriter) -> Result<Vec<bag::Input>, SnapshotError> {
        let mut written = Vec::new();
        let mut numbers = BTreeMap::new();
        for input in &self.inputs {
            let number = numbers.entry(input.role).and_modify(|number| *number += 1).or_insert(1);
            let file = PayloadName::numbered("inputs", word(input.role), *number, &extension(&input.shown))?;
            self.copy(bag, &file, &input.shown, input.content())?;
            let shown = input.shown.to_string_lossy().into_owned();
            written.push(bag::Input { role: input.role, shown, file, modified_at: input.modified_at });
        }
        for rule in &self.rules {
            let id = rule.path.file_stem().unwrap_or_default().to_string_lossy();
            let file = PayloadName::new(&format!("rules/{id}.toml"))?;
            self.copy(bag, &file, &rule.path, rule.text.as_bytes())?;
            let shown = rule.path.to_string_lossy().into_owned();
            written.push(bag::Input { role: Role::Rule, shown, file, modified_at: None });
        }
        Ok(written)
    }

    /// Copies a file, unless a secret stands in it.
    fn copy(
        &self,
        bag: &mut BagWriter,
        file: &PayloadName,
        shown: &Path,
        content: impl Read,
    ) -> Result<(), SnapshotError> {
        let mut search = self.secrets.search(content);
        bag.file(file, |out| io::copy(&mut search, out).map(drop))?;
        if search.found() { Err(SnapshotError::Secret(shown.to_owned())) } else { Ok(()) }
    }
}

/// What a file of a role is called.
const fn word(role: Role) -> &'static str {
    match role {
        Role::Configuration => "configuration",
        Role::Settings => "settings",
        Role::Records => "records",
        Role::Certificates => "certificates",
        Role::Roster => "roster",
        Role::Crosswalk => "crosswalk",
        Role::Declared => "declared",
        Role::Waivers => "waivers",
        Role::Baseline => "baseline",
        Role::Rule => "rule",
        Role::Policy => "policy",
        Role::Template => "template",
        Role::PreviousReport => "previous",
        Role::Accounts => "accounts",
        Role::Output => "output",
        Role::Promises => "promises",
        Role::Review => "review",
    }
}

/// The end of a file's name, by which programs know what it is.
fn extension(path: &Path) -> String {
    const LONGEST: usize = 8;
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let is_plain = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain && extension.len() <= LONGEST { extension } else { "bin".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bag::{Bag, Description, Run};
    use crate::files::Files;

    fn run() -> Run {
        let at = || "2026-11-20T12:00:00Z".parse().expect("a time");
        Run { id: None, as_of: None, started_at: at(), finished_at: at(), tool_version: String::new() }
    }

    #[test]
    fn files_are_called_by_what_they_are_for_and_keep_their_own_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::keeping();
        for (role, name) in
            [(Role::Waivers, "waivers"), (Role::Roster, "HR Zürich 50%.csv"), (Role::Roster, "Externe.XLSX")]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, name).expect("written");
            files.read(role, &path).expect("read");
        }
        let rules = vec![RuleText { path: "rules/own-rule.toml".into(), text: "id = 'own-rule'".to_owned() }];
        let ground = Ground { inputs: files.inputs(), rules, secrets: Redactor::default() };
        let target = folder.path().join("bag");
        let mut bag = BagWriter::beside(&target).expect("begun");
        let inputs = ground.write(&mut bag).expect("written");
        bag.seal(&Description::of_snapshot(run(), inputs)).expect("sealed").into_folder().expect("named");
        let bag = Bag::open(&target).expect("a bag");
        let names: Vec<_> = bag.description().inputs.iter().map(|input| (input.role, input.file.as_str())).collect();
        assert_eq!(
            names,
            [
                (Role::Roster, "inputs/roster-1.csv"),
                (Role::Roster, "inputs/roster-2.xlsx"),
                (Role::Waivers, "inputs/waivers-1.bin"),
                (Role::Rule, "rules/own-rule.toml"),
            ]
        );
        assert!(bag.description().inputs[0].shown.ends_with("HR Zürich 50%.csv"));
        ground.secrets.add(&"Zürich 50%".to_owned().into());
        let mut bag = BagWriter::beside(&folder.path().join("other")).expect("begun");
        let error = ground.write(&mut bag).expect_err("a secret").to_string();
        assert!(error.contains("HR Zürich 50%.csv holds a secret"), "{error}");
    }
}
