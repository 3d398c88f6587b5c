//! `POST /carts/me/checkout`: customers order what is in their cart; the sale is decided later, over the queues.

use access::Guard;
use carts::check_out::Buyer;
use carts::{CheckOut, line};
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config};
use sales::sale_view;
use web::http::{self, Request, Response};
use web::idempotency::Key;

async fn checkout(checkouts: &CheckOut, guard: &Guard, shop: &Currency, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let sale_id = Key::required(&request)?.id("checkouts", &caller.id);
    let body = request.new_resource("sales")?;
    let fingerprint = body.fingerprint();
    let expected = line::parse_checkout(body, shop)?;
    let buyer =
        Buyer { user_id: &caller.id, sale_id: &sale_id, fingerprint: &fingerprint, expected_total: expected.as_ref() };
    sale_view::answer(&checkouts.run(&buyer, clock::now()).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let (checkouts, shop) = (CheckOut::from_env().await?, config::required("CURRENCY")?);
    let guard = Guard::from_env_with(checkouts.sales.client())?;
    http::run(|request| checkout(&checkouts, &guard, &shop, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::Revocations;
    use carts::inbox::sales::on_sale_event;
    use carts::testing::{Shop, ana};
    use inventory::snapshot::{ProductStatus, Snapshot};
    use inventory::testing::cup;
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Answer, Call, usd};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (checkouts, guard) = (shop.checkouts(), shop.tokens().guard(shop.cloud().client()));
        let currency = usd(0).currency;
        call.send(|request| checkout(&checkouts, &guard, &currency, request)).await
    }

    fn call(shop: &Shop, key: &str) -> Call {
        let call = Call::event("checkout").bearer(&shop.tokens().token("ana", Role::Customer));
        call.header("idempotency-key", key)
    }

    async fn sales(shop: &Shop) -> usize {
        shop.cloud().items("SalesTable").await.len()
    }

    #[tokio::test]
    async fn a_cart_becomes_a_pending_sale_at_the_prices_shown_and_stays_full_until_it_is_decided() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        // A sale has no categories: they are not read.
        shop.publish_product_in(0, &cup(2), &["c"]).await;
        let answer = send(&shop, &call(&shop, "k")).await;
        assert_eq!((answer.status, answer.attribute("status")), (202, &json!("pending")));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/sales/{}", answer.id()));
        // The caller's revocation, the cart, its two products and what the key came to; the sale with its indexes
        // and the cart.
        assert_eq!((answer.usage.calls, answer.usage.read_units), (4, 5.0));
        assert_eq!((answer.usage.write_units, answer.usage.index_write_units), (6.0, 2.0));
        let sale = shop.sales_shop.sales().get(answer.id()).await.unwrap().unwrap();
        let mut lines: Vec<_> = sale.lines.iter().map(|line| (line.quantity, line.expected_unit_price)).collect();
        lines.sort_unstable();
        assert_eq!(lines, [(1, Some(1_250)), (2, Some(1_250))]);
        assert_eq!(shop.lines(&ana()).await, [(0, 2), (1, 1)]);
    }

    #[tokio::test]
    async fn a_repeated_checkout_is_answered_as_the_first_time_also_when_the_cart_is_empty() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        let again = send(&shop, &call(&shop, "k")).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (202, "true", &first.body));
        shop.decides(first.id(), &cup(1)).await;
        on_sale_event(&shop.carts(), &shop.sale_event(first.id()).await, clock::now()).await.unwrap();
        assert_eq!(shop.lines(&ana()).await, []);
        let late = send(&shop, &call(&shop, "k")).await;
        assert_eq!((late.status, late.header("idempotent-replayed")), (202, "true"));
        assert_eq!((late.id(), late.attribute("status")), (first.id(), &json!("confirmed")));
        let other = send(&shop, &call(&shop, "other")).await;
        assert_eq!((other.status, other.code(), sales(&shop).await), (409, "empty_cart", 1));
    }

    #[tokio::test]
    async fn another_key_for_the_same_cart_is_the_same_sale() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        let other = send(&shop, &call(&shop, "other")).await;
        assert_eq!((other.status, other.id(), sales(&shop).await), (202, first.id(), 1));
    }

    /// Decides a sale as catalog has its products, and handles its event.
    async fn decided(shop: &Shop, sale_id: &str) {
        shop.decides(sale_id, &cup(1)).await;
        on_sale_event(&shop.carts(), &shop.sale_event(sale_id).await, clock::now()).await.unwrap();
    }

    #[tokio::test]
    async fn another_key_that_came_to_a_sale_comes_to_it_again_whatever_is_in_the_cart_by_then() {
        for pieces in [2, 11] {
            let shop = Shop::with(2).await;
            shop.put(&ana(), &[(0, pieces)]).await;
            let first = send(&shop, &call(&shop, "k")).await;
            let other = send(&shop, &call(&shop, "other")).await;
            // The revocation, the cart, the sale of this key, what it came to, the sale that there is; one transaction.
            assert_eq!((other.usage.calls, other.usage.write_units), (6, 4.0));
            // Ten of them are there: two are sold, eleven are not.
            decided(&shop, first.id()).await;
            shop.put(&ana(), &[(1, 1)]).await;
            let again = send(&shop, &call(&shop, "other")).await;
            assert_eq!((again.status, again.header("idempotent-replayed"), again.id()), (202, "true", first.id()));
            let body = json!({"expectedTotal": usd(1_250)});
            let reused = send(&shop, &call(&shop, "other").resource("sales", None, &body)).await;
            assert_eq!((reused.status, reused.code()), (422, "idempotency_key_reused"));
            let next = send(&shop, &call(&shop, "next")).await;
            assert_eq!((next.status, sales(&shop).await), (202, 2));
            // Nor does it come to the sale that the cart waits for now.
            assert_eq!(send(&shop, &call(&shop, "other")).await.id(), first.id());
        }
    }

    #[tokio::test]
    async fn a_key_whose_sale_was_deleted_comes_to_what_the_cart_is_now() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 11)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        assert_eq!(send(&shop, &call(&shop, "other")).await.id(), first.id());
        decided(&shop, first.id()).await;
        shop.sales_shop.sales().delete(first.id(), sales::sale::Sale::check_deletable).await.unwrap();
        let next = send(&shop, &call(&shop, "next")).await;
        let other = send(&shop, &call(&shop, "other")).await;
        assert_eq!((other.status, other.id()), (202, next.id()));
    }

    #[tokio::test]
    async fn a_sold_cart_without_its_event_answers_with_the_sale_and_is_empty_then() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        shop.decides(first.id(), &cup(1)).await;
        let other = send(&shop, &call(&shop, "other")).await;
        assert_eq!((other.status, other.id(), other.attribute("status")), (202, first.id(), &json!("confirmed")));
        assert_eq!(shop.lines(&ana()).await, []);
        assert_eq!(send(&shop, &call(&shop, "other")).await.id(), first.id());
        assert_eq!(send(&shop, &call(&shop, "next")).await.code(), "empty_cart");
        // The event that comes late takes nothing more out.
        shop.put(&ana(), &[(0, 1)]).await;
        on_sale_event(&shop.carts(), &shop.sale_event(first.id()).await, clock::now()).await.unwrap();
        assert_eq!((shop.lines(&ana()).await, sales(&shop).await), (vec![(0, 1)], 1));
    }

    #[tokio::test]
    async fn a_cart_that_waits_for_a_sale_of_another_total_says_which() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        let at =
            |key: &str, total: i64| call(&shop, key).resource("sales", None, &json!({"expectedTotal": usd(total)}));
        for decide in [false, true] {
            if decide {
                shop.decides(first.id(), &cup(1)).await;
            }
            let refused = send(&shop, &at("other", 2_000)).await;
            assert_eq!((refused.status, refused.code()), (409, "price_changed"));
            assert_eq!(refused.pointers(), ["/data/attributes/expectedTotal"]);
            let expected = json!({"total": usd(2_500), "saleId": first.id()});
            assert_eq!(refused.body["errors"][0]["meta"], expected);
        }
        // A refusal is not remembered.
        assert_eq!(send(&shop, &at("other", 2_500)).await.id(), first.id());
    }

    #[tokio::test]
    async fn a_cart_that_was_changed_waits_for_the_sale_that_it_was_checked_out_as() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        shop.put(&ana(), &[(1, 1)]).await;
        let early = send(&shop, &call(&shop, "other")).await;
        assert_eq!((early.status, early.code()), (409, "checkout_pending"));
        assert_eq!(early.body["errors"][0]["meta"], json!({"saleId": first.id()}));
        assert_eq!(send(&shop, &call(&shop, "k")).await.id(), first.id());
        // Decided, the sale is over for the cart, also before its event comes.
        shop.decides(first.id(), &cup(1)).await;
        let second = send(&shop, &call(&shop, "other")).await;
        let sale = shop.sales_shop.sales().get(second.id()).await.unwrap().unwrap();
        assert_eq!((second.status, sale.lines.len(), &sale.lines[0].product_id), (202, 1, &shop.products[1]));
        assert_eq!((shop.lines(&ana()).await, sales(&shop).await), (vec![(1, 1)], 2));
    }

    #[tokio::test]
    async fn a_rejected_sale_does_not_hold_up_the_next_checkout() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 11)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        shop.decides(first.id(), &cup(1)).await;
        let second = send(&shop, &call(&shop, "other")).await;
        assert_eq!((second.status, second.attribute("status")), (202, &json!("pending")));
        assert_ne!(second.id(), first.id());
        let again = send(&shop, &call(&shop, "k")).await;
        assert_eq!((again.id(), again.attribute("status")), (first.id(), &json!("rejected")));
    }

    #[tokio::test]
    async fn what_is_no_longer_on_offer_blocks_the_checkout_by_name() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        shop.publish_product(1, &Snapshot { status: ProductStatus::Archived, ..cup(2) }).await;
        let refused = send(&shop, &call(&shop, "k")).await;
        assert_eq!((refused.status, refused.code()), (409, "unavailable_items"));
        let expected = json!({"unavailable": [{"productId": shop.products[1], "name": "Cup"}]});
        assert_eq!((&refused.body["errors"][0]["meta"], sales(&shop).await), (&expected, 0));
    }

    #[tokio::test]
    async fn a_price_that_moves_after_the_checkout_is_not_charged() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let first = send(&shop, &call(&shop, "k")).await;
        shop.decides(first.id(), &Snapshot { price: usd(1_400), ..cup(2) }).await;
        let again = send(&shop, &call(&shop, "k")).await;
        assert_eq!(again.attribute("rejection")["code"], json!("price_changed"));
    }

    #[tokio::test]
    async fn a_total_that_is_not_the_one_the_buyer_saw_orders_nothing() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        shop.publish_product(0, &Snapshot { price: usd(1_400), ..cup(2) }).await;
        let at =
            |key: &str, total: i64| call(&shop, key).resource("sales", None, &json!({"expectedTotal": usd(total)}));
        let refused = send(&shop, &at("k", 2_500)).await;
        assert_eq!((refused.status, refused.code()), (409, "price_changed"));
        assert_eq!(refused.pointers(), ["/data/attributes/expectedTotal"]);
        assert_eq!((&refused.body["errors"][0]["meta"], sales(&shop).await), (&json!({"total": usd(2_800)}), 0));
        assert_eq!(send(&shop, &at("k", 2_800)).await.status, 202);
        assert_eq!(send(&shop, &at("k", -1)).await.pointers(), ["/data/attributes/expectedTotal/amount"]);
    }

    #[tokio::test]
    async fn a_checkout_is_for_customers_with_a_key_and_takes_no_lines() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let token = shop.guest(&[(0, 1)]).await;
        let guest = call(&shop, "k").without("authorization").header("cart-token", &token.0);
        assert_eq!(send(&shop, &guest).await.status, 401);
        let without = send(&shop, &call(&shop, "k").without("idempotency-key")).await;
        assert_eq!((without.status, without.code()), (400, "invalid_header"));
        let lines = json!({"lines": [{"productId": shop.products[0], "quantity": 1}]});
        assert_eq!(send(&shop, &call(&shop, "k").resource("sales", None, &lines)).await.status, 422);
        assert_eq!(send(&shop, &call(&shop, "k").text("")).await.status, 400);
        let revocations = Revocations::new(shop.cloud().client(), "RevocationsTable");
        let part = revocations.revoke("ana", 2, clock::now()).unwrap();
        assert!(dynamo::transact(&shop.cloud().client(), vec![part]).await.unwrap().is_done());
        assert_eq!(send(&shop, &call(&shop, "k")).await.status, 401);
        assert_eq!(sales(&shop).await, 0);
    }
}
