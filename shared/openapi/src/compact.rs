//! Makes the document small: schemas that stand in several places get a name, and those that nothing refers to go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::parts;

/// Takes out schemas that nothing refers to.
pub fn prune(document: &mut Value) {
    let schemas = document["components"]["schemas"].take();
    let (mut named, mut waiting) = (BTreeSet::new(), vec![&*document]);
    while let Some(part) = waiting.pop() {
        match part {
            Value::Object(members) => {
                let name = members.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(SCHEMAS));
                if let Some(name) = name.filter(|name| named.insert((*name).to_owned())) {
                    waiting.extend(schemas.get(name));
                }
                waiting.extend(members.values());
            }
            Value::Array(parts) => waiting.extend(parts),
            _ => {}
        }
    }
    let used = schemas.as_object().into_iter().flatten().filter(|(name, _)| named.contains(*name));
    let used: Map<String, Value> = used.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    document["components"]["schemas"] = Value::Object(used);
}

/// Where schemas stand.
const SCHEMAS: &str = "#/components/schemas/";

/// Gives the attributes of each type and request document a schema of their own, which generators of clients make a type of.
pub fn name_attributes(schemas: &mut Map<String, Value>) {
    let mut named = Map::new();
    for (name, schema) in schemas.iter_mut() {
        for part in ["/properties", "/properties/data/properties"] {
            let Some(members) = schema.pointer_mut(part).and_then(Value::as_object_mut) else { continue };
            for (member, suffix) in [("attributes", "Attributes"), ("relationships", "Relationships")] {
                if let Some(own) = members.get_mut(member).filter(|own| own.get("properties").is_some()) {
                    let reference = parts::schema(&format!("{name}{suffix}"));
                    named.insert(format!("{name}{suffix}"), std::mem::replace(own, reference));
                }
            }
        }
    }
    schemas.extend(named);
}

/// The shortest schema of a member that is worth a name of its own, in bytes: where it stands twice, and more often.
const WORTH_SHARING: (usize, usize) = (120, 60);

/// Gives a name to each schema of a member that stands in several places, and refers to it there.
pub fn share(schemas: &mut Map<String, Value>) {
    let mut seen = BTreeMap::<String, (String, usize)>::new();
    for (name, schema) in schemas.iter() {
        members(&mut schema.clone(), &mut |member, schema| {
            let text = schema.to_string();
            if text.len() >= WORTH_SHARING.1 && schema.get("$ref").is_none() {
                seen.entry(text).or_insert_with(|| (format!("{name}.{member}"), 0)).1 += 1;
            }
        });
    }
    seen.retain(|text, (_, times)| *times > 2 || *times == 2 && text.len() >= WORTH_SHARING.0);
    for schema in schemas.values_mut() {
        members(schema, &mut |_, schema| {
            if let Some((name, _)) = seen.get(&schema.to_string()) {
                *schema = parts::schema(name);
            }
        });
    }
    let named = seen.into_iter().map(|(text, (name, _))| (name, serde_json::from_str(&text).unwrap_or_default()));
    schemas.extend(named);
}

/// Visits the members of all objects in a schema, outer ones first; what became of one is visited, too.
fn members(schema: &mut Value, visit: &mut dyn FnMut(&str, &mut Value)) {
    match schema {
        Value::Object(parts) => {
            for (key, part) in parts.iter_mut() {
                match part {
                    Value::Object(named) if key == "properties" => {
                        for (name, member) in named.iter_mut() {
                            visit(name, member);
                        }
                        named.values_mut().for_each(|member| members(member, visit));
                    }
                    part if key == "items" => {
                        visit("item", part);
                        members(part, visit);
                    }
                    _ => members(part, visit),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| members(part, visit)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_schema_that_stands_in_several_places_gets_the_name_of_the_first() {
        let long =
            json!({"type": "string", "description": "A text that is long enough to be worth a name.", "maxLength": 9});
        let one = |member: &str| json!({"type": "object", "properties": {member: long, "short": {"type": "string"}}});
        let mut schemas = map(json!({"A": one("title"), "B": one("name"), "C": one("text")}));
        share(&mut schemas);
        assert_eq!(schemas["A.title"], long);
        for (name, member) in [("A", "title"), ("B", "name"), ("C", "text")] {
            assert_eq!(schemas[name]["properties"][member], json!({"$ref": "#/components/schemas/A.title"}));
            assert_eq!(schemas[name]["properties"]["short"], json!({"type": "string"}));
        }
    }

    #[test]
    fn attributes_get_a_schema_of_their_own() {
        let attributes = json!({"type": "object", "properties": {"name": {"type": "string"}}});
        let mut schemas = map(json!({"Cup": {"type": "object", "properties": {"attributes": attributes}}}));
        name_attributes(&mut schemas);
        let reference = json!({"$ref": "#/components/schemas/CupAttributes"});
        assert_eq!((&schemas["Cup"]["properties"]["attributes"], &schemas["CupAttributes"]), (&reference, &attributes));
    }

    #[test]
    fn schemas_that_nothing_leads_to_are_left_out() {
        let to = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let schemas = json!({"Used": {"items": to("Inner")}, "Inner": {}, "Unused": {"items": to("AlsoUnused")}, "AlsoUnused": {}});
        let mut document = json!({"paths": {"/": to("Used")}, "components": {"schemas": schemas}});
        prune(&mut document);
        let used: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
        assert_eq!(used, ["Inner", "Used"]);
    }
}
