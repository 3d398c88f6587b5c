//! The cart: how many pieces of which products somebody wants to buy. It has no prices: it shows those of
//! the moment.

use std::collections::{BTreeMap, HashMap};

use contracts::sales::Rejection;
use inventory::snapshot::Snapshot;
use kernel::Error;
use kernel::clock::Timestamp;
use sales::order::{self, Order};
use sales::sale::Sale;
use sales::status::Status;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The most products that a cart may have: as many as a sale.
pub const MAX_PRODUCTS: usize = order::MAX_PRODUCTS;
/// The most pieces of one product: as in a sale.
pub const MAX_QUANTITY: i64 = order::MAX_QUANTITY;

/// What somebody means to buy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    /// How many pieces, by the product's id.
    pub lines: BTreeMap<String, i64>,
    /// What it was checked out as, until that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout: Option<Checkout>,
    /// Why the sale of the last checkout was rejected. Shown until the cart is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection: Option<Rejected>,
    pub updated_at: Timestamp,
    /// When it expires, in seconds since 1970. DynamoDB may delete the item later.
    pub expires_at: u64,
    /// 0 before anything was ever put into it.
    pub version: u64,
}

impl Cart {
    /// The cart of somebody who has none yet.
    pub fn none(now: Timestamp) -> Self {
        Self { lines: BTreeMap::new(), checkout: None, rejection: None, updated_at: now, expires_at: 0, version: 0 }
    }

    /// A first product in it.
    #[must_use]
    pub fn begun(product_id: &str, quantity: i64, now: Timestamp) -> Self {
        Self { lines: BTreeMap::from([(product_id.to_owned(), quantity)]), ..Self::none(now).changed(now) }
    }

    /// Its next version.
    #[must_use]
    pub fn changed(self, now: Timestamp) -> Self {
        Self { rejection: None, updated_at: now, version: self.version + 1, ..self }
    }

    /// So many pieces of a product that is in it.
    ///
    /// # Errors
    /// `NotFound` when it is not.
    pub fn with(mut self, product_id: &str, quantity: i64, now: Timestamp) -> Result<Self, Error> {
        *self.lines.get_mut(product_id).ok_or_else(not_in_it)? = quantity;
        self.checkout.iter_mut().for_each(|checkout| checkout.left(product_id, quantity));
        Ok(self.changed(now))
    }

    /// Without a product that is in it.
    ///
    /// # Errors
    /// `NotFound` when it is not.
    pub fn without(mut self, product_id: &str, now: Timestamp) -> Result<Self, Error> {
        self.lines.remove(product_id).ok_or_else(not_in_it)?;
        self.checkout.iter_mut().for_each(|checkout| checkout.left(product_id, 0));
        Ok(self.changed(now))
    }

    /// With nothing in it; `None` when that is so already.
    pub fn emptied(mut self, now: Timestamp) -> Option<Self> {
        if self.lines.is_empty() {
            return None;
        }
        self.lines.clear();
        self.checkout.iter_mut().for_each(|checkout| checkout.ordered.clear());
        Some(self.changed(now))
    }

    /// Checked out as a sale.
    #[must_use]
    pub fn checked_out(self, sale_id: &str, now: Timestamp) -> Self {
        let cart = self.changed(now);
        let (version, ordered) = (cart.version, cart.lines.clone());
        let checkout = Some(Checkout { sale_id: sale_id.to_owned(), version, ordered });
        Self { checkout, ..cart }
    }

    /// What a decided sale leaves of it: not what was sold, but what was put in meanwhile. `None` when it is not
    /// this sale that the cart waits for: the decision is known already, or the sale is not the cart's.
    pub fn settled(self, sale_id: &str, decision: &Decision, now: Timestamp) -> Option<Self> {
        let checkout = self.checkout.clone().filter(|checkout| checkout.sale_id == sale_id)?;
        let mut cart = Self { checkout: None, ..self.changed(now) };
        match decision {
            Decision::Sold => {
                for (product_id, quantity) in &checkout.ordered {
                    if let Some(left) = cart.lines.get_mut(product_id) {
                        *left -= quantity;
                    }
                }
                cart.lines.retain(|_, quantity| *quantity > 0);
            }
            Decision::Rejected(why) => {
                cart.rejection = Some(Rejected { sale_id: sale_id.to_owned(), why: why.clone() });
            }
            Decision::Void => {}
        }
        Some(cart)
    }

