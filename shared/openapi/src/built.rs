//! An operation as it is put into the document: what its row says, step by step, with the types and codes that it names.

use serde_json::{Map, Value, json};

use crate::codes;
use crate::known::Known;
use crate::parameters::{PAGE, fields_of, header, listed, parameter};
use crate::parts::schema;
use crate::types::Type;
use crate::who::Who;

const MEDIA_TYPE: &str = "application/vnd.api+json";

const ACCEPTED: &str = "Accepted. `Location` is the URL where the result can be read.";

/// An operation while its document is made, one step after the other.
pub struct Built {
    id: &'static str,
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

/// The beginning of an operation: what its row says.
pub fn begun(path: &'static str, id: &'static str, summary: &'static str, who: (Who, &'static str)) -> Built {
    let mut situations = vec!["invalid_parameter", "not_acceptable", "too_many_requests", "internal", "unavailable"];
    situations.extend(match who.0 {
        Who::Anyone => &[][..],
        Who::Visitors | Who::Users | Who::UsersAndGuests | Who::OwnersAndStaff => &["unauthenticated"],
        Who::Staff | Who::Admins => &["unauthenticated", "forbidden"],
    });
    if path.contains("{id}") || path.contains("{productId}") {
        situations.push("not_found");
    }
    let success = (204, json!({"description": "Done."}));
    Built {
        id,
        summary,
        about: "",
        who,
        limited: false,
        parameters: Vec::new(),
        body: None,
        success,
        accepted: None,
        situations,
    }
}

impl Built {
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
    fn body(mut self, known: &Known, name: &'static str, required: bool) -> Self {
        self.body = Some((name, required));
        let document = known.document(name);
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

    pub fn takes(self, known: &Known, name: &'static str) -> Self {
        self.body(known, name, true)
    }

    pub fn may_take(self, known: &Known, name: &'static str) -> Self {
        self.body(known, name, false)
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
    pub fn shows(self, known: &Known, name: &'static str) -> Self {
        let one = known.type_of(name);
        let shown = self.answers(known, 200, "The resource.", &format!("{name}Document"), one);
        if one.versioned { shown.sends("ETag") } else { shown }
    }

    /// 201: makes one. It leads on to the operations on it.
    pub fn makes(self, known: &Known, name: &'static str, next: &[&str]) -> Self {
        self.makes_as(known, (201, "Created."), name, next)
    }

    /// 202: takes one, to be decided later.
    pub fn accepts(self, known: &Known, name: &'static str, next: &[&str]) -> Self {
        self.makes_as(known, (202, ACCEPTED), name, next)
    }

    /// Also 202, as [`accepts`](Self::accepts), with the headers of success.
    pub fn or_accepts(mut self, name: &'static str) -> Self {
        let mut answer = self.success.1.clone();
        answer["description"] = json!(ACCEPTED);
        answer["content"][MEDIA_TYPE]["schema"] = schema(&format!("{name}Document"));
        self.accepted = Some(answer);
        self
    }

    fn makes_as(self, known: &Known, (status, about): (u16, &str), name: &'static str, next: &[&str]) -> Self {
        let one = known.type_of(name);
        let made = self.answers(known, status, about, &format!("{name}Document"), one);
        let made = if one.versioned { made.sends("ETag") } else { made };
        let mut made = if one.path.is_some() { made.sends("Location") } else { made };
        for operation in next {
            let parameters = json!({"id": "$response.body#/data/id"});
            made.success.1["links"][*operation] = json!({"operationId": operation, "parameters": parameters});
        }
        made
    }

    /// 200: shows a page.
    pub fn lists(mut self, known: &Known, name: &'static str) -> Self {
        self.parameters.extend(PAGE.map(parameter));
        let one = known.type_of(name);
        self.answers(known, 200, "A page.", &format!("{name}List"), one)
    }

    /// 200: shows all there are, on one page.
    pub fn shows_all(self, known: &Known, name: &'static str) -> Self {
        let one = known.type_of(name);
        self.answers(known, 200, "The whole list.", &format!("{name}List"), one)
    }

    fn answers(mut self, known: &Known, status: u16, about: &str, document: &str, one: &Type) -> Self {
        let included = one.includes.iter().map(|name| known.type_of(name).kind).filter(|kind| *kind != one.kind);
        for kind in [one.kind].into_iter().chain(included) {
            self.parameters.push(parameter(&fields_of(kind)));
        }
        let content = json!({MEDIA_TYPE: {"schema": schema(document)}});
        let answer = json!({"description": about, "content": content});
        self.raw(status, answer)
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
    pub fn sends(mut self, name: &str) -> Self {
        self.success.1["headers"][name] = header(name);
        self
    }

    /// With `include`.
    pub fn includes(self, relations: &[&str]) -> Self {
        self.with(listed("include", relations, "Related resources to add to the answer."))
    }

    /// The operation object.
    pub fn object(&self, tag: &str, known: &Known, components: &mut Map<String, Value>) -> Value {
        let mut responses: Map<String, Value> = codes::answers(&known.codes, &self.situations);
        let accepted = self.accepted.clone().map(|answer| (202, answer));
        for (status, answer) in accepted.into_iter().chain([self.success.clone()]) {
            responses.insert(status.to_string(), codes::shared(components, &self.name_of(status, &answer), answer));
        }
        let mut object = json!({
            "operationId": self.id,
            "tags": [tag],
            "summary": self.summary,
            "description": self.description(known),
            "responses": responses,
        });
        match self.who.0 {
            Who::Anyone => object["security"] = json!([]),
            Who::Visitors | Who::UsersAndGuests => object["security"] = json!([{}, {"bearer": []}]),
            Who::Users | Who::OwnersAndStaff | Who::Staff | Who::Admins => {}
        }
        if !self.parameters.is_empty() {
            object["parameters"] = json!(self.parameters);
        }
        if let Some((name, required)) = self.body {
            let content = json!({"schema": schema(name)});
            object["requestBody"] = json!({"required": required, "content": {MEDIA_TYPE: content}});
        }
        object
    }

    /// The name of an answer among the components: by what it shows, or else of this operation.
    fn name_of(&self, status: u16, answer: &Value) -> String {
        let shown = answer["content"][MEDIA_TYPE]["schema"]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        match (status, shown) {
            (204, _) => "Done".to_owned(),
            (200, Some(shown)) => shown.to_owned(),
            (202, Some(shown)) => format!("{shown}-202"),
            _ => format!("{}-{status}", self.id),
        }
    }

    fn description(&self, known: &Known) -> String {
        let mut parts = vec![self.about.to_owned(), format!("Who may call: {}.", self.who.1)];
        if self.limited {
            parts.push(
                "Limited: by default, the whole shop serves 50 of these requests a second (100 at once). After too many attempts, each wait is longer (`Retry-After`)."
                    .to_owned(),
            );
        }
        let own = codes::own(&known.codes, &self.situations);
        if !own.is_empty() {
            parts.push(format!("Errors: {own}."));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }
}
