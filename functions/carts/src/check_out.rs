//! The checkout: a cart becomes a pending sale, which sales decides over its queues. Sale and cart are written in
//! one transaction, so of two checkouts of one cart there is one sale, and a cart never waits for a sale that is
//! not there. The cart is emptied when the event of the confirmed sale arrives ([`crate::inbox`]).

use dynamo::{Attempts, Written};
use kernel::clock::Timestamp;
use kernel::money::Money;
use kernel::replay::{Outcome, Stored};
use kernel::{Error, StartupError};
use sales::Sales;
use sales::order::Order;
use sales::sale::Sale;
use serde_json::json;

use crate::Carts;
use crate::cart::Cart;
use crate::cart::{Checkout, Decision};
use crate::owner::Owner;
use crate::store::{CheckoutReplay, ToOrder};

/// Who checks out, and how a repeated request is known.
pub struct Buyer<'a> {
    pub user_id: &'a str,
    /// The id of the sale: derived from the customer and the idempotency key.
    pub sale_id: &'a str,
    /// The fingerprint of the request's body.
    pub fingerprint: &'a str,
    /// The total that the buyer saw. If the cart has another total now, nothing is ordered.
    pub expected_total: Option<&'a Money>,
}

/// All that a checkout works on.
pub struct CheckOut {
    pub carts: Carts,
    pub sales: Sales,
}

impl CheckOut {
    /// From the environment, over one connection.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub async fn from_env() -> Result<Self, StartupError> {
        let carts = Carts::from_env().await?;
        let sales = Sales::from_env_with(carts.client())?;
        Ok(Self { carts, sales })
    }

    /// Checks a cart out: one read of it, one batch read of its products and of the result of an earlier request with
    /// the same key, one transaction of two items. A refusal writes nothing and costs one read more: a repeated request
    /// gets its sale, also when the cart is empty by now.
    ///
    /// # Errors
    /// `Conflict` (`checkout_pending`) naming the sale, when the cart was changed since it was checked out and that
    /// is not decided · as [`Cart::order`] · `Conflict` (`price_changed`) when the total is not the one that the buyer
    /// saw · `Unavailable` when others keep writing, or DynamoDB does not answer.
    pub async fn run(&self, buyer: &Buyer<'_>, now: Timestamp) -> Result<Outcome<Sale>, Error> {
        let owner = Owner::Customer(buyer.user_id.to_owned());
        let mut attempts = Attempts::of("the cart");
        loop {
            attempts.next().await?;
            let cart = self.carts.of(&owner, now).await?;
            let outcome = match &cart.checkout {
                Some(checkout) => self.find_pending_checkout(buyer, &owner, &cart, checkout, now).await?,
                None => self.order(buyer, &owner, cart, now).await?,
            };
            if let Some(outcome) = outcome {
                return Ok(outcome);
            }
        }
    }

    /// A cart that waits for no sale becomes one. `None` when somebody else was faster.
    async fn order(
        &self,
        buyer: &Buyer<'_>,
        owner: &Owner,
        cart: Cart,
        now: Timestamp,
    ) -> Result<Option<Outcome<Sale>>, Error> {
        let ToOrder { products, replay } = self.carts.to_order(&cart, buyer.sale_id, now).await?;
        if let Some(outcome) = self.repeated(buyer, replay).await? {
            return Ok(Some(outcome));
        }
        let at_total = |order: Order| total_of(&order)?.check(buyer.expected_total, None).map(|()| order);
        let order = match cart.order(&products).and_then(at_total) {
            Ok(order) => order,
            Err(refusal) => {
                let repeated = self.sales.repeated(buyer.sale_id, buyer.fingerprint).await?;
                return repeated.ok_or(refusal).map(Some);
            }
        };
        let sale = Sale::pending(buyer.sale_id, buyer.user_id, &order, now);
        let cart = self.carts.put_cart_part(owner, &cart.checked_out(buyer.sale_id, now), now)?;
        let parts = vec![self.sales.put_pending_sale_part(&sale, buyer.fingerprint)?, cart];
        match dynamo::transact(&self.carts.client(), parts).await? {
            Written::Done(()) => Ok(Some(Outcome::Made(sale))),
            Written::Refused(refused) => {
                refused.found(0).map(|sale| dynamo::replay(sale, buyer.fingerprint)).transpose()
            }
        }
    }

    /// What a checkout from before means for this one: its sale is this one's, too, as long as the cart is what is
    /// sold. `None` when it is over, or somebody else was faster.
    async fn find_pending_checkout(
        &self,
        buyer: &Buyer<'_>,
        owner: &Owner,
        cart: &Cart,
        checkout: &Checkout,
        now: Timestamp,
    ) -> Result<Option<Outcome<Sale>>, Error> {
        if let Some(outcome) = self.sales.repeated(buyer.sale_id, buyer.fingerprint).await? {
            return Ok(Some(outcome));
        }
        if let Some(outcome) = self.repeated(buyer, self.carts.find_replay(buyer.sale_id, now).await?).await? {
            return Ok(Some(outcome));
        }
        let sale = self.sales.get(&checkout.sale_id).await?;
        // The event of the decision may arrive late, or never.
        let decision = sale.as_ref().map_or(Some(Decision::Void), Decision::of);
        let settle = |cart: Cart| decision.as_ref().and_then(|decision| cart.settled(&checkout.sale_id, decision, now));
        match (sale, &decision) {
            (Some(sale), None | Some(Decision::Sold)) if checkout.version == cart.version => {
                total_of_sale(&sale)?.check(buyer.expected_total, Some(&sale.id))?;
                let request = (buyer.sale_id, buyer.fingerprint, sale.id.as_str());
                let settled = settle(cart.clone());
                match self.carts.put_replay(request, owner, (cart, settled.as_ref()), now).await? {
                    Written::Done(()) => Ok(Some(Outcome::Made(sale))),
                    Written::Refused(refused) => {
                        let before = refused.found(0).map(dynamo::from_item).transpose()?;
                        self.repeated(buyer, before).await
                    }
                }
            }
            (Some(sale), None) => Err(checkout_pending(&sale)),
            _ => self.carts.change(owner, |cart| Ok(settle(cart)), now).await.map(|_| None),
        }
    }

    /// The sale that an earlier request with the same key returned, unless it was deleted.
    async fn repeated(
        &self,
        buyer: &Buyer<'_>,
        replay: Option<Stored<CheckoutReplay>>,
    ) -> Result<Option<Outcome<Sale>>, Error> {
        match replay {
            Some(before) if before.fingerprint != buyer.fingerprint => Ok(Some(Outcome::KeyReused)),
            Some(before) => Ok(self.sales.get(&before.value.sale_id).await?.map(Outcome::Replayed)),
            None => Ok(None),
        }
    }
}

