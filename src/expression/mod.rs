//! The language of conditions: text → tree with places → checked against facts → compiled → evaluated. What the facts are is
//! for its user to say ([`Fact`], [`Names`]).
//!
//! The language is the Common Expression Language; the `cel` crate parses it. What follows is ours, because a condition
//! must be impossible to get silently wrong: a misspelt fact, a comparison of two types or an unguarded reading of
//! an absent fact is refused when it is compiled, and a fact that a vendor doesn't tell makes the result
//! unknown instead of false.

mod apart;
mod calls;
mod check;
pub mod differences;
mod env;
pub mod functions;
mod guard;
mod library;
mod macros;
mod missing;
mod names;
mod node;
mod ops;
mod parse;
mod paths;
mod proven;
mod re2;
mod sql;
mod steps;
mod truth;
mod types;
mod value;
mod zone;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use env::Env;
pub use missing::Missing;
pub(crate) use names::{Fact, Named, Names};
pub(crate) use parse::{MAX_BRACKETS, MAX_DEPTH, MAX_TEXT};
pub(crate) use sql::{Columns, Gap, Lack, Part, PartPlace, Place, Said, quoted};
use steps::Steps;
pub(crate) use truth::Truth;
pub use types::Type;
pub use value::{EvalError, List, MAX_STEPS, Map, Value};

/// A byte range of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }
}

/// A mistake in a condition or message, at a place in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Fault {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Runs a parser of untrusted text where its large frames have room: a chain of 2,000 operators needs more stack
/// than a test thread has. `None` if it can't be run or fails.
pub(crate) fn on_large_stack<T: Send>(parse: impl FnOnce() -> T + Send) -> Option<T> {
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
pub(crate) struct Condition<F: Fact> {
    node: node::Node<F>,
    reads: BTreeMap<String, node::Node<F>>,
    /// The facts that `reads` is made from.
    facts: Vec<F>,
    needs: Missing,
    params: BTreeSet<String>,
}

impl<F: Fact> Condition<F> {
    /// Parses, checks and compiles.
    pub(crate) fn compile(text: &str, names: &dyn Names<F>) -> Result<Self, Fault> {
        let tree = parse::parse(text)?;
        let mut checker = check::Checker::new(names);
        let typed = checker.condition(&tree, proven::Proven::default())?;
        let check::Checker { reads, facts, needs, params, .. } = checker;
        Ok(Self { node: typed.node, reads, facts, needs, params })
    }

    /// Evaluates.
    pub(crate) fn truth<'a>(&'a self, scope: &'a F::Scope<'a>) -> Truth {
        node::all(self.node.parts(), &Env::new(scope, &Steps::new()))
    }

    /// Whether it is about subjects such as this one: none of its parts that only choose them fails.
    pub(crate) fn applies<'a>(&'a self, scope: &'a F::Scope<'a>) -> bool {
        self.node.chooses(&Env::new(scope, &Steps::new()))
    }

    /// What coarse facts alone say; `None` where it depends on others.
    pub(crate) fn coarse<'a>(&'a self, scope: &'a F::Scope<'a>) -> Option<Truth> {
        match self.node.truth(&Env::coarse_only(scope, &Steps::new())) {
            Truth::Unknown(missing) if missing.is_for_now() => None,
            settled => Some(settled),
        }
    }

    /// What is left to be asked of subjects with the same coarse facts as this one.
    pub(crate) fn rest<'n: 'a, 'a>(&'n self, scope: &'a F::Scope<'a>) -> Rest<'n, F> {
        Rest(self.node.rest(scope))
    }

    /// Every fact that it may read.
    pub(crate) fn facts_read(&self) -> &[F] {
        &self.facts
    }

    /// The facts that the condition reads, with their values, sorted by path.
    pub(crate) fn facts<'a>(&'a self, scope: &'a F::Scope<'a>) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let read = move |node: &'a node::Node<F>| node.eval(&Env::new(scope, &Steps::new()));
        self.reads.iter().map(move |(path, node)| (path.as_str(), read(node)))
    }

    /// The paths of the facts that the condition reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = &str> {
        self.reads.keys().map(String::as_str)
    }

    /// The vendor's facts that the condition needs.
    pub(crate) const fn needs(&self) -> Missing {
        self.needs
    }

    /// The params that it uses.
    pub(crate) const fn params(&self) -> &BTreeSet<String> {
        &self.params
    }
}

/// The parts of a condition that coarse facts don't settle. If there are none, it holds.
#[derive(Debug)]
pub(crate) struct Rest<'c, F: Fact>(Vec<&'c node::Node<F>>);

impl<F: Fact> Rest<'_, F> {
    /// Evaluates them: the condition's own result.
    pub(crate) fn truth<'a>(&'a self, scope: &'a F::Scope<'a>) -> Truth {
        node::all(self.0.iter().copied(), &Env::new(scope, &Steps::new()))
    }
}

/// A single fact or param, for messages.
#[derive(Debug)]
pub(crate) struct Reading<F: Fact> {
    node: node::Node<F>,
    ty: Type,
}

impl<F: Fact> Reading<F> {
    /// Checks a path such as `account.last_login_at`. What is absent at run time is for the message to say.
    pub(crate) fn compile(path: &str, names: &dyn Names<F>) -> Result<Self, Fault> {
        let tree = parse::path(path).map_or_else(|| parse::parse(path), Ok)?;
        let typed = check::Checker::new(names).expr(&tree, proven::Proven::EVERYTHING)?;
        Ok(Self { node: typed.node, ty: typed.ty })
    }

    pub(crate) const fn ty(&self) -> &Type {
        &self.ty
    }

    pub(crate) fn value<'a>(&'a self, scope: &'a F::Scope<'a>) -> Value<'a> {
        self.node.eval(&Env::new(scope, &Steps::new()))
    }
}
