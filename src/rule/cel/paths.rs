//! Names in conditions: roots, facts, params, keys of maps, and `has()`.

use super::check::{Checker, Typed};
use super::guard::Proven;
use super::node::Node;
use super::parse::{Expr, Kind, Word};
use super::steps::Cost;
use super::types::Type;
use super::{Fault, Names, Span};
use crate::diagnostic::did_you_mean;
use crate::rule::facts::{self, Availability, FACTS, Fact, ROOTS, Root};
use crate::rule::params::Params;

/// What the two words of a path stand for.
pub(in crate::rule) enum Path<'n> {
    Fact(usize, &'static Fact, Availability),
    Param(&'n crate::rule::params::Param),
}

/// The root of a name, if a rule about this subject can use it.
fn root(names: &Names<'_>, word: &str, span: Span) -> Result<(&'static Root, Availability), Fault> {
    let usable = || ROOTS.iter().filter(|root| root.available(names.subject, names.by) != Availability::Never);
    let list = || usable().map(|root| root.name).collect::<Vec<_>>().join(", ");
    let Some(root) = ROOTS.iter().find(|root| root.name == word) else {
        let fault = Fault::new(span, format!("there is nothing called `{word}`"));
        return Err(match did_you_mean(word, usable().map(|root| root.name)) {
            Some(meant) => fault.help(format!("did you mean `{meant}`?")),
            None => fault.help(format!("a rule about {} can use: {}", names.subject.with_article(), list())),
        });
    };
    match root.available(names.subject, names.by) {
        Availability::Never => {
            Err(Fault::new(span, format!("a rule about {} has no `{word}`", names.subject.with_article()))
                .help(format!("it can use: {}", list())))
        }
        availability => Ok((root, availability)),
    }
}

/// The fact or param `root.field`.
pub(in crate::rule) fn resolve<'n>(
    names: &Names<'n>,
    (root_word, root_span): (&str, Span),
    (field, field_span): (&str, Span),
) -> Result<Path<'n>, Fault> {
    let (root, availability) = root(names, root_word, root_span)?;
    if root.name == "params" {
        return param(names.params, field, field_span).map(Path::Param);
    }
    match facts::find(root.name, field) {
        Some((at, fact)) => Ok(Path::Fact(at, fact, availability)),
        None => Err(unknown_fact(root, field, field_span)),
    }
}

fn unknown_fact(root: &Root, field: &str, span: Span) -> Fault {
    let known = || FACTS.iter().filter(|fact| fact.root == root.name && !fact.name.is_empty()).map(|fact| fact.name);
    let fault = Fault::new(span, format!("`{}` has no fact `{field}`", root.name));
    match did_you_mean(field, known()) {
        Some(meant) => fault.help(format!("did you mean `{}.{meant}`?", root.name)),
        None => match known().collect::<Vec<_>>().as_slice() {
            [] => fault,
            all => fault.help(format!("it has: {}", all.join(", "))),
        },
    }
}

fn param<'n>(params: &'n Params, name: &str, span: Span) -> Result<&'n crate::rule::params::Param, Fault> {
    params.get(name).ok_or_else(|| {
        let fault = Fault::new(span, format!("this rule has no param `{name}`"));
        match did_you_mean(name, params.keys().map(String::as_str)) {
            Some(meant) => fault.help(format!("did you mean `params.{meant}`?")),
            None => fault.help(format!("add `{name} = …` under [params]")),
        }
    })
}

