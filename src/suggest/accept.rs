//! The lines that would make a near miss a match, for a person to confirm. Each is tried with the real thing,
//! correlation itself, before it is shown.

use std::path::Path;

use crate::config::{MatchConfig, PlusAddressing, RawMatch, RawSourceMatch, Rewrite, SourceMatch};
use crate::model::{Account, AccountField, Employee, Roster, Situation, Tier};

use super::handle::{Form, Handle};
use super::rewrites::Rewrites;
use crate::correlate::Correlator;
use crate::correlate::Crosswalk;
use crate::correlate::SourceCorrelator;
use crate::key::{Normaliser, split, trim};
use crate::setting::ConfigText;

/// A line that would make the account match, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accept {
    /// In the source's crosswalk file. It is about this account only.
    Crosswalk(String),
    /// In `[match]`. It is about every account of every source.
    Match(String),
    /// In the source's `[source.match]`. It is about every account of the source.
    SourceMatch(String),
}

impl Accept {
    /// The line itself.
    pub fn line(&self) -> &str {
        match self {
            Self::Crosswalk(line) | Self::Match(line) | Self::SourceMatch(line) => line,
        }
    }

    /// The key that the line sets; of a crosswalk, what is compared.
    pub fn key(&self) -> &str {
        self.line().split([' ', ',']).next().unwrap_or_default()
    }

    /// By what the accounts of a source would find their owners, with this line in its place; nothing if the line is about
    /// one account.
    pub fn applied(&self, config: &MatchConfig, matching: &SourceMatch) -> Option<(MatchConfig, SourceMatch)> {
        let text = ConfigText::new(Path::new(self.place()), self.line());
        let (mut config, mut matching) = (config.clone(), matching.clone());
        match self {
            Self::Crosswalk(_) => return None,
            Self::Match(line) => {
                let new = toml::from_str::<RawMatch>(line).ok()?.check(&text).ok()?;
                match self.key() {
                    "domains" => config.domains = new.domains,
                    "plus_addressing" => config.plus_addressing = new.plus_addressing,
                    _ => config.username_matches_local_part = new.username_matches_local_part,
                }
            }
            Self::SourceMatch(line) if self.key() == "tiers" => {
                let known = Tier::DEFAULT.into_iter().filter(|tier| line.contains(tier.as_str()));
                let missing: Vec<_> = known.filter(|tier| !matching.tiers.contains(tier)).collect();
                matching.tiers.extend(missing);
            }
            Self::SourceMatch(line) => {
                let new = toml::from_str::<RawSourceMatch>(line).ok()?.check(&text).ok()?;
                matching.external_id = new.external_id.or(matching.external_id);
                matching.email = new.email.or(matching.email);
                matching.username = new.username.or(matching.username);
            }
        }
        Some((config, matching))
    }

    /// Where it belongs: the crosswalk file, or a section of the configuration.
    pub const fn place(&self) -> &'static str {
        match self {
            Self::Crosswalk(_) => "crosswalk",
            Self::Match(_) => "[match]",
            Self::SourceMatch(_) => "[source.match]",
        }
    }
}

/// Domains in which anybody can have an address: to call one the organisation's own would match strangers.
const PUBLIC_DOMAINS: [&str; 24] = [
    "126.com",
    "163.com",
    "aol.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.com",
    "yandex.ru",
];

/// What could be changed for one account and one employee.
pub(super) struct Proposals<'a> {
    pub(super) account: &'a Account<'a>,
    pub(super) employee: &'a Employee,
    pub(super) config: &'a MatchConfig,
    pub(super) matching: &'a SourceMatch,
    pub(super) rewrites: &'a Rewrites,
}

