//! An e-mail address as its two parts, which are compared and judged each by itself.

/// The local part and the domain, if there are both.
pub fn split(address: &str) -> Option<(&str, &str)> {
    address.rsplit_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty())
}
