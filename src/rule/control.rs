//! Controls of the frameworks that a rule gives evidence for, and what they demand of its params.

use std::fmt;

use regex::Regex;
use serde::Serialize;

use super::params::{Param, Params};
use crate::base::diagnostic::meant_or_one_of;

/// The frameworks, by the name that rules use, with their edition.
pub const FRAMEWORKS: [(&str, &str); 7] = [
    ("SOC2", "AICPA Trust Services Criteria 2017"),
    ("ISO27001", "ISO/IEC 27001:2022"),
    ("PCI-DSS", "PCI DSS 4.0.1"),
    ("NIST-800-53", "NIST SP 800-53 revision 5"),
    ("CIS", "CIS Controls v8"),
    ("HIPAA", "HIPAA Security Rule, 45 CFR 164"),
    ("PCAOB", "PCAOB auditing standards"),
];

/// One control of one framework, `PCI-DSS:8.2.6`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Control {
    /// The framework's short name.
    pub framework: &'static str,
    /// The control's number in it.
    pub id: String,
}

impl Control {
    /// Whether the framework numbers its controls like this one.
    pub fn is_numbered_as_usual(&self) -> bool {
        let shape = match self.framework {
            "SOC2" => r"^(CC[1-9]|A1|C1|PI1|P[1-8])\.\d{1,2}$",
            "ISO27001" => r"^(A\.[5-8]\.\d{1,2}|(4|5|6|7|8|9|10)\.\d(\.\d)?)$",
            "PCI-DSS" => r"^(1[0-2]|[1-9]|A[1-3])(\.\d{1,2}){1,4}$",
            "NIST-800-53" => r"^[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?(\([a-z]\))?$",
            "CIS" => r"^(1[0-8]|[1-9])\.\d{1,2}$",
            "HIPAA" => r"^164\.\d{3}(\([a-z]+\)|\(\d+\)|\([A-Z]\))*$",
            _ => r"^AS\d{4}(\.\d{1,2})?$",
        };
        Regex::new(shape).is_ok_and(|shape| shape.is_match(&self.id))
    }

    /// Reads `FRAMEWORK:ID`; the error is what is wrong and how to fix it.
    pub(super) fn read(text: &str) -> Result<Self, (String, String)> {
        let names = || FRAMEWORKS.iter().map(|(name, _)| *name);
        let Some((framework, id)) = text.split_once(':') else {
            return Err((format!("{text:?} names no control"), "write it like \"PCI-DSS:8.2.6\"".to_owned()));
        };
        let Some(framework) = names().find(|name| *name == framework) else {
            let help = meant_or_one_of(framework, names(), "it is one of:");
            return Err((format!("there is no framework {framework:?}"), help));
        };
        if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || ".()-".contains(c)) {
            let help = format!("write it like \"{framework}:8.2.6\", without spaces");
            return Err((format!("{id:?} is not the number of a control"), help));
        }
        Ok(Self { framework, id: id.to_owned() })
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.framework, self.id)
    }
}

impl Serialize for Control {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a control demands of a param.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Guardrail {
    /// The control.
    pub control: Control,
    /// The param.
    pub param: String,
    /// The least that it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most that it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Guardrail {
    /// Whether these params meet the control, whatever the findings are.
    pub fn is_met(&self, params: &Params) -> bool {
        match params.get(&self.param) {
            Some(Param::Int(value)) => {
                self.min.is_none_or(|min| *value >= min) && self.max.is_none_or(|max| *value <= max)
            }
            _ => false,
        }
    }

    /// `at most 90`
    pub fn limit(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("between {min} and {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => "any".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_checked() {
        assert_eq!(Control::read("NIST-800-53:AC-2(3)(b)").expect("valid").to_string(), "NIST-800-53:AC-2(3)(b)");
        assert_eq!(Control::read("PCI:8.2.6").expect_err("unknown").1, "did you mean \"PCI-DSS\"?");
        assert!(Control::read("SOC2 CC6.2").is_err());
        assert!(Control::read("SOC2:").is_err());
        assert!(Control::read("SOC2: CC6.2").is_err());
    }

    #[test]
    fn frameworks_number_their_controls() {
        for (control, usual) in [
            ("NIST-800-53:AC-2(3)(b)", true),
            ("NIST-800-53:8.2.6", false),
            ("PCI-DSS:7.2.5.1", true),
            ("PCI-DSS:AC-2", false),
            ("HIPAA:164.308(a)(3)(ii)(C)", true),
            ("ISO27001:A.5.18", true),
            ("ISO27001:A.9.2.6", false),
            ("PCAOB:AS1105.10", true),
        ] {
            assert_eq!(Control::read(control).expect("valid").is_numbered_as_usual(), usual, "{control}");
        }
    }

    #[test]
    fn a_guardrail_looks_at_the_param() {
        let control = Control::read("PCI-DSS:8.2.6").expect("valid");
        let rail = Guardrail { control, param: "days".to_owned(), min: None, max: Some(90) };
        let params = |days| Params::from([("days".to_owned(), Param::Int(days))]);
        assert!(rail.is_met(&params(90)) && !rail.is_met(&params(91)) && !rail.is_met(&Params::new()));
        assert_eq!(rail.limit(), "at most 90");
    }
}
