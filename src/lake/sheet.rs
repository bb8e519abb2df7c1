//! Rows of a table in memory, column by column.

use std::sync::Arc;

use super::columns;
use crate::expression::{EvalError, Value};
use crate::rule::facts::{FactDef, Kind};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Flag,
    Number,
    Text,
}

/// The columns of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Layout(pub Vec<(String, Holds)>);

impl Layout {
    pub(super) fn with(mut self, name: impl Into<String>, holds: Holds) -> Self {
        self.0.push((name.into(), holds));
        self
    }

    /// The columns of a fact.
    pub(super) fn with_fact(self, fact: &FactDef) -> Self {
        let name = columns::name(fact);
        let layout = match fact.kind {
            Kind::Bool => self.with(name, Holds::Flag),
            Kind::Int => self.with(name, Holds::Number),
            Kind::Time => self.with(name, Holds::Number).with(format!("{name}_ns"), Holds::Number),
            Kind::Text | Kind::Words(_) | Kind::Texts | Kind::Columns | Kind::Record => self.with(name, Holds::Text),
        };
        let layout = if columns::tells_why(fact) { layout.with(format!("{name}_why"), Holds::Text) } else { layout };
        if columns::may_be_untold(fact) { layout.with(format!("tells_{name}"), Holds::Flag) } else { layout }
    }
}

/// Some rows.
#[derive(Debug)]
pub struct Sheet {
    pub(super) layout: Arc<Layout>,
    pub(super) columns: Vec<Column>,
    /// The column of the next cell.
    at: usize,
}

/// The cells of a column. What isn't there has no value, and a place among `there`.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) there: Vec<i16>,
    pub(super) cells: Cells,
}

#[derive(Debug)]
pub(super) enum Cells {
    Flags(Vec<bool>),
    Numbers(Vec<i64>),
    /// One behind the other, and where each ends.
    Texts(Vec<u8>, Vec<usize>),
}

impl Sheet {
    pub(super) fn new(layout: &Arc<Layout>) -> Self {
        let column = |(_, holds): &(String, Holds)| Column {
            there: Vec::new(),
            cells: match holds {
                Holds::Flag => Cells::Flags(Vec::new()),
                Holds::Number => Cells::Numbers(Vec::new()),
                Holds::Text => Cells::Texts(Vec::new(), Vec::new()),
            },
        };
        Self { layout: Arc::clone(layout), columns: layout.0.iter().map(column).collect(), at: 0 }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.there.len())
    }

    pub(super) fn flag(&mut self, value: Option<bool>) -> &mut Self {
        self.put(value, |cells, value| {
            if let Cells::Flags(all) = cells {
                all.push(value);
            }
        })
    }

    pub(super) fn number(&mut self, value: Option<i64>) -> &mut Self {
        self.put(value, |cells, value| {
            if let Cells::Numbers(all) = cells {
                all.push(value);
            }
        })
    }

    pub(super) fn text(&mut self, value: Option<&str>) -> &mut Self {
        self.put(value, |cells, value| {
            if let Cells::Texts(bytes, ends) = cells {
                bytes.extend(value.as_bytes());
                ends.push(bytes.len());
            }
        })
    }

    fn put<T>(&mut self, value: Option<T>, push: impl FnOnce(&mut Cells, T)) -> &mut Self {
        if let Some(column) = self.columns.get_mut(self.at) {
            column.there.push(i16::from(value.is_some()));
            if let Some(value) = value {
                push(&mut column.cells, value);
            }
        }
        self.at = (self.at + 1) % self.columns.len().max(1);
        self
    }

    /// The cells of a fact.
    pub(super) fn fact(&mut self, fact: &FactDef, value: &Value<'_>) -> &mut Self {
        match fact.kind {
            Kind::Bool => self.flag(if let Value::Bool(flag) = value { Some(*flag) } else { None }),
            Kind::Int => self.number(if let Value::Int(number) = value { Some(*number) } else { None }),
            Kind::Time => {
                let time = if let Value::Timestamp(time) = value { Some(time) } else { None };
                self.number(time.map(chrono::DateTime::timestamp))
                    .number(time.map(|time| i64::from(time.timestamp_subsec_nanos())))
            }
            Kind::Text | Kind::Words(_) => self.text(if let Value::Text(text) = value { Some(text) } else { None }),
            Kind::Texts | Kind::Columns | Kind::Record => {
                let json = value.is_told().then(|| serde_json::to_string(value).ok()).flatten();
                self.text(json.as_deref())
            }
        };
        if columns::tells_why(fact) {
            self.text(
                if let Value::Unknown(missing) = value { Some(columns::words(*missing)) } else { None }.as_deref(),
            );
        }
        if columns::may_be_untold(fact) {
            let is_absent = matches!(value, Value::Error(EvalError::Absent));
            self.flag(Some(is_absent || !matches!(value, Value::Unknown(_) | Value::Error(_))));
        }
        self
    }
}
