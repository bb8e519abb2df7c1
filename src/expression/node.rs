//! A compiled condition and its evaluation.
//!
//! Names are resolved to getters, overloads to functions, regular expressions and constants are ready: an
//! evaluation looks nothing up and allocates only for text and lists that it computes. A tree of plain operations
//! can lend its constants to the values that it computes, which boxed closures can't; it is as fast as they are.

use std::cmp::Ordering;
use std::slice::from_ref;
use std::sync::Arc;

use regex::bytes::Regex;

use super::Fact;
use super::apart::Apart;
use super::env::Env;
use super::ops::{self, Order};
use super::steps::{self, Cost, Steps};
use super::truth::Truth;
use super::value::{EvalError, List, Value};
use super::zone::Zone;

/// A function of one value.
pub(super) type Unary = for<'a> fn(&Value<'a>) -> Value<'a>;
/// A function of two values.
pub(super) type Binary = for<'a> fn(&Value<'a>, &Value<'a>) -> Value<'a>;
/// A question about two values.
pub(super) type Test = fn(&Value<'_>, &Value<'_>) -> Truth;

/// One operation.
#[derive(Debug, Clone)]
pub(super) enum Node<F: Fact> {
    Const(Value<'static>),
    Fact(F),
    /// A variable of a macro: how many macros further out it was bound.
    Local(usize),
    List(Vec<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Choose(Box<[Self; 3]>),
    /// `has()` of an optional fact.
    Has(F),
    /// `has()` of a key of a map.
    HasKey(Box<Self>, Box<str>),
    /// A fact equals (or not) a constant text: the commonest condition of all.
    IsText(F, Box<str>, bool),
    /// A text is one of these constants, which are sorted by [`by_length`].
    InTexts(Box<Self>, Box<[Box<str>]>),
    Matches(Box<Self>, Regex),
    /// A moment as clocks in a zone show it.
    InZone(Zone, Box<Self>),
    /// Inside of a macro, a value that may be large.
    Large(Cost, Box<Self>),
    Unary(Unary, Box<Self>),
    Binary(Binary, Box<[Self; 2]>),
    Test(Test, Box<[Self; 2]>),
    /// Whether two values are the same, or are not.
    Same(bool, Box<[Self; 2]>),
    Order(Order, Box<[Self; 2]>),
    Apart(Apart<F>),
    Macro(Box<Macro<F>>),
}

/// A macro over a list, or over the keys of a map.
#[derive(Debug, Clone)]
pub(super) struct Macro<F: Fact> {
    pub kind: MacroKind,
    pub range: Node<F>,
    /// The predicate.
    pub test: Node<F>,
    /// What `map` makes of an element.
    pub made: Node<F>,
    /// How many steps a turn takes.
    pub turn: u64,
    /// How often a turn looks at the text of its variable.
    pub looks: u64,
}

/// Which macro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MacroKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl<F: Fact> Node<F> {
    /// What all has to hold for it to hold.
    pub(super) fn parts(&self) -> &[Self] {
        if let Self::And(parts) = self { parts } else { from_ref(self) }
    }

    /// Whether none of the parts of a condition fails that only choose its subjects.
    pub(super) fn chooses<'a>(&'a self, env: &Env<'_, 'a, F>) -> bool {
        self.parts().iter().filter(|part| part.is_choice()).all(|part| part.truth(env) != Truth::No)
    }

    fn is_choice(&self) -> bool {
        match self {
            Self::Fact(fact) | Self::IsText(fact, ..) => fact.is_choosing(),
            Self::Not(inner) => inner.is_choice(),
            Self::Has(_) => true,
            _ => false,
        }
    }

