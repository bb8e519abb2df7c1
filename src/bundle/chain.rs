//! Whether several bundles are one chain: each names the one before it, so that none can be left out or replaced later.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Statement;
use crate::bag::{BagId, Description, Kind, Previous};

const TOPIC: &str = "chain";

/// Holds bundles against each other. In which order they are given makes no difference. What couldn't be read may be any of
/// those that are missed.
pub fn chain(bundles: &[(PathBuf, BagId, Description)], unread: &[&Path]) -> Vec<Statement> {
    let mut links: Vec<Link<'_>> = bundles.iter().map(Link::of).collect();
    links.sort_by_key(|link| (link.description.run.as_of, link.id));
    let mut told = twice(&links);
    links.dedup_by_key(|link| link.id);
    told.extend(forks(&links));
    let mut starts = Vec::new();
    for link in &links {
        match &link.description.previous {
            None => starts.push(format!("{} names none before it", link.name())),
            Some(previous) => match before(link, previous, &links) {
                Before::Here(wrong) => told.extend(wrong),
                Before::Elsewhere(text) => starts.push(text),
                Before::Replaced(text) => told.push(Statement::wrong(TOPIC, text)),
            },
        }
    }
    // The first of a chain has its predecessor elsewhere, or none. Every other start is a gap.
    let gaps = starts.iter().skip(1).map(|text| format!("a gap: {text}"));
    if let [_, ..] = unread {
        told.extend(gaps.map(|text| Statement::unconfirmed(TOPIC, text)));
        let names: Vec<_> = unread.iter().map(|path| file_name(path)).collect();
        told.push(Statement::unconfirmed(TOPIC, format!("nothing can be told of {}", names.join(", "))));
        return told;
    }
    told.extend(gaps.map(|text| Statement::wrong(TOPIC, text)));
    if told.is_empty() {
        told.push(Statement::holds(TOPIC, in_order(&links).into_iter().chain(starts).collect::<Vec<_>>().join("; ")));
    }
    told
}

/// The audits one behind the other, and which of them each review is about.
fn in_order(links: &[Link<'_>]) -> Vec<String> {
    let (reviews, audits): (Vec<_>, Vec<_>) = links.iter().partition(|link| link.is_review());
    let audits: Vec<_> = audits.into_iter().map(Link::name).collect();
    let reviews = reviews.into_iter().map(|review| {
        let previous = review.description.previous.as_ref();
        let about = previous.and_then(|previous| links.iter().find(|link| *link.id == previous.id));
        about.map_or_else(|| review.name(), |about| format!("{} is about {}", review.name(), about.name()))
    });
    Some(audits.join(" ─▶ ")).filter(|audits| !audits.is_empty()).into_iter().chain(reviews).collect()
}

/// A bundle of the chain.
struct Link<'b> {
    path: &'b Path,
    id: &'b BagId,
    description: &'b Description,
}

impl<'b> Link<'b> {
    fn of((path, id, description): &'b (PathBuf, BagId, Description)) -> Self {
        // A bundle that tells less stands for the full one, which is what others name.
        let id = description.full.as_ref().map_or(id, |full| &full.id);
        Self { path, id, description }
    }

    fn name(&self) -> String {
        file_name(self.path)
    }

