//! `sale.*` events: a cart that was checked out loses what was sold, or stays as it is and shows the reason.

use contracts::EventType;
use contracts::sales::Sale;
use kernel::Error;
use kernel::clock::Timestamp;
use messaging::Event;

use crate::Carts;
use crate::cart::Decision;
use crate::owner::Owner;

/// `sale.confirmed`, `sale.rejected`, `sale.cancelled`: the cart that was checked out as this sale loses what was
/// sold, or stays as it is and shows the reason. Sales that no cart waits for change nothing; nor does the same event
/// twice, or late.
///
/// # Errors
/// `BadRequest` when the event cannot be read · when the table does not answer.
pub async fn on_sale_event(carts: &Carts, event: &Event, now: Timestamp) -> Result<(), Error> {
    let Sale { customer_id, rejection, .. } = event.data()?;
    let decision = match (event.event_type, rejection) {
        (EventType::SaleConfirmed, _) => Decision::Sold,
        (EventType::SaleRejected, Some(why)) => Decision::Rejected(why),
        (EventType::SaleRejected | EventType::SaleCancelled, _) => Decision::Void,
        _ => return Ok(()),
    };
    carts.change(&Owner::Customer(customer_id), |cart| Ok(cart.settled(&event.subject, &decision, now)), now).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cart::Cart;
    use crate::merge_carts;
    use crate::testing::{Shop, ana, check_out};
    use inventory::testing::cup;
    use kernel::clock;
    use kernel::replay::Outcome;
    use kernel::usage::Meter;
    use messaging::Event;
    use sales::sale::Sale;
    use sales::status::Status;
    use testing::customer;

    async fn apply(shop: &Shop, event: &Event) {
        on_sale_event(&shop.carts(), event, clock::now()).await.unwrap();
    }

    /// A checkout of Ana's cart.
    async fn checked_out(shop: &Shop) -> Sale {
        match check_out(&shop.checkouts(), "ana", "k", clock::now()).await.unwrap() {
            Outcome::Made(sale) => sale,
            other => panic!("{other:?}"),
        }
    }

    async fn cart(shop: &Shop) -> Cart {
        shop.carts().of(&ana(), clock::now()).await.unwrap()
    }

    #[tokio::test]
    async fn a_confirmed_sale_empties_the_cart_of_what_was_sold_once() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let sale = checked_out(&shop).await;
        shop.put(&ana(), &[(0, 1), (1, 3)]).await;
        shop.decides(&sale.id, &cup(1)).await;
        let event = shop.sale_event(&sale.id).await;
        let (_, usage) = Meter::measure(apply(&shop, &event)).await;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (2, 1.0, 1.0));
        let (_, usage) = Meter::measure(apply(&shop, &event)).await;
        assert_eq!((usage.calls, usage.write_units), (1, 0.0));
        assert_eq!((shop.lines(&ana()).await, cart(&shop).await.checkout), (vec![(0, 1), (1, 3)], None));
    }

    #[tokio::test]
    async fn what_is_put_in_again_while_the_sale_is_pending_is_not_taken_for_what_was_sold() {
        for clears in [true, false] {
            let shop = Shop::with(1).await;
            shop.put(&ana(), &[(0, 3)]).await;
            let (sale, id, now) = (checked_out(&shop).await, &shop.products[0], clock::now());
            let rule = |cart: Cart| if clears { Ok(cart.emptied(now)) } else { cart.without(id, now).map(Some) };
            shop.carts().change(&ana(), rule, now).await.unwrap();
            let guest = shop.guest(&[(0, 1)]).await.guest();
            merge_carts::merge(&shop.carts(), "ana", &guest, now).await.unwrap();
            shop.put(&ana(), &[(0, 1)]).await;
            shop.decides(&sale.id, &cup(1)).await;
            apply(&shop, &shop.sale_event(&sale.id).await).await;
            assert_eq!((shop.lines(&ana()).await, cart(&shop).await.checkout), (vec![(0, 2)], None));
        }
    }

    #[tokio::test]
    async fn a_rejected_sale_leaves_the_cart_and_says_why_until_it_is_changed() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 11)]).await;
        let sale = checked_out(&shop).await;
        shop.decides(&sale.id, &cup(1)).await;
        apply(&shop, &shop.sale_event(&sale.id).await).await;
        let rejection = cart(&shop).await.rejection.unwrap();
        assert_eq!((rejection.sale_id, rejection.why.code.as_str()), (sale.id, "insufficient_stock"));
        assert_eq!((shop.lines(&ana()).await, cart(&shop).await.checkout), (vec![(0, 11)], None));
        shop.put(&ana(), &[(0, 1)]).await;
        assert_eq!(cart(&shop).await.rejection, None);
    }

    #[tokio::test]
    async fn a_sale_that_the_buyer_calls_off_leaves_the_cart() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let sale = checked_out(&shop).await;
        let pending = shop.sale_event(&sale.id).await;
        let change_status = shop.sales_shop.change_status();
        change_status.run(&sale.id, Status::Cancelled, &customer("ana"), |_| Ok(()), clock::now()).await.unwrap();
        apply(&shop, &pending).await;
        assert!(cart(&shop).await.checkout.is_some(), "a pending sale decides nothing");
        apply(&shop, &shop.sale_event(&sale.id).await).await;
        assert_eq!((shop.lines(&ana()).await, cart(&shop).await.checkout), (vec![(0, 2)], None));
    }

    #[tokio::test]
    async fn sales_that_no_cart_waits_for_change_nothing() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        checked_out(&shop).await;
        let before = cart(&shop).await;
        let sales = testing::queue_events("carts-on-event")
            .into_iter()
            .filter(|event| event.event_type.name().starts_with("sale."));
        for event in sales {
            apply(&shop, &event).await;
            let mut anas = event.clone();
            anas.data["customerId"] = "ana".into();
            apply(&shop, &anas).await;
        }
        assert_eq!((cart(&shop).await, shop.lines(&ana()).await), (before, vec![(0, 2)]));
    }

    #[tokio::test]
    async fn an_event_that_cannot_be_read_is_refused() {
        let shop = Shop::with(0).await;
        let mut event = testing::sample_event("carts-on-event", "sale.");
        event.data["customerId"] = 1.into();
        assert!(on_sale_event(&shop.carts(), &event, clock::now()).await.is_err());
    }
}
