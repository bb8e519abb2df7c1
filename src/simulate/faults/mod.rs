//! Faults on demand: what a network, a vendor or an attacker can do to an answer. `headcount simulate --fault
//! KIND=RATE` and the tests use the same ones.
//!
//! Which request is hit depends on the seed, the vendor and the number of the request alone, so a run can be repeated.

mod answers;
mod rewrite;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::behaviour::{Arrival, Fault, FaultHook};
use crate::base::diagnostic::did_you_mean;

/// One way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultKind(&'static Entry);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Entry {
    name: &'static str,
    about: &'static str,
    deed: Deed,
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Deed {
    /// It is answered without the vendor.
    Instead(answers::Answer),
    /// The vendor's answer is sent in another way.
    Delivery(answers::Delivery),
    /// The vendor's list says something else.
    List(rewrite::Edit),
}

macro_rules! kinds {
    ($($name:literal $deed:ident($what:path) $about:literal)*) => {
        const ENTRIES: &[Entry] = &[$(Entry { name: $name, about: $about, deed: Deed::$deed($what) }),*];
    };
}

kinds! {
    "unavailable"      Instead(answers::Answer::Unavailable)    "503, as from an overloaded server"
    "rate-limit"       Instead(answers::Answer::RateLimit)      "429 with Retry-After in seconds"
    "rate-limit-date"  Instead(answers::Answer::RateLimitDate)  "429 with Retry-After as a date"
    "unauthorized"     Instead(answers::Answer::Unauthorized)   "401, as for an expired token"
    "redirect"         Instead(answers::Answer::Redirect)       "302 to another host"
    "html"             Instead(answers::Answer::Html)           "a page for people with status 200"
    "not-json"         Instead(answers::Answer::NotJson)        "status 200 and no JSON"
    "empty-body"       Instead(answers::Answer::Empty)          "status 200 and nothing"
    "too-large"        Instead(answers::Answer::TooLarge)       "an answer that never ends"
    "bomb"             Instead(answers::Answer::Bomb)           "a small answer that unpacks to a huge one"
    "echo"             Instead(answers::Answer::Echo)           "403 that repeats the credentials of the request"
    "disconnect"       Delivery(answers::Delivery::Disconnect)  "the connection closes instead of an answer"
    "truncated"        Delivery(answers::Delivery::Truncated)   "the connection closes in the middle of the answer"
    "stalled"          Delivery(answers::Delivery::Stalled)     "the answer stops in the middle, the connection stays"
    "http10"           Delivery(answers::Delivery::Http10)      "HTTP/1.0, without keep-alive"
    "wrong-type"       Delivery(answers::Delivery::WrongType)   "JSON that calls itself something else"
    "invalid-utf8"     Delivery(answers::Delivery::InvalidUtf8) "JSON with a byte that is no text"
    "clock-skew"       Delivery(answers::Delivery::ClockSkew)   "a Date header that is a day ahead"
    "duplicate-keys"   List(rewrite::Edit::DuplicateKeys)       "records with their identifier twice"
    "floats"           List(rewrite::Edit::Floats)              "1001.0 where integers belong, and negative numbers"
    "nulls"            List(rewrite::Edit::Nulls)               "null in every field but the identifier"
    "missing-fields"   List(rewrite::Edit::MissingFields)       "records with an identifier and nothing else"
    "missing-ids"      List(rewrite::Edit::MissingIds)          "records without an identifier"
    "swapped-ids"      List(rewrite::Edit::SwappedIds)          "identifiers as numbers instead of texts, and the other way round"
    "lost-record"      List(rewrite::Edit::LostRecord)          "a record that is counted and not sent"
    "repeated-record"  List(rewrite::Edit::RepeatedRecord)      "a record that is sent twice in place of another"
    "empty-page"       List(rewrite::Edit::EmptyPage)           "a page without records, though there are more"
    "same-page"        List(rewrite::Edit::SamePage)            "the first page again, with its cursor"
    "endless"          List(rewrite::Edit::Endless)             "a list that claims to have no end"
    "total-high"       List(rewrite::Edit::TotalHigh)           "a total that is too high"
    "total-low"        List(rewrite::Edit::TotalLow)            "a total that is too low"
    "growing"          List(rewrite::Edit::Growing)             "a total that grows from page to page"
    "shrinking"        List(rewrite::Edit::Shrinking)           "a total that shrinks from page to page"
}

