//! `GET /sales`: signed-in users list their own sales, staff all, filtered, newest first; `include=lines,customer`.

use access::Guard;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use sales::listing::{FILTERS, ListQuery};
use sales::sale_view::{self, SaleView};
use sales::{Customers, Sales};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};

async fn list_sales(
    sales: &Sales,
    customers: &Customers,
    guard: &Guard,
    cursors: &Cursors,
    request: Request,
) -> Result<Response, Error> {
    let caller = guard.reader(&request).await?;
    let query = request.query(&[&PARAMETERS[..], &FILTERS, &["sort", "include"]].concat())?;
    let (list_query, include) = (ListQuery::parse(&query, &caller)?, query.include(&["lines", "customer"])?);
    let lines_apart = include.contains("lines");
    let page = cursors.page(&query, &format!("sales?{list_query:?}"))?;
    let page = sales.list(&list_query, &page).await?;
    let lines: Vec<_> = page.items.iter().filter(|_| lines_apart).flat_map(sale_view::lines).collect();
    let with_customer = if include.contains("customer") { page.items.as_slice() } else { &[] };
    let included = Included::new(&request).with(&lines).with(&customers.of(with_customer).await?);
    Ok(included.put_into(jsonapi::list(&page.map(|sale| SaleView { sale, lines_apart }), &request)))
}

