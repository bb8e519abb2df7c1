//! How an account's owner was looked for, in words: what each key holds, what was looked up, and whom that found.

use serde::Serialize;
use serde_json::Value;

use super::entries::Subject;
use super::text::NAME;
use crate::render::escape::clip;

/// How an account's owner was looked for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Matching {
    /// What came of it; empty where no owner was looked for.
    how: String,
    /// Each key in a few words, where they didn't lead to one person.
    tried: Vec<String>,
}

/// What any finding of the group holds of it.
pub(super) fn matching(subject: &Subject) -> Matching {
    let held = |name| subject.first(|finding| finding.matched.get(name));
    let word = |name| held(name).and_then(Value::as_str).map(|text| clip(text, NAME));
    let Some(situation) = word("situation") else { return Matching::default() };
    let tier = word("tier").map(|tier| format!(" by {}", spaced(&tier))).unwrap_or_default();
    let declared = word("declared").map(|declared| format!(": {declared}")).unwrap_or_default();
    let attempts = held("attempts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let settled = matches!(situation.as_str(), "matched" | "declared");
    Matching {
        tried: attempts.iter().filter(|_| !settled).take(20).map(tried).collect(),
        how: format!("{situation}{tier}{declared}"),
    }
}

/// One key, and whom it found.
fn tried(attempt: &Value) -> String {
    let text = |name: &str| attempt.get(name).and_then(Value::as_str).map(|text| clip(text, NAME));
    let tier = spaced(&text("tier").unwrap_or_default());
    let field = text("field").map(|field| spaced(&field)).filter(|field| *field != tier);
    let key = field.map_or_else(|| tier.clone(), |field| format!("{tier} of the {field}"));
    let Some(raw) = text("raw") else { return format!("{key}: no value") };
    let value = match (attempt.get("normalised"), text("normalised")) {
        // It was looked up as it is.
        (None, _) => raw,
        (Some(_), Some(looked_up)) if raw == looked_up => raw,
        (Some(_), Some(looked_up)) => format!("{raw} → {looked_up}"),
        (Some(_), None) => format!("{raw} → nothing"),
    };
    let hits = attempt.get("hits").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let found: Vec<String> = hits.iter().take(5).filter_map(Value::as_str).map(|hit| clip(hit, NAME)).collect();
    let more = hits.len().checked_sub(6).map(|rest| format!(" and {} more", rest + 1)).unwrap_or_default();
    let found = if found.is_empty() { "nobody".to_owned() } else { found.join(", ") };
    format!("{key} {value} finds {found}{more}")
}

/// `external_id` as people write it.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_comparison_is_a_sentence() {
        let told = |raw: Value, normalised: Value, hits: Value| {
            tried(
                &json!({"tier": "external_id", "field": "external_id", "raw": raw, "normalised": normalised, "hits": hits}),
            )
        };
        assert_eq!(told(json!("E-1"), json!("e-1"), json!(["E-1", "E-2"])), "external id E-1 → e-1 finds E-1, E-2");
        assert_eq!(told(json!("e-1"), json!("e-1"), json!([])), "external id e-1 finds nobody");
        assert_eq!(told(json!(" "), json!(null), json!([])), "external id   → nothing finds nobody");
        assert_eq!(told(json!(null), json!(null), json!([])), "external id: no value");
        let many: Value = (0..8).map(|number| format!("E-{number}")).collect();
        assert!(told(json!("x"), json!("x"), many).ends_with("finds E-0, E-1, E-2, E-3, E-4 and 3 more"));
        let crosswalk = json!({"tier": "crosswalk", "field": "email", "raw": "a", "normalised": "a", "hits": ["E-1"]});
        assert_eq!(tried(&crosswalk), "crosswalk of the email a finds E-1");
        let terse = json!({"tier": "external_id", "raw": "e-1"});
        assert_eq!(tried(&terse), "external id e-1 finds nobody", "what goes without saying is left out");
        assert_eq!(tried(&json!(7)), ": no value");
    }
}
