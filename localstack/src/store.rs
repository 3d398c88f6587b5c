//! The local cloud's tables, read as an operator would: to show that nothing changed in them.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use shared::{aws, store};

/// All items of all tables, as text; but for places in the list of stock, marks of who has bought what and who is gone,
/// and what carts know of products, which follow the events by seconds.
pub async fn everything() -> BTreeSet<String> {
    let client: Client = store::client(&aws::config_from_env("DYNAMODB").unwrap());
    let mut items = BTreeSet::new();
    for table in client.list_tables().send().await.unwrap().table_names() {
        let mut start = None;
        loop {
            let scan = client.scan().table_name(table).set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            let told_late = |sk: &String| ["level", "gone"].contains(&sk.as_str()) || sk.starts_with("bought#");
            let follows = |sk: &AttributeValue| sk.as_s().is_ok_and(told_late);
            let is_told =
                |pk: &AttributeValue| table.contains("Carts") && pk.as_s().is_ok_and(|pk| pk.starts_with("product#"));
            let kept = page.items().iter();
            let kept = kept.filter(|item| !item.get("sk").is_some_and(follows) && !item.get("pk").is_some_and(is_told));
            items.extend(kept.map(|item| format!("{table}: {}", text(&AttributeValue::M(item.clone())))));
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
