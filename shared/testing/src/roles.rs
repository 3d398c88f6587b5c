//! What a function's role allows at DynamoDB, by `template.yaml`, evaluated as IAM does: the tests of a handler run under
//! the role of its function, and a request that the role does not allow is refused as AWS would. The local cloud does not
//! know `dynamodb:LeadingKeys`, so this is where it is checked.
//!
//! Rules: docs.aws.amazon.com/amazondynamodb/latest/developerguide, "Using IAM policy conditions for fine-grained access
//! control"; docs.aws.amazon.com/service-authorization, "Actions, resources, and condition keys for Amazon DynamoDB".

use std::collections::BTreeMap;

use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

use crate::template::template;

tokio::task_local! {
    static FUNCTION: String;
}

/// Does some work under the role of a function: `get-sale`.
pub async fn as_function<T>(function: &str, work: impl Future<Output = T>) -> T {
    FUNCTION.scope(function.to_owned(), work).await
}

/// Does some work that is no function's, in the midst of one's.
pub async fn as_nobody<T>(work: impl Future<Output = T>) -> T {
    as_function("", work).await
}

/// What a request asks of a table or an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    pub action: String,
    pub table: String,
    pub index: Option<String>,
    /// The partition keys. Of a scan none.
    pub leading_keys: Vec<String>,
    /// The attributes that a read is limited to, if it is.
    pub attributes: Option<Vec<String>>,
}

/// Why a call is refused under the role of the present function, if there is one and it is.
///
/// # Panics
/// When a role that names the keys of a table allows a foreign one, too.
pub(crate) fn refusal(operation: &str, request: &Value) -> Option<String> {
    let function = FUNCTION.try_with(Clone::clone).ok().filter(|function| !function.is_empty())?;
    let role = Role::of(&function);
    for access in accesses(operation, request) {
        if !role.allows(&access) {
            return Some(format!("the role of {function} does not allow {access:?}"));
        }
        if access.action == "UpdateItem" && function.ends_with("-operate") {
            // Migrations are for all items.
            continue;
        }
        let foreign = Access { leading_keys: vec!["foreign#key".to_owned()], ..access.clone() };
        let has_prefix = access.index.is_none() && access.leading_keys.iter().any(|key| key.contains('#'));
        assert!(!has_prefix || !role.allows(&foreign), "the role of {function} allows {foreign:?}");
    }
    None
}

/// The statements of a role about DynamoDB.
pub struct Role(Vec<Statement>);

struct Statement {
    actions: Vec<String>,
    /// Tables, and indexes of tables.
    resources: Vec<(String, Option<String>)>,
    /// Patterns of partition keys, of which each has to match one.
    leading_keys: Option<Vec<String>>,
    attributes: Option<Vec<String>>,
}

impl Role {
    /// The role of a function by its name.
    ///
    /// # Panics
    /// When the template has no such function, or a statement is written in a way that is unknown here.
    pub fn of(function: &str) -> Self {
        let resources = template()["Resources"].as_mapping().unwrap().values();
        let mut functions = resources.filter(|resource| resource["Properties"]["Handler"] == function);
        let found = functions.next().unwrap_or_else(|| panic!("the template has no function {function}"));
        let statements = found["Properties"]["Policies"]["Statement"].as_sequence().into_iter().flatten();
        let of_tables =
            statements.filter(|one| texts(&one["Action"]).iter().any(|action| action.starts_with("dynamodb:")));
        Self(of_tables.map(statement).collect())
    }

    /// Whether it allows something.
    pub fn allows(&self, access: &Access) -> bool {
        self.0.iter().any(|statement| statement.allows(access))
    }
}

impl Statement {
    fn allows(&self, access: &Access) -> bool {
        let is_like = |patterns: &[String], text: &String| patterns.iter().any(|pattern| like(pattern, text));
        let keys = self.leading_keys.as_ref();
        let attributes = self.attributes.as_ref();
        self.actions.iter().any(|action| *action == format!("dynamodb:{}", access.action))
            && self.resources.contains(&(access.table.clone(), access.index.clone()))
            && keys.is_none_or(|patterns| access.leading_keys.iter().all(|key| is_like(patterns, key)))
            && attributes.is_none_or(|names| {
                access.attributes.as_ref().is_some_and(|asked| asked.iter().all(|name| names.contains(name)))
            })
    }
}

