//! `POST /carts/me/merge`: who was a guest and has signed in takes the guest's cart along.

use access::Guard;
use carts::owner::Owner;
use carts::request_owner;
use carts::show_cart::show_cart;
use carts::{Carts, merge_carts};
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config};
use web::http::{self, Request, Response};
use web::{idempotency, jsonapi};

async fn merge_cart(carts: &Carts, guard: &Guard, shop: &Currency, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    let includes_items = request.query(&["include"])?.include(&["items"])?.contains("items");
    let guest = request_owner::guest(&request)?;
    let (cart, outcome) = merge_carts::merge(carts, &caller.id, &guest, clock::now()).await?;
    let shown = show_cart(carts, &Owner::Customer(caller.id), cart, includes_items, shop).await?;
    idempotency::answer(&outcome, |report| jsonapi::with_meta(shown.answer(&request), report.meta()))
}

pub async fn start() -> Result<(), StartupError> {
    let carts = Carts::from_env().await?;
    let guard = Guard::from_env_with(carts.client())?;
    let shop = config::required("CURRENCY")?;
    http::run(|request| merge_cart(&carts, &guard, &shop, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::owner::Token;
    use carts::testing::{Shop, ana};
    use inventory::testing::cup;
    use kernel::caller::Role;
    use serde_json::{Value, json};
    use testing::{Answer, Call, usd};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (carts, tokens, usd) = (shop.carts(), shop.tokens().guard(shop.carts().client()), usd(0).currency);
        call.send(|request| merge_cart(&carts, &tokens, &usd, request)).await
    }

    fn call(shop: &Shop, user: &str, token: &Token) -> Call {
        let call = Call::event("merge-cart").bearer(&shop.tokens().token(user, Role::Customer));
        call.header("cart-token", &token.0)
    }

    #[tokio::test]
    async fn a_guests_cart_is_merged_into_the_customers_and_the_answer_names_what_was_capped() {
        let shop = Shop::with(3).await;
        shop.put(&ana(), &[(0, 2), (1, 990)]).await;
        let token = shop.guest(&[(0, 1), (1, 20), (2, 4)]).await;
        let answer = send(&shop, &call(&shop, "ana", &token)).await;
        assert_eq!((answer.status, answer.attribute("total")), (200, &json!(usd(1_007 * 1_250))));
        assert_eq!(shop.lines(&ana()).await, [(0, 3), (1, 1_000), (2, 4)]);
        let capped = json!([{"productId": shop.products[1], "quantity": 10}]);
        assert_eq!((&answer.body["meta"]["capped"], &answer.body["meta"]["leftOut"]), (&capped, &json!([])));
        assert_eq!(answer.body["meta"]["merged"].as_array().unwrap().len(), 2);
        // Whether the token was revoked, both carts, three products; both carts again.
        assert_eq!((answer.usage.calls, answer.usage.read_units, answer.usage.write_units), (4, 6.0, 4.0));
    }

    #[tokio::test]
    async fn items_that_are_sent_along_show_their_categories_which_is_one_read_more() {
        for (query, calls, read_units) in [(&[][..], 4, 4.0), (&[("include", "items")], 5, 5.0)] {
            let shop = Shop::with(1).await;
            shop.publish_categories(&[("c", "Cups")]).await;
            shop.publish_product_in(0, &cup(2), &["c"]).await;
            let token = shop.guest(&[(0, 4)]).await;
            let answer = send(&shop, &call(&shop, "ana", &token).query(query)).await;
            let name = answer.body.pointer("/included/0/attributes/categoryNames/0");
            assert_eq!((answer.status, name.and_then(Value::as_str)), (200, query.first().map(|_| "Cups")));
            assert_eq!((answer.usage.calls, answer.usage.read_units), (calls, read_units));
        }
    }

    #[tokio::test]
    async fn a_repeated_merge_merges_nothing_and_answers_the_same() {
        let shop = Shop::with(1).await;
        let token = shop.guest(&[(0, 4)]).await;
        let first = send(&shop, &call(&shop, "ana", &token)).await;
        let again = send(&shop, &call(&shop, "ana", &token)).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (200, "true", &first.body));
        assert_eq!(shop.lines(&ana()).await, [(0, 4)]);
        let bob = send(&shop, &call(&shop, "bob", &token)).await;
        assert_eq!((bob.status, shop.lines(&Owner::Customer("bob".to_owned())).await), (404, vec![]));
        assert!(shop.carts().of(&token.guest(), clock::now()).await.is_err(), "the guest's cart is no more");
    }

    #[tokio::test]
    async fn a_merge_needs_a_signed_in_customer_and_a_token_of_a_cart_that_is_there() {
        let shop = Shop::with(1).await;
        let token = shop.guest(&[(0, 4)]).await;
        let call = call(&shop, "ana", &token);
        assert_eq!(send(&shop, &call.clone().without("authorization")).await.status, 401);
        let without = send(&shop, &call.clone().without("cart-token")).await;
        assert_eq!((without.status, without.body["errors"][0]["source"]["header"].as_str()), (400, Some("Cart-Token")));
        for unknown in ["nonsense", &"A".repeat(43)] {
            assert_eq!(send(&shop, &call.clone().header("cart-token", unknown)).await.status, 404);
        }
        assert_eq!((shop.lines(&ana()).await, shop.lines(&token.guest()).await), (vec![], vec![(0, 4)]));
    }
}
