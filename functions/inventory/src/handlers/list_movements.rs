//! `GET /inventory/{productId}/movements`: staff list what changed the stock of a product, newest first.

use access::Guard;
use inventory::Stock;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn list_movements(stock: &Stock, guard: &Guard, cursors: &Cursors, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    let (query, product_id) = (request.query(&PARAMETERS)?, request.path_id("productId")?);
    let page = cursors.page(&query, &format!("movements/{product_id}"))?;
    let movements = stock.movements(&product_id, &page).await?;
    // A product may have none yet; only one that has none is looked up.
    if movements.items.is_empty() && stock.get(&product_id).await?.is_none() {
        return Err(Error::not_found("Inventory knows no product with this id."));
    }
    Ok(jsonapi::list(&movements, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (stock, cursors) = (Stock::from_env().await?, Cursors::from_env()?);
    let guard = Guard::from_env_with(stock.client())?;
    http::run(|request| list_movements(&stock, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::movement::Movement;
    use inventory::store::Known;
    use inventory::testing::{cup, receipt};
    use kernel::caller::Role;
    use kernel::clock::Timestamp;
    use kernel::ids;
    use serde_json::json;
    use testing::{Answer, Call, Cloud, Tokens};

    async fn list(stock: &Stock, product: &str, role: Role) -> Answer {
        let tokens = Tokens::new();
        let call = Call::event("list-movements").path("productId", product).bearer(&tokens.token("eva", role));
        let (guard, cursors) = (tokens.guard(stock.client()), Cursors::new("key"));
        call.send(|request| list_movements(stock, &guard, &cursors, request)).await
    }

    #[tokio::test]
    async fn movements_are_listed_newest_first_with_who_made_them_in_one_query() {
        let (stock, product) = (Stock::new(Cloud::start().await.client(), "InventoryTable"), ids::new());
        for (second, quantity) in [(1, 10), (3, -4), (2, 1)] {
            let created_at = Timestamp::from_second(second).unwrap();
            let movement = Movement { created_at, ..receipt(&ids::new(), &product, quantity) };
            stock.adjust(movement, Known::As(&cup(1)), "f").await.unwrap();
        }
        let answer = list(&stock, &product, Role::Staff).await;
        let movements = answer.body["data"].as_array().unwrap();
        let quantities: Vec<_> = movements.iter().map(|one| one["attributes"]["quantity"].clone()).collect();
        // Whether the token was revoked, and the query.
        assert_eq!((answer.status, quantities, answer.usage.calls), (200, vec![json!(-4), json!(1), json!(10)], 2));
        assert_eq!(movements[0]["relationships"]["createdBy"]["data"], json!({"type": "users", "id": "eva"}));
    }

    #[tokio::test]
    async fn a_product_without_movements_has_an_empty_list_and_an_unknown_one_none() {
        let (stock, product) = (Stock::new(Cloud::start().await.client(), "InventoryTable"), ids::new());
        assert_eq!(list(&stock, &product, Role::Staff).await.status, 404);
        stock.put_snapshot(&product, &cup(1), Timestamp::UNIX_EPOCH).await.unwrap();
        let answer = list(&stock, &product, Role::Staff).await;
        assert_eq!((answer.status, &answer.body["data"]), (200, &json!([])));
        assert_eq!(list(&stock, &product, Role::Customer).await.status, 403);
    }
}