    /// What a part says of a condition that is read as a whole. Most parts are facts, for which a call of [`Node::truth`] takes longer
    /// than to read them.
    #[inline]
    fn part<'a>(&'a self, env: &Env<'_, 'a, F>) -> Truth {
        match self {
            Self::Fact(fact) => (&env.read(*fact)).into(),
            Self::IsText(fact, text, wanted) => is_text(&env.read(*fact), text, *wanted),
            other => other.truth(env),
        }
    }

    /// Evaluates a condition.
    pub(super) fn truth<'a>(&'a self, env: &Env<'_, 'a, F>) -> Truth {
        match self {
            Self::And(parts) => decide::<false>(parts.iter().map(|part| part.truth(env))),
            Self::Or(parts) => decide::<true>(parts.iter().map(|part| part.truth(env))),
            Self::Not(inner) => inner.truth(env).not(),
            Self::Has(fact) => env.has(*fact),
            Self::IsText(fact, text, wanted) => is_text(&env.read(*fact), text, *wanted),
            Self::InTexts(text, words) => match &text.eval(env) {
                Value::Text(text) => Truth::of(words.binary_search_by(|word| by_length(word, text)).is_ok()),
                other => other.into(),
            },
            Self::Matches(text, regex) => match &text.eval(env) {
                Value::Text(text) => Truth::of(regex.is_match(text.as_bytes())),
                Value::Bool(_) => Truth::Error(EvalError::WrongType),
                other => other.into(),
            },
            Self::HasKey(map, key) => match &map.eval(env) {
                Value::Map(map) => Truth::of(map.get(key).is_some()),
                Value::Bool(_) => Truth::Error(EvalError::WrongType),
                other => other.into(),
            },
            Self::Test(test, arguments) => {
                let [left, right] = arguments.as_ref();
                if let Self::Const(right) = right {
                    return match &left.eval(env) {
                        failed @ (Value::Unknown(_) | Value::Error(_)) => failed.into(),
                        left => test(left, right),
                    };
                }
                let (left, right) = (left.eval(env), right.eval(env));
                Truth::failure(&left, &right).unwrap_or_else(|| test(&left, &right))
            }
            Self::Same(wanted, arguments) => {
                let [left, right] = arguments.as_ref();
                let (left, right) = (left.eval(env), right.eval(env));
                Truth::failure(&left, &right).unwrap_or_else(|| Truth::of(ops::same(&left, &right) == *wanted))
            }
            Self::Order(holds, arguments) => {
                let [left, right] = arguments.as_ref();
                let (left, right) = (left.eval(env), right.eval(env));
                Truth::failure(&left, &right).unwrap_or_else(|| ops::ordered(&left, &right, *holds))
            }
            Self::Apart(apart) => apart.truth(env),
            Self::Fact(fact) => (&env.read(*fact)).into(),
            other => (&other.eval(env)).into(),
        }
    }

    /// What it costs in each turn of the macro around it. A macro inside counts its own turns.
    pub(super) fn cost(&self) -> u64 {
        /// To read a fact that is computed.
        const COSTLY: u64 = 100;
        self.sum(&|node| match node {
            Self::Const(value) => 1 + Cost::All.of(value),
            Self::Fact(fact) | Self::Has(fact) if fact.is_costly() => 1 + COSTLY,
            _ => 1,
        })
    }

    /// How often it looks at the text of the variable of the macro around it. Macros inside take steps for that in each
    /// of their turns.
    pub(super) fn looks(&self) -> u64 {
        self.sum(&|node| u64::from(matches!(node, Self::Local(0))))
    }

    /// Of all that is evaluated once where this is.
    fn sum(&self, of: &impl Fn(&Self) -> u64) -> u64 {
        let all = |parts: &[Self]| parts.iter().map(|part| part.sum(of)).sum::<u64>();
        of(self)
            + match self {
                Self::Const(_) | Self::Fact(_) | Self::Has(_) | Self::Local(_) | Self::IsText(..) | Self::Apart(..) => {
                    0
                }
                Self::List(parts) | Self::And(parts) | Self::Or(parts) => all(parts),
                Self::Choose(parts) => all(parts.as_slice()),
                Self::Binary(_, parts) | Self::Test(_, parts) | Self::Same(_, parts) | Self::Order(_, parts) => {
                    all(parts.as_slice())
                }
                Self::Not(part)
                | Self::HasKey(part, _)
                | Self::InTexts(part, _)
                | Self::Matches(part, _)
                | Self::InZone(_, part)
                | Self::Large(_, part)
                | Self::Unary(_, part) => part.sum(of),
                Self::Macro(call) => call.range.sum(of),
            }
    }

    /// The parts that have to hold for it to hold, without those that do for every subject with these coarse facts.
    pub(super) fn rest<'n: 'a, 'a>(&'n self, scope: &'a F::Scope<'a>) -> Vec<&'n Self> {
        let settled = |part: &&'n Self| part.truth(&Env::coarse_only(scope, &Steps::new())) == Truth::Yes;
        self.parts().iter().filter(|part| !settled(part)).collect()
    }

    /// Evaluates any expression.
    pub(super) fn eval<'a>(&'a self, env: &Env<'_, 'a, F>) -> Value<'a> {
        match self {
            Self::Const(value) => value.lend(),
            Self::Fact(fact) => env.read(*fact),
            Self::Local(out) => env.local(*out),
            Self::List(items) => list(items.iter().map(|item| item.eval(env))),
            Self::Choose(parts) => {
                let [condition, yes, no] = parts.as_ref();
                match condition.truth(env) {
                    Truth::Yes => yes.eval(env),
                    Truth::No => no.eval(env),
                    undecided => undecided.value(),
                }
            }
            Self::Unary(function, argument) => match argument.eval(env) {
                failed @ (Value::Unknown(_) | Value::Error(_)) => failed,
                value => function(&value),
            },
            Self::Large(cost, part) => {
                let value = part.eval(env);
                env.steps.take(cost.of(&value)).map_or(value, Truth::value)
            }
            Self::InZone(zone, time) => match time.eval(env) {
                Value::Timestamp(time) => zone.clock(time).map_or(Value::Error(EvalError::Overflow), Value::Timestamp),
                failed @ (Value::Unknown(_) | Value::Error(_)) => failed,
                _ => Value::Error(EvalError::WrongType),
            },
            Self::Binary(function, arguments) => {
                let [left, right] = arguments.as_ref();
                let (left, right) = (left.eval(env), right.eval(env));
                Truth::failure(&left, &right).map_or_else(|| function(&left, &right), Truth::value)
            }
            Self::Macro(call) => call.eval(env),
            Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::Has(_)
            | Self::HasKey(..)
            | Self::IsText(..)
            | Self::InTexts(..)
            | Self::Matches(..)
            | Self::Test(..)
            | Self::Same(..)
            | Self::Order(..)
            | Self::Apart(..) => self.truth(env).value(),
        }
    }
}

