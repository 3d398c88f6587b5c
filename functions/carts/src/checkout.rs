//! The checkout: a cart becomes a pending sale, which sales decides over its queues. Sale and cart are written in
//! one transaction, so of two checkouts of one cart there is one sale, and a cart never waits for a sale that is
//! not there. The cart is emptied when it is told what was sold ([`crate::events`]).

use sales::Sales;
use sales::order::Order;
use sales::sale::Sale;
use serde_json::json;
use shared::clock::Timestamp;
use shared::idempotency::Outcome;
use shared::money::Money;
use shared::{Error, StartupError, config, store};

use crate::Carts;
use crate::cart::{Cart, Checkout, Decision};
use crate::owner::Owner;
use crate::store::ATTEMPTS;

/// Who checks out, and how a repeated request is known.
pub struct Buyer<'a> {
    pub user_id: &'a str,
    /// The id of the sale: derived from the customer and the idempotency key.
    pub sale_id: &'a str,
    /// The fingerprint of the request's body.
    pub fingerprint: &'a str,
    /// The total that the buyer saw. If it no longer holds, nothing is ordered.
    pub expected_total: Option<&'a Money>,
}

/// All that a checkout works on.
pub struct Checkouts {
    pub carts: Carts,
    pub sales: Sales,
}

impl Checkouts {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let carts = Carts::from_env().await?;
        let sales = Sales::new(carts.client(), config::required::<String>("SALES_TABLE")?);
        Ok(Self { carts, sales })
    }

    /// Checks a cart out: one read of it, one batch read of its products, one transaction of two items. A refusal
    /// writes nothing and costs one read more: a repeated request gets its sale, also when the cart is empty by now.
    ///
    /// # Errors
    /// `Conflict` (`checkout_pending`) naming the sale, when the cart was changed since it was checked out and that
    /// is not decided · as [`Cart::order`] · `Conflict` (`price_changed`) when the total is not the one that the buyer
    /// saw · `Unavailable` when others keep writing, or DynamoDB does not answer.
    pub async fn check_out(&self, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let owner = Owner::Customer(buyer.user_id.to_owned());
        for attempt in 0..ATTEMPTS {
            store::back_off(attempt).await;
            let cart = self.carts.of(&owner, now).await?;
            if let Some(checkout) = &cart.checkout {
                match self.before(buyer, checkout, cart.version).await? {
                    Ok(outcome) => return Ok(outcome),
                    Err(decision) => {
                        let settle = |cart: Cart| Ok(cart.settled(&checkout.sale_id, &decision, now));
                        self.carts.change(&owner, settle, now).await?;
                        continue;
                    }
                }
            }
            let order = cart.order(&self.carts.products(cart.lines.keys()).await?);
            let order = match order.and_then(|order| at_total(order, buyer.expected_total)) {
                Ok(order) => order,
                Err(refusal) => {
                    return self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?.ok_or(refusal);
                }
            };
            let sale = Sale::pending(buyer.sale_id, buyer.user_id, &order, now);
            let cart = self.carts.keeping(&owner, &cart.checked_out(buyer.sale_id, now), now)?;
            let parts = vec![self.sales.holding(&sale, buyer.fingerprint)?, cart];
            let Err(refused) = store::transact(&self.carts.client(), parts).await? else {
                return Ok(Outcome::Made(sale));
            };
            if let Some(before) = refused.found(0) {
                return Outcome::of_repeated(before, buyer.fingerprint);
            }
        }
        Err(Error::unavailable("the cart kept changing"))
    }

    /// What a checkout from before means for this one: its sale is this one's, too. `Err` within `Ok` when it is over,
    /// and how. `version` is the cart's.
    async fn before(
        &self,
        buyer: &Buyer<'_>,
        checkout: &Checkout,
        version: u64,
    ) -> Result<Result<Outcome<Sale>, Decision>, Error> {
        if let Some(outcome) = self.sales.repeated(buyer.sale_id, buyer.fingerprint).await? {
            return Ok(Ok(outcome));
        }
        let Some(sale) = self.sales.get(&checkout.sale_id).await? else { return Ok(Err(Decision::Void)) };
        match Decision::of(&sale) {
            // The cart was told of it late, or not at all.
            Some(decision @ (Decision::Rejected(_) | Decision::Void)) => Ok(Err(decision)),
            // The cart is as it was: this is what is being sold.
            _ if checkout.version == version => Ok(Ok(Outcome::Made(sale))),
            Some(decision) => Ok(Err(decision)),
            None => Err(checkout_pending(&sale)),
        }
    }
}

/// An order whose total is the one that the buyer saw, if they said it.
fn at_total(order: Order, expected: Option<&Money>) -> Result<Order, Error> {
    let Some(expected) = expected else { return Ok(order) };
    let prices = order.lines.iter().map(|line| {
        let price = line.expected_unit_price.as_ref()?;
        price.amount.checked_mul(line.quantity)
    });
    let amount = prices.into_iter().try_fold(0_i64, |sum, price| sum.checked_add(price?));
    let amount = amount.ok_or_else(|| Error::internal("a total past what can be counted"))?;
    if amount == expected.amount {
        return Ok(order);
    }
    let total = Money { amount, currency: expected.currency.clone() };
    let detail = format!("The total is now {} {}.", total.amount, total.currency);
    let changed = Error::conflict("price_changed", "Price changed", detail).at("/data/attributes/expectedTotal");
    Err(changed.with_meta(json!({"total": total})))
}

fn checkout_pending(sale: &Sale) -> Error {
    let detail = "The cart was changed after it was checked out, and that sale is not decided yet. Try again shortly.";
    Error::conflict("checkout_pending", "Checkout pending", detail).with_meta(json!({"saleId": sale.id}))
}
