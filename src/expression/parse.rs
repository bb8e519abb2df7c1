//! Text of a condition → syntax tree with places. The grammar is the `cel` crate's; this file turns its tree into
//! ours, finds the place of every part, and refuses what is outside the documented subset.

use ::cel::common::ast::{CallExpr, Expr as CelExpr, IdedExpr, LiteralValue, SelectExpr, SourceInfo};
use ::cel::parser::{ParseError, ParseErrors};

use super::{Fault, Span, on_large_stack};

/// Longest text of a condition.
pub(crate) const MAX_TEXT: usize = 4096;
/// Deepest nesting of brackets that the parser follows.
pub(crate) const MAX_BRACKETS: u16 = 24;
/// Deepest tree, which chains such as `a + b + c` make too.
pub(crate) const MAX_DEPTH: usize = 64;

/// A part of a condition and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expr {
    pub kind: Kind,
    pub span: Span,
}

/// What the part is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Name(String),
    List(Vec<Expr>),
    /// `operand.field`
    Select(Box<Expr>, Word),
    /// `function(args)`, `target.function(args)`; operators are functions named as the CEL specification names
    /// them (`_&&_`), macros are calls that the checker knows.
    Call {
        function: Word,
        target: Option<Box<Expr>>,
        args: Vec<Expr>,
    },
}

/// A name and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub span: Span,
}

/// A path such as `account.email`, which needs no parser. `None` if it could be anything else, or is very long.
pub(super) fn path(text: &str) -> Option<Expr> {
    const MAX_PATH: usize = 100;
    const WORDS: [&str; 4] = ["true", "false", "null", "in"];
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !WORDS.contains(&part)
    };
    let mut path: Option<Expr> = None;
    let mut start = 0;
    for part in text.split('.') {
        if !is_name(part) || start > MAX_PATH {
            return None;
        }
        let end = start + part.len();
        path = Some(match path {
            None => Expr { kind: Kind::Name(part.to_owned()), span: Span::new(start, end) },
            Some(operand) => {
                let field = Word { text: part.to_owned(), span: Span::new(start, end) };
                Expr { kind: Kind::Select(Box::new(operand), field), span: Span::new(0, end) }
            }
        });
        start = end + 1;
    }
    path
}

/// Parses a condition.
pub(super) fn parse(text: &str) -> Result<Expr, Fault> {
    if text.len() > MAX_TEXT {
        let message = format!("the condition is {} bytes long; at most {MAX_TEXT} are allowed", text.len());
        return Err(Fault::new(Span::new(MAX_TEXT, text.len()), message).help("split it into several rules"));
    }
    on_large_stack(|| parse_here(text))
        .unwrap_or_else(|| Err(Fault::new(Span::new(0, text.len()), "the condition can't be parsed")))
}

fn parse_here(text: &str) -> Result<Expr, Fault> {
    // Without the macros of the standard library `exists` and its kin stay the calls that they were written as.
    let parser = ::cel::Env::default().with_optional_support(false).parser().max_recursion_depth(MAX_BRACKETS);
    let (tree, places) = parser.parse_with_source_info(text).map_err(|errors| syntax_fault(text, &errors))?;
    Reader { text, places }.expr(tree, 0)
}

struct Reader<'t> {
    text: &'t str,
    places: SourceInfo,
}