fn statement(yaml: &Yaml) -> Statement {
    assert_eq!(yaml["Effect"], "Allow");
    let (mut leading_keys, mut attributes) = (None, None);
    for (operator, conditions) in yaml["Condition"].as_mapping().into_iter().flatten() {
        for (key, values) in conditions.as_mapping().unwrap() {
            match (operator.as_str().unwrap(), key.as_str().unwrap()) {
                ("ForAllValues:StringLike", "dynamodb:LeadingKeys") => leading_keys = Some(texts(values)),
                ("ForAllValues:StringEquals", "dynamodb:Attributes") => attributes = Some(texts(values)),
                // Without it, a read of all attributes would name none, and each of none is allowed.
                ("StringEquals", "dynamodb:Select") => assert_eq!(values, "SPECIFIC_ATTRIBUTES"),
                other => panic!("an unknown condition: {other:?}"),
            }
        }
    }
    let selects = !yaml["Condition"]["StringEquals"]["dynamodb:Select"].is_null();
    assert_eq!(attributes.is_some(), selects, "dynamodb:Attributes goes with dynamodb:Select");
    let resources = match &yaml["Resource"] {
        Yaml::Sequence(many) => many.iter().filter_map(resource).collect(),
        one => resource(one).into_iter().collect(),
    };
    Statement { actions: texts(&yaml["Action"]), resources, leading_keys, attributes }
}

/// `!GetAtt SalesTable.Arn`, `!Sub "${SalesTable.Arn}/index/by-customer"`.
fn resource(yaml: &Yaml) -> Option<(String, Option<String>)> {
    let Yaml::Tagged(tagged) = yaml else { return None };
    let text = tagged.value.as_str()?.trim_start_matches("${");
    let (table, rest) = text.split_once(".Arn")?;
    let index = rest.trim_start_matches('}').strip_prefix("/index/").map(str::to_owned);
    Some((table.to_owned(), index))
}

fn texts(yaml: &Yaml) -> Vec<String> {
    match yaml {
        Yaml::Sequence(many) => many.iter().filter_map(Yaml::as_str).map(str::to_owned).collect(),
        one => one.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// Whether a text is like a pattern of IAM whose only `*` is at its end.
fn like(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |prefix| text.starts_with(prefix))
}

/// What a call asks for: of a transaction and of a batch, all their parts.
pub fn accesses(operation: &str, request: &Value) -> Vec<Access> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match operation {
        "TransactWriteItems" => {
            let parts = request["TransactItems"].as_array().into_iter().flatten();
            let of = |part: &Value| {
                let (kind, part) = part.as_object()?.iter().next().map(|(kind, part)| (kind.clone(), part.clone()))?;
                let action =
                    if kind == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{kind}Item") };
                Some(of_item(&action, &text(&part["TableName"]), &part))
            };
            parts.filter_map(of).collect()
        }
        "BatchGetItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let of = |(table, asked): (&String, &Value)| {
                let keys = asked["Keys"].as_array().into_iter().flatten();
                let leading_keys = keys.map(|key| leading_key(table, key)).collect();
                Access { leading_keys, ..of_item(operation, table, asked) }
            };
            tables.map(of).collect()
        }
        "BatchWriteItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            let of = |(table, writes): (&String, &Value)| {
                let writes = writes.as_array().into_iter().flatten();
                let of_write = |write: &Value| {
                    let item = write.pointer("/PutRequest/Item").or_else(|| write.pointer("/DeleteRequest/Key"));
                    leading_key(table, item.unwrap_or(&Value::Null))
                };
                Access { leading_keys: writes.map(of_write).collect(), ..of_item(operation, table, &Value::Null) }
            };
            tables.map(of).collect()
        }
        _ => vec![of_item(operation, &text(&request["TableName"]), request)],
    }
}

fn of_item(action: &str, table: &str, part: &Value) -> Access {
    let index = part["IndexName"].as_str().map(str::to_owned);
    let names: BTreeMap<&str, &str> = part["ExpressionAttributeNames"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, of)| Some((name.as_str(), of.as_str()?)))
        .collect();
    let named = |name: &str| names.get(name.trim()).copied().unwrap_or(name.trim()).to_owned();
    let condition = part["KeyConditionExpression"].as_str();
    let keys = condition.into_iter().flat_map(|text| text.split(" AND ")).filter_map(key_name).map(named);
    let projected = part["ProjectionExpression"].as_str().map(|list| list.split(',').map(named));
    let attributes = projected.map(|names| names.chain(keys).collect());
    let item = [&part["Key"], &part["Item"]].into_iter().find(|item| item.is_object());
    let leading_keys = match (item, condition) {
        (Some(item), _) => vec![leading_key(table, item)],
        (None, Some(condition)) => {
            let value = condition.split(" AND ").next().and_then(|first| first.split('=').nth(1)).unwrap_or_default();
            vec![key_text(&part["ExpressionAttributeValues"][value.trim()])]
        }
        (None, None) => Vec::new(),
    };
    Access { action: action.to_owned(), table: table.to_owned(), index, leading_keys, attributes }
}

