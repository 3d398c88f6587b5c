//! Values from a request, read into domain types. Every fault has its JSON Pointer, so
//! that one answer reports all of them.

mod body;
mod strict;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Fault};
use crate::ids;
use crate::text;
pub use body::{Body, MAX_BYTES};

/// What is wrong with a part of a document; never empty.
#[derive(Debug)]
pub struct Faults(pub Vec<Fault>);

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::attributes(faults.0)
    }
}

/// A value and where it stands in the document.
pub struct Input {
    value: Value,
    pointer: String,
}

impl Input {
    /// A value at a JSON Pointer.
    pub fn new(value: Value, pointer: impl Into<String>) -> Self {
        Self { value, pointer: pointer.into() }
    }

    /// A fault at this value: call it before the value is read, which consumes it.
    pub fn fault(&self, detail: impl Into<String>) -> Faults {
        Faults(vec![Fault::at(&self.pointer, detail)])
    }

    /// Where this value stands.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Any text, as sent: for secrets and for what has a parser of its own.
    pub fn any_text(self) -> Result<String, Faults> {
        let fault = self.fault("must be text");
        if let Value::String(text) = self.value { Ok(text) } else { Err(fault) }
    }

    /// One line of text: Unicode NFC, without control characters, trimmed, its length in characters. Characters that
    /// cannot be seen, as some programs paste them, are taken out ([`text::visible`]).
    pub fn line(mut self, length: RangeInclusive<usize>) -> Result<String, Faults> {
        if let Value::String(line) = &mut self.value {
            *line = text::visible(line);
        }
        self.readable(length, |_| false)
    }

    /// Text that may have several lines; otherwise as [`Input::line`].
    pub fn prose(self, length: RangeInclusive<usize>) -> Result<String, Faults> {
        self.readable(length, |character| matches!(character, '\n' | '\r' | '\t'))
    }

    fn readable(self, length: RangeInclusive<usize>, allowed: fn(char) -> bool) -> Result<String, Faults> {
        let controls = self.fault("must not contain control characters");
        let size = self.fault(format!("must have {} to {} characters", length.start(), length.end()));
        let text: String = self.any_text()?.trim().nfc().collect();
        if text.chars().any(|character| character.is_control() && !allowed(character)) {
            return Err(controls);
        }
        if length.contains(&text.chars().count()) { Ok(text) } else { Err(size) }
    }

    /// A whole number within a range; `1.0` and `1e3` are whole (JSON Schema, section 4.2.3).
    pub fn integer(self, range: RangeInclusive<i64>) -> Result<i64, Faults> {
        let number =
            self.value.as_i64().or_else(|| whole(self.value.as_f64()?)).filter(|number| range.contains(number));
        number.ok_or_else(|| self.fault(format!("must be a whole number from {} to {}", range.start(), range.end())))
    }

    /// `true` or `false`.
    pub fn boolean(self) -> Result<bool, Faults> {
        self.value.as_bool().ok_or_else(|| self.fault("must be true or false"))
    }

    /// One of a few words.
    pub fn one_of<T: Copy>(self, words: &[(&str, T)]) -> Result<T, Faults> {
        let found = words.iter().find(|(word, _)| self.value.as_str() == Some(word));
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        found.map(|(_, value)| *value).ok_or_else(|| self.fault(format!("must be one of: {}", known.join(", "))))
    }

