//! What a broken connection is a sign of: what to say of it, and whether it may work the next time.

use std::error::Error;
use std::io;
use std::iter::successors;

use super::{Cause, Retry};

/// What broke, and whether to try again. A certificate that isn't trusted stays so; a host that refuses connections
/// or has no address hardly ever changes its mind within a run; everything else may pass.
pub(super) fn judge(host: &str, error: &reqwest::Error) -> (Cause, Retry) {
    let host = host.to_owned();
    let reason = innermost(error);
    if links(error).any(is_about_certificate) {
        (Cause::Untrusted { host, reason }, Retry::Never)
    } else if links(error).any(is_refused) || (links(error).any(is_about_name) && !is_passing(&reason)) {
        (Cause::Connection { host, reason }, Retry::AFewTimes)
    } else {
        (Cause::Connection { host, reason }, Retry::Later)
    }
}

/// The innermost reason of an error, which is the one that tells what happened.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    links(error).last().map(ToString::to_string).unwrap_or_default()
}

/// An error and everything behind it, from the outside in.
fn links<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(Some(error), |&link: &&'e (dyn Error + 'static)| {
        // An I/O error gives the source of what it wraps, and not that itself.
        let wrapped = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| link.source())
    })
}

fn is_about_certificate(link: &(dyn Error + 'static)) -> bool {
    matches!(link.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
}

fn is_refused(link: &(dyn Error + 'static)) -> bool {
    link.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// As hyper calls it; its type isn't public.
fn is_about_name(link: &(dyn Error + 'static)) -> bool {
    link.to_string() == "dns error"
}

/// The resolver couldn't ask (`EAI_AGAIN`), which says nothing of the name. The code itself is lost in the text.
fn is_passing(reason: &str) -> bool {
    reason.contains("Temporary failure") || reason.contains("try again")
}