    /// What is ordered by a checkout: all of it, at the prices that it shows. Where one is another when the
    /// sale is decided, nothing is sold.
    ///
    /// # Errors
    /// `Conflict` (`empty_cart`) · `Conflict` (`unavailable_items`) naming each product that is not on offer.
    pub fn order(&self, products: &HashMap<String, Snapshot>) -> Result<Order, Error> {
        if self.lines.is_empty() {
            return Err(Error::conflict("empty_cart", "Empty cart", "There is nothing in the cart."));
        }
        let (mut lines, mut unavailable) = (Vec::new(), Vec::new());
        for (product_id, quantity) in &self.lines {
            let product = products.get(product_id);
            match product.filter(|product| product.is_on_offer()) {
                Some(product) => lines.push(order::OrderLine {
                    product_id: product_id.clone(),
                    quantity: *quantity,
                    expected_unit_price: Some(product.price.clone()),
                    pointer: "/data".to_owned(),
                }),
                None => unavailable
                    .push(json!({"productId": product_id, "name": product.map(|product| product.name.as_str())})),
            }
        }
        if unavailable.is_empty() {
            return Ok(Order { lines });
        }
        let detail = "Some of the cart is no longer on offer. Take it out, then check out again.";
        Err(Error::conflict("unavailable_items", "Items unavailable", detail)
            .with_meta(json!({"unavailable": unavailable})))
    }
}

/// 404: the product is not in the cart.
fn not_in_it() -> Error {
    Error::not_found("This product is not in the cart.")
}

/// 409: a cart has as many products as it may have.
pub fn full() -> Error {
    let detail = format!("A cart has at most {MAX_PRODUCTS} different products. Take one out first.");
    Error::conflict("cart_limit", "Cart limit", detail)
        .at("/data/attributes/productId")
        .with_meta(json!({"products": MAX_PRODUCTS}))
}

/// 409: there are so many pieces of a product in the cart that so many more are too many.
pub fn too_many(in_it: i64) -> Error {
    let detail = format!("There are {in_it} of it in the cart; at most {MAX_QUANTITY} may be.");
    Error::conflict("cart_limit", "Cart limit", detail)
        .at("/data/attributes/quantity")
        .with_meta(json!({"quantity": in_it, "most": MAX_QUANTITY}))
}

/// A sale that a cart was checked out as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    pub sale_id: String,
    /// The version of the cart that began with it: as long as it is that one, the cart is what is being sold.
    pub version: u64,
    /// How many pieces of what was ordered are still in the cart. What was taken out is not there to be sold from
    /// it, though the sale has it; what is put in again is new.
    pub ordered: BTreeMap<String, i64>,
}

impl Checkout {
    /// Of a product, so many pieces are left in the cart.
    pub fn left(&mut self, product_id: &str, quantity: i64) {
        if let Some(ordered) = self.ordered.get_mut(product_id) {
            *ordered = quantity.min(*ordered);
        }
        self.ordered.retain(|_, ordered| *ordered > 0);
    }
}

/// A sale of the cart that was refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rejected {
    pub sale_id: String,
    #[serde(flatten)]
    pub why: Rejection,
}

/// What became of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Sold,
    Rejected(Rejection),
    /// It was cancelled, rejected or deleted.
    Void,
}