    fn is_review(&self) -> bool {
        self.description.kind == Kind::Review
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn twice(links: &[Link<'_>]) -> Vec<Statement> {
    let same = links.windows(2).filter_map(|pair| match pair {
        [one, other] if one.id == other.id => Some(format!("{} and {} are the same bundle", one.name(), other.name())),
        _ => None,
    });
    same.map(|text| Statement::holds(TOPIC, text)).collect()
}

/// Two bundles that name the same one before them. A review stands beside the next audit, and may name the same.
fn forks(links: &[Link<'_>]) -> Vec<Statement> {
    let mut followers: BTreeMap<&BagId, Vec<String>> = BTreeMap::new();
    for link in links.iter().filter(|link| !link.is_review()) {
        if let Some(previous) = &link.description.previous {
            followers.entry(&previous.id).or_default().push(link.name());
        }
    }
    let forks = followers.values().filter(|names| names.len() > 1);
    forks
        .map(|names| {
            Statement::wrong(TOPIC, format!("a fork: {} name the same bundle before them", names.join(" and ")))
        })
        .collect()
}

/// What is known of the bundle that one names as the one before it.
enum Before {
    /// It is among them, and this is wrong between the two.
    Here(Option<Statement>),
    /// It isn't among them.
    Elsewhere(String),
    /// Another one of the same run is among them.
    Replaced(String),
}

fn before(link: &Link<'_>, previous: &Previous, links: &[Link<'_>]) -> Before {
    let name = link.name();
    let is_run = |other: &&Link<'_>| other.description.run.id.as_ref() == Some(&previous.run_id);
    if let Some(found) = links.iter().find(|other| *other.id == previous.id) {
        let is_later = found.description.run.as_of >= link.description.run.as_of;
        let is_other = !is_run(&found) || found.description.run.as_of != Some(previous.as_of);
        let wrong = if is_later {
            Some(format!(
                "out of order: {name} names {} before it, which is of a later or the same moment",
                found.name()
            ))
        } else {
            is_other.then(|| format!("{name} says of {} what isn't so: another run or moment", found.name()))
        };
        return Before::Here(wrong.map(|text| Statement::wrong(TOPIC, text)));
    }
    match links.iter().find(is_run) {
        Some(found) => Before::Replaced(format!(
            "replaced: {name} names {} of run {} before it, and {} is another bundle of that run ({})",
            previous.id,
            previous.run_id,
            found.name(),
            found.id
        )),
        None => Before::Elsewhere(format!(
            "{name} names run {} ({}) before it, which isn't here",
            previous.run_id, previous.id
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bag::{Command, Format, Kind, Run, Tier};
    use crate::bundle::Outcome;

    type Bundle = (PathBuf, BagId, Description);

    fn id(digit: char) -> BagId {
        digit.to_string().repeat(64).parse().expect("an id")
    }

    fn moment(quarter: u32) -> crate::model::Timestamp {
        format!("2026-{:02}-28T12:00:00Z", 3 * quarter).parse().expect("a time")
    }

    /// The bundle of a quarter, after that of the one before.
    fn bundle(quarter: u32) -> Bundle {
        let digit = |quarter: u32| char::from_digit(quarter, 10).expect("a digit");
        let previous = (quarter > 1).then(|| Previous {
            id: id(digit(quarter - 1)),
            run_id: format!("run-{}", quarter - 1),
            as_of: moment(quarter - 1),
        });
        let run = Run {
            id: Some(format!("run-{quarter}")),
            as_of: Some(moment(quarter)),
            started_at: moment(quarter),
            finished_at: moment(quarter),
            tool_version: "0.1.0".to_owned(),
        };
        let description = Description {
            format: Format::One,
            kind: Kind::Audit,
            tier: Tier::Full,
            run,
            command: Command::default(),
            inputs: Vec::new(),
            previous,
            full: None,
            withheld: Vec::new(),
        };
        (PathBuf::from(format!("q{quarter}.zip")), id(digit(quarter)), description)
    }

    fn told(bundles: &[Bundle]) -> (Outcome, String) {
        let statements = chain(bundles, &[]);
        let worst = statements.iter().map(|statement| statement.outcome).max().expect("one");
        (worst, statements.iter().flat_map(|statement| [statement.text.as_str(), "\n"]).collect())
    }

    fn year() -> Vec<Bundle> {
        (1..=4).map(bundle).collect()
    }

    #[test]
    fn a_whole_chain_is_one_in_any_order() {
        let whole = (Outcome::Holds, "q1.zip ─▶ q2.zip ─▶ q3.zip ─▶ q4.zip; q1.zip names none before it\n".to_owned());
        assert_eq!(told(&year()), whole);
        let mut backwards = year();
        backwards.reverse();
        assert_eq!(told(&backwards), whole);
        let (outcome, text) = told(&year()[2..]);
        assert!(outcome == Outcome::Holds && text.contains("names run run-2 (2222"), "{text}");
        let mut redacted = year();
        redacted[1].2.full = Some(crate::bag::Full { id: std::mem::replace(&mut redacted[1].1, id('7')) });
        assert_eq!(told(&redacted), whole);
        let (outcome, text) = told(&[bundle(2), bundle(2)]);
        assert!(outcome == Outcome::Holds && text.contains("are the same bundle"), "{text}");
    }

    #[test]
    fn a_review_stands_beside_the_audit_that_it_is_about() {
        let mut with_review = year();
        let mut review = Description { kind: Kind::Review, ..bundle(3).2 };
        review.run.id = None;
        with_review.push((PathBuf::from("q2-review.zip"), id('9'), review));
        let (outcome, text) = told(&with_review);
        let expected =
            "q1.zip ─▶ q2.zip ─▶ q3.zip ─▶ q4.zip; q2-review.zip is about q2.zip; q1.zip names none before it\n";
        assert_eq!((outcome, text.as_str()), (Outcome::Holds, expected));
        let (outcome, text) = told(&with_review[4..]);
        assert!(
            outcome == Outcome::Holds && text.starts_with("q2-review.zip; q2-review.zip names run run-2"),
            "{text}"
        );
    }

    #[test]
    fn what_was_not_read_leaves_the_chain_open() {
        let mut gap = year();
        gap.remove(1);
        for bundles in [year(), gap, Vec::new()] {
            let statements = chain(&bundles, &[Path::new("lost/q2.zip")]);
            assert!(statements.iter().all(|told| told.outcome == Outcome::Unconfirmed), "{statements:?}");
            assert!(statements.iter().any(|told| told.text == "nothing can be told of q2.zip"), "{statements:?}");
        }
    }

    #[test]
    fn what_breaks_a_chain_is_named() {
        let mut gap = year();
        gap.remove(1);
        let mut fork = year();
        fork.push((PathBuf::from("other.zip"), id('9'), bundle(3).2));
        let mut swapped = year();
        swapped[2].2.run.as_of = Some(moment(1));
        let mut replaced = year();
        replaced[1].1 = id('8');
        let mut second_start = year();
        second_start[2].2.previous = None;
        let mut untrue = year();
        untrue[3].2.previous.as_mut().expect("one").run_id = "run-0".to_owned();
        for (bundles, expected) in [
            (gap, "a gap: q3.zip names run run-2 (2222"),
            (fork, "a fork: q3.zip and other.zip name the same bundle before them"),
            (swapped, "out of order: q3.zip names q2.zip before it"),
            (replaced, "replaced: q3.zip names 2222"),
            (second_start, "a gap: q3.zip names none before it"),
            (untrue, "q4.zip says of q3.zip what isn't so"),
        ] {
            let (outcome, text) = told(&bundles);
            assert!(outcome == Outcome::Wrong && text.contains(expected), "{text}");
        }
    }
}