impl Proposals<'_> {
    /// The lines that work, the one about this account only first.
    pub(super) fn accepted(&self) -> Vec<Accept> {
        let roster = Roster { employees: vec![self.employee.clone()], ..Roster::default() };
        let matches = |config: &MatchConfig, matching: &SourceMatch| {
            let correlator = Correlator::new(&roster, config);
            let situation = SourceCorrelator::new(&correlator, matching, None).correlate(self.account);
            matches!(situation, Situation::Matched { .. })
        };
        let mut accepted: Vec<Accept> = self.crosswalk(&roster).into_iter().collect();
        let global = [self.domain(), self.plus_addressing(), self.local_part()].into_iter().flatten();
        accepted
            .extend(global.filter(|(config, _)| matches(config, self.matching)).map(|(_, line)| Accept::Match(line)));
        let works = |(matching, _): &(SourceMatch, String)| matches(self.config, matching);
        let mut source: Vec<_> = self.tiers().into_iter().chain(self.external_id()).filter(works).collect();
        for tier in [Tier::Username, Tier::Email] {
            source.extend(self.handle(tier).into_iter().find(works));
        }
        accepted.extend(source.into_iter().map(|(_, line)| Accept::SourceMatch(line)));
        accepted
    }

    /// The address is what people recognise, but the vendor's own id always works.
    fn crosswalk(&self, roster: &Roster) -> Option<Accept> {
        let correlator = Correlator::new(roster, self.config);
        let matching = SourceMatch { tiers: vec![Tier::Crosswalk], ..SourceMatch::default() };
        let works = |line: &String| {
            let text = format!("key,value,employee_id\n{line}\n");
            Crosswalk::parse(Path::new("suggestion"), &text, &correlator).is_ok_and(|crosswalk| {
                let source = SourceCorrelator::new(&correlator, &matching, Some(crosswalk));
                matches!(source.correlate(self.account), Situation::Matched { .. })
            })
        };
        let fields = [AccountField::Email, AccountField::Username, AccountField::Id].into_iter();
        let lines =
            fields.filter_map(|field| csv_line([field.as_str(), trim(field.of(self.account)?), self.employee.id()]));
        lines.into_iter().find(works).map(Accept::Crosswalk)
    }

    fn domain(&self) -> Option<(MatchConfig, String)> {
        let normaliser = Normaliser::new(self.config);
        let theirs = normaliser.address(AccountField::Email.of(self.account)?).text;
        let (local, alias) = split(&theirs)?;
        let ours =
            self.employee.emails().iter().map(|email| normaliser.address(email).text).find_map(|email| {
                split(&email).filter(|(ours, _)| *ours == local).map(|(_, domain)| domain.to_owned())
            })?;
        let public = |domain: &str| PUBLIC_DOMAINS.contains(&domain);
        if alias == ours || public(alias) || public(&ours) || self.config.domains.values().any(|target| target == alias)
        {
            return None;
        }
        let mut config = self.config.clone();
        config.domains.insert(alias.to_owned(), ours);
        let entries: Vec<_> =
            config.domains.iter().map(|(from, to)| format!("{} = {}", quoted(from), quoted(to))).collect();
        let line = format!("domains = {{ {} }}", entries.join(", "));
        Some((config, line))
    }

    fn plus_addressing(&self) -> Option<(MatchConfig, String)> {
        let tagged = |address: &str| address.contains('+');
        let any = AccountField::Email.of(self.account).is_some_and(tagged)
            || AccountField::Username.of(self.account).is_some_and(tagged)
            || self.employee.emails().iter().any(tagged);
        let config = MatchConfig { plus_addressing: PlusAddressing::Strip, ..self.config.clone() };
        any.then(|| (config, "plus_addressing = \"strip\"".to_owned()))
    }

    fn local_part(&self) -> Option<(MatchConfig, String)> {
        let config = MatchConfig { username_matches_local_part: true, ..self.config.clone() };
        (!self.config.username_matches_local_part).then(|| (config, "username_matches_local_part = true".to_owned()))
    }

    fn tiers(&self) -> Vec<(SourceMatch, String)> {
        let missing = [Tier::ExternalId, Tier::Email, Tier::Username].into_iter();
        let missing = missing.filter(|tier| !self.matching.tiers.contains(tier));
        missing
            .map(|tier| {
                let mut matching = self.matching.clone();
                matching.tiers.push(tier);
                let names: Vec<_> = matching.tiers.iter().map(|tier| quoted(tier.as_str())).collect();
                let line = format!("tiers = [{}]", names.join(", "));
                (matching, line)
            })
            .collect()
    }

    /// The name in a login name or an address that is written in another form than the roster's: alone, at its own place, and
    /// at the domains of the employee's addresses.
    fn handle(&self, tier: Tier) -> Vec<(SourceMatch, String)> {
        let Some(handle) = tier.field().and_then(|field| Some(Handle::of(field.of(self.account)?))) else {
            return Vec::new();
        };
        let mut replacements = vec!["$1".to_owned()];
        let theirs = self.employee.emails().iter().filter_map(split).map(|(_, domain)| domain);
        let own = Some(handle.place).filter(|place| handle.form != Form::Address && !place.is_empty());
        for domain in own.into_iter().chain(theirs) {
            let address = format!("$1@{}", domain.replace('$', "$$"));
            if !replacements.contains(&address) {
                replacements.push(address);
            }
        }
        // Anybody can have an address there.
        let is_anybodys = handle.form == Form::Address && PUBLIC_DOMAINS.contains(&handle.place);
        let pattern = handle.pattern().filter(|_| !is_anybodys);
        let proposal = |pattern: &str, replace: &str| {
            let rewrite = self.rewrite(tier, pattern, replace)?;
            let mut matching = self.matching.clone();
            *(if tier == Tier::Email { &mut matching.email } else { &mut matching.username }) = Some(rewrite);
            Some((matching, rewrite_line(tier, pattern, replace)))
        };
        let proposals = pattern
            .iter()
            .flat_map(|pattern| replacements.iter().filter_map(move |replace| proposal(pattern, replace)));
        proposals.collect()
    }

    /// The same number with something else around it.
    fn external_id(&self) -> Option<(SourceMatch, String)> {
        let [before, digits, after] = around_number(trim(AccountField::ExternalId.of(self.account)?))?;
        let [id_before, id_digits, id_after] = around_number(self.employee.id())?;
        let bare = |digits: &str| digits.trim_start_matches('0').to_owned();
        if bare(digits) != bare(id_digits) {
            return None;
        }
        let zeros = id_digits.len() - bare(id_digits).len();
        let (group, padding) = match zeros {
            _ if digits == id_digits => (r"(\d+)".to_owned(), String::new()),
            0 => (r"0*([1-9]\d*)".to_owned(), String::new()),
            _ => (format!(r"0*([1-9]\d{{{}}})", bare(digits).len().checked_sub(1)?), "0".repeat(zeros)),
        };
        let pattern = format!("^{}{group}{}$", regex::escape(before), regex::escape(after));
        let literal = |text: &str| text.replace('$', "$$");
        let replace = match literal(id_after) {
            none if none.is_empty() => format!("{}{padding}$1", literal(id_before)),
            after => format!("{}{padding}${{1}}{after}", literal(id_before)),
        };
        let rewrite = self.rewrite(Tier::ExternalId, &pattern, &replace)?;
        let line = rewrite_line(Tier::ExternalId, &pattern, &replace);
        Some((SourceMatch { external_id: Some(rewrite), ..self.matching.clone() }, line))
    }

    /// Compiled, unless the source already rewrites this tier: two patterns can't be put into one for somebody.
    fn rewrite(&self, tier: Tier, pattern: &str, replace: &str) -> Option<Rewrite> {
        self.matching.rewrite(tier).is_none().then(|| self.rewrites.compiled(pattern, replace))?
    }
}

