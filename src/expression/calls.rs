//! Functions and operators: overloads, comparisons that make sense, and constants computed when the rule is loaded.

use chrono_tz::TZ_VARIANTS;
use regex::bytes::Regex;

use super::apart::Apart;
use super::check::{Checker, Typed, constant};
use super::functions::{self, FUNCTIONS, Function, MACROS, Run, Style};
use super::node::{Binary, Node, Unary, by_length};
use super::ops::Order;
use super::parse::{Expr, Word};
use super::proven::Proven;
use super::steps::Cost;
use super::types::Type;
use super::value::Value;
use super::zone::Zone;
use super::{Fact, Fault, Span, ops, re2};
use crate::base::diagnostic::{did_you_mean, meant_or, meant_or_one_of};

impl<F: Fact> Checker<'_, F> {
    /// `==` and `!=`
    pub(super) fn equality(
        &mut self,
        equal: bool,
        operator: &Word,
        sides: [&Expr; 2],
        proven: Proven,
    ) -> Result<Typed<F>, Fault> {
        let [left_expr, right_expr] = sides;
        let left = self.expr(left_expr, proven)?;
        let right = self.expr(right_expr, proven)?;
        for (one, other, span) in [(&left, &right, left_expr.span), (&right, &left, right_expr.span)] {
            if one.ty == Type::Null && other.ty != Type::Dyn {
                return Err(no_null(span, other));
            }
        }
        if !left.ty.comparable(&right.ty) {
            let message = format!("{} and {} are never equal", left.name(), right.name());
            return Err(Fault::new(operator.span, message).help("compare values of one type"));
        }
        known_word(&left, &right, right_expr.span)?;
        known_word(&right, &left, left_expr.span)?;
        let proof = self.proof(&left, &right).and(self.proof(&right, &left));
        let node = is_text(equal, &left.node, &right.node).unwrap_or_else(|| {
            let sides = [self.looked_at(left), self.looked_at(right)];
            Node::Same(equal, Box::new(sides))
        });
        let typed = Typed::bool(node);
        Ok(if equal { Typed { yes: proof, ..typed } } else { Typed { no: proof, ..typed } })
    }

    /// `item in container`
    pub(super) fn membership(&mut self, operator: &Word, sides: [&Expr; 2], proven: Proven) -> Result<Typed<F>, Fault> {
        let [item_expr, container_expr] = sides;
        let item = self.value(item_expr, proven)?;
        let container = self.value(container_expr, proven)?;
        let fits = match &container.ty {
            Type::List(of) => item.ty.comparable(of),
            Type::Map(_) => item.ty.fits(&Type::Text),
            Type::Dyn => true,
            other => {
                let message = format!("`in` looks into a list or map, and this is a {other}");
                return Err(Fault::new(container_expr.span, message).help("for a part of a text, use contains()"));
            }
        };
        if !fits {
            let message = format!("{} is never in a {}", item.name(), container.ty);
            return Err(Fault::new(operator.span, message));
        }
        if let (Some(words), Node::Const(Value::List(list))) = (item.ty.words(), &container.node) {
            for word in list.iter() {
                if let Value::Text(word) = word {
                    check_word(&item, words, &word, container_expr.span)?;
                }
            }
        }
        if let (Type::Map(_), Some(key)) = (&container.ty, item.constant_text()) {
            self.note_key(container.path, key, &binary(ops::index, container.node.clone(), item.node.clone()));
        }
        let is_text = matches!(item.ty, Type::Text | Type::Word(_));
        let words = if is_text { constant_texts(&container.node) } else { None };
        Ok(Typed::bool(match words {
            Some(words) => Node::InTexts(Box::new(item.node), words),
            None => {
                let cost = if matches!(container.ty, Type::Map(_)) { Cost::Key } else { Cost::All };
                let container = self.counted(&container.ty, container.node, cost);
                Node::Test(ops::within, Box::new([self.looked_at(item), container]))
            }
        }))
    }

    /// `container[key]`
    pub(super) fn index(&mut self, sides: [&Expr; 2], proven: Proven) -> Result<Typed<F>, Fault> {
        let [container_expr, key_expr] = sides;
        let container = self.value(container_expr, proven)?;
        let key = self.value(key_expr, proven)?;
        let (ty, wanted) = match &container.ty {
            Type::List(item) => ((**item).clone(), Type::Int),
            Type::Map(value) => ((**value).clone(), Type::Text),
            Type::Dyn => (Type::Dyn, Type::Dyn),
            other => return Err(Fault::new(container_expr.span, format!("a {other} can't be indexed"))),
        };
        if !key.ty.fits(&wanted) {
            let message = format!("a {} is indexed with a {wanted}, and this is a {}", container.ty, key.ty);
            return Err(Fault::new(key_expr.span, message));
        }
        let constant = key.constant_text().map(str::to_owned);
        let node = binary(ops::index, self.counted(&container.ty, container.node, Cost::Key), key.node);
        let path = constant.and_then(|key| self.note_key(container.path, &key, &node));
        Ok(Typed { path, ..Typed::of(ty, node) })
    }

    /// A function or operator of the table.
    pub(super) fn function(
        &mut self,
        word: &Word,
        target: Option<&Expr>,
        args: &[Expr],
        whole: &Expr,
        proven: Proven,
    ) -> Result<Typed<F>, Fault> {
        let function = functions::find(&word.text).ok_or_else(|| unknown_function(word))?;
        match (function.style, target) {
            (Style::Method, None) => {
                return Err(Fault::new(word.span, format!("`{}` is called on a value", word.text))
                    .help(format!("write `x.{}(…)`", word.text)));
            }
            (Style::Global, Some(_)) => {
                return Err(Fault::new(word.span, format!("`{}` is not called on a value", word.text))
                    .help(format!("write `{}(…)`", word.text)));
            }
            _ => {}
        }
        let exprs: Vec<&Expr> = target.into_iter().chain(args).collect();
        let typed = exprs.iter().map(|arg| self.value(arg, proven)).collect::<Result<Vec<_>, _>>()?;
        let ty = result_type(function, &typed).ok_or_else(|| no_overload(function, word, &typed))?;
        let spans: Vec<Span> = exprs.iter().map(|expr| expr.span).collect();
        let typed = typed.into_iter().map(|arg| self.argument(function.run, arg)).collect();
        let node = build(function, typed, &spans)?;
        fold(node, function, whole.span).map(|node| Typed::of(ty, node))
    }

    /// What is proven where a fact equals a word.
    fn proof(&self, fact: &Typed<F>, other: &Typed<F>) -> Proven {
        let Node::Fact(fact) = &fact.node else { return Proven::NOTHING };
        let proved = other.constant_text().and_then(|word| fact.proves(word));
        proved.and_then(|path| self.names.position(path)).map_or(Proven::NOTHING, Proven::of)
    }

    /// What a function takes, with what it does with it.
    fn argument(&self, run: Run, argument: Typed<F>) -> Typed<F> {
        let cost = match (run, &argument.ty) {
            (Run::Regex, _) => Cost::Match,
            (Run::Binary(_), Type::List(_) | Type::Dyn) => Cost::All,
            _ => Cost::Text,
        };
        Typed { node: self.counted(&argument.ty, argument.node, cost), ..argument }
    }
}