/// Whether all parts hold of a condition that is read as a whole.
pub(super) fn all<'a, F: Fact>(parts: impl IntoIterator<Item = &'a Node<F>>, env: &Env<'_, 'a, F>) -> Truth {
    decide::<false>(parts.into_iter().map(|part| part.part(env)))
}

/// `&&` and `||`: one part that is `DECISIVE` decides, whatever the others are; otherwise unknown goes before error, as CEL
/// has it.
pub(super) fn decide<const DECISIVE: bool>(parts: impl Iterator<Item = Truth>) -> Truth {
    let mut left = Truth::of(!DECISIVE);
    for part in parts {
        match part {
            decided @ (Truth::Yes | Truth::No) if decided == Truth::of(DECISIVE) => return decided,
            Truth::Yes | Truth::No => {}
            undecided => left = left.merge(undecided),
        }
    }
    left
}

#[inline]
fn is_text(value: &Value<'_>, text: &str, wanted: bool) -> Truth {
    match value {
        Value::Text(value) => Truth::of((value == text) == wanted),
        other => other.into(),
    }
}

/// The order in which most texts are told apart without a look at them.
pub(super) fn by_length(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A list of values, unless one of them is unknown or failed.
fn list<'a>(items: impl Iterator<Item = Value<'a>>) -> Value<'a> {
    let mut left = Truth::Yes;
    let mut values = Vec::new();
    for item in items {
        match item {
            Value::Unknown(missing) => left = left.merge(Truth::Unknown(missing)),
            Value::Error(error) => left = left.merge(Truth::Error(error)),
            value => values.push(value),
        }
    }
    if left == Truth::Yes { Value::List(List::Owned(Arc::from(values))) } else { left.value() }
}

