//! A product's items: its own, and its rows in other lists.

use std::collections::HashMap;

use dynamo::{Item, POSITION, text};
use kernel::Error;

use crate::listing::{self, Found, Order};
use crate::product::Product;

/// The key of a product's own item.
pub fn product_key(id: &str) -> String {
    format!("product#{id}")
}

/// A product's own item.
pub fn product_item(product: &Product, fingerprint: &str) -> Result<Item, Error> {
    let mut item = copy(product, product_key(&product.id), listing::of_status(product.status))?;
    item.insert("fingerprint".to_owned(), text(fingerprint));
    Ok(dynamo::stamped(item))
}

/// A product's rows in other lists, by their keys.
pub fn rows(product: &Product) -> Result<HashMap<String, Item>, Error> {
    let mut rows = HashMap::new();
    for facet in listing::facets(product) {
        let key = format!("row#{facet}#{}", product.id);
        let row = copy(product, key.clone(), listing::within(product.status, &facet))?;
        rows.insert(key, row);
    }
    for word in listing::words(product) {
        let key = format!("word#{word}#{}", product.id);
        let list = listing::within(product.status, &listing::of_word(&word));
        let found = Found { word, product: product.clone() };
        let mut row = dynamo::to_item(&found)?;
        // In one order only: that of the words.
        row.insert("namePosition".to_owned(), text(found.position()));
        row.insert("pk".to_owned(), text(&key));
        row.insert("listing".to_owned(), text(list));
        rows.insert(key, row);
    }
    Ok(rows)
}

/// A copy of a product in a list, in all orders.
fn copy(product: &Product, key: String, list: String) -> Result<Item, Error> {
    let mut item = dynamo::to_item(product)?;
    item.insert("pk".to_owned(), text(key));
    item.insert("listing".to_owned(), text(list));
    item.insert(POSITION.to_owned(), text(Order::CreatedAt.position(product)));
    for order in [Order::Name, Order::Price] {
        item.insert(order.index().1.to_owned(), text(order.position(product)));
    }
    Ok(item)
}
