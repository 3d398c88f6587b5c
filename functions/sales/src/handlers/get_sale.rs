//! `GET /sales/{id}`: signed-in users read a sale of their own, staff read any; `include=lines,customer`.

use access::Guard;
use std::slice::from_ref;

use kernel::{Error, StartupError};
use sales::sale_view::{self, SaleView};
use sales::store::unknown;
use sales::{Customers, Sales};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};

async fn get_sale(sales: &Sales, customers: &Customers, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.reader(&request).await?;
    let query = request.query(&["include"])?;
    let include = query.include(&["lines", "customer"])?;
    let lines_apart = include.contains("lines");
    let sale = sales.get(&request.path_id("id")?).await?.filter(|sale| sale.may_be_read_by(&caller));
    let sale = sale.ok_or_else(unknown)?;
    let lines = if lines_apart { sale_view::lines(&sale) } else { Vec::new() };
    let with_customer = if include.contains("customer") { from_ref(&sale) } else { &[] };
    let included = Included::new(&request).with(&lines).with(&customers.of(with_customer).await?);
    Ok(included.put_into(jsonapi::ok(&SaleView { sale, lines_apart }, &request)))
}

pub async fn start() -> Result<(), StartupError> {
    let (sales, customers) = (Sales::from_env().await?, Customers::from_env()?);
    let guard = Guard::from_env_with(sales.client())?;
    http::run(|request| get_sale(&sales, &customers, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use kernel::usage::Meter;
    use sales::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call, StandIn, internal};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (sales, customers, guard) =
            (shop.sales(), Customers::new(internal("http://127.0.0.1:1")), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| get_sale(&sales, &customers, &guard, request)).await
    }

    #[tokio::test]
    async fn buyers_read_their_own_sale_staff_any_and_others_none() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let call = Call::event("get-sale").path("id", &sale.id);
        for (user, role, status) in [
            ("ana", Role::Customer, 200),
            ("bob", Role::Customer, 404),
            ("eva", Role::Staff, 200),
            ("ada", Role::Admin, 200),
        ] {
            let call = call.clone().bearer(&shop.tokens.token(user, role));
            assert_eq!(send(&shop, &call).await.status, status, "{user}");
        }
        assert_eq!(send(&shop, &call).await.status, 401);
    }

    #[tokio::test]
    async fn lines_are_included_when_asked_for() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let call = Call::event("get-sale").path("id", &sale.id).query(&[("include", "lines")]);
        let call = call.bearer(&shop.tokens.token("ana", Role::Customer));
        let body = send(&shop, &call).await.body;
        let (linked, included) = (&body["data"]["relationships"]["lines"]["data"][0], &body["included"][0]);
        assert_eq!((&linked["type"], &linked["id"]), (&included["type"], &included["id"]));
        assert_eq!(included["attributes"]["quantity"], 3);
        let unknown = call.query(&[("include", "buyer")]);
        assert_eq!(send(&shop, &unknown).await.status, 400);
    }

    #[tokio::test]
    async fn who_bought_is_asked_of_identity_when_it_is_to_be_included() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let ana = json!({"type": "users", "id": "ana", "attributes": {"email": "ana@shop.example"}});
        let identity = StandIn::start(vec![(200, json!({"data": [ana]}))]).await;
        let (sales, guard) = (shop.sales(), shop.tokens.guard(shop.cloud.client()));
        let customers = Customers::new(internal(&identity.url));
        let call = Call::event("get-sale").path("id", &sale.id).bearer(&shop.tokens.token("eva", Role::Staff));
        for (include, asked) in [("lines", 0), ("customer,lines", 1)] {
            let call = call.clone().query(&[("include", include)]);
            let answer = call.send(|request| get_sale(&sales, &customers, &guard, request)).await;
            assert_eq!(answer.body["included"].as_array().map(Vec::len), Some(1 + asked));
            assert_eq!(identity.asked().len(), asked);
        }
        assert_eq!(identity.asked(), ["/internal/users?filter%5Bid%5D=ana"]);
        let call = call.query(&[("include", "customer")]);
        let unanswered = send(&shop, &call).await;
        assert_eq!((unanswered.status, unanswered.header("retry-after")), (503, "1"));
    }

    #[tokio::test]
    async fn a_sale_is_one_read() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let (found, usage) = Meter::measure(shop.sales().get(&sale.id)).await;
        assert_eq!(found.unwrap(), Some(sale));
        assert_eq!((usage.calls, usage.read_units), (1, 1.0));
    }
}
