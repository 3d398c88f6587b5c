//! `DELETE /carts/me/items/{productId}`: customers and guests take a product out of their cart.

use access::Guard;
use carts::Carts;
use carts::cart::Cart;
use carts::request_owner;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn remove_item(carts: &Carts, guard: &Guard, request: Request) -> Result<Response, Error> {
    let owner = request_owner::writer(guard, &request).await?;
    request.query(&[])?;
    let (id, now) = (request.path_id("productId")?, clock::now());
    let rule = |cart: Cart| {
        request.check_if_match(cart.version)?;
        cart.without(&id, now).map(Some)
    };
    carts.change(&owner, rule, now).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let carts = Carts::from_env().await?;
    let guard = Guard::from_env_with(carts.client())?;
    http::run(|request| remove_item(&carts, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::testing::{Shop, ana};
    use kernel::caller::Role;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: Call) -> Answer {
        let (carts, tokens) = (shop.carts(), shop.tokens().guard(shop.carts().client()));
        call.send(|request| remove_item(&carts, &tokens, request)).await
    }

    #[tokio::test]
    async fn a_product_is_taken_out_once_of_the_version_that_is_named() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        let call = Call::event("remove-item").path("productId", &shop.products[0]);
        let call = call.bearer(&shop.tokens().token("ana", Role::Customer));
        assert_eq!(send(&shop, call.clone().header("if-match", "\"1\"")).await.status, 412);
        let removed = send(&shop, call.clone().header("if-match", "\"2\"")).await;
        assert_eq!((removed.status, removed.usage.calls), (204, 3));
        assert_eq!((removed.usage.read_units, removed.usage.write_units), (2.0, 1.0));
        assert_eq!((send(&shop, call).await.status, shop.lines(&ana()).await), (404, vec![(1, 1)]));
    }

    #[tokio::test]
    async fn nothing_is_taken_out_of_others_carts() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let (token, call) =
            (shop.guest(&[(0, 1)]).await, Call::event("remove-item").path("productId", &shop.products[0]));
        assert_eq!(send(&shop, call.clone()).await.status, 401);
        let bob = call.clone().bearer(&shop.tokens().token("bob", Role::Customer));
        assert_eq!(send(&shop, bob).await.status, 404);
        assert_eq!(send(&shop, call.header("cart-token", &token.0)).await.status, 204);
        assert_eq!((shop.lines(&token.guest()).await, shop.lines(&ana()).await), (vec![], vec![(0, 2)]));
    }
}
