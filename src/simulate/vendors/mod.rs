//! The simulated vendors, one file each with everything that is said of it, their list, and what they share: parameters,
//! pages, and the mark of a refusal.

mod cognigy;
mod oauth;
mod spec;
mod voiso;
mod vonage;
mod voximplant;
mod voximplant_jwt;
mod voxmind;

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::Secrets;
use super::account::{Account, Accounts};
use spec::Simulated;

pub(super) use spec::{Knows, ListShape, Tells, Total};
#[cfg(test)]
pub(super) use voximplant::signing_key;

/// Makes the vendors' list: the kinds, their order, and their files.
macro_rules! simulated {
    ($($name:ident: $file:ident,)*) => {
        /// A simulated vendor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Vendor {
            $(
                #[doc = concat!("As `", stringify!($file), ".rs` has it.")]
                $name,
            )*
        }

        impl Vendor {
            /// All, in the order of ports and of the configuration.
            pub const ALL: [Self; [$(stringify!($name)),*].len()] = [$(Self::$name),*];

            pub(super) fn spec(self) -> &'static Simulated {
                match self {
                    $(Self::$name => &$file::SPEC,)*
                }
            }
        }

        /// One value for each vendor, so that a look-up can't miss.
        #[derive(Debug, Clone)]
        pub struct PerVendor<T>([T; Vendor::ALL.len()]);

        impl<T> PerVendor<T> {
            /// Makes the value of each vendor.
            pub fn new(make: impl FnMut(Vendor) -> T) -> Self {
                Self(Vendor::ALL.map(make))
            }

            /// The value of one vendor.
            pub const fn of(&self, vendor: Vendor) -> &T {
                let [$($file),*] = &self.0;
                match vendor {
                    $(Vendor::$name => $file,)*
                }
            }
        }
    };
}

simulated! {
    Voxmind: voxmind,
    Voximplant: voximplant,
    Voiso: voiso,
    Cognigy: cognigy,
    Vonage: vonage,
}

impl Vendor {
    /// The name of its source in the kit's configuration.
    pub fn source_name(self) -> &'static str {
        self.spec().source
    }

    /// What the configuration calls its kind.
    pub fn kind(self) -> &'static str {
        self.spec().kind
    }

    /// The lines with which a `[[source]]` logs in. The files that they name are [`Self::files`].
    pub fn login(self, secrets: &Secrets, base_url: &str) -> String {
        (self.spec().login)(secrets, base_url)
    }

    /// Its secrets, by the name of the file.
    pub fn files(self, secrets: &Secrets) -> Vec<(&'static str, String)> {
        (self.spec().files)(secrets)
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source_name())
    }
}

/// Where the vendor's documents leave room.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leeway {
    pub(super) max_page_size: Option<u32>,
    pub(super) zero_based_pages: bool,
    pub(super) token_lifetime: Option<Duration>,
}

/// The organisation's account with one vendor.
#[derive(Debug)]
pub(super) struct Tenant {
    accounts: Box<dyn Accounts>,
    secrets: Secrets,
    leeway: Leeway,
    lists: Mutex<HashMap<String, Arc<[u32]>>>,
}

impl Tenant {
    pub(super) fn new(accounts: Box<dyn Accounts>, secrets: Secrets, leeway: Leeway) -> Self {
        Self { accounts, secrets, leeway, lists: Mutex::default() }
    }

    /// The page size that is really served.
    fn page_size(&self, asked: u32) -> u32 {
        self.leeway.max_page_size.map_or(asked, |cap| asked.min(cap))
    }

    /// All accounts in the vendor's own order.
    fn accounts(&self) -> impl Iterator<Item = Account> {
        (0..self.accounts.count()).filter_map(|number| self.accounts.account(number))
    }

    /// The account numbers of a filtered and sorted list. Remembered under `key`, because the next page asks for the
    /// same list again.
    fn list(&self, key: &str, make: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = lists.get(key) {
            return Arc::clone(list);
        }
        if lists.len() >= 64 {
            lists.clear();
        }
        let list: Arc<[u32]> = make().into();
        lists.insert(key.to_owned(), Arc::clone(&list));
        list
    }

    /// The accounts of one page of a list.
    fn page(&self, list: &[u32], skip: u64, take: u32) -> Vec<Account> {
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let numbers = list.iter().skip(skip).take(take as usize);
        numbers.filter_map(|number| self.accounts.account(*number)).collect()
    }
}

/// Marks a response that turns somebody away for want of valid credentials, so that it is counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refused;

/// Marks a response as a refusal.
fn refused(mut response: Response) -> Response {
    response.extensions_mut().insert(Refused);
    response
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    (status, axum::Json(body)).into_response()
}

/// Seconds since 1970. A server checks tokens against the clock on its wall.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// The parameters of a query or of a form.
#[derive(Debug, Default)]
struct Params(Vec<(String, String)>);

impl Params {
    fn parse(raw: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(raw).into_owned().collect())
    }

    fn query(raw: Option<&str>) -> Self {
        Self::parse(raw.unwrap_or_default().as_bytes())
    }

    /// A form that is sent in parts (RFC 7578), of which each is a text. `kind` is the content type, with the boundary.
    fn in_parts(kind: &str, body: &[u8]) -> Self {
        let boundary = kind.split_once("boundary=").map(|(_, text)| text.split(';').next().unwrap_or_default());
        let Some(boundary) = boundary.map(|text| format!("--{}", text.trim().trim_matches('"'))) else {
            return Self::default();
        };
        let body = String::from_utf8_lossy(body);
        let part = |part: &str| {
            let (headers, value) = part.split_once("\r\n\r\n")?;
            let (_, name) = headers.split_once(" name=\"")?;
            let (name, _) = name.split_once('"')?;
            Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
        };
        Self(body.split(&boundary).filter_map(part).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A whole number within limits, or the default where the parameter is absent.
    fn number(&self, name: &'static str, allowed: RangeInclusive<u32>, default: u32) -> Result<u32, BadParam> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| allowed.contains(number));
        number.ok_or_else(|| BadParam { name, problem: limits(&allowed) })
    }

    /// `true`, `false` or absent.
    fn flag(&self, name: &'static str) -> Result<Option<bool>, BadParam> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let flag = text.to_ascii_lowercase().parse().ok();
        flag.map(Some).ok_or_else(|| BadParam { name, problem: "must be true or false".to_owned() })
    }
}

/// A parameter that the vendor refuses.
#[derive(Debug)]
struct BadParam {
    name: &'static str,
    problem: String,
}

fn limits(allowed: &RangeInclusive<u32>) -> String {
    match (*allowed.start(), *allowed.end()) {
        (from, u32::MAX) => format!("must be a whole number not less than {from}"),
        (from, to) => format!("must be a whole number from {from} to {to}"),
    }
}
