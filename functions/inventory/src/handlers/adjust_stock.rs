//! `POST /inventory/{productId}/adjustments`: staff book a receipt or an adjustment.

use access::Guard;
use inventory::movement::Movement;
use inventory::{Catalog, Stock, adjust_stock};
use kernel::{Error, StartupError, clock, ids};
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn adjust_stock(stock: &Stock, catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.staff(&request).await?;
    request.query(&[])?;
    let product_id = request.path_id("productId")?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("stock-movements")?;
    let fingerprint = body.fingerprint();
    let id = key.map_or_else(ids::new, |key| key.id(&format!("movements/{product_id}"), &caller.id));
    let movement = Movement::parse(body, id, product_id, caller.id, clock::now())?;
    idempotency::created(&adjust_stock::adjust(stock, catalog, movement, &fingerprint).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let (stock, catalog) = (Stock::from_env().await?, Catalog::from_env()?);
    let guard = Guard::from_env_with(stock.client())?;
    http::run(|request| adjust_stock(&stock, &catalog, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::snapshot::{ProductStatus, Snapshot};
    use inventory::testing::{CatalogStandIn, cup};
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Answer, Call, Cloud, Tokens};

    struct Shop {
        stock: Stock,
        catalog: CatalogStandIn,
        tokens: Tokens,
        product: String,
    }

    async fn shop(catalog: &'static [u16]) -> Shop {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        Shop { stock, catalog: CatalogStandIn::start(catalog).await, tokens: Tokens::new(), product: ids::new() }
    }

    impl Shop {
        fn call(&self) -> Call {
            let call = Call::event("adjust-stock").path("productId", &self.product);
            call.bearer(&self.tokens.token("eva", Role::Staff))
        }

        async fn send(&self, call: &Call) -> Answer {
            let guard = self.tokens.guard(self.stock.client());
            call.send(|request| adjust_stock(&self.stock, &self.catalog.catalog, &guard, request)).await
        }

        async fn available(&self) -> Option<i64> {
            self.stock.get(&self.product).await.unwrap().map(|item| item.available)
        }
    }

    #[tokio::test]
    async fn a_receipt_makes_stock_and_takes_the_products_snapshot() {
        let shop = shop(&[200]).await;
        let answer = shop.send(&shop.call()).await;
        assert_eq!((answer.status, answer.attribute("quantity")), (201, &json!(10)));
        let item = shop.stock.get(&shop.product).await.unwrap().unwrap();
        assert_eq!((item.available, item.product), (10, Some(cup(1))));
    }

    #[tokio::test]
    async fn catalog_is_not_asked_for_a_product_with_a_snapshot() {
        let shop = shop(&[500]).await;
        shop.stock.put_snapshot(&shop.product, &cup(1), clock::now()).await.unwrap();
        let answer = shop.send(&shop.call()).await;
        assert_eq!((answer.status, answer.usage.calls), (201, 2));
        // Two items and a row of the index; the entry of the audit log and its two.
        assert_eq!((answer.usage.read_units, answer.usage.write_units), (1.0, 5.0 + 4.0));
        assert_eq!((shop.available().await, shop.catalog.calls()), (Some(10), 0));
    }

    #[tokio::test]
    async fn a_repeated_receipt_is_booked_once() {
        let shop = shop(&[200]).await;
        let first = shop.send(&shop.call()).await;
        let again = shop.send(&shop.call()).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (201, "true", &first.body));
        assert_eq!(shop.available().await, Some(10));
        let other = json!({"kind": "receipt", "quantity": 11, "reason": "delivery"});
        let other = shop.send(&shop.call().resource("stock-movements", None, &other)).await;
        assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    }

    #[tokio::test]
    async fn more_than_there_is_cannot_be_taken() {
        let shop = shop(&[200]).await;
        shop.send(&shop.call()).await;
        let take = json!({"kind": "adjustment", "quantity": -11, "reason": "count"});
        let take = shop.call().header("idempotency-key", "other").resource("stock-movements", None, &take);
        let answer = shop.send(&take).await;
        assert_eq!((answer.status, answer.code()), (409, "insufficient_stock"));
        let expected = json!([{"productId": shop.product, "requested": 11, "available": 10}]);
        assert_eq!(answer.body["errors"][0]["meta"]["shortages"], expected);
        assert_eq!(shop.available().await, Some(10));
    }

    #[tokio::test]
    async fn an_unknown_product_is_not_found() {
        let shop = shop(&[404]).await;
        assert_eq!(shop.send(&shop.call()).await.status, 404);
        assert_eq!(shop.available().await, None);
    }

    #[tokio::test]
    async fn a_receipt_is_booked_even_when_catalog_does_not_answer() {
        let shop = shop(&[500]).await;
        let first = shop.send(&shop.call()).await;
        let again = shop.send(&shop.call()).await;
        assert_eq!((first.status, again.status, &again.body), (201, 201, &first.body));
        let item = shop.stock.get(&shop.product).await.unwrap().unwrap();
        assert_eq!((item.available, item.product), (10, None));
        shop.stock.put_snapshot(&shop.product, &cup(1), clock::now()).await.unwrap();
        let item = shop.stock.get(&shop.product).await.unwrap().unwrap();
        assert_eq!((item.available, item.product), (10, Some(cup(1))));
    }

    #[tokio::test]
    async fn what_is_left_of_a_deleted_product_can_be_counted() {
        let shop = shop(&[200, 404]).await;
        shop.send(&shop.call()).await;
        let deleted = Snapshot { status: ProductStatus::Deleted, ..cup(2) };
        shop.stock.put_snapshot(&shop.product, &deleted, clock::now()).await.unwrap();
        let take = json!({"kind": "adjustment", "quantity": -4, "reason": "count"});
        let take = shop.call().header("idempotency-key", "other").resource("stock-movements", None, &take);
        assert_eq!(shop.send(&take).await.status, 201);
        let item = shop.stock.get(&shop.product).await.unwrap().unwrap();
        assert_eq!((item.available, item.product), (6, Some(deleted)));
    }

    #[tokio::test]
    async fn nothing_comes_in_of_a_deleted_product_until_it_is_created_again() {
        let shop = shop(&[200, 404]).await;
        shop.send(&shop.call()).await;
        let deleted = Snapshot { status: ProductStatus::Deleted, ..cup(2) };
        shop.stock.put_snapshot(&shop.product, &deleted, clock::now()).await.unwrap();
        let receipt = shop.call().header("idempotency-key", "other");
        assert_eq!(shop.send(&receipt).await.status, 404);
        assert_eq!(shop.available().await, Some(10));
        shop.stock.put_snapshot(&shop.product, &cup(3), clock::now()).await.unwrap();
        assert_eq!(shop.send(&receipt).await.status, 201);
    }

    #[tokio::test]
    async fn only_staff_book_movements() {
        let shop = shop(&[200]).await;
        let customer = shop.call().bearer(&shop.tokens.token("ana", Role::Customer));
        assert_eq!(shop.send(&customer).await.status, 403);
        assert_eq!(shop.send(&shop.call().without("authorization")).await.status, 401);
        assert_eq!((shop.available().await, shop.catalog.calls()), (None, 0));
    }
}
