//! What was found, as tables.

use std::collections::BTreeMap;

use headcount::suggest::NearMiss;

use crate::accounts::{KINDS, Misspelt};

/// How many of a hundred accounts of a source are nobody's.
pub(crate) const SHARES: [usize; 4] = [0, 10, 20, 30];

/// An account, and who was suggested.
pub(crate) struct Asked {
    /// How many of a hundred accounts of its source are nobody's.
    pub(crate) share: usize,
    pub(crate) account: Misspelt,
    pub(crate) found: Vec<NearMiss>,
}

impl Asked {
    fn is_right(&self, near: &NearMiss) -> bool {
        self.account.owner == Some(near.employee.0)
    }

    fn score(&self) -> f64 {
        self.found.first().map_or(0.0, |near| near.score)
    }

    fn first_is_right(&self) -> bool {
        self.found.first().is_some_and(|near| self.is_right(near))
    }

    /// Who would have a line in a file of such scores.
    fn line(&self, least: f64) -> Option<&NearMiss> {
        self.found.first().filter(|near| near.equals == 0 && near.score >= least)
    }
}

fn share(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.1}%", 100.0 * part / whole) } else { "-".to_owned() }
}

fn count<'a>(asked: impl IntoIterator<Item = &'a Asked>, is: impl Fn(&Asked) -> bool) -> f64 {
    asked.into_iter().filter(|asked| is(asked)).count() as f64
}

#[derive(Default)]
struct Row {
    accounts: u32,
    owned: u32,
    named: u32,
    first: u32,
    three: u32,
    lines: u32,
    right: u32,
}

/// By what happened to the name.
pub(crate) fn by_kind(all: &[Asked]) {
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    for asked in all {
        for row in [asked.account.kind, KINDS.len()] {
            let row = rows.entry(row).or_default();
            row.accounts += 1;
            row.owned += u32::from(asked.account.owner.is_some());
            row.named += u32::from(!asked.found.is_empty());
            row.first += u32::from(asked.first_is_right());
            row.three += u32::from(asked.found.iter().any(|near| asked.is_right(near)));
            let line = asked.line(0.9);
            row.lines += u32::from(line.is_some());
            row.right += u32::from(line.is_some_and(|near| asked.is_right(near)));
        }
    }
    println!(
        "{:18}{:>9}{:>9}{:>10}{:>8}{:>9}{:>9}{:>11}",
        "", "accounts", "named", "recall@1", "@3", "lines", "right", "of owners"
    );
    for (kind, row) in &rows {
        let of = |part: u32, whole: u32| share(part.into(), whole.into());
        println!(
            "{:18}{:9}{:>9}{:>10}{:>8}{:>9}{:>9}{:>11}",
            KINDS.get(*kind).map_or("all", |(name, _)| *name),
            row.accounts,
            of(row.named, row.accounts),
            of(row.first, row.owned),
            of(row.three, row.owned),
            row.lines,
            of(row.right, row.lines),
            of(row.right, row.owned),
        );
    }
    println!("lines are what crosswalk suggest would write: nobody is as like, and the score is 0.9 or more");
}

/// Whether 97 % means that 97 of a hundred are right: by score, and by how many accounts of a source are nobody's.
pub(crate) fn reliability(all: &[Asked]) {
    const FROM: [u32; 9] = [0, 500, 600, 700, 800, 900, 950, 980, 990];
    println!(
        "\nmean score, and right, of the first to whom nobody is as like, where so many of a hundred accounts are nobody's"
    );
    println!("{:12}{}", "score", SHARES.map(|share| format!("{share:>22}")).concat());
    for (at, from) in FROM.iter().enumerate() {
        let to = FROM.get(at + 1).copied().unwrap_or(1001);
        let inside = |score: f64| (f64::from(*from)..f64::from(to)).contains(&(score * 1000.0).round());
        let of_share = |wanted: usize| {
            let bin: Vec<_> = all
                .iter()
                .filter(|asked| asked.share == wanted && asked.line(0.0).is_some_and(|near| inside(near.score)))
                .collect();
            let mean = bin.iter().map(|asked| asked.score()).sum::<f64>();
            let (right, of) = (count(bin.iter().copied(), Asked::first_is_right), bin.len() as f64);
            format!("{:>7}{:>7} {:<7}", share(mean, of), share(right, of), format!("({of})"))
        };
        let label = format!("{:.2}-{:.2}", f64::from(*from) / 1000.0, f64::from(to.min(1000)) / 1000.0);
        println!("{label:12}{}", SHARES.map(of_share).concat());
    }
}

/// What files of lines would be, by the least score.
pub(crate) fn lines(all: &[Asked]) {
    println!("\nright lines, of owners, and lines for accounts that are nobody's, of these");
    println!("{:12}{}", "least score", SHARES.map(|share| format!("{share:>24}")).concat());
    for least in [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98] {
        let of_share = |wanted: usize| {
            let here = || all.iter().filter(|asked| asked.share == wanted);
            let lines: Vec<_> = here().filter(|asked| asked.line(least).is_some()).collect();
            let is_owned = |asked: &Asked| asked.account.owner.is_some();
            let (right, owned) = (count(lines.iter().copied(), Asked::first_is_right), count(here(), is_owned));
            let (lines, false_lines) = (lines.len() as f64, count(lines.iter().copied(), |asked| !is_owned(asked)));
            let nobodys = here().count() as f64 - owned;
            format!("{:>8}{:>8}{:>8}", share(right, lines), share(right, owned), share(false_lines, nobodys))
        };
        println!("{least:<12}{}", SHARES.map(of_share).concat());
    }
}

/// How far the scores are from what is true, on average: less is better.
pub(crate) fn loss(all: &[Asked]) {
    let losses = |asked: &Asked| {
        let (score, right) = (asked.score(), asked.first_is_right());
        let missed = if right { 1.0 - score } else { score };
        [-(1.0 - missed).ln(), missed * missed]
    };
    let total = all.iter().map(losses).fold([0.0, 0.0], |[a, b], [c, d]| [a + c, b + d]);
    let [logarithmic, brier] = total.map(|sum| sum / all.len() as f64);
    println!("\nlogarithmic loss {logarithmic:.5}, Brier score {brier:.5}");
}
