//! Which parts of a condition can ever decide: constants, and comparisons of one thing that contradict each other. For
//! `headcount rules check`; nothing here is evaluated in an audit.
//!
//! What is assumed to be true narrows what the things that are compared can be (`domain`). Under three truth values
//! `a && b` is true only where both are, and `a || b` only where one is, so that an impossible part makes the whole
//! impossible whatever is unknown. What is not understood is taken to be possible: nothing is called unreachable
//! that isn't.

use std::collections::BTreeMap;

use chrono::DateTime;

use super::check::{Checker, Typed, constant};
use super::domain::{Domain, Relation};
use super::guard::Proven;
use super::node::{Env, Truth};
use super::parse::{self, Expr, Kind};
use super::steps::Steps;
use super::types::Type;
use super::value::{Missing, Value};
use super::{Fault, Names};
use crate::rule::Scope;

/// What can become of a condition.
#[derive(Debug)]
pub(in crate::rule) struct Reach {
    /// Parts that never decide, each with its reason.
    pub dead: Vec<Fault>,
    /// Whether it can be true.
    pub can_hold: bool,
    /// Whether it can be false.
    pub can_fail: bool,
}

/// Looks at a condition that compiles, where the facts `hidden` are not told.
pub(in crate::rule) fn reach(text: &str, names: Names<'_>, hidden: Missing) -> Option<Reach> {
    let tree = parse::parse(text).ok()?;
    let mut walker = Walker { text, names, hidden, locals: Vec::new(), dead: Vec::new() };
    let start = Known::new();
    let can_fail = walker.assume(&tree, false, &start).is_ok();
    walker.dead.clear();
    let held = walker.assume(&tree, true, &start);
    let can_hold = held.is_ok();
    match held {
        Ok(_) => walker.look_inside(&tree, &start),
        Err(fault) => walker.dead = vec![fault],
    }
    walker.dead.sort_by_key(|fault| (fault.span.start, fault.span.end));
    walker.dead.dedup();
    Some(Reach { dead: walker.dead, can_hold, can_fail })
}

/// What is known of the things that are compared, by how they are written.
type Known = BTreeMap<String, Domain>;

struct Walker<'w> {
    text: &'w str,
    names: Names<'w>,
    hidden: Missing,
    locals: Vec<(String, Type)>,
    dead: Vec<Fault>,
}

/// A part, and whether it is assumed to be true or false.
type Assumed<'e> = (&'e Expr, bool);