/// The attribute that a term of a key condition is about; of `BETWEEN :first AND :last` the second half is about none.
fn key_name(term: &str) -> Option<&str> {
    let term = term.trim();
    let inner = term.strip_prefix("begins_with(").unwrap_or(term);
    inner.split([' ', ',', '=']).next().filter(|name| !name.is_empty() && !name.starts_with(':'))
}

/// The partition key of an item.
fn leading_key(table: &str, item: &Value) -> String {
    let schema = &template()["Resources"][table]["Properties"]["KeySchema"];
    let name = schema[0]["AttributeName"].as_str().unwrap_or_default();
    key_text(&item[name])
}

fn key_text(value: &Value) -> String {
    value["S"].as_str().or(value["N"].as_str()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn get(table: &str, key: &str) -> Access {
        let (action, table) = ("GetItem".to_owned(), table.to_owned());
        Access { action, table, leading_keys: vec![key.to_owned()], ..Access::default() }
    }

    #[test]
    fn a_role_allows_its_actions_on_its_tables_and_nothing_else() {
        let role = Role::of("get-sale");
        assert!(role.allows(&get("SalesTable", "s")));
        assert!(!role.allows(&get("IdentityTable", "s")));
        assert!(!role.allows(&Access { action: "PutItem".to_owned(), ..get("SalesTable", "s") }));
        assert!(!role.allows(&Access { index: Some("by-listing".to_owned()), ..get("SalesTable", "s") }));
    }

    #[test]
    fn a_role_touches_the_items_that_its_function_is_for() {
        assert!(
            Role::of("internal-users")
                .allows(&Access { action: "BatchGetItem".to_owned(), ..get("IdentityTable", "user#ana") })
        );
        let hash = Access { action: "BatchGetItem".to_owned(), ..get("IdentityTable", "email#ana@shop.example") };
        assert!(!Role::of("internal-users").allows(&hash) && Role::of("login").allows(&hash));
        let account = Access { action: "UpdateItem".to_owned(), ..get("IdentityTable", "email#ana@shop.example") };
        assert!(!Role::of("refresh-session").allows(&account));
        // Of several keys, each has to be allowed.
        let mixed = Access { leading_keys: vec!["user#ana".to_owned(), "email#ana".to_owned()], ..hash };
        assert!(!Role::of("internal-users").allows(&mixed));
    }

    #[test]
    fn a_read_that_is_allowed_in_parts_is_refused_as_a_whole() {
        let part = |attributes| Access {
            action: "Query".to_owned(),
            attributes,
            index: Some("by-listing".to_owned()),
            ..get("CatalogTable", "active")
        };
        let role = Role::of("catalog-on-event");
        assert!(role.allows(&part(Some(vec!["id".to_owned(), "listing".to_owned()]))));
        assert!(!role.allows(&part(Some(vec!["price".to_owned()]))) && !role.allows(&part(None)));
    }

    #[test]
    fn only_the_audit_and_functions_for_operators_scan() {
        let functions = template()["Resources"].as_mapping().unwrap().values();
        let names = functions.filter_map(|resource| resource["Properties"]["Handler"].as_str());
        let scans = |name: &&str| {
            let tables =
                ["InventoryTable", "SalesTable", "IdentityTable", "CatalogTable", "CartsTable", "ReviewsTable"];
            tables.iter().any(|table| {
                Role::of(name).0.iter().any(|statement| {
                    statement.actions.iter().any(|action| action == "dynamodb:Scan")
                        && statement.resources.iter().any(|(of, _)| of == table)
                })
            })
        };
        let others = names.filter(scans).filter(|name| *name != "audit" && !name.ends_with("-operate"));
        assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn what_a_call_asks_for_is_read_of_all_its_parts() {
        let call = json!({"TransactItems": [
            {"Put": {"TableName": "CartsTable", "Item": {"pk": {"S": "user#ana"}}}},
            {"ConditionCheck": {"TableName": "SalesTable", "Key": {"id": {"S": "s"}}}},
        ]});
        let asked = accesses("TransactWriteItems", &call);
        let parts: Vec<_> =
            asked.iter().map(|access| (access.action.as_str(), access.leading_keys[0].as_str())).collect();
        assert_eq!(parts, [("PutItem", "user#ana"), ("ConditionCheckItem", "s")]);
        let query = json!({"TableName": "ReviewsTable", "ProjectionExpression": "#s",
            "KeyConditionExpression": "pk = :p AND begins_with(sk, :b)", "ExpressionAttributeNames": {"#s": "sk"},
            "ExpressionAttributeValues": {":p": {"S": "customer#ana"}, ":b": {"S": "b"}}});
        let query = &accesses("Query", &query)[0];
        assert_eq!(query.leading_keys, ["customer#ana"]);
        assert_eq!(query.attributes.as_deref().unwrap(), ["sk", "pk", "sk"]);
    }
}
