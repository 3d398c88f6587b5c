//! `POST /purchases`: signed-in users buy; the answer is final.

use kernel::{Error, StartupError, clock};
use sales::Buy;
use sales::buy::Buyer;
use sales::order::Order;
use sales::sale_view;
use web::http::{self, Request, Response};
use web::idempotency::Key;
use web::token::Verifier;

async fn purchase(purchases: &Buy, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let sale_id = Key::required(&request)?.id("purchases", &caller.id);
    let body = request.new_resource("sales")?;
    let fingerprint = body.fingerprint();
    let order = Order::parse(body, &purchases.currency)?;
    let buyer = Buyer { caller: &caller, sale_id: &sale_id, fingerprint: &fingerprint };
    sale_view::answer(&purchases.run(&order, &buyer, clock::now()).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let (purchases, tokens) = (Buy::from_env().await?, Verifier::from_env()?);
    http::run(|request| purchase(&purchases, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::Stock;
    use inventory::store::Known;
    use inventory::testing::{CatalogStandIn, cup, receipt};
    use kernel::caller::{Caller, Role};
    use kernel::ids;
    use sales::open_sales::CustomerLimits;
    use sales::sale::Sale;
    use sales::status::Status;
    use sales::testing::{NO_LIMITS, Shop, books};
    use serde_json::json;
    use testing::{Answer, Call, Tokens, customer};

    async fn send(shop: &Shop, call: Call) -> Answer {
        let verifier = shop.tokens.verifier();
        call.send(|request| purchase(&shop.purchases, &verifier, request)).await
    }

    fn order(shop: &Shop, key: &str, quantity: i64) -> Call {
        let lines = json!({"lines": [{"productId": shop.products[0], "quantity": quantity}]});
        let call = Call::event("purchase").bearer(&shop.tokens.token("ana", Role::Customer));
        call.header("idempotency-key", key).resource("sales", None, &lines)
    }

    #[tokio::test]
    async fn a_purchase_answers_with_the_sale_and_takes_the_stock() {
        let shop = Shop::with(&[10]).await;
        let answer = send(&shop, order(&shop, "k", 3)).await;
        assert_eq!((answer.status, answer.attribute("status")), (201, &json!("confirmed")));
        assert_eq!(answer.attribute("total"), &json!({"amount": 3750, "currency": "USD"}));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/sales/{}", answer.id()));
        assert_eq!(shop.available(0).await, 7);
    }

    #[tokio::test]
    async fn a_buyer_whose_credentials_were_revoked_buys_nothing_and_pays_no_call_more() {
        let shop = Shop::with(&[10]).await;
        let part = shop.purchases.revocations.revoke("ana", 2, clock::now()).unwrap();
        assert!(dynamo::transact(&shop.cloud.client(), vec![part]).await.unwrap().is_done());
        let answer = send(&shop, order(&shop, "k", 1)).await;
        assert_eq!((answer.status, answer.code(), answer.usage.calls), (401, "unauthenticated", 1));
        let newer = Tokens::claims("ana", Role::Customer);
        let newer = shop.tokens.sign(&web::token::Claims { ver: 2, ..newer });
        assert_eq!(send(&shop, order(&shop, "k", 1).bearer(&newer)).await.status, 201);
        assert_eq!(shop.available(0).await, 9);
    }

    #[tokio::test]
    async fn a_purchase_needs_a_token_and_an_idempotency_key() {
        let shop = Shop::with(&[10]).await;
        assert_eq!(send(&shop, order(&shop, "k", 1).without("authorization")).await.status, 401);
        let without = send(&shop, order(&shop, "k", 1).without("idempotency-key")).await;
        assert_eq!((without.status, without.code()), (400, "invalid_header"));
        for key in ["", "a b", &"x".repeat(256)] {
            assert_eq!(send(&shop, order(&shop, key, 1)).await.status, 400);
        }
        assert_eq!(shop.available(0).await, 10);
    }

    #[tokio::test]
    async fn a_shortage_names_the_product_and_what_is_left() {
        let shop = Shop::with(&[7]).await;
        let answer = send(&shop, order(&shop, "k", 8)).await;
        assert_eq!((answer.status, answer.code()), (409, "insufficient_stock"));
        let expected = json!([{"productId": shop.products[0], "requested": 8, "available": 7}]);
        assert_eq!(answer.body["errors"][0]["meta"]["shortages"], expected);
    }

    #[tokio::test]
    async fn one_customer_does_not_take_all_pieces_of_a_product_and_gets_room_by_what_is_shipped_or_cancelled() {
        let mut shop = Shop::with(&[1_000]).await;
        shop.purchases.limits = CustomerLimits { pieces: 100, ..NO_LIMITS };
        let sale = send(&shop, order(&shop, "first", 100)).await;
        let refused = send(&shop, order(&shop, "second", 1)).await;
        assert_eq!((refused.status, refused.code(), refused.usage.write_units), (409, "customer_limit", 0.0));
        assert_eq!(refused.pointers(), ["/data/attributes/lines/0/quantity"]);
        let meta = json!({"productId": shop.products[0], "requested": 1, "open": 100, "limit": 100});
        assert_eq!((&refused.body["errors"][0]["meta"], shop.available(0).await), (&meta, 900));
        // A repeated request is not counted again, and another customer is not held back.
        let again = send(&shop, order(&shop, "first", 100)).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
        shop.buy("bob", "k", 100).await;
        let (eva, any) = (Caller { role: Role::Staff, ..customer("eva") }, |_: &Sale| Ok(()));
        shop.change_status().run(sale.id(), Status::Shipped, &eva, any, clock::now()).await.unwrap();
        let third = send(&shop, order(&shop, "third", 100)).await;
        shop.change_status().run(third.id(), Status::Cancelled, &customer("ana"), any, clock::now()).await.unwrap();
        assert_eq!(send(&shop, order(&shop, "fourth", 100)).await.status, 201);
        books::close(&shop.cloud, &shop.stock(), "hoarded").await;
    }

    #[tokio::test]
    async fn who_buys_too_often_within_a_minute_is_told_when_to_come_again() {
        let mut shop = Shop::with(&[10]).await;
        shop.purchases.limits = CustomerLimits { purchases_per_minute: 1, ..NO_LIMITS };
        let keys = ["a", "b", "c"];
        let mut statuses = Vec::new();
        for key in keys {
            let answer = send(&shop, order(&shop, key, 1)).await;
            if answer.status == 429 {
                assert_eq!(answer.code(), "customer_limit");
                assert!((1..=60).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
            }
            statuses.push(answer.status);
        }
        // The test may meet the end of a minute once.
        assert_eq!(statuses[0], 201);
        assert!(statuses.contains(&429), "{statuses:?}");
    }

    #[tokio::test]
    async fn of_many_purchases_at_once_no_more_pass_than_the_customer_may_have_open() {
        let mut shop = Shop::with(&[1_000]).await;
        shop.purchases.limits = CustomerLimits { sales: 5, ..NO_LIMITS };
        let keys: Vec<String> = (0..20).map(|key| key.to_string()).collect();
        let answers = futures_util::future::join_all(keys.iter().map(|key| send(&shop, order(&shop, key, 1)))).await;
        let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((with(201) as i64, 1_000 - shop.available(0).await), (5, 5), "{} are 503", with(503));
        assert_eq!(with(201) + with(409) + with(503), 20);
        books::close(&shop.cloud, &shop.stock(), "at once").await;
    }

    #[tokio::test]
    async fn a_repeated_purchase_is_answered_as_the_first_time() {
        let shop = Shop::with(&[3]).await;
        let first = send(&shop, order(&shop, "k", 3)).await;
        let again = send(&shop, order(&shop, "k", 3)).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
        assert_eq!(again.body, first.body);
        let other = send(&shop, order(&shop, "k", 2)).await;
        assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    }

    #[tokio::test]
    async fn an_unknown_product_is_not_found_with_its_pointer() {
        let shop = Shop::with(&[3]).await;
        for id in ["nothing", "0193551e-7c00-7000-8000-00000000ffff"] {
            let lines = json!({"lines": [{"productId": id, "quantity": 1}]});
            let answer = send(&shop, order(&shop, "k", 1).resource("sales", None, &lines)).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"));
            assert_eq!(answer.pointers(), ["/data/attributes/lines/0/productId"]);
        }
    }

    #[tokio::test]
    async fn when_catalog_does_not_answer_a_product_unknown_here_is_ordered_and_decided_later() {
        let mut shop = Shop::with(&[3]).await;
        shop.purchases.catalog = CatalogStandIn::start(&[500]).await.catalog;
        let lines = json!({"lines": [{"productId": ids::new(), "quantity": 1}]});
        let call = order(&shop, "k", 1).resource("sales", None, &lines);
        let answer = send(&shop, call.clone()).await;
        assert_eq!((answer.status, answer.attribute("status")), (202, &json!("pending")));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/sales/{}", answer.id()));
        let again = send(&shop, call).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (202, "true", &answer.body));
    }

    #[tokio::test]
    async fn pieces_booked_before_the_products_event_are_sold_by_what_catalog_answers() {
        let mut shop = Shop::with(&[3]).await;
        let product = ids::new();
        let stock = Stock::new(shop.cloud.client(), "InventoryTable");
        stock.adjust(receipt("m", &product, 5), Known::Nowhere, "f").await.unwrap();
        shop.purchases.catalog = CatalogStandIn::start(&[200]).await.catalog;
        let lines = json!({"lines": [{"productId": product, "quantity": 2}]});
        let answer = send(&shop, order(&shop, "k", 1).resource("sales", None, &lines)).await;
        assert_eq!((answer.status, answer.attribute("status")), (201, &json!("confirmed")));
        let item = stock.get(&product).await.unwrap().unwrap();
        assert_eq!((item.available, item.product, item.sold), (3, Some(cup(1)), true));
    }
}
