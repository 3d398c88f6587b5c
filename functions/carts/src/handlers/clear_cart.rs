//! `DELETE /carts/me`: customers and guests empty their cart.

use access::Guard;
use carts::Carts;
use carts::cart::Cart;
use carts::request_owner;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn clear_cart(carts: &Carts, guard: &Guard, request: Request) -> Result<Response, Error> {
    let owner = request_owner::writer(guard, &request).await?;
    request.query(&[])?;
    let now = clock::now();
    let rule = |cart: Cart| {
        request.check_if_match(cart.version)?;
        Ok(cart.emptied(now))
    };
    carts.change(&owner, rule, now).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let carts = Carts::from_env().await?;
    let guard = Guard::from_env_with(carts.client())?;
    http::run(|request| clear_cart(&carts, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::testing::{Shop, ana};
    use kernel::caller::Role;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (carts, tokens) = (shop.carts(), shop.tokens().guard(shop.carts().client()));
        call.send(|request| clear_cart(&carts, &tokens, request)).await
    }

    #[tokio::test]
    async fn a_cart_is_emptied_and_an_empty_one_stays_so_without_a_write() {
        let shop = Shop::with(2).await;
        shop.put(&ana(), &[(0, 2), (1, 1)]).await;
        let call = Call::event("clear-cart").bearer(&shop.tokens().token("ana", Role::Customer));
        assert_eq!(send(&shop, &call.clone().header("if-match", "\"1\"")).await.status, 412);
        let cleared = send(&shop, &call).await;
        assert_eq!((cleared.status, cleared.usage.calls, cleared.usage.write_units), (204, 3, 1.0));
        let again = send(&shop, &call).await;
        assert_eq!((again.status, again.usage.calls, again.usage.write_units), (204, 2, 0.0));
        assert_eq!(shop.lines(&ana()).await, []);
    }

    #[tokio::test]
    async fn a_cart_is_emptied_by_whoever_it_is_and_nobody_else() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 2)]).await;
        let (token, call) = (shop.guest(&[(0, 1)]).await, Call::event("clear-cart"));
        assert_eq!(send(&shop, &call).await.status, 401);
        assert_eq!(send(&shop, &call.clone().header("cart-token", &"A".repeat(43))).await.status, 404);
        assert_eq!(send(&shop, &call.header("cart-token", &token.0)).await.status, 204);
        assert_eq!((shop.lines(&token.guest()).await, shop.lines(&ana()).await), (vec![], vec![(0, 2)]));
    }
}
