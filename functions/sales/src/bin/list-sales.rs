//! `GET /sales`: signed-in users list their own sales, staff all, newest first.

use sales::Sales;
use sales::store::Whose;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::jsonapi::page::PARAMETERS;
use shared::jsonapi::{self, Cursors};
use shared::{Error, StartupError};

async fn list_sales(sales: &Sales, tokens: &Verifier, cursors: &Cursors, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    let query = request.query(&PARAMETERS)?;
    let whose = if caller.is_staff() { Whose::Everyones } else { Whose::Customer(&caller.id) };
    let page = cursors.page(&query, &format!("sales?{whose:?}"))?;
    Ok(jsonapi::list(&sales.list(whose, &page).await?, &request))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (sales, tokens, cursors) = (Sales::from_env().await?, Verifier::from_env()?, Cursors::from_env()?);
    http::run(|request| list_sales(&sales, &tokens, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use sales::testing::Shop;
    use shared::auth::Role;
    use shared::store::Meter;
    use shared::testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (sales, verifier, cursors) = (shop.sales(), shop.tokens.verifier(), Cursors::new("key"));
        call.send(|request| list_sales(&sales, &verifier, &cursors, request)).await
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
    async fn a_page_is_one_query() {
        let shop = Shop::with(&[9]).await;
        shop.buy("ana", "k", 1).await;
        let page = Cursors::new("key").page(&http::Query::new([]), "l").unwrap();
        let (_, usage) = Meter::measure(shop.sales().list(Whose::Customer("ana"), &page)).await;
        assert_eq!((usage.calls, usage.read_units), (1, 0.5));
    }
}
