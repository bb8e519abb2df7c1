//! What a workbook unpacks to, before it is: hostile ones end here.

use std::io::{Cursor, Read as _};

use memchr::memmem;
use quick_xml::events::Event;
use zip::ZipArchive;

/// What is in an archive.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) is_ods: bool,
    pub(super) has_formulas: bool,
    /// Whoever opens it is to calculate all formulas first: libraries that don't calculate write so, with 0 for results.
    pub(super) is_uncalculated: bool,
}

impl Contents {
    /// `None` if it unpacks to more than is allowed. What its directory says of that proves nothing.
    pub(super) fn of(bytes: &[u8], limit: u64) -> Option<Self> {
        let mut left = limit;
        let mut contents = Self::default();
        // Of an archive that can't be read, whoever reads it says what is wrong.
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Some(contents) };
        for index in 0..archive.len() {
            let Ok(mut packed) = archive.by_index(index) else { continue };
            let name = packed.name().map(std::borrow::Cow::into_owned).unwrap_or_default();
            let is_sheet = name.starts_with("xl/worksheets/");
            let mut content = Vec::new();
            let (mut piece, mut before) = ([0; 1 << 14], 0);
            while let Ok(length @ 1..) = packed.read(&mut piece) {
                left = left.checked_sub(length as u64)?;
                let piece = piece.get(..length).unwrap_or_default();
                let is_split = before == b'<' && piece.first() == Some(&b'f');
                contents.has_formulas |= is_sheet && (is_split || memmem::find(piece, b"<f").is_some());
                before = piece.last().copied().unwrap_or_default();
                if matches!(&*name, "content.xml" | "xl/workbook.xml") {
                    content.extend(piece);
                }
            }
            contents.is_uncalculated |= [r#"fullCalcOnLoad="1""#, r#"fullCalcOnLoad="true""#]
                .iter()
                .any(|word| memmem::find(&content, word.as_bytes()).is_some());
            if name == "content.xml" {
                contents.is_ods = true;
                // Rows and columns that are said to be repeated take no room in the archive.
                left = left.checked_sub(repeated(&content))?;
            }
        }
        Some(contents)
    }
}

/// How much the sheets of an .ods take when their repeated cells are written out.
fn repeated(content: &[u8]) -> u64 {
    const CELL: u64 = 32;
    let mut reader = quick_xml::Reader::from_reader(content);
    let mut buffer = Vec::new();
    let (mut rows, mut columns, mut widest, mut last_row, mut area) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    let mut has_value = false;
    loop {
        let event = reader.read_event_into(&mut buffer);
        let count = |tag: &quick_xml::events::BytesStart<'_>, name: &str| -> u64 {
            let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
            found.and_then(|attribute| attribute.value.parse().ok()).unwrap_or(1)
        };
        match event {
            Ok(Event::Start(tag) | Event::Empty(tag)) => match tag.name().as_ref() {
                "table:table" => (rows, widest, last_row) = (0, 0, 0),
                "table:table-row" => {
                    (columns, has_value) = (0, false);
                    rows = rows.saturating_add(count(&tag, "table:number-rows-repeated"));
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    columns = columns.saturating_add(count(&tag, "table:number-columns-repeated"));
                    if tag.attributes().flatten().any(|attribute| attribute.key.as_ref().starts_with("office:")) {
                        widest = widest.max(columns.min(1 << 14));
                        has_value = true;
                    }
                }
                "text:p" => {
                    widest = widest.max(columns.min(1 << 14));
                    has_value = true;
                }
                _ => {}
            },
            Ok(Event::End(tag)) => match tag.name().as_ref() {
                "table:table-row" if has_value => last_row = rows.min(1 << 20),
                "table:table" => area = area.saturating_add(last_row.saturating_mul(widest)),
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        buffer.clear();
    }
    area.saturating_mul(CELL)
}
