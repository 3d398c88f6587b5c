//! The local cloud's tables, read as an operator would: to show that nothing changed in them.

use std::collections::BTreeSet;

use ::{aws, dynamo};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;

/// The kinds of items below a partition key in the table of a service: what their sort keys begin with.
pub async fn kinds(service: &str, partition: &str) -> BTreeSet<String> {
    let client: Client = dynamo::client(&aws::config_from_env("DYNAMODB").unwrap());
    let tables = client.list_tables().send().await.unwrap();
    let table = tables.table_names().iter().find(|name| name.contains(service)).unwrap();
    let query = client.query().table_name(table).key_condition_expression("pk = :partition").consistent_read(true);
    let found = query.expression_attribute_values(":partition", dynamo::text(partition)).send().await.unwrap();
    let keys = found.items().iter().map(|item| item["sk"].as_s().unwrap());
    keys.map(|key| key.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// All items of all tables, as text; but for list positions of stock, purchase markers and tombstones of users,
/// and what carts know of products, which follow the events by seconds.
pub async fn everything() -> BTreeSet<String> {
    let client: Client = dynamo::client(&aws::config_from_env("DYNAMODB").unwrap());
    let mut items = BTreeSet::new();
    for table in client.list_tables().send().await.unwrap().table_names() {
        let mut start = None;
        loop {
            let scan = client.scan().table_name(table).set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            let written_late = |sk: &String| ["level", "gone"].contains(&sk.as_str()) || sk.starts_with("bought#");
            let follows = |sk: &AttributeValue| sk.as_s().is_ok_and(written_late);
            let is_derived =
                |pk: &AttributeValue| table.contains("Carts") && pk.as_s().is_ok_and(|pk| pk.starts_with("product#"));
            let compared = page.items().iter();
            let compared =
                compared.filter(|item| !item.get("sk").is_some_and(follows) && !item.get("pk").is_some_and(is_derived));
            items.extend(compared.map(|item| format!("{table}: {}", text(&AttributeValue::M(item.clone())))));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
    }
    items
}

/// An attribute as text, the members of maps in order of their names.
fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(members) => {
            let members: BTreeSet<String> =
                members.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
            format!("{members:?}")
        }
        AttributeValue::L(items) => format!("{:?}", items.iter().map(text).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}
