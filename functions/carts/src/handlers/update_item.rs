//! `PATCH /carts/me/items/{productId}`: customers and guests set how many pieces of a product they want.

use access::Guard;
use carts::cart::Cart;
use carts::request_owner;
use carts::show_cart::show_item;
use carts::{Carts, line};
use kernel::{Error, StartupError, clock};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_item(carts: &Carts, guard: &Guard, request: Request) -> Result<Response, Error> {
    let owner = request_owner::writer(guard, &request).await?;
    request.query(&[])?;
    let id = request.path_id("productId")?;
    let now = clock::now();
    let item = async || show_item(carts, &carts.of(&owner, now).await?, &id).await.map(Some);
    let quantity = changes_of(&request, &id, line::parse_changes, item).await?;
    let rule = |cart: Cart| {
        request.check_if_match(cart.version)?;
        if cart.lines.get(&id) == Some(&quantity) { Ok(None) } else { cart.with(&id, quantity, now).map(Some) }
    };
    let cart = carts.change(&owner, rule, now).await?;
    Ok(jsonapi::ok(&show_item(carts, &cart, &id).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let carts = Carts::from_env().await?;
    let guard = Guard::from_env_with(carts.client())?;
    http::run(|request| update_item(&carts, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::testing::{Shop, ana};
    use inventory::testing::cup;
    use kernel::caller::Role;
    use serde_json::{Value, json};
    use testing::{Answer, Call, usd};

    fn call(id: &str, quantity: &Value) -> Call {
        let call = Call::event("update-item").path("productId", id);
        call.resource("cart-items", Some(id), &json!({"quantity": quantity}))
    }

    async fn send(shop: &Shop, call: Call) -> Answer {
        let (carts, tokens) = (shop.carts(), shop.tokens().guard(shop.carts().client()));
        call.send(|request| update_item(&carts, &tokens, request)).await
    }

    #[tokio::test]
    async fn the_quantity_is_set_of_the_version_that_is_named() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let token = shop.tokens().token("ana", Role::Customer);
        let anas = |quantity: i64| call(&shop.products[0], &json!(quantity)).bearer(&token);
        let set = send(&shop, anas(7).header("if-match", "\"1\"")).await;
        assert_eq!((set.status, set.attribute("lineTotal")), (200, &json!(usd(8_750))));
        assert_eq!((set.header("etag"), set.usage.calls), ("\"2\"", 4));
        assert_eq!((set.usage.read_units, set.usage.write_units), (2.5, 1.0));
        assert_eq!(send(&shop, anas(8).header("if-match", "\"1\"")).await.status, 412);
        assert_eq!(send(&shop, anas(8)).await.attribute("quantity"), &json!(8));
    }

    #[tokio::test]
    async fn the_categories_of_the_product_are_one_read_more() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        shop.publish_categories(&[("c", "Cups")]).await;
        shop.publish_product_in(0, &cup(2), &["c"]).await;
        let anas = call(&shop.products[0], &json!(7)).bearer(&shop.tokens().token("ana", Role::Customer));
        let set = send(&shop, anas).await;
        assert_eq!((set.status, set.attribute("categoryNames")), (200, &json!(["Cups"])));
        assert_eq!((set.usage.calls, set.usage.read_units, set.usage.write_units), (5, 3.5, 1.0));
    }

    #[tokio::test]
    async fn only_what_is_in_the_callers_own_cart_is_changed() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let token = shop.guest(&[(1, 1)]).await;
        let zero = call(&shop.products[0], &json!(3));
        assert_eq!(send(&shop, zero.clone()).await.status, 401);
        for other in
            [zero.clone().bearer(&shop.tokens().token("bob", Role::Customer)), zero.header("cart-token", &token.0)]
        {
            assert_eq!(send(&shop, other).await.status, 404);
        }
        let guests = send(&shop, call(&shop.products[1], &json!(3)).header("cart-token", &token.0)).await;
        assert_eq!((guests.status, shop.lines(&token.guest()).await), (200, vec![(1, 3)]));
        assert_eq!(shop.lines(&ana()).await, [(0, 2)]);
    }

    #[tokio::test]
    async fn quantities_are_bounded() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let token = shop.tokens().token("ana", Role::Customer);
        for quantity in [json!(0), json!(1001), json!("5"), Value::Null] {
            assert_eq!(send(&shop, call(&shop.products[0], &quantity).bearer(&token)).await.status, 422);
        }
        assert_eq!(send(&shop, call("nothing", &json!(1)).bearer(&token)).await.status, 404);
        assert_eq!(shop.lines(&ana()).await, [(0, 2)]);
    }
}