impl Reader<'_> {
    fn expr(&self, tree: IdedExpr, depth: usize) -> Result<Expr, Fault> {
        let place = self.place(tree.id);
        if depth > MAX_DEPTH {
            return Err(Fault::new(place, "the condition is nested too deeply").help("split it into several rules"));
        }
        match tree.expr {
            CelExpr::Literal(literal) => self.literal(literal, place),
            CelExpr::Ident(name) => Ok(Expr { kind: Kind::Name(name), span: place }),
            CelExpr::List(list) => {
                let items = self.all(list.elements, depth)?;
                let end = self.closing(items.last().map_or(place.end, |item| item.span.end), ']');
                Ok(Expr { kind: Kind::List(items), span: Span::new(place.start, end) })
            }
            CelExpr::Select(select) => self.select(select, place, depth),
            CelExpr::Call(call) => self.call(call, place, depth),
            CelExpr::Map(_) => Err(outside(place, "map literals").help("write the condition with `in` and lists")),
            CelExpr::Struct(_) => Err(outside(place, "message literals")),
            CelExpr::Comprehension(_) | CelExpr::Unspecified => Err(outside(place, "this construct")),
        }
    }

    fn all(&self, trees: Vec<IdedExpr>, depth: usize) -> Result<Vec<Expr>, Fault> {
        trees.into_iter().map(|tree| self.expr(tree, depth + 1)).collect()
    }

    fn literal(&self, literal: LiteralValue, mut span: Span) -> Result<Expr, Fault> {
        let kind = match literal {
            LiteralValue::Null => Kind::Null,
            LiteralValue::Boolean(value) => Kind::Bool(*value.inner()),
            LiteralValue::Int(value) => Kind::Int(*value.inner()),
            LiteralValue::Double(value) => Kind::Double(*value.inner()),
            LiteralValue::String(value) => Kind::Text(value.inner().to_owned()),
            LiteralValue::UInt(_) => {
                return Err(outside(span, "unsigned integers").help("write the number without the u"));
            }
            LiteralValue::Bytes(_) => return Err(outside(span, "bytes").help("write a string without the b")),
        };
        // The sign belongs to the number, but the parser places it at the digits.
        if matches!(kind, Kind::Int(..0)) || matches!(kind, Kind::Double(value) if value.is_sign_negative()) {
            span.start = self.text.get(..span.start).and_then(|before| before.rfind('-')).unwrap_or(span.start);
        }
        Ok(Expr { kind, span })
    }

    fn select(&self, select: SelectExpr, dot: Span, depth: usize) -> Result<Expr, Fault> {
        let operand = self.expr(*select.operand, depth + 1)?;
        let start = self.skip_space(dot.end);
        let field = Word { span: Span::new(start, start + select.field.len()), text: select.field };
        let span = Span::new(operand.span.start, field.span.end);
        Ok(Expr { kind: Kind::Select(Box::new(operand), field), span })
    }

    fn call(&self, call: CallExpr, place: Span, depth: usize) -> Result<Expr, Fault> {
        let target = call.target.map(|target| self.expr(*target, depth + 1)).transpose()?;
        let args = self.all(call.args, depth)?;
        let first = target.as_ref().or(args.first()).map_or(place.start, |part| part.span.start);
        let last = args.last().map_or(place.end, |part| part.span.end);
        // An operator's place is the operator itself, a function's is its opening bracket.
        let is_operator = self.text.get(place.start..place.end).is_none_or(|at| at != "(");
        let (word, span) = if is_operator {
            let end = if call.func_name == "_[_]" { self.closing(last, ']') } else { last };
            (place, Span::new(first.min(place.start), end))
        } else {
            let end = self.text.get(..place.start).map_or(place.start, |before| before.trim_end().len());
            let word = Span::new(end.saturating_sub(call.func_name.len()), end);
            (word, Span::new(target.as_ref().map_or(word.start, |part| part.span.start), self.closing(last, ')')))
        };
        let function = Word { text: call.func_name, span: word };
        Ok(Expr { kind: Kind::Call { function, target: target.map(Box::new), args }, span })
    }

    /// The byte range of a node; the crate counts bytes, with the last one included.
    fn place(&self, id: u64) -> Span {
        let (start, last) = self.places.offset_for(id).unwrap_or_default();
        Span::new(start as usize, last as usize + 1)
    }

    fn skip_space(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        at + rest.len() - rest.trim_start().len()
    }

    /// The end of a bracketed part, given the end of its last element. Closing brackets of inner groups that the
    /// tree doesn't keep may come first; the nearest is near enough to point at.
    fn closing(&self, at: usize, bracket: char) -> usize {
        self.text.get(at..).and_then(|rest| rest.find(bracket)).map_or(at, |found| at + found + 1)
    }
}

fn outside(span: Span, what: &str) -> Fault {
    Fault::new(span, format!("{what} are not part of the language of rules"))
}

fn syntax_fault(text: &str, errors: &ParseErrors) -> Fault {
    let Some(first) = errors.errors.first() else {
        return Fault::new(Span::new(0, text.len()), "the condition can't be parsed");
    };
    if errors.errors.iter().any(|error| error.msg.contains("Recursion limit")) {
        return Fault::new(Span::new(0, text.len()), "the condition is nested too deeply")
            .help("split it into several rules");
    }
    let start = offset(text, first);
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let span = Span::new(start, start + width);
    if text.trim().is_empty() {
        return Fault::new(span, "the condition is empty");
    }
    Fault::new(span, plain(&first.msg))
}

