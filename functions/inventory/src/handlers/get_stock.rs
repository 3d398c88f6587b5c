//! `GET /inventory/{productId}`: staff read how much there is of a product.

use access::Guard;
use inventory::Stock;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn get_stock(stock: &Stock, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let item = stock.get(&request.path_id("productId")?).await?;
    let item = item.ok_or_else(|| Error::not_found("No stock was ever received of a product with this id."))?;
    Ok(jsonapi::ok(&item, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let stock = Stock::from_env().await?;
    let guard = Guard::from_env_with(stock.client())?;
    http::run(|request| get_stock(&stock, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::store::Known;
    use inventory::testing::{cup, receipt};
    use kernel::caller::Role;
    use kernel::ids;
    use kernel::usage::Meter;
    use serde_json::json;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn staff_read_stock_by_one_read_and_others_do_not() {
        let (cloud, tokens, id) = (Cloud::start().await, Tokens::new(), ids::new());
        let (stock, guard) = (Stock::new(cloud.client(), "InventoryTable"), tokens.guard(cloud.client()));
        stock.adjust(receipt("m", &id, 10), Known::As(&cup(1)), "f").await.unwrap();
        let call = Call::event("get-stock").path("productId", &id);
        let staff = call.clone().bearer(&tokens.token("eva", Role::Staff));
        let answer = staff.send(|request| get_stock(&stock, &guard, request)).await;
        assert_eq!((answer.status, answer.attribute("available")), (200, &json!(10)));
        let (_, usage) = Meter::measure(stock.get(&id)).await;
        assert_eq!((usage.calls, usage.read_units), (1, 1.0));
        assert_eq!(call.send(|request| get_stock(&stock, &guard, request)).await.status, 401);
        let customer = call.bearer(&tokens.token("ana", Role::Customer));
        assert_eq!(customer.send(|request| get_stock(&stock, &guard, request)).await.status, 403);
    }

    #[tokio::test]
    async fn a_product_without_stock_is_not_found() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (stock, guard) = (Stock::new(cloud.client(), "InventoryTable"), tokens.guard(cloud.client()));
        let call = Call::event("get-stock").bearer(&tokens.token("eva", Role::Staff));
        assert_eq!(call.send(|request| get_stock(&stock, &guard, request)).await.status, 404);
    }
}
