//! The records of a ZIP, byte by byte.

use std::io;

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

const ENCRYPTED: u16 = 1;
const HAS_DESCRIPTOR: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
const MASKED: u16 = 1 << 13;

/// What stands for "see the extra field", in 32 and in 16 bits.
pub(super) const FAR: u64 = 0xffff_ffff;
pub(super) const MANY: u64 = 0xffff;

/// Numbers of a ZIP, which stand there with their lowest byte first.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Fields<'b> {
    pub(super) fn take(&mut self, length: usize) -> io::Result<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn is(&mut self, signature: [u8; 4]) -> io::Result<bool> {
        Ok(self.take(4)? == signature)
    }

    pub(super) fn number(&mut self, bytes: usize) -> io::Result<u64> {
        Ok(self.take(bytes)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(super) fn short(&mut self) -> io::Result<u16> {
        Ok(u16::try_from(self.number(2)?).unwrap_or_default())
    }

    pub(super) fn long(&mut self) -> io::Result<u32> {
        Ok(u32::try_from(self.number(4)?).unwrap_or_default())
    }
}

/// What both places that tell of a file tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) name: Vec<u8>,
    pub(super) method: u16,
    pub(super) crc: u32,
    /// How long it is in the ZIP.
    pub(super) packed: u64,
    /// How long it is.
    pub(super) size: u64,
    flags: u16,
}

impl Told {
    /// Nobody reads it without a password.
    pub(super) const fn is_encrypted(&self) -> bool {
        self.flags & (ENCRYPTED | MASKED) != 0
    }

    /// Its lengths stand behind it, because they weren't known before it was packed.
    pub(super) const fn has_descriptor(&self) -> bool {
        self.flags & HAS_DESCRIPTOR != 0
    }

    /// Its name is UTF-8, and says so.
    pub(super) const fn is_utf8(&self) -> bool {
        self.flags & UTF8 != 0
    }

    /// Whether what stands before a file agrees with what the directory says of it.
    pub(super) fn agrees(&self, local: &Self) -> bool {
        // What wasn't known yet is 0 there, or as large as can be; bsdtar knows the length already, and the rest not.
        let fits = |here: u64, there: u64| here == there || local.has_descriptor() && matches!(there, 0 | FAR);
        local.name == self.name
            && local.method == self.method
            && local.has_descriptor() == self.has_descriptor()
            && fits(self.crc.into(), local.crc.into())
            && fits(self.packed, local.packed)
            && fits(self.size, local.size)
    }
}

/// A line of the directory.
#[derive(Debug)]
pub(super) struct Central {
    pub(super) told: Told,
    /// What kind of file it is, as Unix says it; 0 if nobody says it.
    pub(super) mode: u32,
    pub(super) offset: u64,
}

impl Central {
    /// Reads a line of the directory; `None` if that isn't one.
    pub(super) fn read(fields: &mut Fields<'_>) -> io::Result<Option<Self>> {
        if !fields.is(CENTRAL)? {
            return Ok(None);
        }
        // The versions that wrote it and that can read it.
        fields.take(4)?;
        let (flags, method) = (fields.short()?, fields.short()?);
        // Time and day.
        fields.take(4)?;
        let (crc, mut packed, mut size) = (fields.long()?, fields.number(4)?, fields.number(4)?);
        let (name, extra, comment) = (fields.short()?, fields.short()?, fields.short()?);
        // The disk, and what only the program that wrote it understands.
        fields.take(4)?;
        let (attributes, mut offset) = (fields.long()?, fields.number(4)?);
        let name = fields.take(usize::from(name))?.to_owned();
        let mut far = zip64_extra(fields.take(usize::from(extra))?)?;
        fields.take(usize::from(comment))?;
        for number in [&mut size, &mut packed, &mut offset] {
            if *number == FAR {
                *number = far.number(8)?;
            }
        }
        let told = Told { name, method, crc, packed, size, flags };
        Ok(Some(Self { told, mode: attributes >> 16, offset }))
    }
}

/// How long what stands before each file is, without name and extra fields.
pub(super) const LOCAL_LENGTH: usize = 30;

/// What stands before a file: what it tells, once `more` has read as many further bytes as it is asked for; `None` if
/// that isn't one. With it, the length of name and extra fields.
pub(super) fn local(
    fixed: &[u8],
    more: impl FnOnce(usize) -> io::Result<Vec<u8>>,
) -> io::Result<Option<(Told, usize)>> {
    let mut fields = Fields(fixed);
    if !fields.is(LOCAL)? {
        return Ok(None);
    }
    fields.take(2)?;
    let (flags, method) = (fields.short()?, fields.short()?);
    fields.take(4)?;
    let (crc, mut packed, mut size) = (fields.long()?, fields.number(4)?, fields.number(4)?);
    let (name, extra) = (usize::from(fields.short()?), usize::from(fields.short()?));
    let rest = more(name + extra)?;
    let mut rest = Fields(&rest);
    let told_name = rest.take(name)?.to_owned();
    let mut far = zip64_extra(rest.0)?;
    for number in [&mut size, &mut packed] {
        if *number == FAR && !far.0.is_empty() {
            *number = far.number(8)?;
        }
    }
    Ok(Some((Told { name: told_name, method, crc, packed, size, flags }, name + extra)))
}

/// The length of the record that stands behind a file whose lengths weren't known before; `None` if that isn't one of it.
pub(super) fn descriptor(bytes: &[u8], told: &Told) -> Option<u64> {
    let is = |signed: bool, width: usize| -> io::Result<bool> {
        let mut fields = Fields(bytes);
        Ok((!signed || fields.is(DESCRIPTOR)?)
            && fields.long()? == told.crc
            && fields.number(width)? == told.packed
            && fields.number(width)? == told.size)
    };
    // Four forms are in use, and which one it is stands nowhere. The long ones first: of an empty file they begin as the
    // short ones do.
    let forms = [(true, 8, 24), (true, 4, 16), (false, 8, 20), (false, 4, 12)];
    forms.into_iter().find(|(signed, width, _)| is(*signed, *width).unwrap_or(false)).map(|(.., length)| length)
}

/// The contents of the extra field that has what is too large for 32 bits.
fn zip64_extra(extra: &[u8]) -> io::Result<Fields<'_>> {
    const ZIP64: u16 = 1;
    let mut fields = Fields(extra);
    // Some writers leave less than a field's head at the end.
    while fields.0.len() >= 4 {
        let (kind, length) = (fields.short()?, fields.short()?);
        let field = fields.take(usize::from(length))?;
        if kind == ZIP64 {
            return Ok(Fields(field));
        }
    }
    Ok(Fields(&[]))
}
