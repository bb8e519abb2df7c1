//! The records of small files that are laid into a ZIP as they are, and its end.

use super::record::{FAR, MANY};

/// A file that isn't packed.
pub(in super::super) struct Small {
    /// With the folder that all files are in.
    pub(in super::super) name: Vec<u8>,
    pub(in super::super) crc: u32,
    pub(in super::super) length: u32,
    /// As the other names are read, or the folder would be two.
    pub(in super::super) is_utf8: bool,
}

const VERSION: u16 = 20;
/// Unix, so that what follows in `central` is read as permissions: private.
const MADE_BY: u16 = 3 << 8 | VERSION;
const MODE: u32 = 0o100_600 << 16;
const UTF8: u16 = 1 << 11;
/// The first of February 1980, as everything else has it.
const TIME: [u8; 4] = [0, 0, 0x41, 0];

impl Small {
    /// What stands before it.
    pub(in super::super) fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04".as_slice(), &self.told(), &self.name].concat()
    }

    /// What the directory says of it.
    pub(in super::super) fn central(&self, offset: u64) -> Vec<u8> {
        let mut bytes = [b"PK\x01\x02".as_slice(), &MADE_BY.to_le_bytes(), &self.told()].concat();
        let far = offset >= FAR;
        if let Some(extra) = bytes.get_mut(30..32).filter(|_| far) {
            extra.copy_from_slice(&12_u16.to_le_bytes());
        }
        bytes.extend([0; 6]);
        bytes.extend(MODE.to_le_bytes());
        bytes.extend(low(offset, FAR).to_le_bytes());
        bytes.extend(&self.name);
        if far {
            bytes.extend([1, 0, 8, 0]);
            bytes.extend(offset.to_le_bytes());
        }
        bytes
    }

    fn told(&self) -> Vec<u8> {
        let flags = if self.is_utf8 { UTF8 } else { 0 };
        let mut bytes = [VERSION, flags, 0].map(u16::to_le_bytes).concat();
        bytes.extend(TIME);
        bytes.extend([self.crc, self.length, self.length].map(u32::to_le_bytes).concat());
        let name = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        bytes.extend([name, 0].map(u16::to_le_bytes).concat());
        bytes
    }
}

/// The end of a ZIP whose directory is there, with the 64-bit record where numbers need it.
pub(in super::super) fn end(entries: u64, offset: u64, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if entries >= MANY || offset >= FAR || length >= FAR {
        let record = offset + length;
        bytes.extend([b"PK\x06\x06".as_slice(), &44_u64.to_le_bytes(), &[45, 3, 45, 0], &[0; 8]].concat());
        bytes.extend([entries, entries, length, offset].map(u64::to_le_bytes).concat());
        bytes.extend([b"PK\x06\x07".as_slice(), &[0; 4], &record.to_le_bytes(), &[1, 0, 0, 0]].concat());
    }
    let count = u16::try_from(entries.min(MANY)).unwrap_or(u16::MAX).to_le_bytes();
    bytes.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count].concat());
    bytes.extend([low(length, FAR), low(offset, FAR)].map(u32::to_le_bytes).concat());
    bytes.extend([0, 0]);
    bytes
}

fn low(number: u64, far: u64) -> u32 {
    u32::try_from(number.min(far)).unwrap_or(u32::MAX)
}