/// The parser places errors by line and character.
fn offset(text: &str, error: &ParseError) -> usize {
    let (line, column) = (usize::try_from(error.pos.0).unwrap_or(1), usize::try_from(error.pos.1).unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    start + rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
}

/// The parser's message without the list of everything that could have stood there.
fn plain(message: &str) -> String {
    let message = message.trim_start_matches("Syntax error: ");
    let message = message.split(" expecting ").next().unwrap_or(message);
    let found = |prefix: &str| message.strip_prefix(prefix).map(str::trim);
    if let Some(found) = found("mismatched input").or_else(|| found("extraneous input")) {
        return match found {
            "'<EOF>'" => "the condition ends too early".to_owned(),
            other => format!("{other} is not expected here"),
        };
    }
    if let Some(found) = found("token recognition error at:") {
        return format!("can't read {found}");
    }
    if message.starts_with("Incomplete") {
        return "the expression is not complete".to_owned();
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'t>(text: &'t str, expr: &Expr) -> &'t str {
        &text[expr.span.start..expr.span.end]
    }

    #[test]
    fn every_part_knows_its_place() {
        let text = "a.b == 'é' && size( x.ys ) > -2";
        let Kind::Call { function, args, .. } = parse(text).expect("parses").kind else { panic!("a call") };
        assert_eq!(&text[function.span.start..function.span.end], "&&");
        assert_eq!(part(text, &args[0]), "a.b == 'é'");
        assert_eq!(part(text, &args[1]), "size( x.ys ) > -2");
        let Kind::Call { args, .. } = &args[1].kind else { panic!("a call") };
        assert_eq!((part(text, &args[0]), part(text, &args[1])), ("size( x.ys )", "-2"));
    }

    #[test]
    fn a_path_is_what_the_parser_makes_of_it() {
        for text in ["now", "account.email", "params.max_days", "account.attributes.a.b_2"] {
            assert_eq!(path(text), parse(text).ok(), "{text}");
            assert!(path(text).is_some(), "{text}");
        }
        for text in ["", "a.", ".a", "a..b", "2a", "true", "a.in", "a b", "f()", "é"] {
            assert_eq!(path(text), None, "{text}");
        }
        assert_eq!(path(&("a".to_owned() + &".b".repeat(70))), None, "how deep it may be, the parser says");
    }

    #[test]
    fn what_is_outside_the_subset_is_refused() {
        for (text, says) in [
            ("1u == 1u", "unsigned integers"),
            ("b'x' == b'x'", "bytes"),
            ("{'a': 1}['a'] == 1", "map literals"),
            ("Foo{a: 1}", "message literals"),
            ("a.?b", "unsupported"),
            ("a[?0]", "unsupported"),
            ("a &&", "ends too early"),
            ("a == 'x", "can't read"),
            ("", "empty"),
            ("é == 1", "can't read 'é'"),
        ] {
            let fault = parse(text).expect_err(text);
            assert!(fault.message.contains(says), "{text}: {}", fault.message);
        }
    }

    #[test]
    fn deep_and_long_conditions_are_refused_without_exhausting_the_stack() {
        for text in [
            "1+".repeat(2000) + "1",
            "(".repeat(1500) + "1" + &")".repeat(1500),
            "[".repeat(4000),
            "a".to_owned() + &".b".repeat(2000),
            "a".to_owned() + &"[0]".repeat(1300),
            "a?".repeat(900) + "c" + &":d".repeat(900),
            "f(".repeat(1300) + "1" + &")".repeat(1300),
            "a".repeat(5000),
        ] {
            assert!(parse(&text).is_err(), "{}", &text[..20]);
        }
        assert!(parse(&("a && ".repeat(500) + "a")).is_ok(), "long conjunctions are balanced, not deep");
    }

    #[test]
    fn syntax_errors_point_at_characters() {
        let fault = parse("a\n  == 'é' b").expect_err("extra word");
        assert_eq!(fault.span, Span::new(12, 13), "{}", fault.message);
    }
}