impl Decision {
    /// What became of a sale; nothing yet of a pending one.
    pub fn of(sale: &Sale) -> Option<Self> {
        match (sale.status, &sale.rejection) {
            (Status::Pending, _) => None,
            (Status::Rejected, Some(why)) => Some(Self::Rejected(why.clone())),
            (Status::Rejected | Status::Cancelled, _) => Some(Self::Void),
            (Status::Confirmed | Status::Shipped | Status::Delivered, _) => Some(Self::Sold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::snapshot::ProductStatus;
    use inventory::testing::cup;
    use kernel::clock;

    fn cart() -> Cart {
        let cart = Cart::begun("cup", 3, clock::now());
        Cart { lines: BTreeMap::from([("cup".to_owned(), 3), ("mug".to_owned(), 1)]), ..cart }
    }

    #[test]
    fn a_cart_reads_the_same_before_and_after_storage() {
        let rejection = Rejection { code: "expired".to_owned(), title: "Late".to_owned(), reasons: Vec::new() };
        let now = clock::now();
        let rejected = cart().checked_out("s", now).settled("s", &Decision::Rejected(rejection), now).unwrap();
        for cart in [cart(), cart().checked_out("s", now), rejected] {
            assert_eq!(dynamo::from_item::<Cart>(dynamo::to_item(&cart).unwrap()).unwrap(), cart);
        }
    }

    #[test]
    fn what_was_sold_leaves_the_cart_and_what_came_in_meanwhile_stays() {
        let now = clock::now();
        let mut checked_out = cart().checked_out("s", now);
        checked_out.lines.extend([("cup".to_owned(), 5), ("pot".to_owned(), 1)]);
        let left = checked_out.settled("s", &Decision::Sold, now).unwrap();
        assert_eq!(left.lines, BTreeMap::from([("cup".to_owned(), 2), ("pot".to_owned(), 1)]));
        assert_eq!((&left.checkout, left.version), (&None, 3));
    }

    #[test]
    fn fewer_pieces_than_were_sold_are_none_left() {
        let now = clock::now();
        let fewer = cart().checked_out("s", now).with("cup", 1, now).unwrap().without("mug", now).unwrap();
        assert!(fewer.settled("s", &Decision::Sold, now).unwrap().lines.is_empty());
    }

    #[test]
    fn what_was_taken_out_and_put_in_again_while_the_sale_was_pending_stays() {
        let now = clock::now();
        let put_in = |mut cart: Cart| {
            *cart.lines.entry("cup".to_owned()).or_default() += 2;
            cart.settled("s", &Decision::Sold, now).unwrap().lines.get("cup").copied()
        };
        let checked_out = cart().checked_out("s", now);
        assert_eq!(put_in(checked_out.clone()), Some(2));
        assert_eq!(put_in(checked_out.clone().without("cup", now).unwrap()), Some(2));
        assert_eq!(put_in(checked_out.clone().emptied(now).unwrap()), Some(2));
        assert_eq!(put_in(checked_out.clone().with("cup", 1, now).unwrap()), Some(2));
        // More of it, and then fewer, but no fewer than were ordered.
        let more = checked_out.with("cup", 9, now).unwrap().with("cup", 4, now).unwrap();
        assert_eq!(put_in(more), Some(3));
    }

    #[test]
    fn a_sale_that_the_cart_does_not_wait_for_changes_nothing() {
        let now = clock::now();
        assert_eq!(cart().settled("s", &Decision::Sold, now), None);
        let settled = cart().checked_out("s", now).settled("s", &Decision::Sold, now).unwrap();
        assert_eq!(settled.settled("s", &Decision::Sold, now), None);
        assert_eq!(cart().checked_out("other", now).settled("s", &Decision::Void, now), None);
    }

    #[test]
    fn a_rejection_stands_until_the_cart_is_changed() {
        let now = clock::now();
        let why = Rejection { code: "price_changed".to_owned(), title: "Price changed".to_owned(), reasons: vec![] };
        let rejected = cart().checked_out("s", now).settled("s", &Decision::Rejected(why.clone()), now).unwrap();
        assert_eq!((&rejected.lines, &rejected.checkout), (&cart().lines, &None));
        assert_eq!(rejected.rejection, Some(Rejected { sale_id: "s".to_owned(), why }));
        assert_eq!(rejected.with("cup", 1, now).unwrap().rejection, None);
    }

    #[test]
    fn a_checkout_orders_all_of_it_at_the_prices_shown_or_names_what_is_unavailable() {
        let archived = Snapshot { status: ProductStatus::Archived, ..cup(2) };
        let mut products = HashMap::from([("cup".to_owned(), cup(1)), ("mug".to_owned(), cup(1))]);
        let order = cart().order(&products).unwrap();
        assert_eq!((order.lines[0].quantity, &order.lines[0].expected_unit_price), (3, &Some(cup(1).price)));
        products.insert("mug".to_owned(), archived);
        let refused = cart().order(&products).unwrap_err();
        let expected = json!({"unavailable": [{"productId": "mug", "name": "Cup"}]});
        assert_eq!((refused.code, &refused.faults[0].meta), ("unavailable_items", &Some(expected)));
        assert_eq!(Cart::none(clock::now()).order(&products).unwrap_err().code, "empty_cart");
    }
}
