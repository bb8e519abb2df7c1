//! For an account that nobody owns, the employees that it probably belongs to. Suggestions for a person:
//! nothing is matched by them, and what would match is written out as a line to confirm.

use crate::base::parallel;
use crate::config::{MatchConfig, SourceMatch};
use crate::model::{Account, EmployeeIndex, Roster};

use super::accept::{Accept, Proposals};
use super::blocking::{Blocks, Wanted};
use super::evidence::Evidence;
use super::further::Further;
use super::habits::{Change, Habits, Odds};
use super::rewrites::Rewrites;
use super::score::{Scorer, Weight};

/// More than these nobody reads.
const MOST: usize = 3;

/// Who is less likely the owner than this, if it is him or a stranger, isn't worth a look.
const WORTH_SHOWING: f64 = 0.05;

/// Who is at least half as likely is as like: these values can't tell the two apart.
const AS_LIKE: f64 = std::f64::consts::LN_2;

/// What is only alike is never certain.
const SUREST: f64 = 0.994;

/// An employee who probably owns the account.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Who.
    pub employee: EmployeeIndex,
    /// The share of suggestions with this score that are right, from 0 to 1; three decimals.
    pub score: f64,
    /// How many other employees are as like. If there are any, these values can't tell who it is.
    pub equals: usize,
    /// The values that are alike, the most telling first.
    pub evidence: Vec<Evidence>,
    /// What speaks for it or against it besides.
    pub further: Vec<Further>,
    /// Lines of which each would make it a match, the one about this account only first.
    pub accept: Vec<Accept>,
}

/// The roster, prepared for the search. That takes a second or two at two million employees, so it is done only when there
/// are accounts to search for; then all threads share it.
#[derive(Debug)]
pub struct NearMisses<'r> {
    roster: &'r Roster,
    config: &'r MatchConfig,
    blocks: Blocks,
    rewrites: Rewrites,
}

impl<'r> NearMisses<'r> {
    /// Prepares the roster for any account, in about 250 bytes an employee.
    pub fn new(roster: &'r Roster, config: &'r MatchConfig) -> Self {
        Self { roster, config, blocks: Blocks::new(roster, |_| true), rewrites: Rewrites::default() }
    }