impl Checker<'_> {
    /// A name that stands alone: a variable, or a root that is itself a fact.
    pub(super) fn name(&mut self, name: &str, span: Span, proven: Proven) -> Result<Typed, Fault> {
        let variable = self.locals.iter().rev().enumerate().find(|(_, (local, _))| local == name);
        if let Some((out, (_, ty))) = variable {
            return Ok(Typed::of(ty.clone(), Node::Local(out)));
        }
        let (root, availability) = root(&self.names, name, span)?;
        match facts::find(root.name, "") {
            Some((at, fact)) => self.read(at, fact, availability, span, proven),
            None => Err(Fault::new(span, format!("`{name}` is not a value by itself, but {}", root.doc))
                .help(format!("name one of its parts, `{name}.…`"))),
        }
    }

    /// `operand.field`
    pub(super) fn select(&mut self, operand: &Expr, field: &Word, span: Span, proven: Proven) -> Result<Typed, Fault> {
        if let Some(root) = self.root_of(operand) {
            return match resolve(&self.names, (root, operand.span), (&field.text, field.span))? {
                Path::Fact(at, fact, availability) => self.read(at, fact, availability, span, proven),
                Path::Param(param) => {
                    self.params.insert(field.text.clone());
                    Ok(Typed::of(param.ty(), Node::Const(param.value())))
                }
            };
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
    pub(super) fn has(&mut self, argument: &Expr, proven: Proven) -> Result<Typed, Fault> {
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
        match resolve(&self.names, (root, operand.span), (&field.text, field.span))? {
            Path::Fact(at, fact, availability) if fact.optional => {
                reachable(fact, availability, argument.span, proven)?;
                self.note_fact(fact);
                Ok(Typed { yes: Proven::of(at), ..Typed::bool(Node::Has(fact)) })
            }
            Path::Fact(_, fact, _) => Err(Fault::new(argument.span, format!("`{}` is always there", fact.path()))
                .help("use it without has(); where the vendor doesn't tell it, the rule is not evaluable by itself")),
            Path::Param(_) => Err(Fault::new(argument.span, "a param is always there")),
        }
    }

    /// The word, if an operand is a root and not a variable of the same name.
    fn root_of<'e>(&self, operand: &'e Expr) -> Option<&'e str> {
        match &operand.kind {
            // `now` is a value; what is selected from it is judged like any other value's.
            Kind::Name(name) if name != "now" && !self.locals.iter().any(|(local, _)| local == name) => Some(name),
            _ => None,
        }
    }

    fn read(
        &mut self,
        at: usize,
        fact: &'static Fact,
        availability: Availability,
        span: Span,
        proven: Proven,
    ) -> Result<Typed, Fault> {
        reachable(fact, availability, span, proven)?;
        let path = fact.path();
        if fact.optional && !proven.contains(at) {
            return Err(Fault::new(span, format!("`{path}` can be absent: {}", fact.doc))
                .help(format!("write `has({path}) && …` before it, or `!has({path}) || …`")));
        }
        self.note_fact(fact);
        let yes = Proven::of(at);
        Ok(Typed { yes, path: Some(path), ..Typed::of(fact.kind.ty(), Node::Fact(fact)) })
    }

    fn note_fact(&mut self, fact: &'static Fact) {
        // The clock is no fact about the subject, and would make every run's findings differ.
        if fact.name.is_empty() {
            return;
        }
        self.needs = self.needs.and(fact.missing());
        self.facts.push(fact);
        self.reads.insert(fact.path(), Node::Fact(fact));
    }

    /// Notes that of a map only one key is read, and says how the key is called.
    pub(super) fn note_key(&mut self, map: Option<String>, key: &str, node: &Node) -> Option<String> {
        let map = map?;
        let path = format!("{map}.{key}");
        self.reads.remove(&map);
        self.reads.insert(path.clone(), node.clone());
        Some(path)
    }
}

/// Refuses `employee.…` where the account may have no owner.
fn reachable(fact: &Fact, availability: Availability, span: Span, proven: Proven) -> Result<(), Fault> {
    let Availability::When(guards) = availability else { return Ok(()) };
    if guards.iter().filter_map(|guard| facts::position(guard)).any(|guard| proven.contains(guard)) {
        return Ok(());
    }
    let guard = guards.first().copied().unwrap_or_default();
    Err(Fault::new(span, format!("`{}` can't be read here: there may be no {}", fact.path(), fact.root))
        .help(format!("write `{guard} && …` before it")))
}

/// The type of a key's value.
fn keyed(operand: &Typed, span: Span, field: &Word) -> Result<Type, Fault> {
    match &operand.ty {
        Type::Map(value) => Ok((**value).clone()),
        Type::Dyn => Ok(Type::Dyn),
        Type::Timestamp | Type::Duration => Err(Fault::new(field.span, format!("a {} has no fields", operand.ty))
            .help("call one of its functions, for example getFullYear()")),
        other => Err(Fault::new(span, format!("a {other} has no field `{}`", field.text))),
    }
}
