//! What answers show of a cart: its items at the prices of the moment, and their total.

use std::collections::HashMap;

use inventory::snapshot::Snapshot;
use kernel::Error;
use kernel::clock::Timestamp;
use kernel::money::{Currency, Money};
use kernel::text::fold;
use serde_json::{Value, json};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included, Relationship, Resource};

use crate::cart::Cart;
use crate::cart::Rejected;
use crate::owner::Owner;
use crate::product::{CategoryNames, Product};

/// A product in a cart, as it is on offer now. Its id is the product's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub product_id: String,
    pub quantity: i64,
    /// The snapshot of the product; none of one that only staff may see.
    pub product: Option<Snapshot>,
    /// The names of its categories, in its order.
    pub category_names: Vec<String>,
    /// The cart's version.
    pub version: u64,
}

impl Item {
    /// A product of a cart; `names` are those of its categories.
    pub fn of(cart: &Cart, product_id: &str, product: Option<Product>, names: &CategoryNames) -> Self {
        let product = product.filter(Product::is_public);
        Self {
            product_id: product_id.to_owned(),
            quantity: cart.lines.get(product_id).copied().unwrap_or_default(),
            category_names: product.as_ref().map(|product| product.category_names(names)).unwrap_or_default(),
            product: product.map(|product| product.snapshot),
            version: cart.version,
        }
    }

    fn is_available(&self) -> bool {
        self.product.as_ref().is_some_and(Snapshot::is_on_offer)
    }

    fn name(&self) -> Option<&str> {
        self.product.as_ref().map(|product| product.name.as_str())
    }

    /// What its pieces cost; nothing while it cannot be bought.
    fn total(&self) -> Option<Money> {
        let price = &self.product.as_ref().filter(|_| self.is_available())?.price;
        // Prices and quantities are bounded so that a total can be counted (`kernel::money`).
        Some(Money { amount: price.amount.checked_mul(self.quantity)?, currency: price.currency.clone() })
    }
}

impl Resource for Item {
    const TYPE: &'static str = "cart-items";

    fn id(&self) -> &str {
        &self.product_id
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> Value {
        json!({
            "productId": self.product_id,
            "quantity": self.quantity,
            "name": self.name(),
            "categoryNames": self.category_names,
            "unitPrice": self.product.as_ref().map(|product| &product.price),
            "lineTotal": self.total(),
            "unavailable": !self.is_available(),
        })
    }

    fn relationships(&self) -> Vec<Relationship> {
        let path = format!("/products/{}", self.product_id);
        vec![Relationship::one("product", "products", Some(&self.product_id), Some(path))]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

/// A cart with its items, in the order of their names.
pub struct Shown {
    id: String,
    items: Vec<Item>,
    /// Whether the answer has the items, and not just their ids.
    includes_items: bool,
    /// Of what can be bought.
    total: Money,
    updated_at: Option<Timestamp>,
    rejection: Option<Rejected>,
    version: u64,
}

impl Shown {
    /// An owner's cart at the prices of its products. `names` are those of their categories, if the answer has the
    /// items.
    ///
    /// # Errors
    /// `Internal` for a total past what can be counted.
    pub fn new(
        owner: &Owner,
        cart: Cart,
        mut products: HashMap<String, Product>,
        names: Option<CategoryNames>,
        shop: &Currency,
    ) -> Result<Self, Error> {
        let (includes_items, names) = (names.is_some(), names.unwrap_or_default());
        let items = cart.lines.keys().map(|id| Item::of(&cart, id, products.remove(id), &names));
        let mut items: Vec<Item> = items.collect();
        // As lists of products are sorted; without a name last.
        items.sort_by_cached_key(|item| (item.name().is_none(), item.name().map(fold), item.product_id.clone()));
        let totals = items.iter().filter_map(Item::total);
        let amount = totals.map(|total| total.amount).try_fold(0_i64, i64::checked_add);
        let amount = amount.ok_or_else(|| Error::internal("a total past what can be counted"))?;
        let (total, updated_at) =
            (Money { amount, currency: shop.clone() }, (cart.version > 0).then_some(cart.updated_at));
        let (id, rejection, version) = (owner.cart_id(), cart.rejection, cart.version);
        Ok(Self { id, items, includes_items, total, updated_at, rejection, version })
    }

    /// 200 with the cart, and its items when they are asked for. Not cacheable, a guest's neither.
    pub fn answer(&self, request: &Request) -> Response {
        let included = if self.includes_items { self.items.as_slice() } else { &[] };
        http::not_stored(Included::new(request).with(included).put_into(jsonapi::ok(self, request)))
    }
}

impl Resource for Shown {
    const TYPE: &'static str = "carts";

    fn id(&self) -> &str {
        &self.id
    }

    fn path(&self) -> Option<String> {
        Some("/carts/me".to_owned())
    }

    fn attributes(&self) -> Value {
        json!({"total": self.total, "rejection": self.rejection, "updatedAt": self.updated_at})
    }

    fn relationships(&self) -> Vec<Relationship> {
        vec![Relationship::included("items", Item::TYPE, self.items.iter().map(|item| item.product_id.clone()))]
    }

    fn version(&self) -> Option<u64> {
        Some(self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::snapshot::ProductStatus;
    use inventory::testing::cup;
    use kernel::clock;
    use testing::usd;

    /// A product in no category.
    fn of(snapshot: Snapshot) -> Product {
        Product { snapshot, category_ids: Vec::new(), was_draft: false }
    }

    #[test]
    fn a_cart_shows_the_prices_of_the_moment_and_counts_what_can_be_bought() {
        let now = clock::now();
        let mut cart = Cart::begun("b", 2, now);
        cart.lines.extend([("a".to_owned(), 3), ("c".to_owned(), 1)]);
        let anvil = Snapshot { name: "Anvil".to_owned(), price: usd(10_000), ..cup(1) };
        let deleted = Snapshot { name: "Bowl".to_owned(), status: ProductStatus::Deleted, ..cup(1) };
        let products =
            [("a", cup(1)), ("b", anvil), ("c", deleted)].map(|(id, snapshot)| (id.to_owned(), of(snapshot)));
        let ana = Owner::Customer("ana".to_owned());
        let shown = Shown::new(&ana, cart, products.into(), None, &usd(0).currency).unwrap();
        let ids: Vec<&str> = shown.items.iter().map(Item::id).collect();
        assert_eq!((ids, &shown.total), (vec!["b", "c", "a"], &usd(23_750)));
        let bowl = shown.items[1].attributes();
        assert_eq!(
            (&bowl["unavailable"], &bowl["lineTotal"], &bowl["name"]),
            (&json!(true), &json!(null), &json!("Bowl"))
        );
        assert_eq!(shown.items[2].attributes()["lineTotal"], json!(usd(3_750)));
    }

    #[test]
    fn a_cart_shows_nothing_of_a_draft_also_when_it_was_deleted() {
        let now = clock::now();
        let cart = Cart::begun("a", 2, now);
        let draft = of(Snapshot { name: "Secret".to_owned(), status: ProductStatus::Draft, ..cup(2) });
        let deleted = Snapshot { status: ProductStatus::Deleted, ..draft.snapshot.clone() };
        for product in [draft, Product { was_draft: true, ..of(deleted) }] {
            let item = Item::of(&cart, "a", Some(product), &CategoryNames::new()).attributes();
            assert_eq!(
                (&item["name"], &item["unitPrice"], &item["unavailable"]),
                (&json!(null), &json!(null), &json!(true))
            );
        }
    }
}