    /// Prepares the roster for these accounts, in hardly any memory. Nothing is found for others.
    pub fn of<'a>(
        roster: &'r Roster,
        config: &'r MatchConfig,
        accounts: impl IntoIterator<Item = &'a Account<'a>>,
    ) -> Self {
        let wanted = Wanted::of(accounts);
        let blocks = Blocks::new(roster, |feature| wanted.has(feature));
        Self { roster, config, blocks, rewrites: Rewrites::default() }
    }

    /// For each account up to three employees, the likeliest first; equals in roster order. The accounts are those of one
    /// source without an owner, or many of them: how many of them are nobody's, and how names are changed
    /// there, is seen from all together.
    pub fn find(&self, accounts: &[Account<'_>], matching: &SourceMatch) -> Vec<Vec<NearMiss>> {
        self.find_at_most(MOST, accounts, matching)
    }

    /// The same for the likeliest alone: the lines that make somebody a match are most of the work.
    pub fn likeliest(&self, accounts: &[Account<'_>], matching: &SourceMatch) -> Vec<Option<NearMiss>> {
        self.find_at_most(1, accounts, matching).into_iter().map(|near| near.into_iter().next()).collect()
    }

    fn find_at_most(&self, most: usize, accounts: &[Account<'_>], matching: &SourceMatch) -> Vec<Vec<NearMiss>> {
        let searched = parallel::map(accounts, |account| self.search(account));
        let people = self.blocks.common().people();
        let habits = Habits::of_source(people, &searched.iter().map(|found| found.odds).collect::<Vec<_>>());
        let both: Vec<_> = accounts.iter().zip(searched).collect();
        parallel::map(&both, |(account, found)| self.near_misses(account, found, habits, (matching, most)))
    }

    /// Who is like the account, and how much.
    fn search(&self, account: &Account<'_>) -> Found {
        let scorer = Scorer::new(account, self.blocks.common());
        let candidates = self.blocks.candidates(account).into_iter();
        let weighed = candidates.filter_map(|index| Some((index, scorer.weight(self.roster.employee(index)?))));
        let mut all: Vec<_> = weighed.collect();
        all.sort_by(|a, b| b.1.sum().total_cmp(&a.1.sum()).then(a.0.cmp(&b.0)));
        let equals = |weight: &Weight| {
            all.iter().filter(|(_, other)| (other.values - weight.values).abs() < AS_LIKE).count().saturating_sub(1)
        };
        let first = all.iter().take(MOST).map(|(index, weight)| Likely {
            employee: *index,
            odds: weight.odds(),
            equals: equals(weight),
        });
        let first = first.collect();
        let odds: Odds = all.iter().map(|(_, weight)| weight.odds()).sum();
        let of_others = Odds::of(Change::OtherName, scorer.odds_of_other_names());
        Found { odds: odds.or_greater(of_others), first }
    }

    fn near_misses(
        &self,
        account: &Account<'_>,
        found: &Found,
        habits: Habits,
        (matching, most): (&SourceMatch, usize),
    ) -> Vec<NearMiss> {
        let scorer = Scorer::new(account, self.blocks.common());
        let worth_showing = found.first.iter().filter(|likely| habits.share(likely.odds, likely.odds) >= WORTH_SHOWING);
        let near = worth_showing.take(most).filter_map(|likely| {
            let employee = self.roster.employee(likely.employee)?;
            Some(NearMiss {
                employee: likely.employee,
                score: rounded(habits.share(likely.odds, found.odds).min(SUREST)),
                equals: likely.equals,
                evidence: scorer.evidence(employee),
                further: scorer.further(employee),
                accept: Proposals { account, employee, config: self.config, matching, rewrites: &self.rewrites }
                    .accepted(),
            })
        });
        near.collect()
    }
}

/// What was found for an account, before it is known what the source does to names.
#[derive(Debug)]
struct Found {
    /// Of all candidates together.
    odds: Odds,
    first: Vec<Likely>,
}

#[derive(Debug)]
struct Likely {
    employee: EmployeeIndex,
    /// How much likelier it is that the employee has such an account than that some stranger has.
    odds: Odds,
    equals: usize,
}

/// The same on every machine, and as much as anybody reads.
fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;
    use crate::correlate::testing::{account, person, roster};
    use crate::model::{Employee, Profile};
    use crate::suggest::{Detail, Likeness, Reason};

    fn people() -> Roster {
        roster([
            person("E-0041", "Anna Lindberg", &["anna.lindberg@example.com"], &["alindberg"]),
            person("E-0042", "Ann Lindqvist", &["ann.lindqvist@example.com"], &["alindqvist"]),
            person("E-0043", "Bruno Okafor", &["bruno.okafor@example.com"], &["bokafor"]),
            person("E-0044", "", &["c.novak@example.com"], &[]),
        ])
    }

    fn find(values: [&str; 4]) -> Vec<NearMiss> {
        let (people, config) = (people(), MatchConfig::default());
        let found = NearMisses::new(&people, &config).find(&[account(values)], &SourceMatch::default());
        found.into_iter().next().expect("one account")
    }

    #[test]
    fn the_likeliest_comes_first_with_its_reasons() {
        let near = find(["", "ann.lindqvits@example.com", "", "Ann Lindkvist"]);
        let first = near.first().expect("a near miss");
        assert_eq!(first.employee, EmployeeIndex(1));
        assert!(first.score > 0.85, "{}", first.score);
        let fields: Vec<_> = first.evidence.iter().map(|e| (e.field.as_str(), e.against.as_str())).collect();
        assert_eq!(fields, [("display_name", "name"), ("email", "email")]);
        let name = &first.evidence[0].account;
        assert_eq!(
            name.iter().map(|s| (s.text.as_str(), s.differs)).collect::<Vec<_>>(),
            [("Ann Lind", false), ("k", true), ("vist", false)]
        );
        assert_eq!(first.accept, [Accept::Crosswalk("email,ann.lindqvits@example.com,E-0042".into())]);
    }

    #[test]
    fn people_without_a_name_are_found_by_their_address() {
        let near = find(["", "", "", "Carla Novak"]);
        assert_eq!(near.first().map(|near| near.employee), Some(EmployeeIndex(3)));
    }

    #[test]
    fn strangers_are_not_suggested() {
        assert_eq!(find(["", "helpdesk@example.com", "helpdesk", "Help Desk"]), []);
        let near = find(["", "", "", "Ann"]);
        assert!(near.iter().all(|near| near.score < 0.9), "a first name alone is no line: {near:?}");
    }

    /// The likeliest owners of an account among these people and four hundred others, of whom hundreds share a name.
    fn among_many(people: &[Employee], values: [&str; 4]) -> Vec<(String, f64, usize, Vec<Reason>)> {
        let given = ["Jamie", "Liam", "Kate", "Omar", "Erin", "Noor", "Paul", "Ruth"];
        let family = ["Smith", "Jones", "Brown", "Clarke", "Egan"];
        let others = (0..400_usize).map(|n| {
            let (given, family) = (given[n % given.len()], family[n / given.len() % family.len()]);
            let name = format!("{given} {family}");
            person(&format!("X-{n}"), &name, &[&format!("{given}.{family}{n}@example.com")], &[])
        });
        let roster = roster(people.iter().cloned().chain(others));
        let config = MatchConfig::default();
        let accounts = [account(values)];
        let found = NearMisses::of(&roster, &config, &accounts).find(&accounts, &SourceMatch::default());
        let shown = |near: NearMiss| {
            let id = roster.employee(near.employee).expect("an employee").id().to_owned();
            let because = near.evidence.into_iter().flat_map(|evidence| evidence.because).collect();
            (id, near.score, near.equals, because)
        };
        found.into_iter().flatten().map(shown).collect()
    }

    #[test]
    fn a_namesake_is_shown_and_takes_the_promise() {
        let people = [
            person("E-1", "Anna Keller", &["anna.keller@example.com"], &["akeller"]),
            person("E-2", "Anna Keller", &["anna.keller2@example.com"], &["akeller2"]),
        ];
        let found = among_many(&people, ["", "akeller@vendor.example", "", "Anna Keller"]);
        let ids: Vec<_> = found.iter().map(|(id, ..)| id.as_str()).collect();
        assert_eq!(ids, ["E-1", "E-2"]);
        assert!(found.iter().all(|(_, score, equals, _)| *score < 0.85 && *equals == 1), "{found:?}");
    }

    #[test]
    fn strangers_who_sound_alike_are_no_more_alike() {
        for (name, other) in [("Erin Nguyen", "Renee Hanigan"), ("Kyle Eagan", "Chloe Agon")] {
            let found = among_many(&[person("E-1", other, &[], &[])], ["", "", "", name]);
            assert!(found.iter().all(|(id, score, ..)| id != "E-1" || *score < 0.3), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_rare_family_name_says_more_than_a_common_one() {
        let people = [person("E-1", "Liam Whisson", &[], &[]), person("E-2", "Peter Jones", &[], &[])];
        let rare = among_many(&people, ["", "", "", "Jamie Whisson"]);
        assert_eq!((rare[0].0.as_str(), rare[0].2), ("E-1", 0), "{rare:?}");
        assert_eq!(rare[0].3, [Reason::OtherName, Reason::Rare(1)]);
        let common = among_many(&people, ["", "", "", "Wilma Jones"]);
        assert!(common.iter().all(|(_, score, ..)| *score < rare[0].1 / 3.0), "{common:?} {rare:?}");
    }

    #[test]
    fn half_of_a_name_is_one_reason() {
        let people = [person("E-1", "Emily Choi-Lundberg", &[], &[]), person("E-2", "Hatice Kurt", &[], &["hkurt"])];
        let relative = among_many(&people, ["", "joshua.choilundberg@vendor.example", "", "Joshua Choi-Lundberg"]);
        assert!(relative[0].0 == "E-1" && relative[0].1 < 0.9, "{relative:?}");
        let married = among_many(&people, ["", "hkurt@vendor.example", "", "Hatice Ozdemir"]);
        assert!(married[0].0 == "E-2" && married[0].1 > 0.9, "her login name is another reason: {married:?}");
    }

    #[test]
    fn what_is_nobodys_name_is_a_misspelling() {
        let people = [person("E-1", "Ruth Marson", &[], &[]), person("E-2", "Ruth Matson", &[], &[])];
        let score = |people: &[Employee], name| {
            let found = among_many(people, ["", "", "", name]);
            found.into_iter().find(|(id, ..)| id == "E-2").map_or(0.0, |(_, score, ..)| score)
        };
        let misspelt = score(&people[1..], "Ruth Matxon");
        let somebodys = score(&people, "Ruth Marson");
        assert!(misspelt > 0.85 && somebodys < misspelt / 2.0, "{misspelt} {somebodys}");
    }

    #[test]
    fn a_name_alone_can_be_enough() {
        let found = among_many(&[person("E-1", "Ann Lindqvist", &[], &[])], ["", "", "", "Ann Lindqvist"]);
        assert!(found[0].0 == "E-1" && found[0].1 > 0.97, "{found:?}");
        assert_eq!(found[0].3, [Reason::Rare(1)]);
        let one_word = among_many(&[person("E-1", "Garanggar", &[], &[])], ["", "", "", "garanggar"]);
        assert!(one_word[0].0 == "E-1" && one_word[0].1 > 0.97, "equal names of one word: {one_word:?}");
    }

    #[test]
    fn a_login_name_is_read_to_its_end() {
        let thorpe = [person("E-1", "Harry Thorpe", &[], &[])];
        let score =
            |login, name| among_many(&thorpe, ["", login, "", name]).first().map_or(0.0, |(_, score, ..)| *score);
        let his = score("harrythorpe@vendor.example", "");
        let anothers = score("harrymanthorpe@vendor.example", "Harry Manthorpe");
        assert!(his > 0.97 && anothers < 0.97, "{his} {anothers}");
    }

    #[test]
    fn a_first_name_that_nobody_here_has_is_no_misspelling() {
        let people = [person("E-1", "Sara Lindqvist", &[], &[]), person("E-2", "Nora Lindqvist", &[], &[])];
        let score = |name| among_many(&people, ["", "", "", name]).first().map_or(0.0, |(_, score, ..)| *score);
        let (anothers, nobodys) = (score("Carla Lindqvist"), score("Qarpa Lindqvist"));
        assert!(anothers < nobodys, "{anothers} {nobodys}");
    }

    #[test]
    fn a_nickname_finds_all_who_may_be_meant() {
        let people = [person("E-1", "Nathaniel Lindqvist", &[], &[]), person("E-2", "Veronica Okafor", &[], &[])];
        for (name, id) in [("Nate Lindqvist", "E-1"), ("Ronnie Okafor", "E-2")] {
            let found = among_many(&people, ["", "", "", name]);
            assert!(found[0].0 == id && found[0].1 > 0.85, "{found:?}");
            assert!(found[0].3.contains(&Reason::Alike(Likeness::Nickname)), "{found:?}");
        }
    }

    #[test]
    fn what_the_other_accounts_of_the_source_are_called_changes_the_promise() {
        let family = |n: u8| {
            format!("{0}{1}qvist", char::from(b'k' + n / 5), ["ala", "emo", "iru", "obe", "usa"][usize::from(n % 5)])
        };
        let all = (0..50).map(|n| person(&format!("E-{n}"), &format!("Nathaniel {}", family(n)), &[], &[]));
        let (roster, config) = (roster(all), MatchConfig::default());
        let score = |given: &str| {
            let names: Vec<_> =
                (0..49).map(|n| format!("{given} {}", family(n))).chain([format!("Nate {}", family(49))]).collect();
            let accounts: Vec<_> = names.iter().map(|name| account(["", "", "", name])).collect();
            let found = NearMisses::of(&roster, &config, &accounts).find(&accounts, &SourceMatch::default());
            found[49].first().map_or(0.0, |near| near.score)
        };
        let (nicknames, exact) = (score("Nate"), score("Nathaniel"));
        assert!(nicknames > exact && exact > 0.5, "{nicknames} {exact}");
    }

    #[test]
    fn namesakes_are_told_apart_by_what_else_is_known() {
        let keller = |id, department| {
            let emails = &["anna.keller@example.com"][..];
            Employee::new(&Profile { id, name: "Anna Keller", department, emails, ..Profile::default() })
        };
        let record: Box<RawValue> = serde_json::from_str(r#"{"department": "Logistics"}"#).expect("JSON");
        let accounts = [Account { attributes: (&record).into(), ..account(["", "", "", "Anna Keller"]) }];
        let (roster, config) = (roster([keller("E-1", "Sales"), keller("E-2", "Logistics")]), MatchConfig::default());
        let found = NearMisses::of(&roster, &config, &accounts).find(&accounts, &SourceMatch::default());
        let (first, second) = (&found[0][0], &found[0][1]);
        assert_eq!((first.employee, first.equals), (EmployeeIndex(1), 0));
        assert!(first.score > 4.0 * second.score, "{found:?}");
        assert_eq!(first.further, [Further::Told(Detail::Department, true)]);
    }

    #[test]
    fn an_exact_name_beats_a_near_one_with_the_same_login() {
        let people = [
            person("E-1", "Kyle Clarke", &["kyle.clarke@example.com"], &["kclarke"]),
            person("E-2", "Kylee Clarke", &["sales7@example.com"], &[]),
        ];
        let found = among_many(&people, ["", "kclarke@vendor.example", "", "Kylee Clarke"]);
        assert_eq!(found[0].0, "E-2", "{found:?}");
    }

    #[test]
    fn different_endings_and_sounds_are_told() {
        let people = [person("E-1", "Leonora Glass", &[], &[]), person("E-2", "Oleg Petrov", &[], &[])];
        for (name, id, reason) in
            [("Leonora Glad", "E-1", Likeness::Misspelt(2)), ("Oleg Petroff", "E-2", Likeness::SoundsAlike)]
        {
            let found = among_many(&people, ["", "", "", name]);
            assert!(found[0].0 == id && found[0].3.contains(&Reason::Alike(reason)), "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_searched_for_without_panic(values in proptest::array::uniform4("\\PC{0,20}|.{0,20}|[a-z.@0-9 ]{0,20}")) {
            let [a, b, c, d] = &values;
            let near = find([a, b, c, d]);
            prop_assert!(near.len() <= MOST && near.iter().all(|near| (0.0..=1.0).contains(&near.score)));
            let person = person(a, b, &[c], &[d]);
            let (roster, config) = (roster([person]), MatchConfig::default());
            let misses = NearMisses::new(&roster, &config);
            let _unused = misses.find(&[account([d, c, b, a])], &SourceMatch::default());
        }
    }
}