impl Walker<'_> {
    /// What is known where the part is true (or false); or why it never is.
    fn assume(&mut self, expr: &Expr, wanted: bool, known: &Known) -> Result<Known, Fault> {
        let (expr, wanted) = without_not(expr, wanted);
        match operator(expr) {
            ("_&&_" | "_||_", [_, _]) => {
                let mut parts = Vec::new();
                let all = (operator(expr).0 == "_&&_") == wanted;
                flatten((expr, wanted), all, &mut parts);
                if all { self.all(parts, known) } else { self.any(&parts, known) }
            }
            ("_?_:_", [condition, yes, no]) => {
                let taken = [(condition, true, yes), (condition, false, no)];
                let mut branches = Vec::new();
                for (condition, holds, branch) in taken {
                    let before = self.assume(condition, holds, known);
                    branches.push(before.and_then(|before| self.assume(branch, wanted, &before)));
                }
                one_of(branches, known)
            }
            _ => self.quantified(expr, wanted, known).unwrap_or_else(|| self.atom(expr, wanted, known)),
        }
    }

    /// All of the parts: first those that narrow something down, so that alternatives are seen in their light.
    fn all(&mut self, mut parts: Vec<Assumed<'_>>, known: &Known) -> Result<Known, Fault> {
        parts.sort_by_key(|(expr, _)| matches!(operator(expr).0, "_&&_" | "_||_" | "_?_:_"));
        parts.into_iter().try_fold(known.clone(), |known, (expr, wanted)| self.assume(expr, wanted, &known))
    }

    /// One of the parts. Those that can't be it are noted.
    fn any(&mut self, parts: &[Assumed<'_>], known: &Known) -> Result<Known, Fault> {
        let branches: Vec<_> = parts.iter().map(|(expr, wanted)| self.assume(expr, *wanted, known)).collect();
        if branches.iter().any(Result::is_ok) && self.hidden.is_empty() {
            self.dead.extend(branches.iter().filter_map(|branch| branch.as_ref().err().cloned()));
        }
        one_of(branches, known)
    }

    /// `list.exists(x, …)` is true only if its condition can be; `list.all(x, …)` false only if that can be false.
    fn quantified(&mut self, expr: &Expr, wanted: bool, known: &Known) -> Option<Result<Known, Fault>> {
        let Kind::Call { function, target: Some(_), args } = &expr.kind else { return None };
        let [_, test] = args.as_slice() else { return None };
        if !matches!((function.text.as_str(), wanted), ("exists", true) | ("all", false)) {
            return None;
        }
        let inside = self.with_variable(expr, |walker| walker.assume(test, wanted, known))?;
        Some(inside.and_then(|_| self.atom(expr, wanted, known)))
    }

    /// A part that is no combination of others.
    fn atom(&mut self, expr: &Expr, wanted: bool, known: &Known) -> Result<Known, Fault> {
        let Some((typed, _)) = self.check(expr) else { return Ok(known.clone()) };
        if self.is_untold(expr) {
            return Err(self.never(expr, wanted, "a fact that it needs is not told"));
        }
        if is_literal(expr) {
            let scope = Scope::at(DateTime::UNIX_EPOCH);
            let truth = typed.node.truth(Env::new(&scope, &Steps::new()));
            let possible = matches!((truth, wanted), (Truth::Yes, true) | (Truth::No, false));
            let why = "it is the same whatever the facts are";
            return if possible { Ok(known.clone()) } else { Err(self.never(expr, wanted, why)) };
        }
        match self.relation(expr, wanted) {
            Some(Narrowed::Thing(thing, relation)) => self.narrow((expr, wanted), thing, &relation, known),
            Some(Narrowed::Same(true)) | None => Ok(known.clone()),
            Some(Narrowed::Same(false)) => Err(self.never(expr, wanted, "both sides are the same")),
        }
    }

    /// Whether the part has no value in any case, because a fact is not told.
    fn is_untold(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Select(operand, _) if matches!(operand.kind, Kind::Name(_)) => {
                self.check(expr).is_some_and(|(_, needs)| needs.iter().any(|name| self.hidden.contains(name)))
            }
            Kind::Select(operand, _) => self.is_untold(operand),
            Kind::List(items) => items.iter().any(|item| self.is_untold(item)),
            Kind::Call { function, target, args } => match function.text.as_str() {
                "_&&_" | "_||_" => false,
                "_?_:_" => args.first().is_some_and(|condition| self.is_untold(condition)),
                name if is_macro(name) => target.as_deref().is_some_and(|range| self.is_untold(range)),
                _ => target.as_deref().into_iter().chain(args).any(|part| self.is_untold(part)),
            },
            _ => false,
        }
    }

    fn narrow(&mut self, part: Assumed<'_>, thing: &Expr, relation: &Relation, known: &Known) -> Result<Known, Fault> {
        let (expr, wanted) = part;
        let Some((typed, _)) = self.check(thing) else { return Ok(known.clone()) };
        let mut known = known.clone();
        let domain = known.entry(written(thing)).or_insert_with(|| Domain::of(&typed.ty, operator(thing).0 == "size"));
        let before = domain.said.last().copied();
        domain.said.push(expr.span);
        if domain.narrow(relation) {
            return Ok(known);
        }
        let why = match before.and_then(|span| self.text.get(span.start..span.end)) {
            Some(other) => format!("`{}` is demanded, too", one_line(other)),
            None => "it is never that".to_owned(),
        };
        Err(self.never(expr, wanted, &why))
    }

    fn never(&self, expr: &Expr, wanted: bool, why: &str) -> Fault {
        let truth = if wanted { "true" } else { "false" };
        let part = self.text.get(expr.span.start..expr.span.end).map(one_line).unwrap_or_default();
        Fault::new(expr.span, format!("`{part}` is never {truth} here")).help(why)
    }

    /// What the part says of a thing whose value isn't known.
    fn relation<'e>(&mut self, expr: &'e Expr, wanted: bool) -> Option<Narrowed<'e>> {
        let (name, [left, right]) = operator(expr) else { return Some(Narrowed::truth(expr, wanted)) };
        if !matches!(name, "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" | "@in") {
            return Some(Narrowed::truth(expr, wanted));
        }
        let exact = |walker: &mut Self, side: &Expr| {
            walker.check(side).is_some_and(|(typed, _)| !matches!(typed.ty, Type::Double | Type::Dyn))
        };
        if written(left) == written(right) && name != "@in" {
            let equal = matches!(name, "_==_" | "_<=_" | "_>=_");
            return exact(self, left).then_some(Narrowed::Same(equal == wanted));
        }
        let (name, thing, value) = match (self.value_of(left), self.value_of(right)) {
            (None, Some(value)) => (name, left, value),
            (Some(value), None) if name != "@in" => (mirrored(name), right, value),
            _ => return None,
        };
        // Where a number may be none (NaN), not to be less is not to be greater or equal.
        let ordered = matches!(name, "_<_" | "_<=_" | "_>_" | "_>=_");
        if ordered && !wanted && !exact(self, thing) {
            return None;
        }
        Relation::new(name, wanted, value).map(|relation| Narrowed::Thing(thing, relation))
    }

    /// The value of a part that is always the same.
    fn value_of(&mut self, expr: &Expr) -> Option<Value<'static>> {
        self.is_closed(expr).then(|| self.check(expr)).flatten().and_then(|(typed, _)| constant(&typed.node))
    }

    /// Whether the part reads nothing but params. One that is empty is still to be set.
    fn is_closed(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Double(_) | Kind::Text(_) => true,
            Kind::Name(_) => false,
            Kind::List(items) => items.iter().all(|item| self.is_closed(item)),
            Kind::Select(operand, field) => {
                matches!(&operand.kind, Kind::Name(name) if name == "params")
                    && self.names.params.get(&field.text).is_some_and(|param| !param.is_empty())
            }
            Kind::Call { target, args, .. } => {
                target.as_deref().into_iter().chain(args).all(|part| self.is_closed(part))
            }
        }
    }

    /// The part with its type, and the facts that it needs.
    fn check(&self, expr: &Expr) -> Option<(Typed, Missing)> {
        let mut checker = Checker::new(self.names);
        checker.locals.clone_from(&self.locals);
        let typed = checker.expr(expr, Proven::EVERYTHING).ok()?;
        Some((typed, checker.needs))
    }

    /// Looks into a macro, whose variable is known there.
    fn with_variable<T>(&mut self, call: &Expr, look: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let Kind::Call { target: Some(range), args, .. } = &call.kind else { return None };
        let Some(Kind::Name(name)) = args.first().map(|variable| &variable.kind) else { return None };
        let item = match self.check(range)?.0.ty {
            Type::List(item) => *item,
            Type::Map(_) => Type::Text,
            _ => Type::Dyn,
        };
        self.locals.push((name.clone(), item));
        let seen = look(self);
        self.locals.pop();
        Some(seen)
    }

    /// Notes what never decides inside of parts: the outcomes of `?:`, and the conditions of macros.
    fn look_inside(&mut self, expr: &Expr, known: &Known) {
        match (operator(expr), &expr.kind) {
            (("_?_:_", [condition, yes, no]), _) => {
                for (holds, outcome) in [(true, yes), (false, no)] {
                    match self.assume(condition, holds, known) {
                        Ok(known) => self.look_inside(outcome, &known),
                        Err(why) => self.dead.push(Fault { span: outcome.span, ..self.outcome(outcome, why) }),
                    }
                }
                self.look_inside(condition, known);
            }
            ((name, _), Kind::Call { target: Some(range), args, .. }) if is_macro(name) => {
                self.look_inside(range, known);
                let bodies: Vec<&Expr> = args.iter().skip(1).collect();
                self.with_variable(expr, |walker| {
                    for body in bodies {
                        walker.look_inside(body, known);
                    }
                });
            }
            (_, Kind::Call { target, args, .. }) => {
                target.as_deref().into_iter().chain(args).for_each(|part| self.look_inside(part, known));
            }
            (_, Kind::List(items)) => items.iter().for_each(|item| self.look_inside(item, known)),
            (_, Kind::Select(operand, _)) => self.look_inside(operand, known),
            _ => {}
        }
    }

    fn outcome(&self, outcome: &Expr, why: Fault) -> Fault {
        let part = self.text.get(outcome.span.start..outcome.span.end).map(one_line).unwrap_or_default();
        let help = why.help.map_or_else(|| why.message.clone(), |help| format!("{}: {help}", why.message));
        Fault::new(outcome.span, format!("`{part}` is never the outcome")).help(help)
    }
}

