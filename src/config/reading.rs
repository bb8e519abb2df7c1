//! How accounts and people are read and joined, as hashes: where one of them changed between two audits, a finding that is gone may
//! only be out of sight. Part of the configuration; compared by history.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};
use toml::{Table, Value};
use url::Url;

use crate::base::text::hex;
use crate::model::SourceName;
use crate::setting::is_loopback;

/// What `[[source]]` says of how it is asked, by whom, and what is expected of it. The rest decides which accounts are seen, and whose.
const ASKING: [&str; 21] = [
    "name",
    "file",
    "ca_file",
    "concurrency",
    "timeout",
    "deadline",
    "proxy",
    "requests_per_second",
    "page_size",
    "allow_insecure_http",
    "max_change",
    "expect_min",
    "known_outage",
    "owner",
    "token",
    "api_key",
    "credentials",
    "client_id",
    "client_secret",
    "username",
    "password",
];

/// The same of `[hr]`, and of `[[hr.file]]`.
const OF_FILES: [&str; 4] = ["file", "path", "max_change", "max_unpacked"];

/// How accounts and people are read and joined, without names of files and secrets. Lower-case hexadecimal SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadingHashes {
    /// `[hr]` and `[match]`.
    pub people: String,
    /// Each `[[source]]`.
    sources: BTreeMap<SourceName, String>,
}

impl ReadingHashes {
    /// Of the text of a configuration that has been checked.
    pub(super) fn of(text: &str) -> Self {
        let document: Table = text.parse().unwrap_or_default();
        let matching = document.get("match").cloned();
        let files = document.get("hr").and_then(|hr| hr.get("file")).map(files).unwrap_or_default();
        let hr = document.get("hr").map(|hr| without(hr, &OF_FILES));
        let tables = document.get("source").and_then(Value::as_array).into_iter().flatten();
        let named = |source: &Value| {
            let name = SourceName::new(source.get("name")?.as_str()?);
            Some((name, sha256(&of_source(source))))
        };
        Self { people: sha256(&(hr, files, matching)), sources: tables.filter_map(named).collect() }
    }

    /// Of one source; empty of one that isn't configured.
    pub fn of_source(&self, name: &SourceName) -> &str {
        self.sources.get(name).map_or("", String::as_str)
    }
}

/// What `[[source]]` says of which accounts are seen, and whose they are.
fn of_source(source: &Value) -> Table {
    let mut said = without(source, &ASKING);
    // What a crosswalk says is a decision, as in an exception; that there is one is no other way of reading.
    if let Some(matching) = said.get_mut("match").and_then(Value::as_table_mut) {
        matching.remove("crosswalk");
    }
    said.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
    // A tunnel to the vendor has another port each time.
    for key in ["base_url", "token_url"] {
        let url = said.get(key).and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
        if let Some(mut url) = url.filter(is_loopback) {
            // One without a host has no port to begin with.
            let _ = url.set_port(None);
            said.insert(key.to_owned(), Value::String(url.into()));
        }
    }
    said
}

/// What is said of each HR file.
fn files(file: &Value) -> Vec<Table> {
    match file {
        Value::Array(files) => files.iter().map(|file| without(file, &OF_FILES)).collect(),
        one => vec![without(one, &OF_FILES)],
    }
}

fn without(table: &Value, keys: &[&str]) -> Table {
    let mut rest = table.as_table().cloned().unwrap_or_default();
    rest.retain(|key, _| !keys.contains(&key));
    rest
}

fn sha256(said: &impl Serialize) -> String {
    hex(&Sha256::digest(serde_json::to_vec(said).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    const TEXT: &str = "[hr]\nfile = \"hr.csv\"\n[match]\ncrowd = 5\n\
        [[source]]\nname = \"crm\"\nvendor = \"file\"\nfile = \"crm.csv\"\nformat = \"csv\"\nexpect_min = 9\n";

    #[test]
    fn what_decides_who_is_seen_is_in_it_and_nothing_else() {
        let then = ReadingHashes::of(TEXT);
        let same = [
            ("hr.csv", "2026/hr.csv"),
            ("\"crm.csv\"", "\"crm-2.csv\""),
            ("expect_min = 9", "match.crosswalk = \"people.csv\""),
        ];
        for (old, new) in same {
            assert_eq!(ReadingHashes::of(&TEXT.replace(old, new)), then, "{new}");
        }
        for (old, new) in [("[match]", "timezone = \"Asia/Tokyo\"\n[match]"), ("crowd = 5", "crowd = 6")] {
            let now = ReadingHashes::of(&TEXT.replace(old, new));
            assert_ne!(now.people, then.people, "{new}");
            assert_eq!(now.sources, then.sources, "{new}");
        }
        let now = ReadingHashes::of(&format!("{TEXT}columns = {{ id = \"Login\" }}\n"));
        assert_ne!(now.sources, then.sources);
        assert_eq!(now.people, then.people);
        let at = |url: &str| ReadingHashes::of(&format!("{TEXT}base_url = \"{url}\"\n"));
        assert_eq!(at("http://127.0.0.1:8701"), at("http://127.0.0.1:8702"), "a tunnel");
        assert_ne!(at("https://eu.vendor.example"), at("https://us.vendor.example"));
        let entry = |more: &str| format!("[[hr.file]]\npath = \"a.csv\"\n{more}");
        assert_ne!(ReadingHashes::of(&entry("")).people, ReadingHashes::of(&entry("status = \"active\"\n")).people);
    }

    #[test]
    fn each_key_of_a_source_decides_who_is_seen_or_how_it_is_asked() {
        let schema = schemars::schema_for!(Config).to_value();
        let vendors = schema.pointer("/properties/source/items/allOf").and_then(serde_json::Value::as_array);
        let keys =
            vendors.expect("vendors").iter().filter_map(|vendor| vendor.pointer("/then/properties")?.as_object());
        let all: BTreeSet<&str> = keys.flat_map(|keys| keys.keys().map(String::as_str)).collect();
        let counts: Vec<&str> = all.into_iter().filter(|key| !ASKING.contains(key)).collect();
        let expected = [
            "applications",
            "base_url",
            "columns",
            "command",
            "dates",
            "delimiter",
            "details",
            "encoding",
            "external_id",
            "external_id_in_custom_data",
            "format",
            "list_separator",
            "match",
            "oauth2",
            "organisation",
            "paging",
            "privileged_roles",
            "region",
            "roles_from",
            "sheet",
            "timezone",
            "token_url",
            "values",
            "vendor",
        ];
        assert_eq!(counts, expected, "a new key: does it decide which accounts are seen, or how a source is asked?");
    }
}
