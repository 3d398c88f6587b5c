//! `GET /inventory`: staff list stock, what has run out first, then what is low; or the stock of products they name.

use access::Guard;
use inventory::Stock;
use inventory::stock::{Level, StockItem};
use kernel::page::{Cursors, PARAMETERS, Page};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

const FILTERS: [&str; 2] = ["filter[level]", "filter[product]"];

/// The most products that a request may name.
const MOST_PRODUCTS: usize = 50;

async fn list_stock(stock: &Stock, guard: &Guard, cursors: &Cursors, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    let query = request.query(&[&PARAMETERS[..], &FILTERS].concat())?;
    let level = query.word("filter[level]", &Level::NAMES)?;
    let page = cursors.page(&query, &format!("stock?{level:?}"))?;
    let page = match query.list("filter[product]", MOST_PRODUCTS)? {
        None => stock.list(level, &page).await?,
        Some(ids) => named(stock.those(&ids).await?, level),
    };
    Ok(jsonapi::list(&page, &request))
}

/// What was asked for by name is one page.
fn named(mut items: Vec<StockItem>, level: Option<Level>) -> Page<StockItem> {
    items.retain(|item| level.is_none_or(|level| item.level() == level));
    Page { items, prev: None, next: None }
}

pub async fn start() -> Result<(), StartupError> {
    let (stock, cursors) = (Stock::from_env().await?, Cursors::from_env()?);
    let guard = Guard::from_env_with(stock.client())?;
    http::run(|request| list_stock(&stock, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use inventory::testing::stocked;
    use kernel::caller::Role;
    use serde_json::Value;
    use testing::{Answer, Call, Cloud, Tokens};

    async fn list(stock: &Stock, role: Role, query: &[(&str, &str)]) -> Answer {
        let tokens = Tokens::new();
        let call = Call::event("list-stock").bearer(&tokens.token("eva", role)).query(query);
        let (guard, cursors) = (tokens.guard(stock.client()), Cursors::new("key"));
        call.send(|request| list_stock(stock, &guard, &cursors, request)).await
    }

    fn ids(answer: &Answer) -> Vec<String> {
        let data = answer.body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        data.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
    }

    #[tokio::test]
    async fn what_has_run_out_comes_first_then_what_is_low_in_one_query_and_one_read() {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        let [enough, low, out] =
            [stocked(&stock, 9, None).await, stocked(&stock, 5, Some(5)).await, stocked(&stock, 0, Some(5)).await];
        let all = list(&stock, Role::Staff, &[]).await;
        assert_eq!((all.status, ids(&all)), (200, vec![out.clone(), low.clone(), enough.clone()]));
        assert_eq!(all.usage.calls, 3, "whether the token was revoked, the query, the read");
        assert_eq!(ids(&list(&stock, Role::Staff, &[("filter[level]", "low")]).await), [low]);
        let named = format!("{enough},{out}");
        let some = list(&stock, Role::Staff, &[("filter[product]", &named)]).await;
        assert_eq!((ids(&some), some.usage.calls), (vec![enough, out.clone()], 2));
        let both = [("filter[product]", named.as_str()), ("filter[level]", "out")];
        assert_eq!(ids(&list(&stock, Role::Staff, &both).await), [out]);
    }

    #[tokio::test]
    async fn pages_lead_to_each_other() {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        for pieces in 0..3 {
            stocked(&stock, pieces, None).await;
        }
        let first = list(&stock, Role::Staff, &[("page[size]", "2")]).await;
        let next = first.body["links"]["next"].as_str().unwrap_or_default();
        let cursor = next.split("page%5Bafter%5D=").nth(1).unwrap_or_default();
        let second = list(&stock, Role::Staff, &[("page[size]", "2"), ("page[after]", cursor)]).await;
        assert_eq!((ids(&first).len(), ids(&second).len()), (2, 1));
        assert_eq!(second.body["links"]["next"], Value::Null);
    }

    #[tokio::test]
    async fn customers_see_no_stock_and_unknown_filters_are_refused() {
        let stock = Stock::new(Cloud::start().await.client(), "InventoryTable");
        assert_eq!(list(&stock, Role::Customer, &[]).await.status, 403);
        for (name, value) in [("filter[level]", "full"), ("filter[product]", ""), ("filter[colour]", "red")] {
            assert_eq!(list(&stock, Role::Staff, &[(name, value)]).await.status, 400, "{name}={value}");
        }
    }
}