/// What a part says.
enum Narrowed<'e> {
    /// Something of a thing.
    Thing(&'e Expr, Relation),
    /// That a thing is like itself, and whether that is as it is wanted.
    Same(bool),
}

impl<'e> Narrowed<'e> {
    fn truth(expr: &'e Expr, wanted: bool) -> Self {
        Self::Thing(expr, Relation::Is(vec![Value::Bool(wanted)]))
    }
}

/// Operator or function of a call, and its arguments.
fn operator(expr: &Expr) -> (&str, &[Expr]) {
    match &expr.kind {
        Kind::Call { function, args, .. } => (&function.text, args),
        _ => ("", &[]),
    }
}

fn is_macro(name: &str) -> bool {
    matches!(name, "all" | "exists" | "exists_one" | "filter" | "map")
}

fn without_not(expr: &Expr, wanted: bool) -> Assumed<'_> {
    match operator(expr) {
        ("!_", [inner]) => without_not(inner, !wanted),
        _ => (expr, wanted),
    }
}

/// The parts of which all (or one) must be as wanted.
fn flatten<'e>((expr, wanted): Assumed<'e>, all: bool, parts: &mut Vec<Assumed<'e>>) {
    let (expr, wanted) = without_not(expr, wanted);
    match operator(expr) {
        (name @ ("_&&_" | "_||_"), [left, right]) if ((name == "_&&_") == wanted) == all => {
            flatten((left, wanted), all, parts);
            flatten((right, wanted), all, parts);
        }
        _ => parts.push((expr, wanted)),
    }
}