fn binary<F: Fact>(function: Binary, left: Node<F>, right: Node<F>) -> Node<F> {
    Node::Binary(function, Box::new([left, right]))
}

fn no_null<F: Fact>(span: Span, other: &Typed<F>) -> Fault {
    let fault = Fault::new(span, "nothing is ever equal to null");
    match &other.path {
        Some(path) => fault.help(format!("write `has({path})` to ask whether it is there")),
        None => fault.help("write `has(fact)` to ask whether a fact is there"),
    }
}

/// Refuses a word that an enumerated fact never is.
fn known_word<F: Fact>(fact: &Typed<F>, other: &Typed<F>, span: Span) -> Result<(), Fault> {
    match (fact.ty.words(), other.constant_text()) {
        (Some(words), Some(word)) => check_word(fact, words, word, span),
        _ => Ok(()),
    }
}

fn check_word<F: Fact>(fact: &Typed<F>, words: &[&'static str], word: &str, span: Span) -> Result<(), Fault> {
    if words.contains(&word) {
        return Ok(());
    }
    let name = fact.path.as_deref().unwrap_or("this");
    let fault = Fault::new(span, format!("`{name}` is never {word:?}"));
    Err(fault.help(meant_or_one_of(word, words.iter().copied(), "it is one of:")))
}

/// The short form of a comparison between a fact and a constant text.
fn is_text<F: Fact>(equal: bool, left: &Node<F>, right: &Node<F>) -> Option<Node<F>> {
    match (left, right) {
        (Node::Fact(fact), Node::Const(Value::Text(text))) | (Node::Const(Value::Text(text)), Node::Fact(fact)) => {
            Some(Node::IsText(*fact, text.as_ref().into(), equal))
        }
        _ => None,
    }
}

/// The texts of a list that is constant and holds nothing else, sorted by length.
fn constant_texts<F: Fact>(node: &Node<F>) -> Option<Box<[Box<str>]>> {
    let Node::Const(Value::List(list)) = node else { return None };
    let text = |item| match item {
        Value::Text(text) => Some(Box::from(text.as_ref())),
        _ => None,
    };
    let mut texts: Box<[Box<str>]> = list.iter().map(text).collect::<Option<_>>()?;
    texts.sort_unstable_by(|a, b| by_length(a, b));
    Some(texts)
}

/// The type that the function gives for these arguments; `dyn` fits everywhere, and is the result when it leaves
/// several possible.
fn result_type<F: Fact>(function: &Function, args: &[Typed<F>]) -> Option<Type> {
    let first = args.first().map_or(&Type::Dyn, |arg| &arg.ty);
    let mut results = function
        .overloads
        .iter()
        .filter(|overload| {
            overload.args.len() == args.len() && overload.args.iter().zip(args).all(|(kind, arg)| kind.takes(&arg.ty))
        })
        .filter_map(|overload| overload.result.gives(first));
    let result = results.next()?;
    if let (Type::List(_), [left, right]) = (&result, args) {
        return left.ty.either(&right.ty);
    }
    Some(if results.all(|other| other == result) { result } else { Type::Dyn })
}

fn unknown_function(word: &Word) -> Fault {
    let macros = MACROS.iter().filter_map(|(usage, _)| usage.split('(').next()?.rsplit('.').next());
    let named = FUNCTIONS.iter().filter(|function| function.style != Style::Operator).map(|function| function.name);
    let fault = Fault::new(word.span, format!("there is no function `{}`", word.text));
    match did_you_mean(&word.text, named.chain(macros)) {
        Some(meant) => fault.help(format!("did you mean `{meant}`?")),
        None => fault.help("`headcount rules show` and docs/rules.md list the functions"),
    }
}

fn no_overload<F: Fact>(function: &Function, word: &Word, args: &[Typed<F>]) -> Fault {
    let given = args.iter().map(|arg| arg.ty.to_string()).collect::<Vec<_>>();
    if function.style == Style::Operator {
        let operator = function.name.trim_matches('_');
        let fault = Fault::new(word.span, format!("`{operator}` can't be used with {}", given.join(" and ")));
        return match args {
            [left, right] if matches!((&left.ty, &right.ty), (Type::Int, Type::Double) | (Type::Double, Type::Int)) => {
                fault.help("convert one of them with int() or double()")
            }
            [Typed { ty: Type::Duration, .. }, Typed { ty: Type::Int, .. }] => {
                fault.help("make a duration of the number with days(n)")
            }
            _ => fault,
        };
    }
    Fault::new(word.span, format!("`{}` can't be used with ({})", function.name, given.join(", ")))
        .help(format!("it takes {}", signatures(function)))
}

fn signatures(function: &Function) -> String {
    let one = |overload: &functions::Overload| {
        let args = overload.args.iter().map(|kind| kind.as_str()).collect::<Vec<_>>();
        format!("({})", args.join(", "))
    };
    function.overloads.iter().map(one).collect::<Vec<_>>().join(" or ")
}

fn build<F: Fact>(function: &Function, args: Vec<Typed<F>>, spans: &[Span]) -> Result<Node<F>, Fault> {
    let place = spans.last().copied().unwrap_or(Span::new(0, 0));
    let mut args = args.into_iter();
    let (first, second) = (args.next(), args.next());
    match (function.run, first, second) {
        (Run::Unary(run) | Run::InZone(run), Some(only), None) => Ok(unary(run, only)),
        (Run::Binary(run), Some(left), Some(right)) => Ok(binary(run, left.node, right.node)),
        (Run::Test(run), Some(left), Some(right)) => Ok(Node::Test(run, Box::new([left.node, right.node]))),
        (Run::Order(holds), Some(left), Some(right)) => Ok(order(holds, left.node, right.node)),
        (Run::InZone(run), Some(time), Some(zone)) => {
            let local = Node::InZone(zone_of(&zone, place)?, Box::new(time.node));
            Ok(Node::Unary(run, Box::new(local)))
        }
        (Run::Regex, Some(text), Some(pattern)) => Ok(Node::Matches(Box::new(text.node), regex(&pattern, place)?)),
        _ => Err(Fault::new(place, format!("`{}` takes another number of values", function.name))),
    }
}

fn unary<F: Fact>(run: Unary, argument: Typed<F>) -> Node<F> {
    Node::Unary(run, Box::new(argument.node))
}

/// A comparison, in its short form if it is about how far two moments are apart: what is computed of two and gives a
/// duration can only be their difference.
fn order<F: Fact>(holds: Order, left: Node<F>, right: Node<F>) -> Node<F> {
    if let (Node::Binary(_, sides), Node::Const(Value::Duration(limit))) = (&left, &right)
        && let [Node::Fact(later), Node::Fact(earlier)] = sides.as_ref()
        && [later, earlier].map(|fact| fact.ty()) == [Type::Timestamp, Type::Timestamp]
    {
        return Node::Apart(Apart { holds, later: *later, earlier: *earlier, limit: *limit, or_absent: false });
    }
    Node::Order(holds, Box::new([left, right]))
}

fn regex<F: Fact>(pattern: &Typed<F>, span: Span) -> Result<Regex, Fault> {
    let Some(text) = pattern.constant_text() else {
        return Err(Fault::new(span, "a regular expression is written in the rule").help("use a string or a param"));
    };
    re2::compile(text).map_err(|reason| {
        Fault::new(span, format!("this is not a regular expression: {reason}"))
            .help("write patterns as r'…' so that \\ stays as it is; the syntax is RE2's")
    })
}

/// A zone that is written in the rule.
fn zone_of<F: Fact>(zone: &Typed<F>, span: Span) -> Result<Zone, Fault> {
    let Some(text) = zone.constant_text() else {
        return Err(Fault::new(span, "a time zone is written in the rule").help("use a string or a param"));
    };
    Zone::parse(text).ok_or_else(|| {
        let otherwise = "write \"UTC\", a name like \"Europe/Berlin\" or an offset like \"+01:00\"";
        let help = meant_or(text, TZ_VARIANTS.iter().map(|zone| zone.name()), otherwise);
        Fault::new(span, "there is no such time zone").help(help)
    })
}

/// Computes what has only constants, so that a bad one is refused now and a good one costs nothing later.
fn fold<F: Fact>(node: Node<F>, function: &Function, span: Span) -> Result<Node<F>, Fault> {
    let value = match &node {
        Node::Unary(run, argument) => constant(argument).map(|value| run(&value)),
        Node::Binary(run, arguments) => {
            let [left, right] = arguments.as_ref();
            constant(left).zip(constant(right)).map(|(left, right)| run(&left, &right))
        }
        _ => None,
    };
    match value {
        None => Ok(node),
        Some(Value::Error(error)) => {
            let fault = Fault::new(span, format!("this always fails: {error}"));
            Err(match function.name {
                "duration" => fault.help("write a duration like '36h' or '90s'; for days, days(90)"),
                "timestamp" => fault.help("write a moment like '2026-01-31T00:00:00Z'"),
                _ => fault,
            })
        }
        Some(value) => Ok(Node::Const(value)),
    }
}