/// What something is ordered for, in minor units.
struct Total(i64);

impl Total {
    /// Whether it is the one that the buyer saw, if they said it. `sale_id` is that of the sale it is of, if there is
    /// one.
    fn check(&self, expected: Option<&Money>, sale_id: Option<&str>) -> Result<(), Error> {
        let Some(expected) = expected.filter(|expected| expected.amount != self.0) else { return Ok(()) };
        let total = Money { amount: self.0, currency: expected.currency.clone() };
        let (detail, meta) = match sale_id {
            None => (format!("The total is now {} {}.", total.amount, total.currency), json!({"total": total})),
            Some(id) => {
                let detail = format!("The cart was checked out already, for {} {}.", total.amount, total.currency);
                (detail, json!({"total": total, "saleId": id}))
            }
        };
        let changed = Error::conflict("price_changed", "Price changed", detail).at("/data/attributes/expectedTotal");
        Err(changed.with_meta(meta))
    }
}

/// The total of an order at the prices that it expects.
fn total_of(order: &Order) -> Result<Total, Error> {
    summed(order.lines.iter().map(|line| Some((line.expected_unit_price.as_ref()?.amount, line.quantity))))
}

/// The total of a sale: what it was sold for, or else will be.
fn total_of_sale(sale: &Sale) -> Result<Total, Error> {
    match &sale.total {
        Some(total) => Ok(Total(total.amount)),
        None => summed(sale.lines.iter().map(|line| Some((line.expected_unit_price?, line.quantity)))),
    }
}

fn summed(mut lines: impl Iterator<Item = Option<(i64, i64)>>) -> Result<Total, Error> {
    let amount = lines.try_fold(0_i64, |sum, line| {
        let (price, quantity) = line?;
        sum.checked_add(price.checked_mul(quantity)?)
    });
    amount.map(Total).ok_or_else(|| Error::internal("a total past what can be counted"))
}

fn checkout_pending(sale: &Sale) -> Error {
    let detail = "The cart was changed after it was checked out, and that sale is not decided yet. Try again shortly.";
    Error::conflict("checkout_pending", "Checkout pending", detail).with_meta(json!({"saleId": sale.id}))
}
