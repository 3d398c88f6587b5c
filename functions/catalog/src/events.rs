//! What catalog publishes, and its answers to the product requests of sales.

use std::collections::BTreeSet;

use contracts::sales::ProductsRequested;
use contracts::{EventType, catalog as contract};
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::{Change, Event, Message, To};

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
    if !["product", "brand", "category"].contains(&kind) {
        return Ok(Vec::new());
    }
    let Some(step) = change.step()? else { return Ok(Vec::new()) };
    let event = match kind {
        "product" => {
            let types = step.of(EventType::ProductCreated, EventType::ProductUpdated, EventType::ProductDeleted);
            change.event(types, id, &product(change.item()?))
        }
        "brand" => {
            let types = step.of(EventType::BrandCreated, EventType::BrandUpdated, EventType::BrandDeleted);
            let Brand { name, slug, .. } = change.item()?;
            change.event(types, id, &contract::Brand { name, slug })
        }
        _ => {
            let types = step.of(EventType::CategoryCreated, EventType::CategoryUpdated, EventType::CategoryDeleted);
            let Category { name, slug, parent_id, .. } = change.item()?;
            change.event(types, id, &contract::Category { name, slug, parent_id })
        }
    };
    Ok(vec![Message { to: To::Topic, event: event? }])
}

fn product(product: Product) -> contract::Product {
    contract::Product {
        name: product.name,
        sku: product.sku.as_str().to_owned(),
        price: product.price,
        status: product.status.into(),
        brand_id: product.brand_id,
        category_ids: product.category_ids,
        tags: product.tags,
        image_url: product.image_url,
    }
}

/// `products.requested`: the answer, and the queue that it is sent to.
///
/// # Errors
/// `BadRequest` when the message cannot be read · when the table does not answer.
pub async fn answer(catalog: &Catalog, event: &Event, now: Timestamp) -> Result<(String, Event), Error> {
    let ProductsRequested { correlation_id, reply_to, product_ids } = event.data()?;
    let product_ids: BTreeSet<String> = product_ids.into_iter().collect();
    let products = catalog.products(&product_ids).await?;
    let known: BTreeSet<&String> = products.iter().map(|product| &product.id).collect();
    let unknown = product_ids.iter().filter(|id| !known.contains(id)).cloned().collect();
    let products = products.iter().map(answered).collect();
    let data = contract::ProductsAnswered { correlation_id, products, unknown };
    let sequence = event.sequence.clone();
    let answer = Event::new(EventType::ProductsAnswered, &data.correlation_id, sequence, now, &data);
    Ok((reply_to, answer))
}

fn answered(product: &Product) -> contract::AnsweredProduct {
    contract::AnsweredProduct {
        id: product.id.clone(),
        name: product.name.clone(),
        sku: product.sku.as_str().to_owned(),
        price: product.price.clone(),
        status: product.status.into(),
        sequence: product.sequence(),
    }
}
