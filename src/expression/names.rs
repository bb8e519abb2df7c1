//! What a condition can name: the seam between the language and the facts of whoever uses it.

use std::fmt;

use super::types::Type;
use super::value::Value;
use super::{Fault, Missing, Span};

/// A fact that conditions read.
pub(crate) trait Fact: Copy + fmt::Debug + 'static {
    /// What it is read from.
    type Scope<'a>;

    /// Its value. Nothing but this is called while a condition is evaluated.
    fn read<'a>(self, scope: &'a Self::Scope<'a>) -> Value<'a>;

    /// How conditions write it, `account.last_login_at`.
    fn path(self) -> String;

    /// The type of its value.
    fn ty(self) -> Type;

    /// What it means.
    fn doc(self) -> &'static str;

    /// What is missing where it is unknown.
    fn missing(self) -> Missing;

    /// Whether it can be absent, so that `has()` must be asked first.
    fn is_optional(self) -> bool;

    /// Whether reading it is work.
    fn is_costly(self) -> bool;

    /// Whether it has few values and costs nothing, so that many subjects are alike in it.
    fn is_coarse(self) -> bool;

    /// Whether subjects are alike in that it is there, whatever it is.
    fn has_coarse_presence(self) -> bool;

    /// Whether conditions choose their subjects by it.
    fn is_choosing(self) -> bool;

    /// Whether it says something of the subject, as the clock doesn't.
    fn is_evidence(self) -> bool;

    /// The fact that is true where this one is a certain word.
    fn proves(self, word: &str) -> Option<&'static str>;
}

/// What a condition may name.
pub(crate) trait Names<F> {
    /// The value that a word stands for by itself.
    fn value(&self, word: &str, span: Span) -> Result<Named<F>, Fault>;

    /// `root.field`
    fn field(&self, root: (&str, Span), field: (&str, Span)) -> Result<Named<F>, Fault>;

    /// Whether a word means something, so that no variable can be called so.
    fn is_taken(&self, word: &str) -> bool;

    /// The position of a fact among all that there are, by its path.
    fn position(&self, path: &str) -> Option<usize>;
}

/// What a name stands for.
pub(crate) enum Named<F> {
    /// A fact, its position, and the facts of which one must be true for it to be there; without any, it always is.
    Fact(F, usize, &'static [&'static str]),
    /// A constant of the rule.
    Param(Type, Value<'static>),
}
