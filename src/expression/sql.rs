//! A condition in SQL, made of the very nodes that are evaluated. What all engines understand alike is said in SQL; the rest is
//! a [`Part`], which is evaluated where facts are written down, and is a column for the engine.
//!
//! A fact that isn't told is NULL, so that AND, OR and NOT of SQL are those of the language: the checker keeps out every
//! reading of an absent fact that could decide. What may fail, and whatever engines disagree about (arithmetic, the order of
//! texts, patterns, backslashes), is left to the part.

mod spoken;

use std::cmp::Ordering;

use chrono::TimeDelta;

use super::apart::Apart;
use super::env::Env;
use super::node::{self, Macro, MacroKind, Node};
use super::ops::{self, Order};
use super::steps::Steps;
use super::truth::Truth;
use super::types::Type;
use super::value::Value;
use super::{Condition, Fact};
use spoken::Spoken;
pub(crate) use spoken::{Gap, Lack};

/// Where facts stand.
pub(crate) trait Columns<F> {
    /// Where a fact stands, if it has columns.
    fn place(&self, fact: F) -> Option<Place>;

    /// Where the part of the condition stands.
    fn part(&self) -> PartPlace;
}

/// The columns of a fact.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Its value, which is NULL where it isn't told or absent; of a moment, the seconds. Of a list, its elements.
    pub values: Vec<String>,
    /// Of a moment: the nanoseconds beyond the seconds.
    pub nanos: String,
    /// Whether it is told. Without it, it is where it isn't NULL.
    pub told: Option<String>,
    /// The column that says why it isn't told, where that isn't always the same.
    pub why: Option<String>,
}

impl Place {
    /// Of a value that is told where it isn't NULL.
    pub(crate) fn of(value: String) -> Self {
        Self { values: vec![value], nanos: "0".to_owned(), told: None, why: None }
    }
}

/// The columns of a part.
#[derive(Debug, Clone)]
pub(crate) struct PartPlace {
    /// What it says; NULL where it can't.
    pub holds: String,
    /// Why it can't, as words.
    pub why: String,
}

/// A condition in SQL.
#[derive(Debug)]
pub(crate) struct Said<'c, F: Fact> {
    /// Whether it holds; NULL where nobody can say.
    pub holds: String,
    /// What is missing where nobody can say.
    pub gaps: Vec<Gap>,
    /// What SQL can't say of it.
    pub part: Option<Part<'c, F>>,
}

/// What SQL can't say of a condition.
#[derive(Debug)]
pub(crate) struct Part<'c, F: Fact> {
    /// What has to hold, all or one of it.
    nodes: Vec<&'c Node<F>>,
    /// What SQL says in addition to it. Where that decides, the part needn't be asked.
    beside: Vec<&'c Node<F>>,
    is_any: bool,
}

impl<F: Fact> Condition<F> {
    /// The condition in SQL.
    pub(crate) fn said<'c>(&'c self, columns: &dyn Columns<F>) -> Said<'c, F> {
        let mut speaker = Speaker { columns, parts: Vec::new() };
        let mut spoken = speaker.speak(&self.node);
        if speaker.parts.len() > 1 {
            // One budget for one condition: parts that are asked one by one would have one each.
            speaker.parts.clear();
            spoken = speaker.part(vec![&self.node], Vec::new(), false);
        }
        let mut gaps = Vec::new();
        spoken.gaps(&[], &mut gaps);
        Said { holds: spoken.text(), gaps: spoken::distinct(gaps), part: speaker.parts.pop() }
    }
}

impl<F: Fact> Part<'_, F> {
    /// What it says; none where it needn't be asked.
    pub(crate) fn truth<'a>(&'a self, scope: &'a F::Scope<'a>) -> Option<Truth> {
        let steps = Steps::new();
        let env = Env::new(scope, &steps);
        let decisive = Truth::of(self.is_any);
        if self.beside.iter().any(|node| node.truth(&env) == decisive) {
            return None;
        }
        let truths = self.nodes.iter().map(|node| node.truth(&env));
        Some(if self.is_any { node::decide::<true>(truths) } else { node::decide::<false>(truths) })
    }
}

struct Speaker<'c, 's, F: Fact> {
    columns: &'s dyn Columns<F>,
    parts: Vec<Part<'c, F>>,
}

/// A value that is compared.
struct Operand {
    class: Class,
    value: String,
    nanos: String,
    gaps: Vec<Gap>,
}

/// What can be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Bool,
    Int,
    Text,
    Moment,
}

