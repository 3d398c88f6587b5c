//! What a change of the tables costs at DynamoDB, computed from the items before and after it: the one place where
//! the formula stands. Tests compare it with what the database says it consumed.
//!
//! Rules: docs.aws.amazon.com/amazondynamodb/latest/developerguide, "DynamoDB Item sizes and formats", "DynamoDB
//! read and write operations" (capacity unit consumption), "Global secondary indexes" (write capacity).

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_yaml_ng::Value;

use super::cloud::Cloud;
use super::template::template;
use dynamo::Item;

/// Write units, as [`Usage`](kernel::usage::Usage) counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub tables: f64,
    pub indexes: f64,
}

impl Cost {
    /// With conditions on so many items of up to 1 KB that a transaction does not write: each costs what its write
    /// would.
    #[must_use]
    pub fn with_checks(self, items: u32) -> Self {
        Self { tables: self.tables + 2.0 * f64::from(items), ..self }
    }
}

/// All items of all tables.
pub type Snapshot = BTreeMap<String, Vec<Item>>;

/// Reads all tables of the template.
///
/// # Panics
/// When they cannot be read.
pub async fn snapshot(cloud: &Cloud) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for name in tables().into_keys() {
        let items = cloud.items(&name).await;
        snapshot.insert(name, items);
    }
    snapshot
}

/// What it costs to get from one state to another by one write of each item that differs: a unit for each KB of the
/// larger of the two items, twice as many in a transaction; and for each index its own cost.
///
/// # Panics
/// When the template cannot be read.
pub fn of_change(before: &Snapshot, after: &Snapshot, in_transaction: bool) -> Cost {
    let factor = if in_transaction { 2.0 } else { 1.0 };
    let (none, mut cost) = (Vec::new(), Cost::default());
    for (name, table) in tables() {
        let keyed = |snapshot: &Snapshot| -> BTreeMap<String, Item> {
            let items = snapshot.get(&name).unwrap_or(&none).iter();
            items.map(|item| (key(item, &table.key).unwrap_or_default(), item.clone())).collect()
        };
        let (old, new) = (keyed(before), keyed(after));
        for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
            let (old, new) = (old.get(key), new.get(key));
            if old != new {
                cost.tables += factor * units(old).max(units(new));
                cost.indexes += table.indexes.iter().map(|index| of_index(old, new, index)).sum::<f64>();
            }
        }
    }
    cost
}

/// An index has all of an item that has its keys. Moved within it, an item is deleted and put.
fn of_index(old: Option<&Item>, new: Option<&Item>, index: &[String]) -> f64 {
    let within = |item: Option<&Item>| item.and_then(|item| key(item, index));
    match (within(old), within(new)) {
        (None, None) => 0.0,
        (Some(one), Some(other)) if one == other => units(old).max(units(new)),
        (one, other) => {
            let each = |key: Option<String>, item| if key.is_some() { units(item) } else { 0.0 };
            each(one, old) + each(other, new)
        }
    }
}

/// Units of one write of an item, 1 KB each.
fn units(item: Option<&Item>) -> f64 {
    let size = item.map_or(0, size);
    f64::from(u32::try_from(size.div_ceil(1024)).unwrap())
}

/// The size of an item in bytes.
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        // A byte for each two significant digits, and one.
        AttributeValue::N(number) => {
            let digits = number.trim_start_matches('-').trim_start_matches(['0', '.']).replace('.', "");
            digits.trim_end_matches('0').len().div_ceil(2) + 1 + usize::from(number.starts_with('-'))
        }
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size_of(value)).sum::<usize>(),
        AttributeValue::M(item) => 3 + item.len() + size(item),
        other => panic!("items have no {other:?}"),
    }
}

struct Table {
    key: Vec<String>,
    indexes: Vec<Vec<String>>,
}

/// The tables of the template: their keys and those of their indexes.
fn tables() -> BTreeMap<String, Table> {
    let template = template();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let tables = resources.filter(|(_, resource)| resource["Type"] == "AWS::DynamoDB::Table");
    let table = |(name, resource): (&Value, &Value)| {
        let properties = &resource["Properties"];
        let indexes = properties["GlobalSecondaryIndexes"].as_sequence().into_iter().flatten().map(names).collect();
        (name.as_str().unwrap().to_owned(), Table { key: names(properties), indexes })
    };
    tables.map(table).collect()
}

fn names(keyed: &Value) -> Vec<String> {
    let keys = keyed["KeySchema"].as_sequence().unwrap().iter();
    keys.map(|key| key["AttributeName"].as_str().unwrap().to_owned()).collect()
}

/// An item's key, if it has all of it.
fn key(item: &Item, names: &[String]) -> Option<String> {
    names.iter().map(|name| Some(format!("{:?}", item.get(name)?))).collect()
}
