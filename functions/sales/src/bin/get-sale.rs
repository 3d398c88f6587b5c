//! `GET /sales/{id}`: signed-in users read a sale of their own, staff read any; `include=lines`.

use sales::Sales;
use sales::line::{self, Shown};
use sales::store::unknown;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::jsonapi::{self, Included};
use shared::{Error, StartupError};

async fn get_sale(sales: &Sales, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    let query = request.query(&["include"])?;
    let lines_apart = query.include(&["lines"])?.contains("lines");
    let sale = sales.get(&request.path_id("id")?).await?.filter(|sale| sale.may_be_read_by(&caller));
    let sale = sale.ok_or_else(unknown)?;
    let lines = if lines_apart { line::lines(&sale) } else { Vec::new() };
    let answer = jsonapi::ok(&Shown { sale, lines_apart }, &request);
    Ok(Included::new(&request).with(&lines).put_into(answer))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (sales, tokens) = (Sales::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_sale(&sales, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use sales::testing::Shop;
    use shared::auth::Role;
    use shared::store::Meter;
    use shared::testing::Call;

    #[tokio::test]
    async fn buyers_read_their_own_sale_staff_any_and_others_none() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let (sales, verifier) = (shop.sales(), shop.tokens.verifier());
        let call = Call::event("get-sale").path("id", &sale.id);
        for (user, role, status) in [
            ("ana", Role::Customer, 200),
            ("bob", Role::Customer, 404),
            ("eva", Role::Staff, 200),
            ("ada", Role::Admin, 200),
        ] {
            let call = call.clone().bearer(&shop.tokens.token(user, role));
            assert_eq!(call.send(|request| get_sale(&sales, &verifier, request)).await.status, status, "{user}");
        }
        assert_eq!(call.send(|request| get_sale(&sales, &verifier, request)).await.status, 401);
    }

    #[tokio::test]
    async fn lines_are_included_when_asked_for() {
        let shop = Shop::with(&[3]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let (sales, verifier) = (shop.sales(), shop.tokens.verifier());
        let call = Call::event("get-sale").path("id", &sale.id).query(&[("include", "lines")]);
        let call = call.bearer(&shop.tokens.token("ana", Role::Customer));
        let body = call.send(|request| get_sale(&sales, &verifier, request)).await.body;
        let (linked, included) = (&body["data"]["relationships"]["lines"]["data"][0], &body["included"][0]);
        assert_eq!((&linked["type"], &linked["id"]), (&included["type"], &included["id"]));
        assert_eq!(included["attributes"]["quantity"], 3);
        let unknown = call.query(&[("include", "buyer")]);
        assert_eq!(unknown.send(|request| get_sale(&sales, &verifier, request)).await.status, 400);
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
