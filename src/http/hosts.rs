//! One pace for each host, whoever asks it: a vendor counts requests, and not the sources of a configuration.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use url::Url;

use super::pace::Pace;

/// The hosts that are asked at the moment, by scheme, name and port. For the whole process, because that is what a vendor
/// sees.
static HOSTS: Mutex<BTreeMap<String, Weak<Pace>>> = Mutex::new(BTreeMap::new());

/// The hosts that one source asks, and what it is allowed there. Of several sources, the strictest limits hold.
#[derive(Debug)]
pub(super) struct Hosts {
    concurrency: NonZeroUsize,
    requests_per_second: Option<NonZeroU32>,
    asked: Mutex<BTreeMap<String, Arc<Pace>>>,
}

impl Hosts {
    pub(super) const fn new(concurrency: NonZeroUsize, requests_per_second: Option<NonZeroU32>) -> Self {
        Self { concurrency, requests_per_second, asked: Mutex::new(BTreeMap::new()) }
    }

    /// The pace of the host of an address.
    pub(super) fn pace(&self, url: &Url) -> Arc<Pace> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(asked.entry(url.origin().ascii_serialization()).or_insert_with_key(|host| self.join(host)))
    }

    fn join(&self, host: &str) -> Arc<Pace> {
        let mut hosts = HOSTS.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.retain(|_, pace| pace.strong_count() > 0);
        if let Some(pace) = hosts.get(host).and_then(Weak::upgrade) {
            pace.restrict(self.concurrency, self.requests_per_second);
            return pace;
        }
        let pace = Arc::new(Pace::new(self.concurrency, self.requests_per_second));
        hosts.insert(host.to_owned(), Arc::downgrade(&pace));
        pace
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn hosts(concurrency: usize) -> Hosts {
        Hosts::new(NonZeroUsize::new(concurrency).expect("not zero"), None)
    }

    fn url(text: &str) -> Url {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn sources_at_one_host_share_its_pace() {
        let (wide, narrow) = (hosts(8), hosts(2));
        let (one, other) = (wide.pace(&url("https://one.example/a")), narrow.pace(&url("https://one.example/b")));
        assert!(Arc::ptr_eq(&one, &other));
        let turns = [one.turn().await, other.turn().await];
        let third = tokio::time::timeout(Duration::from_millis(20), one.turn()).await;
        assert!(third.is_err(), "two of them, whoever asks");
        drop(turns);
        one.throttle(Duration::from_mins(1));
        let held_back = tokio::time::timeout(Duration::from_millis(20), other.turn()).await;
        assert!(held_back.is_err(), "the limit that one has hit is the other's, too");
    }

    #[test]
    fn other_hosts_and_ports_have_a_pace_of_their_own() {
        let source = hosts(4);
        let paces = ["https://two.example/", "https://two.example:8443/", "https://three.example/"]
            .map(|address| source.pace(&url(address)));
        assert!(!Arc::ptr_eq(&paces[0], &paces[1]) && !Arc::ptr_eq(&paces[0], &paces[2]));
        assert!(Arc::ptr_eq(&paces[0], &source.pace(&url("https://two.example/other"))));
    }
}