impl FaultKind {
    /// Every kind, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(Self)
    }

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// What it does, in a few words.
    pub const fn about(self) -> &'static str {
        self.0.about
    }

    /// What it does to a request.
    pub fn fault(self, arrival: &Arrival<'_>) -> Fault {
        match self.0.deed {
            Deed::Instead(answer) => Fault::Answer(Box::new(answer.make(arrival))),
            Deed::Delivery(delivery) => Fault::Rewrite(Box::new(move |answer| delivery.make(answer))),
            Deed::List(edit) => {
                let (shape, number) = (arrival.vendor.spec().list, arrival.number);
                Fault::Rewrite(Box::new(move |answer| edit.make(answer, shape, number)))
            }
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A kind of fault and how many of all requests it hits: `KIND=RATE`, with a rate from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaultRate {
    /// What happens.
    pub kind: FaultKind,
    /// To which part of the requests.
    pub rate: f64,
}

impl FromStr for FaultRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rate) =
            text.split_once('=').ok_or_else(|| format!("\"{text}\" isn't KIND=RATE, for example unavailable=0.1"))?;
        let kind = FaultKind::all().find(|kind| kind.name() == name).ok_or_else(|| unknown(name))?;
        let rate = rate.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
        let rate = rate.ok_or_else(|| "the rate is a number from 0 to 1".to_owned())?;
        Ok(Self { kind, rate })
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = FaultKind::all().map(FaultKind::name).collect();
    match did_you_mean(name, names.iter().copied()) {
        Some(meant) => format!("there is no fault \"{name}\"; did you mean \"{meant}\"?"),
        None => format!("there is no fault \"{name}\"; there are {}", names.join(", ")),
    }
}

/// A hook that lets each kind happen at its rate; of several that hit the same request, the first one does.
pub fn hook(faults: Vec<FaultRate>, seed: u64) -> FaultHook {
    Arc::new(move |arrival| {
        let hit = faults.iter().find(|fault| chance(seed, fault.kind, arrival) < fault.rate);
        hit.map_or(Fault::None, |fault| fault.kind.fault(arrival))
    })
}

/// A number from 0 to 1 that belongs to this request and this kind of fault.
fn chance(seed: u64, kind: FaultKind, arrival: &Arrival<'_>) -> f64 {
    let digest = Sha256::digest(format!("{seed} {kind} {} {}", arrival.vendor, arrival.number));
    let first = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(first) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::simulate::Vendor;

    #[test]
    fn kinds_are_parsed_and_typos_answered() {
        let fault: FaultRate = "rate-limit=0.25".parse().expect("a fault");
        assert_eq!((fault.kind.name(), fault.rate), ("rate-limit", 0.25));
        for (text, message) in [
            ("rate-limt=1", "did you mean \"rate-limit\"?"),
            ("html", "isn't KIND=RATE"),
            ("html=2", "from 0 to 1"),
            ("html=NaN", "from 0 to 1"),
            ("xyzzy=1", "there are unavailable, rate-limit"),
        ] {
            assert!(text.parse::<FaultRate>().expect_err(text).contains(message), "{text}");
        }
    }

    #[test]
    fn a_rate_is_kept_and_repeatable() {
        let headers = HeaderMap::new();
        let hits = |seed| -> Vec<u64> {
            let hook = hook(vec!["html=0.3".parse().expect("a fault")], seed);
            let arrival = |number| Arrival { vendor: Vendor::Voiso, number, path: "/", headers: &headers, body: &[] };
            (0..1000).filter(|number| matches!(hook(&arrival(*number)), Fault::Answer(_))).collect()
        };
        assert_eq!(hits(1), hits(1));
        assert_ne!(hits(1), hits(2));
        assert!((250..350).contains(&hits(1).len()), "{}", hits(1).len());
    }
}
