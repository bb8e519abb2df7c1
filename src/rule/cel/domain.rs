//! What a thing that is compared can be, as far as the comparisons that were seen tell.

use std::cmp::Ordering;

use super::Span;
use super::ops::{compare, same};
use super::types::Type;
use super::value::{List, Value};

/// A comparison with values that don't change.
#[derive(Debug)]
pub(super) enum Relation {
    /// It is one of these.
    Is(Vec<Value<'static>>),
    /// It is none of these.
    IsNot(Vec<Value<'static>>),
    /// It is greater; or equal, if that is said.
    Above(Value<'static>, bool),
    /// It is less; or equal, if that is said.
    Below(Value<'static>, bool),
}

/// The values that are still possible.
#[derive(Debug, Clone, Default)]
pub(super) struct Domain {
    only: Option<Vec<Value<'static>>>,
    not: Vec<Value<'static>>,
    low: Option<(Value<'static>, bool)>,
    high: Option<(Value<'static>, bool)>,
    whole: bool,
    /// Where something was said about it.
    pub said: Vec<Span>,
}

impl Relation {
    /// `thing operator value`, or the opposite.
    pub(super) fn new(operator: &str, wanted: bool, value: Value<'static>) -> Option<Self> {
        Some(match (operator, wanted) {
            ("_==_", true) | ("_!=_", false) => Self::Is(vec![value]),
            ("_!=_", true) | ("_==_", false) => Self::IsNot(vec![value]),
            ("_>_", true) | ("_<=_", false) => Self::Above(value, false),
            ("_>=_", true) | ("_<_", false) => Self::Above(value, true),
            ("_<_", true) | ("_>=_", false) => Self::Below(value, false),
            ("_<=_", true) | ("_>_", false) => Self::Below(value, true),
            ("@in", _) => {
                let Value::List(List::Owned(values)) = value else { return None };
                if wanted { Self::Is(values.to_vec()) } else { Self::IsNot(values.to_vec()) }
            }
            _ => return None,
        })
    }
}

impl Domain {
    /// Everything that a thing of this type can be; a size is never negative.
    pub(super) fn of(ty: &Type, is_size: bool) -> Self {
        let only = match ty {
            Type::Bool => Some(vec![Value::Bool(false), Value::Bool(true)]),
            other => other.words().map(|words| words.iter().map(|word| Value::text(word)).collect()),
        };
        let low = is_size.then_some((Value::Int(0), true));
        Self { only, low, whole: *ty == Type::Int, ..Self::default() }
    }

    /// Takes away what the relation excludes; whether anything is left.
    pub(super) fn narrow(&mut self, relation: &Relation) -> bool {
        match relation {
            Relation::Is(values) => {
                let before = self.only.take();
                let known = |value: &&Value<'static>| before.as_ref().is_none_or(|only| within(only, value));
                self.only = Some(values.iter().filter(known).cloned().collect());
            }
            Relation::IsNot(values) => self.not.extend(values.iter().cloned()),
            Relation::Above(value, equal) => {
                let (value, equal) = self.next(value, *equal, 1);
                if self.low.as_ref().is_none_or(|low| is_tighter(&(value.clone(), equal), low, Ordering::Greater)) {
                    self.low = Some((value, equal));
                }
            }
            Relation::Below(value, equal) => {
                let (value, equal) = self.next(value, *equal, -1);
                if self.high.as_ref().is_none_or(|high| is_tighter(&(value.clone(), equal), high, Ordering::Less)) {
                    self.high = Some((value, equal));
                }
            }
        }
        self.is_possible()
    }

    /// Of whole numbers, to be above 5 is to be 6 at least.
    fn next(&self, value: &Value<'static>, equal: bool, step: i64) -> (Value<'static>, bool) {
        match value {
            Value::Int(number) if self.whole && !equal => {
                number.checked_add(step).map_or_else(|| (value.clone(), false), |next| (Value::Int(next), true))
            }
            _ => (value.clone(), equal),
        }
    }

    fn is_possible(&self) -> bool {
        if let Some(only) = &self.only {
            return only.iter().any(|value| self.allows(value));
        }
        let (Some((low, from)), Some((high, to))) = (&self.low, &self.high) else { return true };
        match compare(low, high) {
            Some(Ordering::Greater) => false,
            Some(Ordering::Equal) => *from && *to && !within(&self.not, low),
            Some(Ordering::Less) | None => true,
        }
    }

    fn allows(&self, value: &Value<'static>) -> bool {
        let beyond = |bound: &Option<(Value<'static>, bool)>, side: Ordering| {
            bound.as_ref().is_some_and(|(bound, equal)| match compare(value, bound) {
                Some(Ordering::Equal) => !equal,
                Some(found) => found == side,
                None => false,
            })
        };
        !within(&self.not, value) && !beyond(&self.low, Ordering::Less) && !beyond(&self.high, Ordering::Greater)
    }
}

fn within(values: &[Value<'static>], value: &Value<'static>) -> bool {
    values.iter().any(|other| same(other, value))
}

/// Whether a bound leaves less than another. Bounds that can't be compared stay as they are.
fn is_tighter(new: &(Value<'static>, bool), old: &(Value<'static>, bool), side: Ordering) -> bool {
    match compare(&new.0, &old.0) {
        Some(Ordering::Equal) => !new.1,
        Some(found) => found == side,
        None => false,
    }
}
