//! The recorded shop of a release (`localstack/tests/recorded/`) in the embedded DynamoDB, for tests of what later releases
//! make of it.

use std::path::Path;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde_json::Value;

use super::Cloud;
use dynamo::Item;

/// How many items are written at once.
const BATCH: usize = 25;

/// Writes all items of a release's recording. Times are as they were recorded: what expires has expired.
///
/// # Panics
/// When there is no such recording, or it cannot be read.
pub async fn load(cloud: &Cloud, release: &str) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../localstack/tests/recorded").join(release).join("tables");
    for file in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let file = file.unwrap().path();
        let table = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let writes: Vec<WriteRequest> = text.lines().map(write).collect();
        for some in writes.chunks(BATCH) {
            dynamo::batch_write(&cloud.client(), &table, some.to_vec()).await.unwrap();
        }
    }
}

fn write(line: &str) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item(&serde_json::from_str(line).unwrap()))).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

fn item(value: &Value) -> Item {
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

/// A value in DynamoDB's JSON: `{"S": "text"}`.
fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        "M" => AttributeValue::M(item(value)),
        other => panic!("no item has an attribute of type {other}"),
    }
}