/// What is known if one of these is the case: of several, no more than before.
fn one_of(branches: Vec<Result<Known, Fault>>, before: &Known) -> Result<Known, Fault> {
    let mut possible = Vec::new();
    let mut impossible = Ok(before.clone());
    for branch in branches {
        match branch {
            Ok(known) => possible.push(known),
            Err(fault) if impossible.is_ok() => impossible = Err(fault),
            Err(_) => {}
        }
    }
    match possible.len() {
        0 => impossible,
        1 => possible.pop().map_or_else(|| Ok(before.clone()), Ok),
        _ => Ok(before.clone()),
    }
}

/// Whether the part is written without any name.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        Kind::Name(_) | Kind::Select(..) => false,
        Kind::List(items) => items.iter().all(is_literal),
        Kind::Call { target, args, .. } => target.as_deref().into_iter().chain(args).all(is_literal),
        Kind::Null | Kind::Bool(_) | Kind::Int(_) | Kind::Double(_) | Kind::Text(_) => true,
    }
}

fn mirrored(name: &str) -> &str {
    match name {
        "_<_" => "_>_",
        "_<=_" => "_>=_",
        "_>_" => "_<_",
        "_>=_" => "_<=_",
        other => other,
    }
}

/// The same text for the same expression, however it is spaced.
fn written(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(written).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Int(value) => value.to_string(),
        Kind::Double(value) => format!("{value:?}"),
        Kind::Text(text) => format!("{text:?}"),
        Kind::Name(name) => name.clone(),
        Kind::List(items) => format!("[{}]", list(items)),
        Kind::Select(operand, field) => format!("{}.{}", written(operand), field.text),
        Kind::Call { function, target, args } => {
            let all: Vec<Expr> = target.as_deref().into_iter().chain(args).cloned().collect();
            format!("{}({})", function.text, list(&all))
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
