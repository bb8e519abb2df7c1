//! The type checker and compiler: one pass over the tree that gives every part its type and its operation, and
//! refuses what could be silently wrong. The neighbours hold the rules of logic (`guard`), of names (`paths`), of
//! functions and operators (`calls`) and of macros (`macros`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::node::Node;
use super::parse::{Expr, Kind, Word};
use super::proven::Proven;
use super::types::Type;
use super::value::{List, Value};
use super::{Fact, Fault, Missing, Names};

/// Checks one condition and collects what it reads.
pub(super) struct Checker<'n, F: Fact> {
    pub names: &'n dyn Names<F>,
    /// Variables of the macros around, outermost first.
    pub locals: Vec<(String, Type)>,
    pub reads: BTreeMap<String, Node<F>>,
    pub facts: Vec<F>,
    pub needs: Missing,
    pub params: BTreeSet<String>,
}

/// A checked part.
#[derive(Debug)]
pub(super) struct Typed<F: Fact> {
    pub node: Node<F>,
    pub ty: Type,
    /// What is there when it is true.
    pub yes: Proven,
    /// What is there when it is false.
    pub no: Proven,
    /// The fact that it is, `account.attributes.office`.
    pub path: Option<String>,
}

impl<F: Fact> Typed<F> {
    pub(super) const fn of(ty: Type, node: Node<F>) -> Self {
        Self { node, ty, yes: Proven::NOTHING, no: Proven::NOTHING, path: None }
    }

    pub(super) const fn bool(node: Node<F>) -> Self {
        Self::of(Type::Bool, node)
    }

    const fn constant(ty: Type, value: Value<'static>) -> Self {
        Self::of(ty, Node::Const(value))
    }

    /// How messages name it.
    pub(super) fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| format!("a {}", self.ty), |path| format!("`{path}`, a {}", self.ty))
    }

    /// The text, if it is a constant text.
    pub(super) fn constant_text(&self) -> Option<&str> {
        match &self.node {
            Node::Const(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl<'n, F: Fact> Checker<'n, F> {
    pub(super) const fn new(names: &'n dyn Names<F>) -> Self {
        Self {
            names,
            locals: Vec::new(),
            reads: BTreeMap::new(),
            facts: Vec::new(),
            needs: Missing::NOTHING,
            params: BTreeSet::new(),
        }
    }

    pub(super) fn expr(&mut self, expr: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        match &expr.kind {
            Kind::Null => Ok(Typed::constant(Type::Null, Value::Null)),
            Kind::Bool(value) => Ok(Typed::constant(Type::Bool, Value::Bool(*value))),
            Kind::Int(value) => Ok(Typed::constant(Type::Int, Value::Int(*value))),
            Kind::Double(value) => Ok(Typed::constant(Type::Double, Value::Double(*value))),
            Kind::Text(text) => Ok(Typed::constant(Type::Text, Value::Text(Cow::Owned(text.clone())))),
            Kind::Name(name) => self.name(name, expr.span, proven),
            Kind::Select(operand, field) => self.select(operand, field, expr.span, proven),
            Kind::List(items) => self.list(items, proven),
            Kind::Call { function, target, args } => self.call(function, target.as_deref(), args, expr, proven),
        }
    }

    fn list(&mut self, items: &[Expr], proven: Proven) -> Result<Typed<F>, Fault> {
        let mut ty: Option<Type> = None;
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            let typed = self.value(item, proven)?;
            let joined = ty.as_ref().map_or_else(|| Some(typed.ty.clone()), |ty| ty.either(&typed.ty));
            let Some(joined) = joined else {
                let before = ty.unwrap_or(Type::Nothing);
                let message = format!("the elements of a list have one type; this is a {} after a {before}", typed.ty);
                return Err(Fault::new(item.span, message));
            };
            ty = Some(joined);
            nodes.push(typed.node);
        }
        let constants: Option<Vec<Value<'static>>> = nodes.iter().map(constant).collect();
        let node = match constants {
            Some(values) => Node::Const(Value::List(List::Owned(Arc::from(values)))),
            None => Node::List(nodes),
        };
        Ok(Typed::of(Type::list(ty.unwrap_or(Type::Nothing)), node))
    }

    /// An expression that must have a value, which null is not.
    pub(super) fn value(&mut self, expr: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let typed = self.expr(expr, proven)?;
        if typed.ty == Type::Null {
            return Err(Fault::new(expr.span, "null can't be used here")
                .help("a fact is never null: ask `has(fact)` whether it is there"));
        }
        Ok(typed)
    }

    fn call(
        &mut self,
        function: &Word,
        target: Option<&Expr>,
        args: &[Expr],
        whole: &Expr,
        proven: Proven,
    ) -> Result<Typed<F>, Fault> {
        match (function.text.as_str(), target, args) {
            ("_&&_", None, [left, right]) => self.and(left, right, proven),
            ("_||_", None, [left, right]) => self.or(left, right, proven),
            ("!_", None, [inner]) => self.not(inner, proven),
            ("_?_:_", None, [condition, yes, no]) => self.choose([condition, yes, no], proven),
            ("_==_", None, [left, right]) => self.equality(true, function, [left, right], proven),
            ("_!=_", None, [left, right]) => self.equality(false, function, [left, right], proven),
            ("@in", None, [item, container]) => self.membership(function, [item, container], proven),
            ("_[_]", None, [container, key]) => self.index([container, key], proven),
            ("has", None, [argument]) => self.has(argument, proven),
            _ => match self.macro_call(function, target, args, proven) {
                Some(typed) => typed,
                None => self.function(function, target, args, whole, proven),
            },
        }
    }
}

/// The value of a constant.
pub(super) fn constant<F: Fact>(node: &Node<F>) -> Option<Value<'static>> {
    match node {
        Node::Const(value) => Some(value.clone()),
        _ => None,
    }
}
