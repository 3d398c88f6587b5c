//! An operation: one row of a service's table, and what the document says of it.

use serde_json::{Map, Value};

use crate::built::{Built, begun};
use crate::known::Known;
pub use crate::who::Who;

/// One operation of a service's HTTP API. Types and documents are named: those of other services are found when the whole
/// document is put together.
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    /// The function's name.
    pub id: &'static str,
    pub summary: &'static str,
    /// Who may call, for programs and in words.
    pub who: (Who, &'static str),
    steps: Vec<Step>,
}

/// What is said of an operation, put into the document once everything is known that it names.
type Step = Box<dyn Fn(Built, &Known) -> Built>;

/// A row: method and path, function, summary, who may call in words and for the machine.
pub fn operation(
    (method, path): (&'static str, &'static str),
    id: &'static str,
    summary: &'static str,
    who: (Who, &'static str),
) -> Operation {
    Operation { method, path, id, summary, who, steps: Vec::new() }
}

impl Operation {
    fn then(mut self, step: impl Fn(Built, &Known) -> Built + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }

    /// The operation object. Its answers are put among the components, which other operations share.
    pub fn object(&self, tag: &str, known: &Known, components: &mut Map<String, Value>) -> Value {
        let begun = begun(self.path, self.id, self.summary, self.who);
        self.steps.iter().fold(begun, |built, step| step(built, known)).object(tag, known, components)
    }

    /// With more to say.
    pub fn says(self, about: &'static str) -> Self {
        self.then(move |built, _| built.says(about))
    }

    /// With a limit of its own: each costs a password hash.
    pub fn limited(self) -> Self {
        self.then(move |built, _| built.limited())
    }

    /// With a query parameter.
    pub fn with(self, parameter: Value) -> Self {
        self.then(move |built, _| built.with(parameter.clone()))
    }

    /// With a body.
    pub fn takes(self, name: &'static str) -> Self {
        self.then(move |built, known| built.takes(known, name))
    }

    /// With a body that may be left out.
    pub fn may_take(self, name: &'static str) -> Self {
        self.then(move |built, known| built.may_take(known, name))
    }

    /// With `Idempotency-Key`, which may be left out.
    pub fn keyed(self) -> Self {
        self.then(move |built, _| built.keyed())
    }

    /// With `Idempotency-Key`, which has to be there.
    pub fn key_required(self) -> Self {
        self.then(move |built, _| built.key_required())
    }

    /// With `If-Match`.
    pub fn matched(self) -> Self {
        self.then(move |built, _| built.matched())
    }

    /// Also refused in these situations.
    pub fn refuses(self, situations: &'static [&'static str]) -> Self {
        self.then(move |built, _| built.refuses(situations))
    }

    /// 200: shows one.
    pub fn shows(self, name: &'static str) -> Self {
        self.then(move |built, known| built.shows(known, name))
    }

    /// 201: makes one. It leads on to the operations on it.
    pub fn makes(self, name: &'static str, next: &'static [&'static str]) -> Self {
        self.then(move |built, known| built.makes(known, name, next))
    }

    /// 202: takes one, to be decided later.
    pub fn accepts(self, name: &'static str, next: &'static [&'static str]) -> Self {
        self.then(move |built, known| built.accepts(known, name, next))
    }

    /// Also 202, as [`accepts`](Self::accepts), with the headers of success.
    pub fn or_accepts(self, name: &'static str) -> Self {
        self.then(move |built, _| built.or_accepts(name))
    }

    /// 200: shows a page.
    pub fn lists(self, name: &'static str) -> Self {
        self.then(move |built, known| built.lists(known, name))
    }

    /// 200: shows all there are, on one page.
    pub fn shows_all(self, name: &'static str) -> Self {
        self.then(move |built, known| built.shows_all(known, name))
    }

    /// Any other answer.
    pub fn raw(self, status: u16, answer: Value) -> Self {
        self.then(move |built, _| built.raw(status, answer.clone()))
    }

    /// With a header on its success.
    pub fn sends(self, name: &'static str) -> Self {
        self.then(move |built, _| built.sends(name))
    }

    /// With `include`.
    pub fn includes(self, relations: &'static [&'static str]) -> Self {
        self.then(move |built, _| built.includes(relations))
    }
}
