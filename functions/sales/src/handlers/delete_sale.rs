//! `DELETE /sales/{id}`: staff delete a sale that was rejected or cancelled.

use access::Guard;
use kernel::{Error, StartupError};
use sales::Sales;
use sales::sale::Sale;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn delete_sale(sales: &Sales, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let allow = |sale: &Sale| request.check_if_match(sale.version).and_then(|()| sale.check_deletable());
    sales.delete(&request.path_id("id")?, allow).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let sales = Sales::from_env().await?;
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| delete_sale(&sales, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use inventory::testing::cup;
    use kernel::caller::Role;
    use kernel::clock;
    use sales::status::Status;
    use sales::testing::{Shop, books};
    use testing::{Call, Fault, customer};
    use tokio::runtime::Handle;
    use tokio::task::block_in_place;

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
        shop.change_status().run(&sale.id, Status::Cancelled, &ana, any, clock::now()).await.unwrap();
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 204);
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 404);
    }

    #[tokio::test]
    async fn an_answer_that_was_lost_on_the_way_is_given_the_second_time() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        let any = |_: &Sale| Ok(());
        shop.change_status().run(&id, Status::Cancelled, &customer("ana"), any, clock::now()).await.unwrap();
        let lost = |_: &str, call| (call == 1).then_some(Fault::ResetAfterCommit);
        let sales = Sales::new(shop.cloud.client_with(lost), "SalesTable");
        assert!(sales.delete(&id, Sale::check_deletable).await.is_ok());
        assert_eq!(delete(&shop, &id, Role::Staff).await, 404);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_sale_made_again_meanwhile_is_not_taken_for_the_one_that_was_read() {
        let shop = Arc::new(Shop::with(&[10]).await);
        let id = shop.orders(&[(0, 3)]).await;
        let any = |_: &Sale| Ok(());
        shop.change_status().run(&id, Status::Cancelled, &customer("ana"), any, clock::now()).await.unwrap();
        let (rival, again, runtime) = (shop.clone(), id.clone(), Handle::current());
        let made_again = async move |rival: &Shop, id: &str| {
            rival.sales().delete(id, Sale::check_deletable).await.unwrap();
            rival.orders_again(id, &[(0, 2)]).await;
            rival.decide_sale().run(&rival.answer(id, &cup(1)).await, clock::now()).await.unwrap();
        };
        let between = move |_: &str, call| {
            if call == 1 {
                block_in_place(|| runtime.block_on(made_again(&rival, &again)));
            }
            None
        };
        let sales = Sales::new(shop.cloud.client_with(between), "SalesTable");
        let refused = sales.delete(&id, Sale::check_deletable).await.unwrap_err();
        assert_eq!((refused.code, shop.available(0).await), ("invalid_transition", 8));
        assert_eq!(shop.sales().get(&id).await.unwrap().unwrap().status, Status::Confirmed);
    }

    #[tokio::test]
    async fn what_is_bought_again_under_the_key_of_a_deleted_sale_has_movements_of_its_own() {
        let shop = Shop::with(&[10]).await;
        let sale = shop.buy("ana", "k", 3).await;
        books::close(&shop.cloud, &shop.stock(), "sold").await;
        let any = |_: &Sale| Ok(());
        shop.change_status().run(&sale.id, Status::Cancelled, &customer("ana"), any, clock::now()).await.unwrap();
        books::close(&shop.cloud, &shop.stock(), "cancelled").await;
        assert_eq!(delete(&shop, &sale.id, Role::Staff).await, 204);
        assert_eq!((shop.buy("ana", "k", 2).await.id, shop.available(0).await), (sale.id, 8));
        books::close(&shop.cloud, &shop.stock(), "sold again").await;
    }
}