    /// A list, its items read one by one; the faults of all items are reported.
    pub fn list<T>(
        self,
        count: RangeInclusive<usize>,
        mut item: impl FnMut(Self) -> Result<T, Faults>,
    ) -> Result<Vec<T>, Faults> {
        let wrong = self.fault(format!("must be a list of {} to {} items", count.start(), count.end()));
        let Value::Array(values) = self.value else { return Err(wrong) };
        if !count.contains(&values.len()) {
            return Err(wrong);
        }
        let (mut read, mut faults) = (Vec::with_capacity(values.len()), Vec::new());
        for (index, value) in values.into_iter().enumerate() {
            match item(Self::new(value, format!("{}/{index}", self.pointer))) {
                Ok(value) => read.push(value),
                Err(wrong) => faults.extend(wrong.0),
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(Faults(faults)) }
    }

    /// A to-one relationship: the id of the resource of a type, or `None` for `null`.
    pub fn to_one(self, kind: &str) -> Result<Option<String>, Faults> {
        let data = self.data()?;
        if data.value.is_null() { Ok(None) } else { data.identifier(kind).map(Some) }
    }

    /// A to-many relationship: the different ids of resources of a type.
    pub fn to_many(self, kind: &str, count: RangeInclusive<usize>) -> Result<Vec<String>, Faults> {
        let data = self.data()?;
        let twice = data.fault("must name each resource once");
        let ids = data.list(count, |item| item.identifier(kind))?;
        let different: BTreeSet<&String> = ids.iter().collect();
        if different.len() == ids.len() { Ok(ids) } else { Err(twice) }
    }

    /// The `data` of a relationship object.
    fn data(self) -> Result<Self, Faults> {
        let missing = self.fault("`data` is missing");
        let mut fields = self.object()?;
        let pointer = fields.pointer_to("data");
        fields.members.remove("data").map(|value| Self::new(value, pointer)).ok_or(missing)
    }

    /// A resource identifier object.
    fn identifier(self, kind: &str) -> Result<String, Faults> {
        let wrong = self.fault(format!("must be a resource identifier of the type `{kind}`"));
        let is_kind = self.value["type"] == kind;
        match self.value["id"].as_str() {
            Some(id) if is_kind => Ok(ids::known_or_none(id)),
            _ => Err(wrong),
        }
    }

    /// An object, to be read member by member.
    pub fn object(self) -> Result<Fields, Faults> {
        let wrong = self.fault("must be an object");
        let Value::Object(members) = self.value else { return Err(wrong) };
        Ok(Fields { members, pointer: self.pointer, read_only: BTreeSet::new(), faults: Vec::new() })
    }
}

/// The members of an object while they are read. Each reader returns `None` after noting a fault;
/// [`Fields::finish`] reports all faults, or builds the value.
pub struct Fields {
    members: Map<String, Value>,
    pointer: String,
    read_only: BTreeSet<&'static str>,
    faults: Vec<Fault>,
}

impl Fields {
    /// Members that answers have and requests may not: sent, they are a fault that says so.
    pub fn read_only(mut self, names: &[&'static str]) -> Self {
        self.read_only.extend(names);
        self
    }

    /// A member that has to be there.
    pub fn required<T>(&mut self, name: &str, read: impl FnOnce(Input) -> Result<T, Faults>) -> Option<T> {
        if !self.members.contains_key(name) {
            // A pointer leads to something that exists (JSON:API 1.1, "Error Objects").
            self.faults.push(Fault::at(&self.pointer, format!("`{name}` is missing")));
        }
        self.optional(name, read)
    }

    /// A member that may be missing.
    pub fn optional<T>(&mut self, name: &str, read: impl FnOnce(Input) -> Result<T, Faults>) -> Option<T> {
        let value = self.members.remove(name)?;
        match read(Input::new(value, self.pointer_to(name))) {
            Ok(value) => Some(value),
            Err(faults) => {
                self.faults.extend(faults.0);
                None
            }
        }
    }

    /// A member that may be missing or `null`, where `null` clears: `Some(None)` after `null`.
    pub fn clearable<T>(&mut self, name: &str, read: impl FnOnce(Input) -> Result<T, Faults>) -> Option<Option<T>> {
        self.optional(name, |input| if input.value.is_null() { Ok(None) } else { read(input).map(Some) })
    }

    /// These members and others of the same document, to be finished together.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        other.tell_what_is_left("is not a relationship known here");
        self.faults.append(&mut other.faults);
        self
    }

