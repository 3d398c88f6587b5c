//! `GET /carts/me`: customers and guests see their cart at the prices of the moment.

use carts::Carts;
use carts::request_owner;
use carts::show_cart::show_cart;
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config};
use web::http::{self, Request, Response};
use web::token::Verifier;

async fn get_cart(carts: &Carts, tokens: &Verifier, shop: &Currency, request: Request) -> Result<Response, Error> {
    let owner = request_owner::reader(tokens, &request)?;
    let includes_items = request.query(&["include"])?.include(&["items"])?.contains("items");
    let cart = carts.of(&owner, clock::now()).await?;
    Ok(show_cart(carts, &owner, cart, includes_items, shop).await?.answer(&request))
}

pub async fn start() -> Result<(), StartupError> {
    let (carts, tokens) = (Carts::from_env().await?, Verifier::from_env()?);
    let shop = config::required("CURRENCY")?;
    http::run(|request| get_cart(&carts, &tokens, &shop, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::cart::Cart;
    use carts::testing::{Shop, ana};
    use inventory::snapshot::{ProductStatus, Snapshot};
    use inventory::testing::cup;
    use kernel::caller::Role;
    use serde_json::{Value, json};
    use testing::{Answer, Call, usd};

    async fn send(shop: &Shop, call: Call) -> Answer {
        let (carts, tokens, usd) = (shop.carts(), shop.tokens().verifier(), usd(0).currency);
        call.send(|request| get_cart(&carts, &tokens, &usd, request)).await
    }

    fn anas(shop: &Shop) -> Call {
        Call::event("get-cart").bearer(&shop.tokens().token("ana", Role::Customer))
    }

    #[tokio::test]
    async fn a_customer_sees_items_and_total_in_one_request_of_two_reads() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        let answer = send(&shop, anas(&shop).query(&[("include", "items")])).await;
        assert_eq!((answer.status, answer.attribute("total")), (200, &json!(usd(3_750))));
        assert_eq!((answer.header("etag"), answer.header("cache-control")), ("\"2\"", "no-store"));
        let items = answer.body["included"].as_array().unwrap();
        assert_eq!((items.len(), &items[0]["attributes"]["unitPrice"]), (2, &json!(usd(1_250))));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (2, 3.0));
        let plain = send(&shop, anas(&shop).query(&[])).await;
        let related = plain.body["data"]["relationships"]["items"]["data"].as_array().unwrap().len();
        assert_eq!((plain.body.get("included"), related), (None, 2));
    }

    #[tokio::test]
    async fn items_show_their_categories_in_the_products_order_read_once_and_only_where_items_are_sent() {
        let shop = Shop::with(3).await;
        shop.put(&ana(), &[(0, 1), (1, 1), (2, 1)]).await;
        shop.publish_categories(&[("a", "Apples"), ("c", "Cups"), ("d", "Dishes")]).await;
        shop.publish_product_in(0, &Snapshot { name: "Anvil".to_owned(), ..cup(2) }, &["d", "c"]).await;
        shop.publish_product_in(1, &Snapshot { name: "Bowl".to_owned(), ..cup(2) }, &["c", "not known yet"]).await;
        let answer = send(&shop, anas(&shop).query(&[("include", "items")])).await;
        let items = answer.body["included"].as_array().unwrap().iter();
        let names: Vec<&Value> = items.map(|item| &item["attributes"]["categoryNames"]).collect();
        assert_eq!(names, [&json!(["Dishes", "Cups"]), &json!(["Cups"]), &json!([])]);
        // The cart, three products; two categories that are known and one that is not, which costs a unit, too.
        assert_eq!((answer.usage.calls, answer.usage.read_units), (3, 7.0));
        for query in [&[][..], &[("include", "")]] {
            let plain = send(&shop, anas(&shop).query(query)).await;
            assert_eq!((plain.usage.calls, plain.usage.read_units), (2, 4.0));
            let sent = plain.body.get("included").and_then(Value::as_array).map(Vec::len);
            assert_eq!(sent, query.first().map(|_| 0));
        }
    }

    #[tokio::test]
    async fn a_cart_of_products_in_more_categories_than_a_batch_read_takes_shows_them_all() {
        let shop = Shop::with(21).await;
        for product in 0..21 {
            let ids: Vec<String> = (0..5).map(|number| format!("{product}-{number}")).collect();
            let categories: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
            shop.publish_categories(&categories).await;
            shop.publish_product_in(product, &cup(2), &categories.iter().map(|(id, _)| *id).collect::<Vec<_>>()).await;
            shop.put(&ana(), &[(product, 1)]).await;
        }
        let answer = send(&shop, anas(&shop).query(&[("include", "items")])).await;
        let items = answer.body["included"].as_array().unwrap().iter();
        assert!(items.clone().all(|item| item["attributes"]["categoryNames"].as_array().unwrap().len() == 5));
        assert_eq!((answer.usage.calls, items.len()), (4, 21));
    }

    #[tokio::test]
    async fn a_cart_that_was_never_used_is_empty_and_one_read() {
        let shop = Shop::with(0).await;
        let answer = send(&shop, anas(&shop).query(&[("include", "items")])).await;
        assert_eq!((answer.status, answer.attribute("total")), (200, &json!(usd(0))));
        assert_eq!((answer.attribute("updatedAt"), &answer.body["included"]), (&Value::Null, &json!([])));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (1, 1.0));
    }

    #[tokio::test]
    async fn a_changed_price_shows_and_what_is_no_longer_on_offer_is_marked() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        shop.publish_product(0, &Snapshot { price: usd(1_000), ..cup(2) }).await;
        shop.publish_product(1, &Snapshot { status: ProductStatus::Archived, ..cup(2) }).await;
        let answer = send(&shop, anas(&shop).query(&[("include", "items")])).await;
        assert_eq!(answer.attribute("total"), &json!(usd(2_000)));
        let unavailable = |item: &Value| item["attributes"]["unavailable"].as_bool().unwrap();
        assert_eq!(answer.body["included"].as_array().unwrap().iter().filter(|item| unavailable(item)).count(), 1);
    }

    #[tokio::test]
    async fn a_guest_sees_the_cart_of_the_token_and_the_answer_is_not_cached() {
        let shop = Shop::with(1).await;
        let token = shop.guest(&[(0, 4)]).await;
        let answer = send(&shop, Call::event("get-cart").header("cart-token", &token.0)).await;
        assert_eq!((answer.status, answer.attribute("total")), (200, &json!(usd(5_000))));
        assert_eq!(answer.header("cache-control"), "no-store");
        // An access token goes first: this is Ana's own cart.
        let anas = send(&shop, anas(&shop).header("cart-token", &token.0)).await;
        assert_eq!(anas.attribute("total"), &json!(usd(0)));
    }

    #[tokio::test]
    async fn a_cart_is_shown_to_whoever_it_is_and_to_nobody_else() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        assert_eq!(send(&shop, Call::event("get-cart")).await.status, 401);
        let token = shop.guest(&[(0, 4)]).await;
        let forged = Call::event("get-cart").bearer("nonsense").header("cart-token", &token.0);
        assert_eq!(send(&shop, forged).await.status, 401);
        for unknown in ["", "nonsense", &"A".repeat(43)] {
            let answer = send(&shop, Call::event("get-cart").header("cart-token", unknown)).await;
            assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"));
        }
        let bob = Call::event("get-cart").bearer(&shop.tokens().token("bob", Role::Customer));
        assert_eq!(send(&shop, bob).await.attribute("total"), &json!(usd(0)));
        assert_eq!(send(&shop, anas(&shop).query(&[("include", "sale")])).await.status, 400);
    }

    #[tokio::test]
    async fn a_cart_that_has_expired_and_is_not_deleted_yet_is_not_found() {
        let shop = Shop::with(1).await;
        let long_ago = clock::now() - std::time::Duration::from_secs(31 * 24 * 60 * 60);
        let begun = Cart::begun(&shop.products[0], 2, long_ago);
        shop.carts().change(&ana(), |_| Ok(Some(begun.clone())), long_ago).await.unwrap();
        let answer = send(&shop, anas(&shop)).await;
        assert_eq!((answer.attribute("total"), answer.header("etag")), (&json!(usd(0)), "\"0\""));
    }
}
