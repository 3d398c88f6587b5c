//! `POST /sales`: signed-in users order; the sale is decided later, over the queues.

use access::Guard;
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config};
use sales::Sales;
use sales::order::Order;
use sales::sale::Sale;
use sales::sale_view;
use web::http::{self, Request, Response};
use web::idempotency::Key;

async fn create_sale(sales: &Sales, guard: &Guard, currency: &Currency, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let id = Key::required(&request)?.id("sales", &caller.id);
    let body = request.new_resource("sales")?;
    let fingerprint = body.fingerprint();
    let order = Order::parse(body, currency)?;
    let sale = Sale::pending(&id, &caller.id, &order, clock::now());
    sale_view::answer(&sales.put_pending_sale(sale, &fingerprint).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let (sales, currency) = (Sales::from_env().await?, config::required("CURRENCY")?);
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| create_sale(&sales, &guard, &currency, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use sales::testing::Shop;
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (sales, guard) = (shop.sales(), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| create_sale(&sales, &guard, &shop.purchases.currency, request)).await
    }

    fn order(shop: &Shop, quantity: i64) -> Call {
        let lines = json!({"lines": [{"productId": shop.products[0], "quantity": quantity}]});
        let call = Call::event("create-sale").bearer(&shop.tokens.token("ana", Role::Customer));
        call.header("idempotency-key", "k").resource("sales", None, &lines)
    }

    #[tokio::test]
    async fn an_order_is_accepted_as_pending_and_takes_nothing_yet() {
        let shop = Shop::with(&[10]).await;
        let answer = send(&shop, &order(&shop, 3)).await;
        assert_eq!((answer.status, answer.attribute("status")), (202, &json!("pending")));
        assert_eq!((answer.attribute("total"), answer.attribute("rejection")), (&Value::Null, &Value::Null));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/sales/{}", answer.id()));
        assert_eq!((shop.available(0).await, answer.usage.calls), (10, 2));
        assert_eq!((answer.usage.write_units, answer.usage.index_write_units), (3.0, 2.0));
    }

    #[tokio::test]
    async fn a_repeated_order_is_answered_as_the_first_time() {
        let shop = Shop::with(&[10]).await;
        let first = send(&shop, &order(&shop, 3)).await;
        let again = send(&shop, &order(&shop, 3)).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (202, "true", &first.body));
        let other = send(&shop, &order(&shop, 4)).await;
        assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
        assert_eq!(shop.cloud.items("SalesTable").await.len(), 1);
    }

    #[tokio::test]
    async fn an_order_needs_a_valid_token_and_an_idempotency_key() {
        let shop = Shop::with(&[10]).await;
        assert_eq!(send(&shop, &order(&shop, 1).without("authorization")).await.status, 401);
        assert_eq!(send(&shop, &order(&shop, 1).without("idempotency-key")).await.status, 400);
        let part = shop.purchases.revocations.revoke("ana", 2, clock::now()).unwrap();
        assert!(dynamo::transact(&shop.cloud.client(), vec![part]).await.unwrap().is_done());
        assert_eq!(send(&shop, &order(&shop, 1)).await.status, 401);
        assert!(shop.cloud.items("SalesTable").await.is_empty());
    }
}
