//! What a type of resource is made of, and the schemas and examples that follow from that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::parts::{closed, list, object, schema};

/// Whether a request may say it.
#[derive(Clone, Copy, PartialEq)]
pub enum Access {
    /// In requests that make something, always.
    Needed,
    /// In requests, as one likes.
    Settable,
    /// In answers only.
    ReadOnly,
    /// In requests only.
    WriteOnly,
}

/// One attribute.
#[derive(Clone)]
pub struct Attribute {
    pub name: &'static str,
    pub schema: Value,
    pub example: Value,
    pub access: Access,
}

/// One relationship.
#[derive(Clone)]
pub struct Relation {
    pub name: &'static str,
    pub kind: &'static str,
    pub linkage: Linkage,
    /// Whether requests may set it.
    pub settable: bool,
    pub example: Value,
}

/// How many are related.
#[derive(Clone, Copy, PartialEq)]
pub enum Linkage {
    One,
    OneOrNone,
    Many(usize),
}

/// A type of resource, as answers show it.
#[derive(Clone)]
pub struct Type {
    /// The name of its schema.
    pub name: &'static str,
    /// The JSON:API type.
    pub kind: &'static str,
    pub about: &'static str,
    /// Where one can be fetched; `None` for what cannot.
    pub path: Option<&'static str>,
    /// Whether answers that show one have an `ETag`.
    pub versioned: bool,
    pub attributes: Vec<Attribute>,
    pub relations: Vec<Relation>,
    /// The schemas of what may be included.
    pub includes: &'static [&'static str],
}

/// A document that a request may send.
#[derive(Clone)]
pub struct Document {
    pub name: &'static str,
    pub kind: &'static str,
    /// Whether it names the resource it changes.
    pub identified: bool,
    pub attributes: Vec<Attribute>,
    pub relations: Vec<Relation>,
    /// What else the attributes have to satisfy: keywords of JSON Schema.
    pub rules: Value,
}

pub const ID: &str = "01939c2e-7b5a-7c11-9d2e-3f4a5b6c7d8e";
const BASE: &str = "https://shop.example/v1";

pub fn attribute(access: Access, name: &'static str, schema: Value, example: Value) -> Attribute {
    Attribute { name, schema, example, access }
}

impl Attribute {
    /// Its schema, with an example where the schema alone does not say what a value looks like.
    fn described(&self) -> Value {
        let mut schema = self.schema.clone();
        let speaks =
            ["$ref", "enum", "const", "oneOf", "format", "properties"].iter().any(|one| schema.get(one).is_some());
        if !(speaks || self.example.is_null() || self.example.is_boolean()) {
            schema["example"] = self.example.clone();
        }
        schema
    }
}

/// The names that `fields[type]` may ask for, by type: several may be of one name, such as a sale and one that includes its
/// customer.
pub fn fields_by_kind(types: &[Type]) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
    for one in types {
        fields.entry(one.kind).or_default().extend(one.fields());
    }
    fields
}

