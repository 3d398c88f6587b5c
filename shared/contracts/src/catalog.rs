//! What catalog says: products, brands and categories as they are now, and its answers to product requests.

use kernel::money::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shapes;
use crate::{EventData, EventType};

/// A product after the change. When it was deleted: its last version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Product {
    pub name: String,
    pub sku: String,
    #[schemars(schema_with = "shapes::money")]
    pub price: Money,
    pub status: ProductStatus,
    pub brand_id: Option<String>,
    /// Events of release 0.1.0 and before may lack it.
    #[serde(default)]
    pub category_ids: Vec<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    pub image_url: Option<String>,
}

/// Whether a product is on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProductStatus {
    Draft,
    Active,
    Archived,
}

impl EventData for Product {
    const TYPES: &'static [EventType] =
        &[EventType::ProductCreated, EventType::ProductUpdated, EventType::ProductDeleted];
}

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct Brand {
    pub name: String,
    pub slug: String,
}

impl EventData for Brand {
    const TYPES: &'static [EventType] = &[EventType::BrandCreated, EventType::BrandUpdated, EventType::BrandDeleted];
}

/// A category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct Category {
    pub name: String,
    pub slug: String,
    /// The parent category. A root has none.
    pub parent_id: Option<String>,
}

impl EventData for Category {
    const TYPES: &'static [EventType] =
        &[EventType::CategoryCreated, EventType::CategoryUpdated, EventType::CategoryDeleted];
}

/// The answer to a product request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("additionalProperties" = false))]
pub struct ProductsAnswered {
    /// The sale id of the request.
    pub correlation_id: String,
    pub products: Vec<AnsweredProduct>,
    /// Ids without a product.
    pub unknown: Vec<String>,
}

/// A product in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub struct AnsweredProduct {
    pub id: String,
    pub name: String,
    pub sku: String,
    #[schemars(schema_with = "shapes::money")]
    pub price: Money,
    pub status: ProductStatus,
    /// As in the product's events.
    pub sequence: String,
}

impl EventData for ProductsAnswered {
    const TYPES: &'static [EventType] = &[EventType::ProductsAnswered];
}
