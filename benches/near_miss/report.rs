//! What was found, as tables.

use std::collections::BTreeMap;

use headcount::suggest::NearMiss;

use crate::accounts::{KINDS, Misspelt};

fn is_right(misspelt: &Misspelt, near: &NearMiss) -> bool {
    misspelt.owner == Some(near.employee.0)
}

fn share(part: f64, whole: f64) -> String {
    if whole > 0.0 { format!("{:.1}%", 100.0 * part / whole) } else { "-".to_owned() }
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
pub(crate) fn by_kind(accounts: &[Misspelt], found: &[Vec<NearMiss>]) {
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    for (misspelt, near) in accounts.iter().zip(found) {
        let right = |near: &NearMiss| is_right(misspelt, near);
        for row in [misspelt.kind, KINDS.len()] {
            let row = rows.entry(row).or_default();
            row.accounts += 1;
            row.owned += u32::from(misspelt.owner.is_some());
            row.named += u32::from(!near.is_empty());
            row.first += u32::from(near.first().is_some_and(right));
            row.three += u32::from(near.iter().any(right));
            let line = near.first().filter(|near| near.equals == 0 && near.score >= 0.85);
            row.lines += u32::from(line.is_some());
            row.right += u32::from(line.is_some_and(right));
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
    println!("lines are what crosswalk suggest would write: nobody is as like, and the score is 0.85 or more");
}

/// Whether 97 % means that 97 of a hundred are right: by score, and for several shares of accounts that are nobody's.
pub(crate) fn reliability(accounts: &[Misspelt], found: &[Vec<NearMiss>]) {
    const SHARES: [f64; 4] = [0.0, 0.1, 0.2, 0.3];
    const FROM: [u32; 12] = [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950, 980];
    let strangers = accounts.iter().filter(|misspelt| misspelt.owner.is_none()).count() as f64;
    let owned = accounts.len() as f64 - strangers;
    println!(
        "\nright of the first to whom nobody is as like, by score and by how many of a hundred accounts are nobody's"
    );
    println!("{:12}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}", "score", "accounts", "mean", "0", "10", "20", "30");
    for (at, from) in FROM.iter().enumerate() {
        let to = FROM.get(at + 1).copied().unwrap_or(1001);
        let inside = |score: f64| (f64::from(*from)..f64::from(to)).contains(&(score * 1000.0).round());
        let firsts = accounts.iter().zip(found).filter_map(|(account, near)| Some((account, near.first()?)));
        let bin: Vec<_> = firsts.filter(|(_, near)| near.equals == 0 && inside(near.score)).collect();
        if bin.is_empty() {
            continue;
        }
        let right = bin.iter().filter(|(account, near)| is_right(account, near)).count() as f64;
        let of_strangers = bin.iter().filter(|(account, _)| account.owner.is_none()).count() as f64;
        let mean = bin.iter().map(|(_, near)| near.score).sum::<f64>() / bin.len() as f64;
        let shares = SHARES.map(|share_of_strangers| {
            let weight = share_of_strangers / (1.0 - share_of_strangers) * owned / strangers.max(1.0);
            format!("{:>9}", share(right, bin.len() as f64 - of_strangers + weight * of_strangers))
        });
        let label = format!("{:.2}-{:.2}", f64::from(*from) / 1000.0, f64::from(to.min(1000)) / 1000.0);
        println!("{label:12}{:9}{:>9}{}", bin.len(), share(mean, 1.0), shares.concat());
    }
}