impl<F: Fact> Macro<F> {
    fn eval<'a>(&'a self, env: &Env<'_, 'a, F>) -> Value<'a> {
        let range = match self.range.eval(env) {
            // Texts that lie one behind the other are found one after the other only.
            Value::List(List::Texts(texts)) => List::Owned(texts.iter().map(Value::text).collect()),
            Value::List(list) => list,
            Value::Map(map) => List::Owned(map.keys().into_iter().map(Value::text).collect()),
            failed @ (Value::Unknown(_) | Value::Error(_)) => return failed,
            _ => return Value::Error(EvalError::WrongType),
        };
        match self.kind {
            MacroKind::All => self.quantify(&range, Truth::No, env),
            MacroKind::Exists => self.quantify(&range, Truth::Yes, env),
            MacroKind::ExistsOne => match self.kept(&range, env) {
                Ok(kept) => Value::Bool(kept.len() == 1),
                Err(failed) => failed.value(),
            },
            MacroKind::Filter => match self.kept(&range, env) {
                Ok(kept) => Value::List(List::Owned(Arc::from(kept))),
                Err(failed) => failed.value(),
            },
            MacroKind::Map => match self.kept(&range, env) {
                Ok(kept) => list(kept.into_iter().map(|value| self.made(value, env))),
                Err(failed) => failed.value(),
            },
        }
    }

    fn quantify<'a>(&'a self, range: &List<'a>, decisive: Truth, env: &Env<'_, 'a, F>) -> Value<'a> {
        let mut left = decisive.not();
        for value in range.iter() {
            if let Some(spent) = self.take_turn(&value, env) {
                return left.merge(spent).value();
            }
            match self.test.truth(&env.inside(&env.frame(value))) {
                truth if truth == decisive => return decisive.value(),
                truth => left = left.merge(truth),
            }
        }
        left.value()
    }

    /// The elements for which the predicate holds, or why that can't be said.
    fn kept<'a>(&'a self, range: &List<'a>, env: &Env<'_, 'a, F>) -> Result<Vec<Value<'a>>, Truth> {
        let mut left = Truth::No;
        let mut kept = Vec::new();
        for value in range.iter() {
            if let Some(spent) = self.take_turn(&value, env) {
                return Err(left.merge(spent));
            }
            let frame = env.frame(value);
            match self.test.truth(&env.inside(&frame)) {
                Truth::Yes => kept.push(frame.value),
                truth => left = left.merge(truth),
            }
        }
        if left == Truth::No { Ok(kept) } else { Err(left) }
    }

    #[inline]
    fn take_turn(&self, element: &Value<'_>, env: &Env<'_, '_, F>) -> Option<Truth> {
        env.steps.take(self.turn + (1 + self.looks) * steps::of_text(element))
    }

    /// What `map` makes of an element. A list counts with all that is in it, because it may hold one thing many times.
    fn made<'a>(&'a self, element: Value<'a>, env: &Env<'_, 'a, F>) -> Value<'a> {
        let made = self.made.eval(&env.inside(&env.frame(element)));
        env.steps.take(Cost::All.of(&made)).map_or(made, Truth::value)
    }
}
