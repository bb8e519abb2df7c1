//! ZIPs byte by byte, with what no honest program writes. All contents are harmless.

/// A file of such a ZIP.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) name: Vec<u8>,
    /// What stands before the file, if that is another name than in the directory.
    pub(super) local_name: Option<Vec<u8>>,
    pub(super) packed: Vec<u8>,
    pub(super) size: u32,
    pub(super) local_size: Option<u32>,
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) mode: u32,
    pub(super) crc: u32,
    /// Bytes that stand behind it.
    pub(super) behind: Vec<u8>,
}

impl Item {
    pub(super) fn stored(name: &str, bytes: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        Self {
            name: name.as_bytes().to_vec(),
            local_name: None,
            packed: bytes.to_vec(),
            size: u32::try_from(bytes.len()).expect("small"),
            local_size: None,
            method: 0,
            flags: 0,
            mode: 0o100_644,
            crc: crc.sum(),
            behind: Vec::new(),
        }
    }

    /// This many zeros, packed as small as can be: how much the fastest level leaves depends on who implements it.
    pub(super) fn zeros(name: &str, size: u32) -> Self {
        use std::io::{Read as _, copy, repeat};
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        let mut zeros = flate2::CrcReader::new(repeat(0).take(u64::from(size)));
        copy(&mut zeros, &mut packer).expect("packed");
        let packed = packer.finish().expect("packed");
        Self { packed, size, method: 8, crc: zeros.crc().sum(), ..Self::stored(name, b"") }
    }
}

/// The ZIP as it stands, and where its directory begins.
pub(super) fn zip(items: &[Item]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for item in items {
        let offset = u32::try_from(out.len()).expect("small");
        let fields = |size: u32, name: &[u8]| {
            let mut bytes = Vec::new();
            bytes.extend(20_u16.to_le_bytes());
            bytes.extend(item.flags.to_le_bytes());
            bytes.extend(item.method.to_le_bytes());
            bytes.extend([0, 0, 0x41, 0]);
            bytes.extend(item.crc.to_le_bytes());
            bytes.extend(u32::try_from(item.packed.len()).expect("small").to_le_bytes());
            bytes.extend(size.to_le_bytes());
            bytes.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
            bytes.extend([0, 0]);
            bytes
        };
        let local_name = item.local_name.as_ref().unwrap_or(&item.name);
        out.extend(b"PK\x03\x04");
        out.extend(fields(item.local_size.unwrap_or(item.size), local_name));
        out.extend(local_name);
        out.extend(&item.packed);
        out.extend(&item.behind);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(fields(item.size, &item.name));
        directory.extend([0; 6]);
        directory.extend((item.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&item.name);
    }
    let offset = u32::try_from(out.len()).expect("small");
    let count = u16::try_from(items.len()).expect("few").to_le_bytes();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(u32::try_from(directory.len()).expect("small").to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend([0, 0]);
    out
}
