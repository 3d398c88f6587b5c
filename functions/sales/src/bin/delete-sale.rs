//! `DELETE /sales/{id}`: staff delete a sale that was rejected or cancelled.

use sales::Sales;
use sales::sale::Sale;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn delete_sale(sales: &Sales, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let allow = |sale: &Sale| request.check_if_match(sale.version).and_then(|()| sale.check_deletable());
    sales.delete(&request.path_id("id")?, allow).await?;
    Ok(jsonapi::no_content())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let sales = Sales::from_env().await?;
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| delete_sale(&sales, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use sales::status::Status;
    use sales::testing::Shop;
    use shared::auth::Role;
    use shared::clock;
    use shared::testing::{Call, customer};

    async fn delete(shop: &Shop, id: &str, role: Role) -> u16 {
        let call = Call::event("delete-sale").path("id", id).bearer(&shop.tokens.token("eva", role));
        let (sales, guard) = (shop.sales(), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| delete_sale(&sales, &guard, request)).await.status
    }

    #[tokio::test]
    async fn only_staff_delete_and_only_what_is_void() {
        let shop = Shop::with(&[10]).await;
        let sale = shop.buy("ana", "k", 3).await;
        assert_eq!(delete(&shop, &sale.id, Role::Customer).await, 403);
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 409);
        let (ana, any) = (customer("ana"), |_: &Sale| Ok(()));
        shop.transitions().apply(&sale.id, Status::Cancelled, &ana, any, clock::now()).await.unwrap();
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 204);
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 404);
    }
}
