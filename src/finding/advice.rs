//! What a rule says to everybody. It is a sixth of a finding's text, so it is kept once, and put into the lines of the
//! rule's findings when they are read.

use std::io;

use memchr::memmem;
use serde::Serialize;

/// What to do, and the controls that ask for it, as members of a finding's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice(String);

/// Stands in a line for a member of the advice: null, which none of them ever is.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Later;

/// What stands in a line instead of the advice. It is in no text: there, quotes are escaped.
const GAP: &[u8] = br#""remediation":null,"controls":null"#;

impl Advice {
    /// Of a rule.
    ///
    /// # Errors
    /// None in practice: texts can always be written.
    pub fn new(remediation: &str, controls: &[impl Serialize]) -> serde_json::Result<Self> {
        let (remediation, controls) = (serde_json::to_string(remediation)?, serde_json::to_string(controls)?);
        Ok(Self(format!("\"remediation\":{remediation},\"controls\":{controls}")))
    }

    /// Adds a line with the advice in it to others.
    pub(super) fn fill(&self, line: &[u8], lines: &mut Vec<u8>) -> io::Result<()> {
        let gap = memmem::find(line, GAP).ok_or_else(|| {
            io::Error::other("the disk gives back another finding; set TMPDIR to another disk and repeat this")
        })?;
        let (before, behind) = line.split_at(gap);
        lines.extend_from_slice(before);
        lines.extend_from_slice(self.0.as_bytes());
        lines.extend_from_slice(behind.get(GAP.len()..).unwrap_or_default());
        Ok(())
    }
}

/// A rule with what it says to everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AdvisedRule {
    pub name: String,
    pub advice: Advice,
}

/// Rules with their advice, each once, by their position.
#[derive(Debug, Default)]
pub(super) struct AdvisedRules(Vec<AdvisedRule>);

impl AdvisedRules {
    /// The position of a rule with this advice, which is added when it is new.
    pub(super) fn position(&mut self, name: &str, advice: &Advice) -> io::Result<u16> {
        let known = self.0.iter().position(|rule| rule.name == name && rule.advice == *advice);
        let too_many =
            |_| io::Error::other("more than 65,536 rules or remediations: no report of headcount has so many");
        let position = u16::try_from(known.unwrap_or(self.0.len())).map_err(too_many)?;
        if known.is_none() {
            self.0.push(AdvisedRule { name: name.to_owned(), advice: advice.clone() });
        }
        Ok(position)
    }

    /// The positions that the rules of another list have in this one.
    pub(super) fn positions(&mut self, others: &Self) -> io::Result<Vec<u16>> {
        others.0.iter().map(|rule| self.position(&rule.name, &rule.advice)).collect()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|rule| rule.name.as_str())
    }

    pub(super) fn into_list(self) -> Vec<AdvisedRule> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_goes_where_it_belongs() {
        let advice = Advice::new("Ask \"her\".", &["A:1"]).expect("JSON");
        let message = "\"remediation\":null,\"controls\":null";
        let line = serde_json::json!({"message": message}).to_string();
        let line = format!("{},{}}}", &line[..line.len() - 1], "\"remediation\":null,\"controls\":null");
        let mut filled = b"before".to_vec();
        advice.fill(line.as_bytes(), &mut filled).expect("filled");
        let expected = serde_json::json!({"message": message, "remediation": "Ask \"her\".", "controls": ["A:1"]});
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&filled[6..]).expect("JSON"), expected);
        advice.fill(b"{}", &mut Vec::new()).expect_err("no line of ours");
    }

    #[test]
    fn a_rule_may_say_different_things() {
        let [one, other] = ["one", "other"].map(|text| Advice::new(text, &["A:1"]).expect("JSON"));
        let mut rules = AdvisedRules::default();
        let mut position = |rule, advice| rules.position(rule, advice).expect("few");
        assert_eq!(
            [position("a", &one), position("b", &one), position("a", &other), position("a", &one)],
            [0, 1, 2, 0]
        );
        let mut others = AdvisedRules::default();
        others.position("a", &other).expect("few");
        others.position("c", &one).expect("few");
        assert_eq!(rules.positions(&others).expect("few"), [2, 3]);
    }
}
