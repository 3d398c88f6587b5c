//! An operation: one row of the tables, and what the document says of it.

use serde_json::{Map, Value, json};

use super::errors;
use super::parameters::{PAGE, fields_of, header, listed, parameter};
use super::schemas::{self, parts::schema};

const MEDIA_TYPE: &str = "application/vnd.api+json";

const ACCEPTED: &str = "Accepted; `Location` leads to where the outcome can be read.";

/// Who may call.
#[derive(Clone, Copy, PartialEq)]
pub enum Who {
    Anyone,
    /// Anyone; a token that is sent has to hold.
    Visitors,
    Users,
    Staff,
    Admins,
}

pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    /// The function's name.
    pub id: &'static str,
    summary: &'static str,
    about: &'static str,
    who: (Who, &'static str),
    limited: bool,
    parameters: Vec<Value>,
    body: Option<(&'static str, bool)>,
    success: (u16, Value),
    /// The answer of a request that was taken to be decided later, where that may happen.
    accepted: Option<Value>,
    situations: Vec<&'static str>,
}

/// A row: method and path, function, summary, who may call in words and for the machine.
pub fn operation(
    (method, path): (&'static str, &'static str),
    id: &'static str,
    summary: &'static str,
    who: (Who, &'static str),
) -> Operation {
    let mut situations = vec!["invalid_parameter", "not_acceptable", "too_many_requests", "internal", "unavailable"];
    situations.extend(match who.0 {
        Who::Anyone => &[][..],
        Who::Visitors | Who::Users => &["unauthenticated"],
        Who::Staff | Who::Admins => &["unauthenticated", "forbidden"],
    });
    let ids = ["id", "productId"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let parameters: Vec<Value> = ids.map(parameter).collect();
    if !parameters.is_empty() {
        situations.push("not_found");
    }
    let success = (204, json!({"description": "Done."}));
    Operation {
        method,
        path,
        id,
        summary,
        about: "",
        who,
        limited: false,
        parameters,
        body: None,
        success,
        accepted: None,
        situations,
    }
}

impl Operation {
    /// With more to say.
    pub fn says(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// With a limit of its own: each costs a password hash.
    pub fn limited(self) -> Self {
        Self { limited: true, ..self }
    }

    /// With a query parameter.
    pub fn with(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// With a body, which has to be there or may be left out.
    fn body(mut self, name: &'static str, required: bool) -> Self {
        self.body = Some((name, required));
        let document = document(name);
        self.situations.extend([
            "malformed_document",
            "type_mismatch",
            "body_too_large",
            "unsupported_media_type",
            "invalid_attribute",
        ]);
        if !document.identified {
            self.situations.push("id_given");
        }
        self
    }

    pub fn takes(self, name: &'static str) -> Self {
        self.body(name, true)
    }

    pub fn may_take(self, name: &'static str) -> Self {
        self.body(name, false)
    }

    /// With `Idempotency-Key`, which may be left out.
    pub fn keyed(self) -> Self {
        self.key("idempotency-key")
    }

    /// With `Idempotency-Key`, which has to be there.
    pub fn key_required(self) -> Self {
        self.key("idempotency-key-required")
    }

    fn key(mut self, name: &str) -> Self {
        self.parameters.push(parameter(name));
        self.situations.extend(["invalid_header", "idempotency_key_reused"]);
        self.success.1["headers"]["Idempotent-Replayed"] = header("Idempotent-Replayed");
        self
    }

    /// With `If-Match`.
    pub fn matched(mut self) -> Self {
        self.parameters.push(parameter("if-match"));
        self.situations.push("precondition_failed");
        self
    }

    /// Also refused in these situations.
    pub fn refuses(mut self, situations: &[&'static str]) -> Self {
        self.situations.extend(situations);
        self
    }

    /// 200: shows one.
    pub fn shows(self, name: &'static str) -> Self {
        let one = schemas::named(name);
        self.answers(200, "The resource.", &format!("{name}Document"), one.example(), &one, one.versioned)
    }

    /// 201: makes one. It leads on to the operations on it.
    pub fn makes(self, name: &'static str, next: &[&str]) -> Self {
        self.makes_as((201, "Made."), name, next)
    }

    /// 202: takes one, to be decided later.
    pub fn accepts(self, name: &'static str, next: &[&str]) -> Self {
        self.makes_as((202, ACCEPTED), name, next)
    }

    /// Also 202, as [`accepts`](Self::accepts), with what success tells.
    pub fn or_accepts(mut self, name: &'static str) -> Self {
        let mut answer = self.success.1.clone();
        answer["description"] = json!(ACCEPTED);
        answer["content"][MEDIA_TYPE]["schema"] = schema(&format!("{name}Document"));
        self.accepted = Some(answer);
        self
    }

    fn makes_as(self, (status, about): (u16, &str), name: &'static str, next: &[&str]) -> Self {
        let one = schemas::named(name);
        let made = self.answers(status, about, &format!("{name}Document"), one.example(), &one, one.versioned);
        let mut made = if one.path.is_some() { made.tells("Location") } else { made };
        for operation in next {
            let parameters = json!({"id": "$response.body#/data/id"});
            made.success.1["links"][*operation] = json!({"operationId": operation, "parameters": parameters});
        }
        made
    }

    /// 200: shows a page.
    pub fn lists(mut self, name: &'static str) -> Self {
        self.parameters.extend(PAGE.map(parameter));
        let (one, path) = (schemas::named(name), self.path);
        self.answers(200, "A page.", &format!("{name}List"), one.example_page(path), &one, false)
    }

    /// 200: shows all there are, on one page.
    pub fn shows_all(self, name: &'static str) -> Self {
        let (one, path) = (schemas::named(name), self.path);
        let mut example = one.example_page(path);
        example["links"]["next"] = Value::Null;
        self.answers(200, "All of them.", &format!("{name}List"), example, &one, false)
    }

    fn answers(
        mut self,
        status: u16,
        about: &str,
        document: &str,
        example: Value,
        one: &schemas::types::Type,
        versioned: bool,
    ) -> Self {
        let included = one.includes.iter().map(|name| schemas::named(name).kind).filter(|kind| *kind != one.kind);
        for kind in [one.kind].into_iter().chain(included) {
            self.parameters.push(parameter(&fields_of(kind)));
        }
        let content = json!({MEDIA_TYPE: {"schema": schema(document), "example": example}});
        let answer = json!({"description": about, "content": content});
        let answered = self.raw(status, answer);
        if versioned { answered.tells("ETag") } else { answered }
    }

    /// Any other answer.
    pub fn raw(mut self, status: u16, answer: Value) -> Self {
        let headers = self.success.1.get("headers").cloned();
        self.success = (status, answer);
        if let Some(headers) = headers {
            self.success.1["headers"] = headers;
        }
        self
    }

    /// With a header on its success.
    pub fn tells(mut self, name: &str) -> Self {
        self.success.1["headers"][name] = header(name);
        self
    }

    /// With `include`.
    pub fn includes(self, relations: &[&str]) -> Self {
        self.with(listed("include", relations, "Related resources to send along."))
    }

    /// The operation object.
    pub fn object(&self, tag: &str) -> Value {
        let mut success = self.success.1.clone();
        success["headers"]["X-Request-Id"] = header("X-Request-Id");
        let mut responses: Map<String, Value> = errors::answers(&self.situations);
        if let Some(mut accepted) = self.accepted.clone() {
            accepted["headers"]["X-Request-Id"] = header("X-Request-Id");
            responses.insert("202".to_owned(), accepted);
        }
        responses.insert(self.success.0.to_string(), success);
        let mut object = json!({
            "operationId": self.id,
            "tags": [tag],
            "summary": self.summary,
            "description": self.description(),
            "security": match self.who.0 {
                Who::Anyone => json!([]),
                Who::Visitors => json!([{}, {"bearer": []}]),
                _ => json!([{"bearer": []}]),
            },
            "responses": responses,
        });
        if !self.parameters.is_empty() {
            object["parameters"] = json!(self.parameters);
        }
        if let Some((name, required)) = self.body {
            let content = json!({"schema": schema(name), "example": document(name).example()});
            object["requestBody"] = json!({"required": required, "content": {MEDIA_TYPE: content}});
        }
        object
    }

    fn description(&self) -> String {
        let mut parts = vec![self.about.to_owned(), format!("Who may call: {}.", self.who.1)];
        if self.limited {
            parts.push(
                "Limited: the whole shop serves 50 of these a second (100 at once), unless set otherwise; who tries \
                 too often has to wait longer and longer (`Retry-After`)."
                    .to_owned(),
            );
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }
}

fn document(name: &str) -> schemas::types::Document {
    schemas::documents().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no document {name}"))
}
