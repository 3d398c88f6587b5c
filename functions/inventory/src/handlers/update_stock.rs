//! `PATCH /inventory/{productId}`: staff say where they want to be warned that a product runs low.

use access::Guard;
use inventory::{Stock, stock};
use kernel::{Error, StartupError, clock};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_stock(stock: &Stock, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let id = request.path_id("productId")?;
    let sent = changes_of(&request, &id, stock::parse_changes, || stock.get(&id)).await?;
    let allow = |item: &stock::StockItem| request.check_if_match(item.version);
    Ok(jsonapi::ok(&stock.warn_at(&id, sent, allow, clock::now()).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let stock = Stock::from_env().await?;
    let guard = Guard::from_env_with(stock.client())?;
    http::run(|request| update_stock(&stock, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::testing::stocked;
    use kernel::caller::Role;
    use serde_json::{Value, json};
    use testing::{Answer, Call, Cloud, Tokens};

    async fn patch(stock: &Stock, id: &str, role: Role, attributes: &Value, if_match: &str) -> Answer {
        let tokens = Tokens::new();
        let call = Call::event("update-stock").path("productId", id).bearer(&tokens.token("eva", role));
        let call = call.resource("stock-items", Some(id), attributes).header("if-match", if_match);
        let guard = tokens.guard(stock.client());
        call.send(|request| update_stock(stock, &guard, request)).await
    }

    #[tokio::test]
    async fn staff_set_the_mark_of_the_version_they_name_and_clear_it() {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        let id = stocked(&stock, 3, None).await;
        assert_eq!(patch(&stock, &id, Role::Customer, &json!({"lowStockAt": 5}), "*").await.status, 403);
        let set = patch(&stock, &id, Role::Staff, &json!({"lowStockAt": 5}), "\"2\"").await;
        assert_eq!((set.status, set.attribute("lowStockAt"), set.header("etag")), (200, &json!(5), "\"3\""));
        assert_eq!(patch(&stock, &id, Role::Staff, &json!({"lowStockAt": 6}), "\"2\"").await.status, 412);
        let cleared = patch(&stock, &id, Role::Staff, &json!({"lowStockAt": null}), "*").await;
        assert_eq!((cleared.attribute("lowStockAt"), cleared.attribute("available")), (&Value::Null, &json!(3)));
        let unchanged = patch(&stock, &id, Role::Staff, &json!({}), "*").await;
        assert_eq!((unchanged.status, unchanged.header("etag")), (200, "\"4\""));
    }

    #[tokio::test]
    async fn what_is_available_is_not_set_by_hand_and_marks_are_bounded() {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        let id = stocked(&stock, 3, None).await;
        for attributes in [json!({"available": 9}), json!({"lowStockAt": -1}), json!({"lowStockAt": "5"})] {
            assert_eq!(patch(&stock, &id, Role::Staff, &attributes, "*").await.status, 422);
        }
        let unknown = kernel::ids::new();
        assert_eq!(patch(&stock, &unknown, Role::Staff, &json!({"lowStockAt": 5}), "*").await.status, 404);
    }
}
