//! How fast a host is asked: slots, requests per second, and what a 429 changes of both.
//!
//! A 429 holds every request back until the vendor may be asked again, and halves the slots; each run of
//! successes gives one back, up to what is configured. So a limit that nobody has published is found and kept.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Successes in a row after which one more request may be under way at the same time.
const STREAK: usize = 20;

/// The pace of one host.
#[derive(Debug)]
pub(super) struct Pace {
    slots: Semaphore,
    rate: Mutex<Option<Rate>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// No request starts before this moment.
    paused_until: Option<Instant>,
    /// Slots that exist at the moment.
    width: usize,
    /// Slots that are configured.
    full_width: usize,
    /// Slots to take away as soon as they are free.
    surplus: usize,
    streak: usize,
}

/// Requests per second, and what counts them.
type Rate = (NonZeroU32, Arc<DefaultDirectRateLimiter>);

/// Permission for one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Turn<'p> {
    pace: &'p Pace,
    slot: Option<SemaphorePermit<'p>>,
}

impl Pace {
    pub(super) fn new(concurrency: NonZeroUsize, requests_per_second: Option<NonZeroU32>) -> Self {
        let width = concurrency.get();
        Self {
            slots: Semaphore::new(width),
            rate: Mutex::new(requests_per_second.map(limited)),
            state: Mutex::new(State { paused_until: None, width, full_width: width, surplus: 0, streak: 0 }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more request may be sent.
    pub(super) async fn turn(&self) -> Turn<'_> {
        let slot = self.slots.acquire().await.ok();
        loop {
            let until = self.state().paused_until;
            match until {
                Some(until) if until > Instant::now() => tokio::time::sleep_until(until.into()).await,
                _ => break,
            }
        }
        let rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, rate)) = rate {
            rate.until_ready().await;
        }
        Turn { pace: self, slot }
    }

    /// Keeps to these limits as well: another source asks the same host.
    pub(super) fn restrict(&self, concurrency: NonZeroUsize, requests_per_second: Option<NonZeroU32>) {
        let mut state = self.state();
        state.full_width = state.full_width.min(concurrency.get());
        let fewer = state.width.saturating_sub(state.full_width);
        state.width -= fewer;
        state.surplus += fewer - self.slots.forget_permits(fewer);
        drop(state);
        let mut rate = self.rate.lock().unwrap_or_else(PoisonError::into_inner);
        let stricter = |asked: &NonZeroU32| rate.as_ref().is_none_or(|(known, _)| asked < known);
        if let Some(asked) = requests_per_second.filter(stricter) {
            *rate = Some(limited(asked));
        }
    }

    /// The vendor's limit was hit: nobody asks for so long, and half as many ask at the same time afterwards.
    pub(super) fn throttle(&self, wait: Duration) {
        let mut state = self.state();
        let now = Instant::now();
        // Requests that were under way together hit the same limit; it counts once.
        if state.paused_until.is_none_or(|until| until <= now) {
            let fewer = state.width / 2;
            state.width -= fewer;
            state.surplus += fewer;
        }
        let until = now + wait;
        state.paused_until = Some(state.paused_until.map_or(until, |old| old.max(until)));
        state.streak = 0;
    }

    /// A request succeeded.
    pub(super) fn recover(&self) {
        let mut state = self.state();
        state.streak += 1;
        if state.streak < STREAK || state.width == state.full_width {
            return;
        }
        state.streak = 0;
        state.width += 1;
        if state.surplus > 0 {
            state.surplus -= 1;
        } else {
            self.slots.add_permits(1);
        }
    }
}

/// One at a time, not a second's worth at once: a burst is what vendors count as a breach.
fn limited(rate: NonZeroU32) -> Rate {
    (rate, Arc::new(RateLimiter::direct(Quota::per_second(rate).allow_burst(NonZeroU32::MIN))))
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        if state.surplus > 0
            && let Some(slot) = self.slot.take()
        {
            state.surplus -= 1;
            slot.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(width: usize) -> Pace {
        Pace::new(NonZeroUsize::new(width).expect("not zero"), None)
    }

    #[tokio::test]
    async fn a_limit_halves_the_slots_and_success_gives_them_back() {
        let pace = pace(8);
        let turns = [pace.turn().await, pace.turn().await];
        pace.throttle(Duration::ZERO);
        drop(turns);
        for _ in 0..2 {
            drop(pace.turn().await);
        }
        assert_eq!((pace.state().width, pace.slots.available_permits()), (4, 4));
        for _ in 0..STREAK * 3 {
            pace.recover();
        }
        assert_eq!((pace.state().width, pace.slots.available_permits()), (7, 7));
        for _ in 0..STREAK * 3 {
            pace.recover();
        }
        assert_eq!((pace.state().width, pace.slots.available_permits()), (8, 8), "never more than configured");
    }

    #[tokio::test]
    async fn one_slot_always_stays() {
        let pace = pace(3);
        for _ in 0..5 {
            pace.throttle(Duration::ZERO);
        }
        for _ in 0..5 {
            drop(pace.turn().await);
        }
        assert_eq!((pace.state().width, pace.slots.available_permits()), (1, 1));
    }

    #[tokio::test]
    async fn refusals_that_came_together_count_once() {
        let pace = pace(8);
        for _ in 0..3 {
            pace.throttle(Duration::from_mins(1));
        }
        assert_eq!(pace.state().width, 4);
    }
}
