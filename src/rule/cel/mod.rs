//! Conditions: text → tree with places → checked against the facts → compiled → evaluated.
//!
//! The language is the Common Expression Language; the `cel` crate parses it. What follows is ours, because a rule
//! must be impossible to get silently wrong: a misspelt fact, a comparison of two types or an unguarded reading of
//! an absent fact is refused when the rule is loaded, and a fact that a vendor doesn't tell makes the result
//! unknown instead of false.

mod calls;
mod check;
pub mod differences;
pub mod functions;
mod guard;
mod library;
mod macros;
mod node;
mod ops;
mod parse;
mod paths;
mod re2;
mod steps;
#[cfg(test)]
mod tests;
mod truth;
mod types;
mod value;
mod zone;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use super::facts::{Fact, Facts};
use super::params::Params;
use super::scope::Scope;
use super::{GroupBy, Subject};

pub(super) use node::{Getter, Truth};
pub(super) use parse::{MAX_BRACKETS, MAX_DEPTH, MAX_TEXT};
use steps::Steps;
pub use types::Type;
pub use value::{EvalError, List, MAX_STEPS, Map, Missing, Value};

/// A byte range of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A mistake in a condition or message, at a place in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What a condition may name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    pub subject: Subject,
    pub by: &'n [GroupBy],
    pub params: &'n Params,
}

/// Runs a parser of untrusted text where its large frames have room: a chain of 2,000 operators needs more stack
/// than a test thread has. `None` if it can't be run or fails.
pub(super) fn on_large_stack<T: Send>(parse: impl FnOnce() -> T + Send) -> Option<T> {
    const STACK: usize = 64 << 20;
    thread_local!(static IS_LARGE: Cell<bool> = const { Cell::new(false) });
    if IS_LARGE.get() {
        return panic::catch_unwind(AssertUnwindSafe(parse)).ok();
    }
    let large = || {
        IS_LARGE.set(true);
        parse()
    };
    thread::scope(|scope| {
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, large).ok().and_then(|thread| thread.join().ok())
    })
}

/// A checked and compiled condition.
#[derive(Debug)]
pub(super) struct Condition {
    node: node::Node,
    reads: BTreeMap<String, node::Node>,
    /// The facts that `reads` is made from.
    facts: Vec<&'static Fact>,
    needs: Missing,
    params: BTreeSet<String>,
}

impl Condition {
    /// Parses, checks and compiles.
    pub(super) fn compile(text: &str, names: Names<'_>) -> Result<Self, Fault> {
        let tree = parse::parse(text)?;
        let mut checker = check::Checker::new(names);
        let typed = checker.condition(&tree, guard::Proven::default())?;
        let check::Checker { reads, facts, needs, params, .. } = checker;
        Ok(Self { node: typed.node, reads, facts, needs, params })
    }

    /// Evaluates.
    pub(super) fn truth<'a>(&'a self, scope: &'a Scope<'a>) -> Truth {
        self.node.truth(node::Env::new(scope, &Steps::new()))
    }

    /// Whether it is about subjects such as this one: none of its parts that only choose them fails.
    pub(super) fn applies(&self, scope: &Scope<'_>) -> bool {
        self.node.chooses(node::Env::new(scope, &Steps::new()))
    }

    /// What coarse facts alone say; `None` where it depends on others.
    pub(super) fn outline(&self, scope: &Scope<'_>) -> Option<Truth> {
        match self.node.truth(node::Env::in_outline(scope, &Steps::new())) {
            Truth::Unknown(missing) if missing.is_for_now() => None,
            settled => Some(settled),
        }
    }

    /// What is left to be asked of subjects with the same coarse facts as this one.
    pub(super) fn rest(&self, scope: &Scope<'_>) -> Rest<'_> {
        Rest(self.node.rest(scope))
    }

    /// Every fact that it may read.
    pub(super) fn facts_read(&self) -> &[&'static Fact] {
        &self.facts
    }

    /// The facts that the condition reads, with their values; what the vendor doesn't tell is left out.
    pub(super) fn facts<'a>(&'a self, scope: &'a Scope<'a>) -> Facts<'a> {
        let read = move |node: &'a node::Node| node.eval(node::Env::new(scope, &Steps::new()));
        Facts::of_sorted(self.reads.iter().map(move |(path, node)| (path.as_str(), read(node))))
    }

    /// The paths of the facts that the condition reads.
    pub(super) fn reads(&self) -> impl Iterator<Item = &str> {
        self.reads.keys().map(String::as_str)
    }

    /// The vendor's facts that the condition needs.
    pub(super) const fn needs(&self) -> Missing {
        self.needs
    }

    /// The params that it uses.
    pub(super) const fn params(&self) -> &BTreeSet<String> {
        &self.params
    }
}

/// The parts of a condition that coarse facts don't settle. If there are none, it holds.
#[derive(Debug)]
pub(super) struct Rest<'c>(Vec<&'c node::Node>);

impl Rest<'_> {
    /// Evaluates them: the condition's own result.
    pub(super) fn truth<'a>(&'a self, scope: &'a Scope<'a>) -> Truth {
        node::decide(self.0.iter().copied(), Truth::No, node::Env::new(scope, &Steps::new()))
    }
}

/// A single fact or param, for messages.
#[derive(Debug)]
pub(super) struct Reading {
    node: node::Node,
    ty: Type,
}

impl Reading {
    /// Checks a path such as `account.last_login_at`. What is absent at run time is for the message to say.
    pub(super) fn compile(path: &str, names: Names<'_>) -> Result<Self, Fault> {
        let tree = parse::path(path).map_or_else(|| parse::parse(path), Ok)?;
        let typed = check::Checker::new(names).expr(&tree, guard::Proven::EVERYTHING)?;
        Ok(Self { node: typed.node, ty: typed.ty })
    }

    pub(super) const fn ty(&self) -> &Type {
        &self.ty
    }

    pub(super) fn value<'a>(&'a self, scope: &'a Scope<'a>) -> Value<'a> {
        self.node.eval(node::Env::new(scope, &Steps::new()))
    }
}
