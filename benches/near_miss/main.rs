//! How often near misses name the right person, how far their scores can be believed, and how fast they are found:
//! accounts of people whose names were misspelt, and of strangers.
//!
//! `cargo bench --bench near_miss [-- EMPLOYEES ACCOUNTS [SEED [COMPANIES]]]`. Seeded, so that two runs differ in time only.
//! Recall is the share of owners who were named first; precision the share of named accounts for which that was right.
//! Strangers have no owner: whatever is said of them is wrong.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    missing_docs
)]

mod accounts;
mod names;
mod report;

use std::time::{Duration, Instant};

use accounts::{Company, Misspelt, Person, Vendor, account};
use fastrand::Rng;
use headcount::config::{MatchConfig, SourceMatch};
use headcount::correlate::{Correlator, SourceCorrelator};
use headcount::model::{Roster, Situation};
use headcount::suggest::{NearMiss, NearMisses};
use report::{Asked, SHARES};

/// `crosswalk suggest` looks at this many accounts of a source together.
const OF_A_SOURCE: usize = 1_000;

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let mut number = |default| numbers.next().unwrap_or(default);
    let (employees, wanted, seed, companies) = (number(200_000), number(10_000), number(4), number(1));
    let (mut asked, mut built, mut searched) = (Vec::new(), Duration::ZERO, Duration::ZERO);
    for seed in seed..seed + companies {
        let mut rng = Rng::with_seed(seed as u64);
        let company = Company::any(&mut rng);
        let people: Vec<Person> = (0..employees).map(|_| company.person(&mut rng)).collect();
        let roster = company.roster(&people);
        let (config, matching) = (MatchConfig::default(), SourceMatch::default());
        let sources = wanted.div_ceil(OF_A_SOURCE);
        let sources: Vec<_> = (seed..seed + sources)
            .map(|n| {
                let share = SHARES[n % SHARES.len()];
                let vendor = Vendor::new(company, &people, &roster, rng.fork());
                (share, unmatched(&roster, &config, &matching, vendor, wanted / sources, share))
            })
            .collect();

        let accounts: Vec<Vec<_>> =
            sources.iter().map(|(_, unmatched)| unmatched.iter().map(account).collect()).collect();
        let started = Instant::now();
        let misses = NearMisses::of(&roster, &config, accounts.iter().flatten());
        built += started.elapsed();
        let started = Instant::now();
        let found: Vec<Vec<Vec<NearMiss>>> = accounts.iter().map(|accounts| misses.find(accounts, &matching)).collect();
        searched += started.elapsed();
        for ((share, unmatched), found) in sources.into_iter().zip(found) {
            asked.extend(unmatched.into_iter().zip(found).map(|(account, found)| Asked { share, account, found }));
        }
    }

    report::by_kind(&asked);
    report::reliability(&asked);
    report::lines(&asked);
    report::loss(&asked);
    println!("\n{} unmatched accounts against {employees} employees", asked.len());
    println!("index {built:.2?}, search {searched:.2?}, {:.0?} an account", searched / asked.len().try_into().unwrap());
}

/// What the exact tiers leave over of a source, of which this many in a hundred accounts are nobody's. A misspelling
/// can be somebody else's right spelling.
fn unmatched(
    roster: &Roster,
    config: &MatchConfig,
    matching: &SourceMatch,
    mut vendor: Vendor<'_>,
    wanted: usize,
    share: usize,
) -> Vec<Misspelt> {
    let correlator = Correlator::new(roster, config);
    let source = SourceCorrelator::new(&correlator, matching, None);
    let is_unmatched = |misspelt: &Misspelt| source.correlate(&account(misspelt)) == Situation::Unmatched;
    let mut one = |at: usize| {
        let nobodys = at * share / 100 < (at + 1) * share / 100;
        std::iter::repeat_with(|| vendor.account(nobodys)).find(is_unmatched).unwrap()
    };
    (0..wanted).map(&mut one).collect()
}
