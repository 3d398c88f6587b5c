//! `GET /categories`: anyone lists the categories in the order of their paths, all or those right below another
//! (`filter[parent]`, or `root`), or those of a product (`filter[product]`); `include=parent`.

use access::Guard;
use catalog::Catalog;
use catalog::category::Filter;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};

async fn list_categories(
    catalog: &Catalog,
    guard: &Guard,
    cursors: &Cursors,
    request: Request,
) -> Result<Response, Error> {
    let staff = guard.visitor(&request).await?.is_some_and(|caller| caller.is_staff());
    let query = request.query(&[&PARAMETERS[..], &Filter::NAMES, &["include"]].concat())?;
    let (filter, include) = (Filter::parse(&query)?, query.include(&["parent"])?);
    let page = cursors.page(&query, &format!("categories?{filter:?}"))?;
    let page = catalog.list_categories(&filter, staff, &page).await?;
    let parents = page.items.iter().filter_map(|placed| placed.category.parent_id.as_deref());
    let included = match include.contains("parent") {
        true => Included::new(&request).with(&catalog.others(parents, &page.items).await?),
        false => Included::new(&request),
    };
    Ok(included.put_into(jsonapi::list(&page, &request)))
}

pub async fn start() -> Result<(), StartupError> {
    let (catalog, cursors) = (Catalog::from_env().await?, Cursors::from_env()?);
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| list_categories(&catalog, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn anyone_lists_them_in_order() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let id = catalog::testing::category(&catalog, "Loza").await;
        let (guard, cursors) = (tokens.guard(cloud.client()), Cursors::new("key"));
        let other = catalog::testing::category(&catalog, "Álamo").await;
        let answer =
            Call::event("list-categories").send(|request| list_categories(&catalog, &guard, &cursors, request)).await;
        let ids: Vec<_> = answer.body["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_eq!((answer.status, ids), (200, vec![other.into(), id.into()]));
        assert_eq!(answer.usage.calls, 2);
        let unknown = Call::event("list-categories").query(&[("sort", "colour")]);
        assert_eq!(unknown.send(|request| list_categories(&catalog, &guard, &cursors, request)).await.status, 400);
    }
}