fn rewrite_line(tier: Tier, pattern: &str, replace: &str) -> String {
    format!("{} = {{ pattern = {}, replace = {} }}", tier.as_str(), quoted(pattern), quoted(replace))
}

/// As TOML writes it, in whichever quotes it needs.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What is before the first number, the number, and what is after it.
fn around_number(text: &str) -> Option<[&str; 3]> {
    let (before, rest) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
    let (digits, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
    Some([before, digits, after])
}

fn csv_line(fields: [&str; 3]) -> Option<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields).ok()?;
    let line = String::from_utf8(writer.into_inner().ok()?).ok()?;
    Some(line.trim_end_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::testing::{account, person, roster};

    fn employee() -> Employee {
        person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"])
    }

    fn accepted(values: [&str; 4], matching: &SourceMatch) -> Vec<Accept> {
        let (account, employee, config) = (account(values), employee(), MatchConfig::default());
        let rewrites = Rewrites::default();
        Proposals { account: &account, employee: &employee, config: &config, matching, rewrites: &rewrites }.accepted()
    }

    /// The line goes where it says, is read by the real reader, and matches.
    fn works(values: [&str; 4], line: &Accept, matching: &SourceMatch) -> bool {
        let text = |line: &str| ConfigText::new(Path::new("h.toml"), line);
        let (mut config, mut matching, mut crosswalk) = (MatchConfig::default(), matching.clone(), None);
        match line {
            Accept::Match(line) => {
                let raw: RawMatch = toml::from_str(line).expect("TOML");
                config = raw.check(&text(line)).expect("a valid line");
            }
            Accept::SourceMatch(line) => {
                let raw: RawSourceMatch = toml::from_str(line).expect("TOML");
                matching = raw.check(&text(line)).expect("a valid line");
            }
            Accept::Crosswalk(line) => crosswalk = Some(format!("key,value,employee_id\n{line}")),
        }
        let correlator = Correlator::new(&roster([employee()]), &config);
        let crosswalk = crosswalk.map(|text| {
            matching.tiers.insert(0, Tier::Crosswalk);
            Crosswalk::parse(Path::new("x"), &text, &correlator).expect("a valid line")
        });
        let source = SourceCorrelator::new(&correlator, &matching, crosswalk);
        source.correlate(&account(values)).employee().is_some()
    }

    #[test]
    fn every_line_works_as_it_is_written() {
        let only_ids = SourceMatch { tiers: vec![Tier::ExternalId], ..SourceMatch::default() };
        let by_default = SourceMatch::default();
        for (values, matching, expected) in [
            (["", "ann.l@example.com", "", ""], &by_default, "email,ann.l@example.com,E-0042"),
            (["", "", "", "Ann, L"], &by_default, "id,a-1,E-0042"),
            (["", "", "ann, l", ""], &by_default, "username,\"ann, l\",E-0042"),
            (["", "Ann.Lindqvist@Old.example", "", ""], &by_default, r#"domains = { "old.example" = "example.com" }"#),
            (["", "ann.lindqvist+crm@example.com", "", ""], &by_default, "plus_addressing = \"strip\""),
            (["", "", "ann.lindqvist", ""], &by_default, "username_matches_local_part = true"),
            (["", "ann.lindqvist@example.com", "", ""], &only_ids, r#"tiers = ["external_id", "email"]"#),
            (
                ["", "", "alindqvist@vendor.example", ""],
                &by_default,
                r#"username = { pattern = '^(.+)@vendor\.example$', replace = "$1" }"#,
            ),
            (
                ["", "", "ann.lindqvist@vendor.example", ""],
                &by_default,
                r#"username = { pattern = '^(.+)@vendor\.example$', replace = "$1@example.com" }"#,
            ),
            (
                ["", "", "@alindqvist:chat.example", ""],
                &by_default,
                r#"username = { pattern = '(?i)^@([^:]+):chat\.example$', replace = "$1" }"#,
            ),
            (
                ["", "", "@ann.lindqvist:example.com", ""],
                &by_default,
                r#"username = { pattern = '(?i)^@([^:]+):example\.com$', replace = "$1@example.com" }"#,
            ),
            (
                ["", "sip:ann.lindqvist@example.com;transport=tls", "", ""],
                &by_default,
                r#"email = { pattern = '(?i)^sips?:([^@]+)@example\.com(?:[:;?].*)?$', replace = "$1@example.com" }"#,
            ),
            (
                ["", "", "ann.lindqvist@example.com/desk", ""],
                &by_default,
                r#"username = { pattern = '(?i)^([^@/]+)@example\.com(?:/.*)?$', replace = "$1@example.com" }"#,
            ),
            (
                ["", "", "CORP\\alindqvist", ""],
                &by_default,
                r#"username = { pattern = '(?i)^CORP\\(.+)$', replace = "$1" }"#,
            ),
            (["user_0042", "", "", ""], &by_default, r#"external_id = { pattern = '^user_(\d+)$', replace = "E-$1" }"#),
            (
                ["42.x", "", "", ""],
                &by_default,
                r#"external_id = { pattern = '^0*([1-9]\d{1})\.x$', replace = "E-00$1" }"#,
            ),
        ] {
            let lines = accepted(values, matching);
            let text = |line: &Accept| match line {
                Accept::Crosswalk(line) | Accept::Match(line) | Accept::SourceMatch(line) => line.clone(),
            };
            assert!(lines.iter().any(|line| text(line) == expected), "{expected}: {lines:?}");
            assert!(matches!(lines.first(), Some(Accept::Crosswalk(_))), "{lines:?}");
            for line in lines {
                assert!(works(values, &line, matching), "{line:?}");
            }
        }
    }

    #[test]
    fn public_domains_are_never_called_the_organisations_own() {
        let lines = accepted(["", "ann.lindqvist@gmail.com", "", ""], &SourceMatch::default());
        assert!(matches!(lines.as_slice(), [Accept::Crosswalk(_)]), "{lines:?}");
    }

    #[test]
    fn values_that_a_crosswalk_cannot_hold_fall_back_to_the_id() {
        let lines = accepted(["", "ann\n@example.com", "", ""], &SourceMatch::default());
        assert_eq!(lines, [Accept::Crosswalk("id,a-1,E-0042".into())]);
    }
}