    fn tell_what_is_left(&mut self, unknown: &str) {
        for name in self.members.keys() {
            let known = self.read_only.contains(name.as_str());
            let detail = if known { "is read-only" } else { unknown };
            self.faults.push(Fault::at(self.pointer_to(name), detail));
        }
    }

    /// Builds the value when every member was read and none is left over.
    ///
    /// # Errors
    /// All faults found, also one for each member that is read-only or unknown.
    pub fn finish<T>(mut self, build: impl FnOnce() -> Option<T>) -> Result<T, Faults> {
        self.tell_what_is_left("is not an attribute known here");
        match build() {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ if self.faults.is_empty() => Err(Faults(vec![Fault::at(self.pointer, "cannot be used")])),
            _ => Err(Faults(self.faults)),
        }
    }

    /// The JSON Pointer of a member (RFC 6901 escapes `~` and `/`).
    fn pointer_to(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"))
    }
}

/// A number without a fraction, up to 2^53, where each is exact.
fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and within what an i64 has")]
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(result: Result<Option<i64>, Faults>) -> Vec<String> {
        let shown = |fault: Fault| match fault.source {
            Some(crate::error::Source::Pointer(pointer)) => format!("{pointer} {}", fault.detail),
            _ => fault.detail,
        };
        result.err().map(|faults| faults.0.into_iter().map(shown).collect()).unwrap_or_default()
    }

    #[test]
    fn all_faults_are_reported_at_once_with_their_pointers() {
        let input = Input::new(json!({"size": 1.5, "id": "x", "co/lor": "red"}), "/data/attributes");
        let read = input.object().and_then(|fields| {
            let mut fields = fields.read_only(&["id"]);
            let size = fields.required("size", |size| size.integer(1..=9));
            let name = fields.required("name", |name| name.line(1..=9));
            fields.finish(|| name.map(|_| size))
        });
        assert_eq!(
            faults(read),
            [
                "/data/attributes/size must be a whole number from 1 to 9",
                "/data/attributes `name` is missing",
                "/data/attributes/co~1lor is not an attribute known here",
                "/data/attributes/id is read-only",
            ]
        );
    }

    #[test]
    fn numbers_that_are_not_whole_or_too_large_are_refused() {
        for value in [json!(1.5), json!(-1), json!(1001), json!("5"), json!(9_007_199_254_740_993_u64), json!(null)] {
            assert!(Input::new(value, "/n").integer(0..=1000).is_err());
        }
    }

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_zero_or_an_exponent() {
        for (number, expected) in [("1.0", 1), ("1e2", 100), ("10.00", 10), ("-0.0", 0)] {
            let value: Value = serde_json::from_str(number).unwrap();
            assert_eq!(Input::new(value, "/n").integer(0..=1000).unwrap(), expected, "{number}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_taken_out_of_a_line() {
        let line = |text: &str| Input::new(json!(text), "/t").line(1..=9).ok();
        assert_eq!(line("\u{feff}Caf\u{ad}é\u{200b} \u{202e}").as_deref(), Some("Café"));
        assert_eq!(line("\u{200b}\u{feff}"), None, "nothing is left");
    }

    #[test]
    fn text_is_composed_trimmed_and_free_of_controls() {
        let line = |text: &str| Input::new(json!(text), "/t").line(1..=4).ok();
        assert_eq!(line(" cafe\u{301} ").as_deref(), Some("café"));
        assert_eq!(line("a\u{0}b"), None);
        assert_eq!(line("a\nb"), None);
        assert_eq!(line("   "), None);
        assert_eq!(Input::new(json!("a\nb"), "/t").prose(1..=4).ok().as_deref(), Some("a\nb"));
    }

    #[test]
    fn null_clears_where_clearing_is_allowed() {
        let read = |value| {
            let mut fields = Input::new(value, "").object().ok()?;
            fields.clearable("a", |input| input.integer(0..=9))
        };
        assert_eq!(read(json!({"a": null})), Some(None));
        assert_eq!(read(json!({"a": 3})), Some(Some(3)));
        assert_eq!(read(json!({})), None);
    }
}
