//! DynamoDB inside the test's process, with the tables as `template.yaml` defines them.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::HttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use dynoxide::Database;
use serde::Deserialize;
use serde_yaml_ng::Value;

use super::faults::{Fault, Faulty};
use super::template::template;
use dynamo::Item;

/// An empty embedded DynamoDB of its own for each test. Tables are named by their logical ids
/// (`CatalogTable`).
pub struct Cloud {
    endpoint: String,
}

impl Cloud {
    /// Starts the database within the test's runtime and creates all tables of the template.
    ///
    /// # Panics
    /// When the database or the template cannot be used: there is no test without them.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let cloud = Self { endpoint };
        let client = cloud.client();
        for (name, resource) in template()["Resources"].as_mapping().unwrap() {
            if resource["Type"] == "AWS::DynamoDB::Table" {
                create(&client, name.as_str().unwrap(), &resource["Properties"]).await;
            }
        }
        cloud
    }

    /// A client as the functions have it, but for its patience.
    pub fn client(&self) -> Client {
        self.client_with(|_, _| None)
    }

    /// A client whose calls meet faults: for each call, `plan` is given its operation
    /// (`TransactWriteItems`) and its number from 0 and says what goes wrong, if anything.
    pub fn client_with(&self, plan: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static) -> Client {
        dynamo::client(&self.config(Faulty::new(Builder::new().build_http(), plan)).build())
    }

    /// As [`client_with`](Self::client_with), and each call is waited for only so long, and again; two and a half
    /// times as long in all, as the functions do.
    pub fn impatient_client_with(
        &self,
        patience: Duration,
        plan: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static,
    ) -> Client {
        let config = self.config(Faulty::new(Builder::new().build_http(), plan));
        dynamo::client(&config.timeout_config(timeouts(patience)).build())
    }

    fn config(&self, http: impl HttpClient + 'static) -> aws_types::sdk_config::Builder {
        aws::builder()
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test")))
            .endpoint_url(&self.endpoint)
            .http_client(http)
            .timeout_config(timeouts(PATIENCE))
    }

    /// All items of a table: to show that nothing changed.
    ///
    /// # Panics
    /// When the table cannot be read.
    pub async fn items(&self, table: &str) -> Vec<Item> {
        let pages = self.client().scan().table_name(table).into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.unwrap()
    }
}

/// How long a test waits for a call, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

fn timeouts(patience: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(patience).operation_timeout(patience * 5 / 2).build()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IndexProjection {
    projection_type: String,
}

impl Key {
    fn schema(&self) -> KeySchemaElement {
        let kind = KeyType::from(self.key_type.as_str());
        KeySchemaElement::builder().attribute_name(&self.attribute_name).key_type(kind).build().unwrap()
    }
}

async fn create(client: &Client, name: &str, properties: &Value) {
    let table: Table = serde_yaml_ng::from_value(properties.clone()).unwrap();
    let mut create = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for attribute in &table.attribute_definitions {
        let kind = ScalarAttributeType::from(attribute.attribute_type.as_str());
        let definition = AttributeDefinition::builder().attribute_name(&attribute.attribute_name).attribute_type(kind);
        create = create.attribute_definitions(definition.build().unwrap());
    }
    for key in &table.key_schema {
        create = create.key_schema(key.schema());
    }
    for index in &table.global_secondary_indexes {
        let projection = ProjectionType::from(index.projection.projection_type.as_str());
        let mut definition = GlobalSecondaryIndex::builder()
            .index_name(&index.index_name)
            .projection(Projection::builder().projection_type(projection).build());
        for key in &index.key_schema {
            definition = definition.key_schema(key.schema());
        }
        create = create.global_secondary_indexes(definition.build().unwrap());
    }
    create.send().await.unwrap();
}
