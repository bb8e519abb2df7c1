//! Which findings are about the same thing, and about the same person: as hashes, because names would fill the memory.

use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;

use super::FindingRecord;

/// Two findings with the same identity are about the same subject. 64 bits of a hash: among a million subjects, two
/// share one once in 37 million audits, and then the page shows two rows as one.
pub(super) fn subject(finding: &FindingRecord<'_>) -> u64 {
    let subject = &finding.subject;
    let id = match subject.kind {
        "account" => subject.account_id,
        "employee" => subject.employee_id,
        "group" => subject.members,
        "source" => None,
        // The roster's findings carry no identity but their fingerprint.
        _ => Some(finding.fingerprint),
    };
    hash([Some(subject.kind), subject.source, id])
}

/// The accounts of a group, each with the identity that findings about it alone have.
pub(super) fn members(finding: &FindingRecord<'_>) -> Vec<u64> {
    let source = finding.subject.source;
    let members = finding.subject.members();
    members.iter().map(|member| hash([Some("account"), source, Some(member.as_str())])).collect()
}

/// The person concerned.
pub(super) fn person(finding: &FindingRecord<'_>) -> Option<u64> {
    finding.subject.employee_id.map(|id| hash([Some(id), None, None]))
}

/// Each part with its length before it, so that no two lists of parts spell the same input.
fn hash(parts: [Option<&str>; 3]) -> u64 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write_u64(part.map_or(u64::MAX, |part| part.len() as u64));
        hasher.write(part.unwrap_or_default().as_bytes());
    }
    hasher.finish()
}
