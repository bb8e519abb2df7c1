//! What an authority answers, and what of it can be told without its certificate.

use chrono::NaiveDateTime;

use super::Request;
use super::der::{BOOLEAN, Der, FIRST, INTEGER, OBJECT, OCTETS, SEQUENCE, SET, TIME};
use crate::model::Timestamp;

/// A time stamp: this hash was there at this time, says somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When.
    pub time: Timestamp,
    imprint: Vec<u8>,
    nonce: Option<Vec<u8>>,
    has_certificate: bool,
}

/// Why an answer is no time stamp of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// It is something else.
    #[error("it is no answer of a time stamp authority (RFC 3161) in DER")]
    Malformed,
    /// The authority refused.
    #[error("the authority refused (status {0}){1}")]
    Refused(u8, String),
    /// It is over another hash.
    #[error("it isn't over this bundle's seal: it is of another bundle, or the seal was changed after it was made")]
    OtherImprint,
    /// It doesn't answer the question.
    #[error("it answers another request")]
    OtherNonce,
    /// Nobody could check it later.
    #[error("it came without the authority's certificate, so that nobody could check it later; use another authority")]
    NoCertificate,
}

const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const TIME_STAMP: [u8; 11] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 1, 4];
const SHA256: [u8; 9] = [0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// Granted, or granted otherwise than was asked, which what was asked is then held against.
const GRANTED: [u8; 2] = [0, 1];

impl Stamp {
    /// Reads an answer.
    ///
    /// # Errors
    /// It is no stamp, or a refusal.
    pub fn parse(reply: &[u8]) -> Result<Self, StampError> {
        let mut outer = Der::new(reply);
        let mut answer = outer.enter(SEQUENCE).filter(|_| outer.is_empty()).ok_or(StampError::Malformed)?;
        let mut status = answer.enter(SEQUENCE).ok_or(StampError::Malformed)?;
        let number = status.next(INTEGER).and_then(<[u8]>::last).copied().ok_or(StampError::Malformed)?;
        if !GRANTED.contains(&number) {
            return Err(StampError::Refused(number, words(status)));
        }
        Self::of_token(answer).ok_or(StampError::Malformed)
    }

    fn of_token(mut answer: Der<'_>) -> Option<Self> {
        let mut token = answer.enter(SEQUENCE)?;
        (answer.is_empty() && token.next(OBJECT)? == SIGNED_DATA).then_some(())?;
        let mut signed = token.enter(FIRST)?.enter(SEQUENCE)?;
        signed.next(INTEGER)?;
        signed.next(SET)?;
        let mut content = signed.enter(SEQUENCE)?;
        (content.next(OBJECT)? == TIME_STAMP).then_some(())?;
        let info = content.enter(FIRST)?.next(OCTETS)?;
        let has_certificate = signed.optional(FIRST).is_some_and(|certificates| !certificates.is_empty());
        Self::of_info(Der::new(info).enter(SEQUENCE)?, has_certificate)
    }

    fn of_info(mut info: Der<'_>, has_certificate: bool) -> Option<Self> {
        (info.next(INTEGER)? == [1]).then_some(())?;
        info.next(OBJECT)?;
        let mut imprint = info.enter(SEQUENCE)?;
        let is_sha256 = imprint.enter(SEQUENCE)?.next(OBJECT)? == SHA256;
        let imprint = imprint.next(OCTETS)?.to_vec();
        info.next(INTEGER)?;
        let time = moment(info.next(TIME)?)?;
        // How exact it is, and whether stamps can be ordered.
        info.optional(SEQUENCE);
        info.optional(BOOLEAN);
        let nonce = info.optional(INTEGER).map(<[u8]>::to_vec);
        is_sha256.then_some(Self { time, imprint, nonce, has_certificate })
    }

    /// Whether it is over this hash.
    ///
    /// # Errors
    /// It is over another.
    pub fn is_over(&self, imprint: &[u8; 32]) -> Result<(), StampError> {
        if self.imprint == imprint { Ok(()) } else { Err(StampError::OtherImprint) }
    }

    /// Whether it answers this request, and can be checked later.
    ///
    /// # Errors
    /// It doesn't, or can't.
    pub fn answers(&self, request: &Request) -> Result<(), StampError> {
        self.is_over(request.imprint())?;
        match &self.nonce {
            Some(nonce) if nonce == request.nonce() && self.has_certificate => Ok(()),
            Some(nonce) if nonce == request.nonce() => Err(StampError::NoCertificate),
            _ => Err(StampError::OtherNonce),
        }
    }
}

/// `20261130081208Z`, perhaps with a fraction of a second, which is dropped.
fn moment(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = whole.len() == 14 && is_number(whole) && is_number(fraction);
    let time = NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?;
    is_time.then_some(time.and_utc())
}

/// What the authority says about a refusal.
fn words(mut status: Der<'_>) -> String {
    const UTF8: u8 = 0x0c;
    const LONGEST: usize = 200;
    let text = status.enter(SEQUENCE).and_then(|mut texts| texts.next(UTF8));
    let text = text.map(|text| String::from_utf8_lossy(text).chars().take(LONGEST).collect::<String>());
    text.map_or_else(String::new, |text| format!(": {}", text.escape_debug()))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    const REPLY: &[u8] = include_bytes!("../../../tests/fixtures/time/granted.tsr");

    fn seal() -> [u8; 32] {
        Sha256::digest(b"seal\n").into()
    }

    fn request(nonce: [u8; 8]) -> Request {
        Request::with_nonce(seal(), nonce)
    }

    const NONCE: [u8; 8] = [1, 0xe5, 0x22, 0x69, 0x7a, 0x38, 3, 0x28];

    #[test]
    fn a_stamp_says_what_was_there_when() {
        let stamp = Stamp::parse(REPLY).expect("a stamp");
        assert_eq!(stamp.time, "2026-11-30T08:12:08Z".parse::<Timestamp>().expect("a time"));
        assert_eq!(stamp.answers(&request(NONCE)), Ok(()));
        assert_eq!(stamp.answers(&request([1; 8])), Err(StampError::OtherNonce));
        assert_eq!(stamp.is_over(&[0; 32]), Err(StampError::OtherImprint));
        let bare = Stamp { has_certificate: false, ..stamp.clone() };
        assert_eq!(bare.answers(&request(NONCE)), Err(StampError::NoCertificate));
        let unasked = Stamp { nonce: None, ..stamp };
        assert_eq!(unasked.answers(&request(NONCE)), Err(StampError::OtherNonce));
        let without =
            Stamp::parse(include_bytes!("../../../tests/fixtures/time/without-certificate.tsr")).expect("a stamp");
        assert!(!without.has_certificate && without.nonce.is_none());
    }

    #[test]
    fn a_refusal_says_why() {
        let refused = Stamp::parse(include_bytes!("../../../tests/fixtures/time/rejected.tsr")).expect_err("refused");
        let told = "the authority refused (status 2): Message digest algorithm is not supported.";
        assert_eq!(refused.to_string(), told);
    }

    #[test]
    fn anything_else_is_no_stamp() {
        for end in 0..REPLY.len() {
            assert_eq!(Stamp::parse(&REPLY[..end]), Err(StampError::Malformed), "{end}");
        }
        assert_eq!(Stamp::parse(&[REPLY, b"\0"].concat()), Err(StampError::Malformed));
        for at in 0..REPLY.len() {
            let mut flipped = REPLY.to_vec();
            flipped[at] ^= 0x11;
            drop(Stamp::parse(&flipped));
        }
        for text in [
            "20261130081208",
            "20261130081208.5",
            "2026113008120Z",
            "20261330081208Z",
            "20261130081208.xZ",
            "+0261130081208Z",
        ] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
        assert!(moment(b"20261130081208.25Z").is_some());
    }
}