impl<'c, F: Fact> Speaker<'c, '_, F> {
    fn speak(&mut self, node: &'c Node<F>) -> Spoken {
        match node {
            Node::And(parts) => self.chain(parts, false),
            Node::Or(parts) => self.chain(parts, true),
            Node::Not(inner) => Spoken::Not(Box::new(self.speak(inner))),
            Node::Choose(parts) => {
                let [condition, yes, no] = parts.as_ref();
                Spoken::Choose(Box::new([self.speak(condition), self.speak(yes), self.speak(no)]))
            }
            leaf => match self.leaf(leaf) {
                Some((text, gaps)) => Spoken::Leaf(text, gaps),
                None => self.part(vec![leaf], Vec::new(), false),
            },
        }
    }

    fn chain(&mut self, parts: &'c [Node<F>], is_any: bool) -> Spoken {
        let (mut spoken, mut beside, mut unsaid) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let is_composite = matches!(part, Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Choose(_));
            if !is_composite && self.leaf(part).is_none() {
                unsaid.push(part);
                continue;
            }
            let before = self.parts.len();
            spoken.push(self.speak(part));
            if self.parts.len() == before {
                beside.push(part);
            }
        }
        if !unsaid.is_empty() {
            spoken.push(self.part(unsaid, beside, is_any));
        }
        if is_any { Spoken::Any(spoken) } else { Spoken::All(spoken) }
    }

    fn part(&mut self, nodes: Vec<&'c Node<F>>, beside: Vec<&'c Node<F>>, is_any: bool) -> Spoken {
        self.parts.push(Part { nodes, beside, is_any });
        let PartPlace { holds, why } = self.columns.part();
        let gap = Gap { when: vec![format!("{holds} IS NULL")], what: Lack::Column(why) };
        Spoken::Leaf(holds, vec![gap])
    }

    /// A condition without conditions in it, if it can be said.
    fn leaf(&self, node: &Node<F>) -> Option<(String, Vec<Gap>)> {
        match node {
            Node::Const(Value::Bool(holds)) => Some((truth(*holds).to_owned(), Vec::new())),
            Node::Fact(fact) => {
                let operand = self.fact(*fact)?;
                (operand.class == Class::Bool).then_some((operand.value, operand.gaps))
            }
            Node::Has(fact) => {
                let place = self.columns.place(*fact)?;
                let there = format!("{} IS NOT NULL", place.values.first()?);
                Some((told(&place, &there), gaps(*fact, &place)))
            }
            Node::IsText(fact, text, wanted) => {
                let operand = self.fact(*fact).filter(|operand| operand.class == Class::Text)?;
                let sign = if *wanted { "=" } else { "<>" };
                Some((format!("{} {sign} {}", operand.value, quoted(text)?), operand.gaps))
            }
            Node::InTexts(text, words) => {
                let Node::Fact(fact) = text.as_ref() else { return None };
                let operand = self.fact(*fact).filter(|operand| operand.class == Class::Text)?;
                Some((among(&operand.value, words)?, operand.gaps))
            }
            Node::Same(wanted, sides) => self.same(*wanted, sides),
            Node::Order(holds, sides) => self.ordered(*holds, sides),
            Node::Test(test, sides) => match sides.as_ref() {
                [Node::Const(left), Node::Const(right)] => constant(test(left, right)),
                _ => None,
            },
            Node::Apart(apart) => self.apart(apart),
            Node::Macro(call) => self.exists(call),
            _ => None,
        }
    }

    fn same(&self, wanted: bool, sides: &[Node<F>; 2]) -> Option<(String, Vec<Gap>)> {
        if let [Node::Const(left), Node::Const(right)] = sides {
            return constant(Truth::of(ops::same(left, right) == wanted));
        }
        let [left, right] = sides.each_ref().map(|side| self.operand(side));
        let (left, right) = (left?, right?);
        if left.class != right.class {
            return None;
        }
        let (sign, nanos) = if wanted { ("=", " AND ") } else { ("<>", " OR ") };
        let mut text = format!("{} {sign} {}", left.value, right.value);
        if left.class == Class::Moment {
            text = format!("{text}{nanos}{} {sign} {}", left.nanos, right.nanos);
        }
        Some((text, [left.gaps, right.gaps].concat()))
    }

    fn ordered(&self, holds: Order, sides: &[Node<F>; 2]) -> Option<(String, Vec<Gap>)> {
        if let [Node::Const(left), Node::Const(right)] = sides {
            return constant(ops::ordered(left, right, holds));
        }
        let [left, right] = sides.each_ref().map(|side| self.operand(side));
        let (left, right) = (left?, right?);
        let gaps = [left.gaps, right.gaps].concat();
        match (left.class, right.class) {
            (Class::Int, Class::Int) => Some((format!("{} {} {}", left.value, sign(holds), right.value), gaps)),
            (Class::Moment, Class::Moment) => {
                Some((lexical(holds, [&left.value, &right.value], [&left.nanos, &right.nanos]), gaps))
            }
            _ => None,
        }
    }

    fn apart(&self, apart: &Apart<F>) -> Option<(String, Vec<Gap>)> {
        let Apart { holds, later, earlier, limit, or_absent } = apart;
        let whole = TimeDelta::seconds(limit.num_seconds()) == *limit;
        let (to, from) = (self.fact(*later).filter(|_| whole)?, self.fact(*earlier)?);
        let seconds = format!("{} - {}", to.value, from.value);
        let mut text = lexical(*holds, [&seconds, &limit.num_seconds().to_string()], [&to.nanos, &from.nanos]);
        if *or_absent {
            let place = self.columns.place(*earlier)?;
            text = told(&place, &format!("{} IS NULL OR {text}", from.value));
        }
        Some((text, [to.gaps, from.gaps].concat()))
    }

    /// `account.handles.exists(handle, handle in params.names)`
    fn exists(&self, call: &Macro<F>) -> Option<(String, Vec<Gap>)> {
        let (Node::Fact(fact), Node::InTexts(item, words)) = (&call.range, &call.test) else { return None };
        if call.kind != MacroKind::Exists || !matches!(item.as_ref(), Node::Local(0)) {
            return None;
        }
        let place = self.columns.place(*fact).filter(|_| fact.ty() == Type::list(Type::Text))?;
        let one = |value: &String| Some(format!("({value} IS NOT NULL AND {})", among(value, words)?));
        let any = place.values.iter().map(one).collect::<Option<Vec<_>>>()?.join(" OR ");
        Some((told(&place, &any), gaps(*fact, &place)))
    }

    fn operand(&self, node: &Node<F>) -> Option<Operand> {
        let plain = |class, value| Operand { class, value, nanos: "0".to_owned(), gaps: Vec::new() };
        match node {
            Node::Fact(fact) => self.fact(*fact),
            Node::Const(Value::Bool(value)) => Some(plain(Class::Bool, truth(*value).to_owned())),
            Node::Const(Value::Int(value)) => Some(plain(Class::Int, value.to_string())),
            Node::Const(Value::Text(text)) => Some(plain(Class::Text, quoted(text)?)),
            Node::Const(Value::Timestamp(time)) => Some(Operand {
                nanos: time.timestamp_subsec_nanos().to_string(),
                ..plain(Class::Moment, time.timestamp().to_string())
            }),
            _ => None,
        }
    }

    fn fact(&self, fact: F) -> Option<Operand> {
        let class = match fact.ty() {
            Type::Bool => Class::Bool,
            Type::Int => Class::Int,
            Type::Text | Type::Word(_) => Class::Text,
            Type::Timestamp => Class::Moment,
            _ => return None,
        };
        let place = self.columns.place(fact)?;
        let value = place.values.first()?.clone();
        Some(Operand { class, value, gaps: gaps(fact, &place), nanos: place.nanos })
    }
}

