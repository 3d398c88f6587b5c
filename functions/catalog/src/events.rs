//! What catalog publishes, and its answers to the product requests of sales.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};
use shared::Error;
use shared::clock::Timestamp;
use shared::events::{Change, Event, Message, To};

use crate::Catalog;
use crate::brand::Brand;
use crate::category::Category;
use crate::product::Product;

/// What a change of the table says: a product, a brand or a category was created, updated or deleted. Nothing when
/// only something beside its version changed.
///
/// # Errors
/// `Internal` when the record cannot be read.
pub fn messages(change: &Change<'_>) -> Result<Vec<Message>, Error> {
    let key = change.key("pk")?;
    let Some((kind, id)) = key.split_once('#') else { return Ok(Vec::new()) };
    let data: fn(&Change<'_>) -> Result<Value, Error> = match kind {
        "product" => |change| change.item().map(|product| of_product(&product)),
        "brand" => |change| change.item().map(|brand: Brand| json!({"name": brand.name, "slug": brand.slug})),
        "category" => |change| change.item().map(|category| of_category(&category)),
        _ => return Ok(Vec::new()),
    };
    let Some(step) = change.step()? else { return Ok(Vec::new()) };
    let event = change.event("catalog", &format!("{kind}.{}", step.name()), id, data(change)?)?;
    Ok(vec![Message { to: To::Topic, event }])
}

fn of_product(product: &Product) -> Value {
    json!({
        "name": product.name,
        "sku": product.sku,
        "price": product.price,
        "status": product.status,
        "brandId": product.brand_id,
        "categoryIds": product.category_ids,
        "tags": product.tags,
        "imageUrl": product.image_url,
    })
}

fn of_category(category: &Category) -> Value {
    json!({"name": category.name, "slug": category.slug, "parentId": category.parent_id})
}

/// What another service asks for (`products.requested`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    /// Which question it is: the answer has it, too.
    correlation_id: String,
    /// The URL of the queue that waits for the answer.
    reply_to: String,
    product_ids: BTreeSet<String>,
}

/// `products.requested`: the answer, and the queue it goes to.
///
/// # Errors
/// `BadRequest` when the message cannot be read · when the table does not answer.
pub async fn answer(catalog: &Catalog, event: &Event, now: Timestamp) -> Result<(String, Event), Error> {
    let Request { correlation_id, reply_to, product_ids } = event.data()?;
    let products = catalog.products(&product_ids).await?;
    let known: BTreeSet<&String> = products.iter().map(|product| &product.id).collect();
    let unknown: Vec<&String> = product_ids.iter().filter(|id| !known.contains(id)).collect();
    let data = json!({
        "correlationId": correlation_id,
        "products": products.iter().map(snapshot).collect::<Vec<_>>(),
        "unknown": unknown,
    });
    let answer = Event::new("catalog", "products.answered", &correlation_id, event.sequence.clone(), now, data);
    Ok((reply_to, answer))
}

fn snapshot(product: &Product) -> Value {
    let Product { id, name, sku, price, status, .. } = product;
    json!({"id": id, "name": name, "sku": sku, "price": price, "status": status, "sequence": product.sequence()})
}
