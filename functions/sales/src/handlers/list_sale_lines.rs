//! `GET /sales/{id}/lines`: signed-in users list what they bought in a sale of their own, staff in any.

use access::Guard;
use kernel::page::Page;
use kernel::{Error, StartupError};
use sales::Sales;
use sales::sale_view;
use sales::store::unknown;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn list_sale_lines(sales: &Sales, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.reader(&request).await?;
    request.query(&[])?;
    let sale = sales.get(&request.path_id("id")?).await?.filter(|sale| sale.may_be_read_by(&caller));
    // A sale has at most 50 lines, in one item: there is nothing to page through.
    let page = Page { items: sale_view::lines(&sale.ok_or_else(unknown)?), prev: None, next: None };
    Ok(jsonapi::list(&page, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let sales = Sales::from_env().await?;
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| list_sale_lines(&sales, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use sales::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call, usd};

    async fn list(shop: &Shop, id: &str, who: (&str, Role)) -> Answer {
        let call = Call::event("list-sale-lines").path("id", id).bearer(&shop.tokens.token(who.0, who.1));
        let (sales, guard) = (shop.sales(), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| list_sale_lines(&sales, &guard, request)).await
    }

    #[tokio::test]
    async fn a_product_that_cannot_be_is_shown_without_a_link() {
        let mut shop = Shop::with(&[1]).await;
        shop.products[0] = "𦕚/a b?c".to_owned();
        let id = shop.orders(&[(0, 1)]).await;
        let line = list(&shop, &id, ("ana", Role::Customer)).await.body["data"][0].clone();
        assert_eq!(line["relationships"]["product"], json!({"data": {"type": "products", "id": "𦕚/a b?c"}}));
    }

    #[tokio::test]
    async fn the_buyer_and_staff_see_what_was_sold_at_what_price() {
        let shop = Shop::with(&[10]).await;
        let sale = shop.buy("ana", "k", 3).await;
        assert_eq!(list(&shop, &sale.id, ("bob", Role::Customer)).await.status, 404);
        for (who, calls) in [(("ana", Role::Customer), 1), (("eva", Role::Staff), 2)] {
            let answer = list(&shop, &sale.id, who).await;
            let line = &answer.body["data"][0];
            assert_eq!((answer.status, &line["type"], answer.usage.calls), (200, &json!("sale-lines"), calls));
            assert_eq!(line["attributes"]["lineTotal"], json!(usd(3_750)));
            assert_eq!(line["relationships"]["product"]["data"]["id"], json!(shop.products[0]));
        }
    }
}
