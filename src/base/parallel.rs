//! Shares work among the cores: pieces are worked on in any order and put together in their own, so that the outcome is
//! the same for any number of threads.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Mutex, OnceLock, PoisonError, mpsc};
use std::thread;

/// How many threads work. Asked of the system once: it reads several files to answer.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Works on all pieces, and hands over what comes of them, in their order.
///
/// # Errors
/// The first piece, in their order, that can't be had, or that `work` or `take` fails with.
pub fn for_each_in_order<P: Send, S: Send, E: Send>(
    pieces: impl Iterator<Item = Result<P, E>> + Send,
    work: impl Fn(P) -> Result<S, E> + Sync,
    mut take: impl FnMut(S) -> Result<(), E>,
) -> Result<(), E> {
    let mut pieces = pieces.fuse();
    let first: Vec<_> = pieces.by_ref().take(2).collect();
    if first.len() < 2 {
        // One piece is no work for others: to start them takes longer than most pieces of a small audit.
        return first.into_iter().try_for_each(|piece| take(work(piece?)?));
    }
    let pieces = Mutex::new(first.into_iter().chain(pieces).enumerate());
    let next = || pieces.lock().unwrap_or_else(PoisonError::into_inner).next();
    // Nobody runs far ahead of what has been put together.
    let (out, shares) = mpsc::sync_channel(2 * threads());
    thread::scope(|scope| {
        for _ in 0..threads() {
            let (out, next, work) = (out.clone(), &next, &work);
            scope.spawn(move || {
                while let Some((number, piece)) = next() {
                    if out.send((number, piece.and_then(work))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(out);
        put_together(shares, take)
    })
}

/// Takes the shares in the order of their numbers.
fn put_together<S, E>(
    shares: mpsc::Receiver<(usize, Result<S, E>)>,
    mut take: impl FnMut(S) -> Result<(), E>,
) -> Result<(), E> {
    let mut early = BTreeMap::new();
    let mut wanted = 0;
    for (number, share) in shares {
        early.insert(number, share);
        while let Some(share) = early.remove(&wanted) {
            take(share?)?;
            wanted += 1;
        }
    }
    Ok(())
}

/// Applies `f` to each, on all cores. The results are in the order of what they were made of.
pub fn map<T: Sync, U: Send>(all: &[T], f: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let part = all.len().div_ceil(threads()).max(1);
    if all.len() <= part {
        // One part is no work for others.
        return all.iter().map(f).collect();
    }
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
    fn pieces_are_put_together_in_their_order() {
        let mut seen = Vec::new();
        let work = |n: u32| {
            // The first piece takes the longest.
            thread::sleep(Duration::from_millis(if n == 0 { 40 } else { 1 }));
            if n < 30 { Ok(n) } else { Err(n) }
        };
        let outcome = for_each_in_order((0..60).map(Ok), work, |n| {
            seen.push(n);
            Ok(())
        });
        assert_eq!(seen, (0..30).collect::<Vec<_>>());
        assert_eq!(outcome, Err(30), "the first that failed, whichever failed first");
        assert_eq!(for_each_in_order([Err("lost")].into_iter(), |n: u32| Ok(n), |_| Ok(())), Err("lost"));
        assert_eq!(for_each_in_order([Ok(1)].into_iter(), Ok::<u32, &str>, |_| Err("full")), Err("full"));
    }

    #[test]
    fn results_are_in_the_order_of_what_they_were_made_of() {
        let all: Vec<u32> = (0..1_001).collect();
        assert_eq!(map(&all, |n| n + 1), (1..1_002).collect::<Vec<_>>());
        assert!(map(&[], |n: &u32| *n).is_empty());
    }
}
