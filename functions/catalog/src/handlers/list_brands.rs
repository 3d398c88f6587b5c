//! `GET /brands`: anyone lists the brands, by name or age.

use catalog::Catalog;
use catalog::listing::Order;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

const ORDERS: [(&str, Order); 2] = [("name", Order::Name), ("createdAt", Order::CreatedAt)];

async fn list_brands(
    catalog: &Catalog,
    tokens: &Verifier,
    cursors: &Cursors,
    request: Request,
) -> Result<Response, Error> {
    tokens.anyone(&request)?;
    let query = request.query(&[&PARAMETERS[..], &["sort"]].concat())?;
    let (order, descending) = query.sort(&ORDERS)?.unwrap_or((Order::Name, false));
    let page = cursors.page(&query, &format!("brands?{order:?}{descending}"))?;
    Ok(jsonapi::list(&catalog.list_brands(order, !descending, &page).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (catalog, tokens, cursors) = (Catalog::from_env().await?, Verifier::from_env()?, Cursors::from_env()?);
    http::run(|request| list_brands(&catalog, &tokens, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn anyone_lists_them_in_order() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let id = catalog::testing::brand(&catalog, "Loza").await;
        let (verifier, cursors) = (tokens.verifier(), Cursors::new("key"));
        let other = catalog::testing::brand(&catalog, "Álamo").await;
        let answer =
            Call::event("list-brands").send(|request| list_brands(&catalog, &verifier, &cursors, request)).await;
        let ids: Vec<_> = answer.body["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!((answer.status, ids), (200, vec![other.into(), id.into()]));
        assert_eq!(answer.usage.calls, 1);
        let unknown = Call::event("list-brands").query(&[("sort", "colour")]);
        assert_eq!(unknown.send(|request| list_brands(&catalog, &verifier, &cursors, request)).await.status, 400);
    }
}