impl Type {
    /// The names that `fields[type]` may ask for.
    fn fields(&self) -> Vec<&'static str> {
        let shown = self.shown().map(|attribute| attribute.name);
        shown.chain(self.relations.iter().map(|relation| relation.name)).collect()
    }

    pub fn shown(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.access != Access::WriteOnly)
    }

    /// The document that makes one.
    pub fn new_document(&self, name: &'static str) -> Document {
        self.document(name, false)
    }

    /// The document that changes one.
    pub fn changes(&self, name: &'static str) -> Document {
        self.document(name, true)
    }

    fn document(&self, name: &'static str, identified: bool) -> Document {
        let attributes = self.attributes.iter().filter(|attribute| attribute.access != Access::ReadOnly).cloned();
        let relations = self.relations.iter().filter(|relation| relation.settable).cloned().collect();
        Document { name, kind: self.kind, identified, attributes: attributes.collect(), relations, rules: json!({}) }
    }

    /// The schema of the resource object. No attribute is required: `fields[type]` leaves them out.
    pub fn resource(&self) -> Value {
        let attributes: Vec<(&str, Value)> = self.shown().map(|one| (one.name, one.described())).collect();
        let mut members =
            vec![("type", json!({"const": self.kind})), ("id", schema("Id")), ("attributes", object(&attributes, &[]))];
        let mut required = vec!["type", "id", "attributes"];
        if !self.relations.is_empty() {
            members.push(("relationships", relationships(&self.relations, true)));
        }
        if self.path.is_some() {
            members.push(("links", schema("SelfLink")));
            required.push("links");
        }
        crate::parts::with(object(&members, &required), self.about)
    }

    /// The schemas of the documents that show one, and a page of them.
    pub fn documents(&self) -> [(String, Value); 2] {
        let mut one = vec![("data", schema(self.name))];
        let mut page = vec![("data", list(&schema(self.name), 0, 100)), ("links", schema("PageLinks"))];
        if !self.includes.is_empty() {
            let any: Vec<Value> = self.includes.iter().map(|name| schema(name)).collect();
            let included = json!({"type": "array", "items": {"anyOf": any}, "description": "The related resources that `include` names."});
            one.push(("included", included.clone()));
            page.push(("included", included));
        }
        [
            (format!("{}Document", self.name), object(&one, &["data"])),
            (format!("{}List", self.name), object(&page, &["data", "links"])),
        ]
    }

    /// What a document that shows one looks like.
    pub fn example(&self) -> Value {
        let object = self.example_object();
        let mut document = json!({"jsonapi": {"version": "1.1"}, "data": object});
        if self.path.is_some() {
            document["links"] = document["data"]["links"].clone();
        }
        document
    }

    /// What a page looks like.
    pub fn example_page(&self, path: &str) -> Value {
        let links = json!({
            "self": format!("{BASE}{path}"), "prev": null, "next": format!("{BASE}{path}?page%5Bafter%5D=eyJh"),
        });
        json!({"jsonapi": {"version": "1.1"}, "data": [self.example_object()], "links": links})
    }

    fn example_object(&self) -> Value {
        let attributes: Map<String, Value> =
            self.shown().map(|one| (one.name.to_owned(), one.example.clone())).collect();
        let mut object = json!({"type": self.kind, "id": ID, "attributes": attributes});
        if !self.relations.is_empty() {
            object["relationships"] = example_relations(&self.relations);
        }
        if let Some(path) = self.path {
            let path = path.replace("{id}", ID).replace("{productId}", ID);
            object["links"] = json!({"self": format!("{BASE}{path}")});
        }
        object
    }
}

impl Document {
    pub fn schema(&self) -> Value {
        let needed = |one: &&Attribute| one.access == Access::Needed && !self.identified;
        let attributes: Vec<(&str, Value)> = self.attributes.iter().map(|one| (one.name, one.described())).collect();
        let required: Vec<&str> = self.attributes.iter().filter(needed).map(|one| one.name).collect();
        let mut attributes = closed(&attributes, &required);
        for (keyword, value) in self.rules.as_object().into_iter().flatten() {
            attributes[keyword] = value.clone();
        }
        let mut of_data = vec!["type"];
        if attributes.get("required").is_some() {
            of_data.push("attributes");
        }
        let mut members = vec![("type", json!({"const": self.kind})), ("attributes", attributes)];
        if self.identified {
            members.push(("id", schema("Id")));
            of_data.push("id");
        }
        if !self.relations.is_empty() {
            members.push(("relationships", relationships(&self.relations, false)));
        }
        closed(&[("data", closed(&members, &of_data))], &["data"])
    }

    pub fn example(&self) -> Value {
        let attributes: Map<String, Value> =
            self.attributes.iter().map(|one| (one.name.to_owned(), one.example.clone())).collect();
        let mut data = json!({"type": self.kind, "attributes": attributes});
        if self.identified {
            data["id"] = json!(ID);
        }
        if !self.relations.is_empty() {
            data["relationships"] = example_relations(&self.relations);
        }
        json!({"data": data})
    }
}

fn relationships(relations: &[Relation], answered: bool) -> Value {
    let object = if answered { object } else { closed };
    let members: Vec<(&str, Value)> = relations
        .iter()
        .map(|relation| {
            let one = object(&[("type", json!({"const": relation.kind})), ("id", schema("Id"))], &["type", "id"]);
            let data = match relation.linkage {
                Linkage::One => one,
                Linkage::OneOrNone => json!({"anyOf": [one, {"type": "null"}]}),
                Linkage::Many(most) => list(&one, 0, most),
            };
            let mut members = vec![("data", data)];
            if answered {
                members.push(("links", schema("RelatedLink")));
            }
            (relation.name, object(&members, &["data"]))
        })
        .collect();
    object(&members, &[])
}

fn example_relations(relations: &[Relation]) -> Value {
    relations.iter().map(|relation| (relation.name.to_owned(), json!({"data": relation.example}))).collect()
}
