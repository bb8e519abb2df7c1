//! Names in conditions: roots, facts, params, keys of maps, and `has()`.

use super::check::{Checker, Typed};
use super::node::Node;
use super::parse::{Expr, Kind, Word};
use super::proven::Proven;
use super::steps::Cost;
use super::types::Type;
use super::{Fact, Fault, Named, Span};

impl<F: Fact> Checker<'_, F> {
    /// A name that stands alone: a variable, or a root that is itself a fact.
    pub(super) fn name(&mut self, name: &str, span: Span, proven: Proven) -> Result<Typed<F>, Fault> {
        let variable = self.locals.iter().rev().enumerate().find(|(_, (local, _))| local == name);
        if let Some((out, (_, ty))) = variable {
            return Ok(Typed::of(ty.clone(), Node::Local(out)));
        }
        let named = self.names.value(name, span)?;
        self.named(named, name, span, proven)
    }

    /// `operand.field`
    pub(super) fn select(
        &mut self,
        operand: &Expr,
        field: &Word,
        span: Span,
        proven: Proven,
    ) -> Result<Typed<F>, Fault> {
        if let Some(root) = self.root_of(operand) {
            let named = self.names.field((root, operand.span), (&field.text, field.span))?;
            return self.named(named, &field.text, span, proven);
        }
        let operand_span = operand.span;
        let operand = self.value(operand, proven)?;
        let ty = keyed(&operand, operand_span, field)?;
        let key = Node::Const(super::Value::Text(field.text.clone().into()));
        let map = self.counted(&operand.ty, operand.node, Cost::Key);
        let node = Node::Binary(super::ops::index, Box::new([map, key]));
        let path = self.note_key(operand.path, &field.text, &node);
        Ok(Typed { path, ..Typed::of(ty, node) })
    }

    /// `has(operand.field)`
    pub(super) fn has(&mut self, argument: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let Kind::Select(operand, field) = &argument.kind else {
            return Err(Fault::new(argument.span, "has() takes a fact or a key of a map")
                .help("write `has(account.last_login_at)`, or `\"key\" in map`"));
        };
        let Some(root) = self.root_of(operand) else {
            let typed = self.value(operand, proven)?;
            keyed(&typed, operand.span, field)?;
            let key = Node::Const(super::Value::Text(field.text.clone().into()));
            self.note_key(
                typed.path,
                &field.text,
                &Node::Binary(super::ops::index, Box::new([typed.node.clone(), key])),
            );
            let map = self.counted(&typed.ty, typed.node, Cost::Key);
            return Ok(Typed::bool(Node::HasKey(Box::new(map), field.text.as_str().into())));
        };
        match self.names.field((root, operand.span), (&field.text, field.span))? {
            Named::Fact(fact, at, guards) if fact.is_optional() => {
                self.reachable(fact, guards, argument.span, proven)?;
                self.note_fact(fact);
                Ok(Typed { yes: Proven::of(at), ..Typed::bool(Node::Has(fact)) })
            }
            Named::Fact(fact, ..) => Err(Fault::new(argument.span, format!("`{}` is always there", fact.path()))
                .help("use it without has(); where the vendor doesn't tell it, the rule is not evaluable by itself")),
            Named::Param(..) => Err(Fault::new(argument.span, "a param is always there")),
        }
    }

    /// The word, if an operand is a root and not a variable of the same name.
    fn root_of<'e>(&self, operand: &'e Expr) -> Option<&'e str> {
        match &operand.kind {
            // What is selected from a word that is a value, as `now` is, is judged like any other value's.
            Kind::Name(name)
                if self.names.value(name, operand.span).is_err()
                    && !self.locals.iter().any(|(local, _)| local == name) =>
            {
                Some(name)
            }
            _ => None,
        }
    }

    fn named(&mut self, named: Named<F>, word: &str, span: Span, proven: Proven) -> Result<Typed<F>, Fault> {
        let (fact, at, guards) = match named {
            Named::Fact(fact, at, guards) => (fact, at, guards),
            Named::Param(ty, value) => {
                self.params.insert(word.to_owned());
                return Ok(Typed::of(ty, Node::Const(value)));
            }
        };
        self.reachable(fact, guards, span, proven)?;
        let path = fact.path();
        if fact.is_optional() && !proven.contains(at) {
            return Err(Fault::new(span, format!("`{path}` can be absent: {}", fact.doc()))
                .help(format!("write `has({path}) && …` before it, or `!has({path}) || …`")));
        }
        self.note_fact(fact);
        Ok(Typed { yes: Proven::of(at), path: Some(path), ..Typed::of(fact.ty(), Node::Fact(fact)) })
    }

    /// Refuses `employee.…` where the account may have no owner.
    fn reachable(&self, fact: F, guards: &[&str], span: Span, proven: Proven) -> Result<(), Fault> {
        let mut positions = guards.iter().filter_map(|guard| self.names.position(guard));
        let Some(guard) = guards.first().filter(|_| !positions.any(|guard| proven.contains(guard))) else {
            return Ok(());
        };
        let path = fact.path();
        let root = path.split('.').next().unwrap_or_default();
        Err(Fault::new(span, format!("`{path}` can't be read here: there may be no {root}"))
            .help(format!("write `{guard} && …` before it")))
    }

    fn note_fact(&mut self, fact: F) {
        // The clock is no fact about the subject, and would make every run's findings differ.
        if !fact.is_evidence() {
            return;
        }
        self.needs = self.needs.and(fact.missing());
        self.facts.push(fact);
        self.reads.insert(fact.path(), Node::Fact(fact));
    }

    /// Notes that of a map only one key is read, and says how the key is called.
    pub(super) fn note_key(&mut self, map: Option<String>, key: &str, node: &Node<F>) -> Option<String> {
        let map = map?;
        let path = format!("{map}.{key}");
        self.reads.remove(&map);
        self.reads.insert(path.clone(), node.clone());
        Some(path)
    }
}

/// The type of a key's value.
fn keyed<F: Fact>(operand: &Typed<F>, span: Span, field: &Word) -> Result<Type, Fault> {
    match &operand.ty {
        Type::Map(value) => Ok((**value).clone()),
        Type::Dyn => Ok(Type::Dyn),
        Type::Timestamp | Type::Duration => Err(Fault::new(field.span, format!("a {} has no fields", operand.ty))
            .help("call one of its functions, for example getFullYear()")),
        other => Err(Fault::new(span, format!("a {other} has no field `{}`", field.text))),
    }
}
