//! What is known to be there at a point of a condition: `has(x) && x > 1` may read `x`, `x > 1` alone may not.
//!
//! The rules are those of short-circuit logic. Whatever stands right of `a &&` is evaluated only where `a` holds
//! (or is unknown or failed, when nothing on the right can turn that into a violation by itself being absent).

use super::check::{Checker, Typed};
use super::node::Node;
use super::parse::Expr;
use super::proven::Proven;
use super::types::Type;
use super::{Fact, Fault, Span};

impl<F: Fact> Checker<'_, F> {
    /// An expression that must be a condition.
    pub(super) fn condition(&mut self, expr: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let typed = self.expr(expr, proven)?;
        if matches!(typed.ty, Type::Bool | Type::Dyn) {
            return Ok(typed);
        }
        let advice = match typed.ty {
            Type::Text | Type::Word(_) => "compare it, for example with ==",
            Type::List(_) => "ask for its size() or use exists()",
            _ => "compare it, for example with >",
        };
        Err(Fault::new(expr.span, format!("a condition is expected here, and this is a {}", typed.ty)).help(advice))
    }

    pub(super) fn and(&mut self, left: &Expr, right: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let left = self.condition(left, proven)?;
        let right = self.condition(right, proven.and(left.yes))?;
        let (yes, no) = (left.yes.and(right.yes), left.no.both(right.no));
        Ok(Typed { yes, no, ..Typed::bool(Node::And(flat(left.node, right.node, and_parts))) })
    }

    pub(super) fn or(&mut self, left: &Expr, right: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let left = self.condition(left, proven)?;
        let right = self.condition(right, proven.and(left.no))?;
        let (yes, no) = (left.yes.both(right.yes), left.no.and(right.no));
        Ok(Typed { yes, no, ..Typed::bool(either(left.node, right.node)) })
    }

    pub(super) fn not(&mut self, inner: &Expr, proven: Proven) -> Result<Typed<F>, Fault> {
        let inner = self.condition(inner, proven)?;
        let (yes, no) = (inner.no, inner.yes);
        Ok(Typed { yes, no, ..Typed::bool(Node::Not(Box::new(inner.node))) })
    }

    pub(super) fn choose(&mut self, parts: [&Expr; 3], proven: Proven) -> Result<Typed<F>, Fault> {
        let [condition, yes, no] = parts;
        let span = Span::new(yes.span.start, no.span.end);
        let condition = self.condition(condition, proven)?;
        let yes = self.expr(yes, proven.and(condition.yes))?;
        let no = self.expr(no, proven.and(condition.no))?;
        let Some(ty) = yes.ty.either(&no.ty) else {
            let message = format!("the two outcomes of ?: have different types, {} and {}", yes.ty, no.ty);
            return Err(Fault::new(span, message));
        };
        Ok(Typed {
            yes: condition.yes.and(yes.yes).both(condition.no.and(no.yes)),
            no: condition.yes.and(yes.no).both(condition.no.and(no.no)),
            ..Typed::of(ty, Node::Choose(Box::new([condition.node, yes.node, no.node])))
        })
    }
}

/// `a || b`. Where that asks for a moment and then for its distance, it is one question.
fn either<F: Fact>(left: Node<F>, right: Node<F>) -> Node<F> {
    let mut all = flat(left, right, or_parts);
    if let [.., Node::Not(asked), Node::Apart(apart)] = all.as_mut_slice()
        && matches!(asked.as_ref(), Node::Has(fact) if fact.path() == apart.earlier.path())
    {
        apart.or_absent = true;
        all.remove(all.len() - 2);
    }
    Node::Or(all)
}

/// The parts of a chain, or what is none.
type Parts<F> = Result<Vec<Node<F>>, Node<F>>;

/// One list for `a && b && c`, however it is bracketed: the parts are decided in the order in which they are written.
fn flat<F: Fact>(left: Node<F>, right: Node<F>, parts: fn(Node<F>) -> Parts<F>) -> Vec<Node<F>> {
    let mut all = parts(left).unwrap_or_else(|node| vec![node]);
    match parts(right) {
        Ok(right) => all.extend(right),
        Err(node) => all.push(node),
    }
    all
}

fn and_parts<F: Fact>(node: Node<F>) -> Parts<F> {
    if let Node::And(parts) = node { Ok(parts) } else { Err(node) }
}

fn or_parts<F: Fact>(node: Node<F>) -> Parts<F> {
    if let Node::Or(parts) = node { Ok(parts) } else { Err(node) }
}
