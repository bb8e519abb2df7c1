//! Shares the accounts of a source among the cores. Pieces are judged in any order and put together in the order
//! received, so that the outcome is the same for any number of threads.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::source::{Chunk, Chunks, Spool};

/// How many threads judge.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Works on all records of a spool, piece by piece, and hands over what comes of the pieces, in order.
///
/// # Errors
/// Records can't be read back, or `work` or `take` fails.
pub(super) fn for_each_chunk<S: Send>(
    spool: &mut Spool,
    work: impl Fn(&Chunk) -> io::Result<S> + Sync,
    take: impl FnMut(S) -> io::Result<()>,
) -> io::Result<()> {
    let chunks = Mutex::new(spool.chunks()?.enumerate());
    // Nobody runs far ahead of what has been put together.
    let (out, shares) = mpsc::sync_channel(2 * threads());
    thread::scope(|scope| {
        for _ in 0..threads() {
            let (out, chunks, work) = (out.clone(), &chunks, &work);
            scope.spawn(move || {
                while let Some((number, chunk)) = next(chunks) {
                    let share = chunk.and_then(|chunk| work(&chunk));
                    if out.send((number, share)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(out);
        put_together(shares, take)
    })
}

fn next(chunks: &Mutex<std::iter::Enumerate<Chunks<'_>>>) -> Option<(usize, io::Result<Chunk>)> {
    chunks.lock().unwrap_or_else(PoisonError::into_inner).next()
}

/// Takes the shares in the order of their numbers.
fn put_together<S>(
    shares: mpsc::Receiver<(usize, io::Result<S>)>,
    mut take: impl FnMut(S) -> io::Result<()>,
) -> io::Result<()> {
    let mut early = BTreeMap::new();
    let mut wanted = 0;
    for (number, share) in shares {
        early.insert(number, share?);
        while let Some(share) = early.remove(&wanted) {
            take(share)?;
            wanted += 1;
        }
    }
    Ok(())
}

/// Applies `f` to each, on all cores. The results are in the order of what they were made of.
pub(super) fn map_all<T: Sync, U: Send>(all: &[T], f: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let part = all.len().div_ceil(threads()).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> =
            all.chunks(part).map(|part| scope.spawn(|| part.iter().map(&f).collect::<Vec<U>>())).collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pieces_are_put_together_in_the_order_received() {
        let record = |n: u64| format!("{{\"id\":\"{n}\"}}");
        let text = (0..60_000).map(record).collect::<Vec<_>>().join("\n") + "\n";
        let (mut spool, _) = Spool::copy_of(text.as_bytes()).expect("a spool");
        let mut seen = Vec::new();
        let work = |chunk: &Chunk| {
            // The first piece takes the longest.
            thread::sleep(Duration::from_millis(if chunk.first() == 0 { 40 } else { 1 }));
            Ok(chunk.lines().map(|(position, line)| (position, line.to_owned())).collect::<Vec<_>>())
        };
        let pieces = std::cell::Cell::new(0);
        for_each_chunk(&mut spool, work, |some| {
            pieces.set(pieces.get() + 1);
            seen.extend(some);
            Ok(())
        })
        .expect("read");
        assert!(pieces.get() > 2, "{} pieces", pieces.get());
        let expected: Vec<_> = (0..60_000).map(|n| (n, record(n))).collect();
        assert_eq!(seen, expected);
        let failed = for_each_chunk(&mut spool, |_| Err::<(), _>(io::Error::other("broken")), Ok);
        assert!(failed.is_err());
    }

    #[test]
    fn results_are_in_the_order_of_what_they_were_made_of() {
        let all: Vec<u32> = (0..1_001).collect();
        assert_eq!(map_all(&all, |n| n + 1), (1..1_002).collect::<Vec<_>>());
        assert!(map_all(&[], |n: &u32| *n).is_empty());
    }
}
