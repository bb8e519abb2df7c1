//! Which accounts of a bundle a condition leaves out: those for which it is certainly false. The bundle is judged once more, by a rule
//! that says the opposite, so that the condition is the rules' own language and what isn't known is never left out.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::super::basis::BasisArgs;
use super::super::clock::now;
use super::super::output::refuse;
use super::super::{Exit, Global, runtime};
use crate::audit::Evidence;
use crate::config::RuleText;
use crate::model::Timestamp;
use crate::rule::check_condition;
use crate::run::{self, Following, Inputs, RunError, RunOptions};

/// What the rule is called.
const RULE: &str = "outside-of-the-review";

/// The accounts for which the condition was certainly false at the moment of the audit, by `source/id`; or how the command ends.
pub(super) fn outside(
    bundle: &Path,
    as_of: Timestamp,
    condition: &str,
    global: &Global,
) -> anyhow::Result<Result<HashSet<String>, Exit>> {
    match judge(bundle, as_of, condition, global) {
        Ok(found) => Ok(Ok(found?)),
        Err(error) => Ok(Err(refuse(&error))),
    }
}

fn judge(
    bundle: &Path,
    as_of: Timestamp,
    condition: &str,
    global: &Global,
) -> Result<io::Result<HashSet<String>>, RunError> {
    check_condition(Path::new("--where"), condition).map_err(|mistake| vec![*mistake])?;
    let mut basis = BasisArgs::of_bundle(bundle.to_owned()).read(false, &[])?;
    basis.config.rules.instead.get_or_insert_default().push(rule(condition));
    let config = &basis.config;
    let only = basis.chosen(&[])?;
    let inputs = Inputs::load(config, None, now())?;
    let waiting = global.waiting();
    let options = RunOptions {
        clock: now,
        as_of: Some(as_of),
        only: &only,
        snapshot: basis.snapshot.as_ref(),
        answered: None,
        replaced: &[],
        again: None,
        previous: None,
        inventory: None,
        lists_accounts: false,
        evidence: Evidence::Names,
        gate: &config.gate,
        allow_outage: false,
        observer: &waiting,
    };
    let runtime = runtime().map_err(|error| {
        RunError::Unusable(vec![crate::base::diagnostic::Diagnostic::of_file(bundle, error.to_string())])
    })?;
    let audited = runtime.block_on(run::run(config, &inputs, &options, Following::default()))?;
    let mut found = HashSet::new();
    for finding in audited.report.findings.iter() {
        let finding = match finding {
            Ok(finding) => finding,
            Err(error) => return Ok(Err(error)),
        };
        if finding.rule == RULE
            && let (Some(source), Some(id)) = (&finding.subject.source, &finding.subject.account_id)
        {
            found.insert(format!("{source}/{id}"));
        }
    }
    Ok(Ok(found))
}

/// The rule that says the opposite of a condition.
fn rule(condition: &str) -> RuleText {
    let quoted = toml::Value::from(format!("!({condition})"));
    let text = format!(
        "id = \"{RULE}\"\ntitle = \"Outside of the review\"\nseverity = \"info\"\nsubject = \"account\"\nwhen = {quoted}\n\
         message = \"Not asked about.\"\nwhy = \"The review is about other accounts.\"\nremediation = \"None.\"\ncontrols = []\n"
    );
    RuleText { path: PathBuf::from(format!("{RULE}.toml")), text }
}
