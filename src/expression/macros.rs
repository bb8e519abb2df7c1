//! The macros over lists and maps: `all`, `exists`, `exists_one`, `filter` and `map`.

use super::check::{Checker, Typed};
use super::node::{Macro, MacroKind, Node};
use super::parse::{Expr, Kind, Word};
use super::proven::Proven;
use super::steps::Cost;
use super::types::Type;
use super::value::Value;
use super::{Fact, Fault, Span};

/// A call that is written as a macro.
struct Form<'e> {
    kind: MacroKind,
    range: &'e Expr,
    variable: (&'e str, Span),
    /// The predicate, for `map` optional.
    test: Option<&'e Expr>,
    made: Option<&'e Expr>,
}

impl<'e> Form<'e> {
    /// The macro, if the call is one.
    fn of(function: &Word, target: Option<&'e Expr>, args: &'e [Expr]) -> Result<Option<Self>, Fault> {
        let kind = match function.text.as_str() {
            "all" => MacroKind::All,
            "exists" => MacroKind::Exists,
            "exists_one" => MacroKind::ExistsOne,
            "filter" => MacroKind::Filter,
            "map" => MacroKind::Map,
            _ => return Ok(None),
        };
        let (variable, test, made) = match (kind, args) {
            (MacroKind::Map, [variable, made]) => (variable, None, Some(made)),
            (MacroKind::Map, [variable, test, made]) => (variable, Some(test), Some(made)),
            (_, [variable, test]) if kind != MacroKind::Map => (variable, Some(test), None),
            _ => return Err(usage(function)),
        };
        let Some(range) = target else { return Err(usage(function)) };
        let Kind::Name(name) = &variable.kind else {
            return Err(Fault::new(variable.span, "a variable is expected here").help("any short name will do, `x`"));
        };
        Ok(Some(Self { kind, range, variable: (name, variable.span), test, made }))
    }
}

fn usage(function: &Word) -> Fault {
    let body = if function.text == "map" { "expression" } else { "condition" };
    Fault::new(function.span, format!("`{}` takes a variable and what to do with it", function.text))
        .help(format!("write `list.{}(x, {body})`", function.text))
}

impl<F: Fact> Checker<'_, F> {
    /// A value with which something is done. Inside of a macro that costs steps.
    pub(super) fn counted(&self, ty: &Type, node: Node<F>, cost: Cost) -> Node<F> {
        let is_large = matches!(ty, Type::Text | Type::Word(_) | Type::List(_) | Type::Map(_) | Type::Dyn);
        // A variable counts its text by itself, and what is constant is counted with the turn.
        let is_counted = matches!((&node, cost), (Node::Const(_), _) | (Node::Local(_), Cost::Text));
        if self.locals.is_empty() || !is_large || is_counted { node } else { Node::Large(cost, Box::new(node)) }
    }

    /// The same where all of it is looked at.
    pub(super) fn looked_at(&self, typed: Typed<F>) -> Node<F> {
        let cost = if matches!(typed.ty, Type::Text | Type::Word(_)) { Cost::Text } else { Cost::All };
        self.counted(&typed.ty, typed.node, cost)
    }

    /// The call, if it is written as a macro.
    pub(super) fn macro_call(
        &mut self,
        function: &Word,
        target: Option<&Expr>,
        args: &[Expr],
        proven: Proven,
    ) -> Option<Result<Typed<F>, Fault>> {
        let form = Form::of(function, target, args).transpose()?;
        Some(form.and_then(|form| self.expanded(&form, proven)))
    }

    fn expanded(&mut self, form: &Form<'_>, proven: Proven) -> Result<Typed<F>, Fault> {
        let range = self.value(form.range, proven)?;
        let item = match &range.ty {
            Type::List(item) => (**item).clone(),
            Type::Map(_) => Type::Text,
            Type::Dyn => Type::Dyn,
            other => {
                return Err(Fault::new(form.range.span, format!("a list is expected here, and this is a {other}")));
            }
        };
        let (name, span) = form.variable;
        if self.names.is_taken(name) || self.locals.iter().any(|(other, _)| other == name) {
            return Err(Fault::new(span, format!("`{name}` already means something here")).help("choose another name"));
        }
        self.locals.push((name.to_owned(), item.clone()));
        let body = self.body(form, proven);
        self.locals.pop();
        let (test, made) = body?;
        let ty = match form.kind {
            MacroKind::Filter => Type::list(item),
            MacroKind::Map => Type::list(made.ty),
            MacroKind::All | MacroKind::Exists | MacroKind::ExistsOne => Type::Bool,
        };
        let turn = test.node.cost() + made.node.cost();
        let looks = test.node.looks() + made.node.looks();
        let range = self.counted(&range.ty, range.node, Cost::Keys);
        let call = Macro { kind: form.kind, range, test: test.node, made: made.node, turn, looks };
        Ok(Typed::of(ty, Node::Macro(Box::new(call))))
    }

    fn body(&mut self, form: &Form<'_>, proven: Proven) -> Result<(Typed<F>, Typed<F>), Fault> {
        let always = || Typed::bool(Node::Const(Value::Bool(true)));
        let test = form.test.map_or_else(|| Ok(always()), |test| self.condition(test, proven))?;
        let made = form.made.map_or_else(|| Ok(always()), |made| self.value(made, proven.and(test.yes)))?;
        Ok((test, made))
    }
}
