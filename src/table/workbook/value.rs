//! A cell of a workbook as text: what a person sees in it.

use calamine::{CellErrorType, Data, DataRef, ExcelDateTime};

use crate::table::flat::push_text;

/// A cell of any kind of workbook.
pub(super) enum Value<'c> {
    Empty,
    Text(&'c str),
    Moment(ExcelDateTime),
    Whole(i64),
    Number(f64),
    Flag(bool),
    Error(&'c CellErrorType),
    /// Of a formula that nobody has calculated.
    Uncalculated,
}

impl<'c> Value<'c> {
    pub(super) fn of(data: &'c Data) -> Self {
        match data {
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Self::Text(text),
            Data::DateTime(moment) => Self::Moment(*moment),
            Data::Int(number) => Self::Whole(*number),
            Data::Float(number) => Self::Number(*number),
            Data::Bool(flag) => Self::Flag(*flag),
            Data::Error(error) => Self::Error(error),
            Data::Empty => Self::Empty,
        }
    }

    pub(super) fn of_ref(data: &'c DataRef<'c>) -> Self {
        match data {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Self::Text(text),
            DataRef::SharedString(text) => Self::Text(text),
            DataRef::DateTime(moment) => Self::Moment(*moment),
            DataRef::Int(number) => Self::Whole(*number),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::Bool(flag) => Self::Flag(*flag),
            DataRef::Error(error) => Self::Error(error),
        }
    }

    /// Whether it is the number 0, in whatever format.
    pub(super) fn is_zero(&self) -> bool {
        match self {
            Self::Whole(number) => *number == 0,
            Self::Number(number) => *number == 0.0,
            Self::Moment(moment) => moment.as_f64() == 0.0,
            _ => false,
        }
    }

    /// Dates are written as ISO, whatever format the cell shows.
    pub(super) fn push(&self, text: &mut String, zeros: Option<&Zeros>) {
        /// Beyond all dates, and within what the conversion to one can take.
        const LAST_DAY: f64 = 3_000_000.0;
        /// One of the words by which spreadsheets say that a formula has no value.
        const UNREADABLE: &str = "#VALUE!";
        match self {
            Self::Text(value) => push_text(text, value),
            Self::Moment(moment) if moment.is_datetime() && (0.0..LAST_DAY).contains(&moment.as_f64()) => {
                if let Some(moment) = moment.as_datetime() {
                    text.push_str(&moment.format("%Y-%m-%dT%H:%M:%S").to_string());
                }
            }
            Self::Moment(moment) => text.push_str(&moment.as_f64().to_string()),
            Self::Whole(number) => text.push_str(&shown(number.to_string(), zeros)),
            Self::Number(number) => text.push_str(&shown(number.to_string(), zeros)),
            Self::Flag(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Uncalculated => text.push_str(UNREADABLE),
            Self::Error(error) => push_text(text, &error.to_string()),
            Self::Empty => {}
        }
    }
}

/// A number as its format shows it.
fn shown(number: String, zeros: Option<&Zeros>) -> String {
    match zeros {
        Some(zeros) if number.bytes().all(|byte| byte.is_ascii_digit()) => zeros.show(&number),
        _ => number,
    }
}

/// A number format of zeros, `00000` or `"E-"00000`: leading zeros and letters are seen, and not kept in the cell.
pub(super) struct Zeros(Vec<Option<char>>);

impl Zeros {
    pub(super) fn of(format: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            match c {
                ';' => break,
                '0' => parts.push(None),
                '\\' => parts.push(Some(chars.next()?)),
                '"' => parts.extend(chars.by_ref().take_while(|c| *c != '"').map(Some)),
                '-' | ' ' | '/' | '(' | ')' => parts.push(Some(c)),
                _ => return None,
            }
        }
        let digits = parts.iter().filter(|part| part.is_none()).count();
        (digits > 1 || (digits == 1 && parts.len() > 1)).then_some(Self(parts))
    }

    fn show(&self, number: &str) -> String {
        let digits = self.0.iter().filter(|part| part.is_none()).count();
        let padded = format!("{number:0>digits$}");
        // More digits than zeros stand in front of the first.
        let (front, rest) = padded.split_at_checked(padded.len() - digits).unwrap_or(("", number));
        let mut rest = rest.chars();
        let mut is_first = true;
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Some(c) => text.push(*c),
                None => {
                    if std::mem::take(&mut is_first) {
                        text.push_str(front);
                    }
                    text.extend(rest.next());
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_zeros_are_what_a_person_sees() {
        for (format, number, expected) in [
            ("00000", "123", Some("00123")),
            ("00000;-00000", "123456", Some("123456")),
            ("\"E-\"0000", "17", Some("E-0017")),
            ("000\\-00", "123", Some("001-23")),
            ("000-00-0000", "12345678", Some("012-34-5678")),
            ("0", "7", None),
            ("General", "7", None),
            ("0.00", "7", None),
            ("#,##0", "7", None),
            ("yyyy-mm-dd", "7", None),
        ] {
            assert_eq!(Zeros::of(format).map(|zeros| zeros.show(number)).as_deref(), expected, "{format}");
        }
    }
}