pub async fn start() -> Result<(), StartupError> {
    let (sales, customers) = (Sales::from_env().await?, Customers::from_env()?);
    let cursors = Cursors::from_env()?;
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| list_sales(&sales, &customers, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use kernel::caller::{Caller, Role};
    use kernel::clock;
    use sales::sale::Sale;
    use sales::status::Status;
    use sales::testing::Shop;
    use serde_json::json;
    use testing::roles::as_nobody;
    use testing::{Answer, Call, StandIn, customer, internal};
    use tokio::runtime::Handle;
    use tokio::task::block_in_place;

    async fn send(shop: &Shop, call: &Call) -> Answer {
        ask(shop, &Customers::new(internal("http://127.0.0.1:1")), call).await
    }

    async fn ask(shop: &Shop, customers: &Customers, call: &Call) -> Answer {
        let (sales, guard, cursors) = (shop.sales(), shop.tokens.guard(shop.cloud.client()), Cursors::new("key"));
        call.send(|request| list_sales(&sales, customers, &guard, &cursors, request)).await
    }

    fn ids(answer: &Answer) -> Vec<String> {
        let items = answer.body["data"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
    }

    #[tokio::test]
    async fn buyers_see_their_own_sales_and_staff_all() {
        let shop = Shop::with(&[9]).await;
        let (anas, bobs) = (shop.buy("ana", "k", 1).await, shop.buy("bob", "k", 1).await);
        let list = |user, role| Call::event("list-sales").bearer(&shop.tokens.token(user, role));
        assert_eq!(ids(&send(&shop, &list("ana", Role::Customer)).await), [anas.id.as_str()]);
        assert_eq!(ids(&send(&shop, &list("bob", Role::Customer)).await), [bobs.id.as_str()]);
        assert_eq!(ids(&send(&shop, &list("eva", Role::Staff)).await).len(), 2);
        assert_eq!(send(&shop, &Call::event("list-sales")).await.status, 401);
    }

    #[tokio::test]
    async fn a_cursor_of_one_buyer_is_refused_for_another() {
        let shop = Shop::with(&[9]).await;
        for key in ["a", "b"] {
            shop.buy("ana", key, 1).await;
        }
        let call = Call::event("list-sales").query(&[("page[size]", "1")]);
        let first = send(&shop, &call.clone().bearer(&shop.tokens.token("ana", Role::Customer))).await;
        let next = first.body["links"]["next"].as_str().unwrap_or_default().to_owned();
        let cursor = next.split("after%5D=").nth(1).unwrap_or_default();
        let call = call.query(&[("page[after]", cursor), ("page[size]", "1")]);
        assert_eq!(ids(&send(&shop, &call.clone().bearer(&shop.tokens.token("ana", Role::Customer))).await).len(), 1);
        assert_eq!(send(&shop, &call.bearer(&shop.tokens.token("bob", Role::Customer))).await.status, 400);
    }

    #[tokio::test]
    async fn sales_are_found_by_state_by_customer_and_by_day() {
        let shop = Shop::with(&[9]).await;
        let (first, second) = (shop.buy("ana", "a", 1).await, shop.buy("ana", "b", 1).await);
        let pending = shop.orders(&[(0, 1)]).await;
        let ana = Call::event("list-sales").bearer(&shop.tokens.token("ana", Role::Customer));
        let eva = Call::event("list-sales").bearer(&shop.tokens.token("eva", Role::Staff));
        for (call, calls) in [(&ana, 1), (&eva, 2)] {
            let found = async |query| {
                let answer = send(&shop, &call.clone().query(query)).await;
                (ids(&answer), answer.usage.calls)
            };
            assert_eq!(found(&[("filter[status]", "pending")]).await, (vec![pending.clone()], calls));
            let oldest = [("filter[status]", "confirmed"), ("sort", "createdAt")];
            assert_eq!(found(&oldest).await, (vec![first.id.clone(), second.id.clone()], calls));
            assert_eq!(found(&[("filter[createdAt]", "..2026-01-01")]).await.0, Vec::<String>::new());
            assert_eq!(found(&[("filter[createdAt]", "2026-01-01..")]).await.0.len(), 3);
        }
        let another = kernel::ids::new();
        let others = [("filter[customer]", another.as_str())];
        assert_eq!(send(&shop, &eva.query(&others)).await.body["data"], json!([]));
        assert_eq!(send(&shop, &ana.query(&others)).await.status, 403);
    }

    #[tokio::test]
    async fn a_page_of_a_buyer_or_a_state_is_one_query_and_one_of_all_is_one_for_each_state() {
        let shop = Shop::with(&[9]).await;
        shop.buy("ana", "k", 1).await;
        let ana = Call::event("list-sales").bearer(&shop.tokens.token("ana", Role::Customer));
        let usage = send(&shop, &ana).await.usage;
        assert_eq!((usage.calls, usage.read_units), (1, 0.5));
        let eva = Call::event("list-sales").bearer(&shop.tokens.token("eva", Role::Staff));
        assert_eq!(send(&shop, &eva.clone().query(&[("filter[status]", "confirmed")])).await.usage.calls, 2);
        let usage = send(&shop, &eva).await.usage;
        // Six, and whether the token was revoked.
        assert_eq!((usage.calls, usage.read_units), (7, 4.0));
    }

    #[tokio::test]
    async fn lines_of_all_listed_sales_are_included_when_asked_for() {
        let shop = Shop::with(&[9]).await;
        for key in ["a", "b"] {
            shop.buy("ana", key, 1).await;
        }
        let call = Call::event("list-sales").query(&[("include", "lines")]);
        let answer = send(&shop, &call.bearer(&shop.tokens.token("ana", Role::Customer))).await;
        assert_eq!(answer.body["included"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer.usage.calls, 1);
    }

    #[tokio::test]
    async fn the_customers_of_all_listed_sales_are_one_question_and_each_is_included_once() {
        let shop = Shop::with(&[9]).await;
        for (user, key) in [("ana", "a"), ("ana", "b"), ("bob", "a")] {
            shop.buy(user, key, 1).await;
        }
        let users = ["ana", "bob"].map(|id| json!({"type": "users", "id": id, "attributes": {}}));
        let identity = StandIn::start(vec![(200, json!({"data": users}))]).await;
        let customers = Customers::new(internal(&identity.url));
        let eva = Call::event("list-sales").bearer(&shop.tokens.token("eva", Role::Staff));
        let eva = eva.query(&[("include", "customer")]);
        let answer = ask(&shop, &customers, &eva).await;
        assert_eq!(answer.body["included"].as_array().map(Vec::len), Some(2));
        assert_eq!(identity.asked(), ["/internal/users?filter%5Bid%5D=ana,bob"]);
        let nobodys = eva.query(&[("include", "customer"), ("filter[status]", "rejected")]);
        assert_eq!(ask(&shop, &customers, &nobodys).await.body["included"], json!([]));
        assert_eq!(identity.asked().len(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_sale_that_changes_its_state_between_any_two_queries_is_listed_once() {
        for call in 0..6 {
            let shop = Arc::new(Shop::with(&[9]).await);
            let sale = shop.buy("ana", "k", 1).await.id;
            let (rival, moving, runtime) = (shop.clone(), sale.clone(), Handle::current());
            let between = move |_: &str, number| {
                let (eva, any) = (Caller { role: Role::Staff, ..customer("eva") }, |_: &Sale| Ok(()));
                if number == call {
                    let change_status = rival.change_status();
                    let shipped = change_status.run(&moving, Status::Shipped, &eva, any, clock::now());
                    block_in_place(|| runtime.block_on(as_nobody(shipped))).unwrap();
                }
                None
            };
            let sales = Sales::new(shop.cloud.client_with(between), "SalesTable");
            let (customers, guard) =
                (Customers::new(internal("http://127.0.0.1:1")), shop.tokens.guard(shop.cloud.client()));
            let (cursors, eva) = (Cursors::new("key"), shop.tokens.token("eva", Role::Staff));
            let call = Call::event("list-sales").bearer(&eva);
            let listed = call.send(|request| list_sales(&sales, &customers, &guard, &cursors, request)).await;
            assert_eq!(ids(&listed), [sale]);
        }
    }
}
