//! How often near misses name the right person, how far their scores can be believed, and how fast they are found:
//! accounts of people whose names were misspelt, and of strangers.
//!
//! `cargo bench --bench near_miss [-- EMPLOYEES ACCOUNTS [SEED]]`. Seeded, so that two runs differ in time only.
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

use std::time::Instant;

use accounts::{Misspelt, Person, Vendor, account, roster};
use fastrand::Rng;
use headcount::config::{MatchConfig, SourceMatch};
use headcount::correlate::{Correlator, SourceCorrelator};
use headcount::model::{Roster, Situation};
use headcount::suggest::{NearMiss, NearMisses};

fn main() {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse::<usize>().ok());
    let (employees, wanted) = (numbers.next().unwrap_or(200_000), numbers.next().unwrap_or(10_000));
    let mut rng = Rng::with_seed(numbers.next().unwrap_or(4) as u64);
    let people: Vec<Person> = (0..employees).map(|_| Person::any(&mut rng)).collect();
    let roster = roster(&people);
    let mut vendor = Vendor::new(&people, rng);
    let (config, matching) = (MatchConfig::default(), SourceMatch::default());
    let unmatched = unmatched(&roster, &config, &matching, &mut vendor, wanted);

    let started = Instant::now();
    let accounts: Vec<_> = unmatched.iter().map(account).collect();
    let misses = NearMisses::of(&roster, &config, &accounts);
    let built = started.elapsed();
    let started = Instant::now();
    // As `crosswalk suggest` looks at them.
    let thousands = accounts.chunks(1_000);
    let found: Vec<Vec<NearMiss>> = thousands.flat_map(|accounts| misses.find(accounts, &matching)).collect();
    let searched = started.elapsed();

    report::by_kind(&unmatched, &found);
    report::reliability(&unmatched, &found);
    println!("\n{} unmatched accounts against {employees} employees", unmatched.len());
    println!("index {built:.2?}, search {searched:.2?}, {:.0?} an account", searched / wanted.try_into().unwrap());
}

/// What the exact tiers leave over; a misspelling can be somebody else's right spelling.
fn unmatched(
    roster: &Roster,
    config: &MatchConfig,
    matching: &SourceMatch,
    vendor: &mut Vendor<'_>,
    wanted: usize,
) -> Vec<Misspelt> {
    let correlator = Correlator::new(roster, config);
    let source = SourceCorrelator::new(&correlator, matching, None);
    let all = std::iter::repeat_with(|| vendor.account());
    all.filter(|misspelt| source.correlate(&account(misspelt)) == Situation::Unmatched).take(wanted).collect()
}