/// What may be missing where a fact is read.
fn gaps<F: Fact>(fact: F, place: &Place) -> Vec<Gap> {
    let untold = match &place.told {
        Some(told) => format!("NOT {told}"),
        None if fact.is_optional() => return Vec::new(),
        None => place.values.iter().map(|value| format!("{value} IS NULL")).collect::<Vec<_>>().join(" AND "),
    };
    let what = match &place.why {
        Some(why) => Lack::Column(why.clone()),
        None if fact.missing().is_empty() => return Vec::new(),
        None => Lack::Facts(fact.missing()),
    };
    vec![Gap { when: vec![untold], what }]
}

/// What is said of a fact, where it is told.
fn told(place: &Place, text: &str) -> String {
    match &place.told {
        Some(told) => format!("CASE WHEN {told} THEN {text} END"),
        None => text.to_owned(),
    }
}

const fn truth(holds: bool) -> &'static str {
    if holds { "TRUE" } else { "FALSE" }
}

fn constant(result: Truth) -> Option<(String, Vec<Gap>)> {
    match result {
        Truth::Yes | Truth::No => Some((truth(result == Truth::Yes).to_owned(), Vec::new())),
        Truth::Unknown(_) | Truth::Error(_) => None,
    }
}

/// Whether a value is one of some texts; NULL where it is NULL.
fn among(value: &str, words: &[Box<str>]) -> Option<String> {
    let words = words.iter().map(|word| quoted(word)).collect::<Option<Vec<_>>>()?;
    Some(match words.as_slice() {
        [] => format!("CASE WHEN {value} IS NOT NULL THEN FALSE END"),
        words => format!("{value} IN ({})", words.join(", ")),
    })
}

/// A text as every engine reads it. With backslashes, dollars and control characters, some make something else of it.
pub(crate) fn quoted(text: &str) -> Option<String> {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\\' | '$');
    text.chars().all(is_plain).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// The sign of a comparison.
fn sign(holds: Order) -> &'static str {
    match [Ordering::Less, Ordering::Equal].map(holds) {
        [true, true] => "<=",
        [true, false] => "<",
        [false, true] => ">=",
        [false, false] => ">",
    }
}

/// Compares seconds, and where they are the same, nanoseconds.
fn lexical(holds: Order, [left, right]: [&str; 2], [nanos, other]: [&str; 2]) -> String {
    let sign = sign(holds);
    if nanos == "0" && other == "0" {
        return format!("{left} {sign} {right}");
    }
    let strict = sign.trim_end_matches('=');
    format!("({left} {strict} {right} OR ({left} = {right} AND {nanos} {sign} {other}))")
}
