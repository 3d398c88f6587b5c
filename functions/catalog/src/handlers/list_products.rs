//! `GET /products`: anyone lists what is on offer, filtered and sorted; staff also drafts and archived ones;
//! `include=brand,categories`.

use access::Guard;
use catalog::Catalog;
use catalog::listing::{FILTERS, ListQuery};
use catalog::product::Status;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};

async fn list_products(
    products: &Catalog,
    guard: &Guard,
    cursors: &Cursors,
    request: Request,
) -> Result<Response, Error> {
    guard.visitor(&request).await?;
    let query = request.query(&[&PARAMETERS[..], &FILTERS, &["sort", "include"]].concat())?;
    let (list_query, include) = (ListQuery::parse(&query)?, query.include(&["brand", "categories"])?);
    if list_query.statuses != [Status::Active] {
        guard.staff_only(&request)?;
    }
    let page = cursors.page(&query, &format!("products?{list_query:?}"))?;
    let page = products.list(&list_query, &page).await?;
    let (brands, categories) = products.related(&page.items, &include).await?;
    let included = Included::new(&request).with(&brands).with(&categories);
    Ok(included.put_into(jsonapi::list(&page, &request)))
}

pub async fn start() -> Result<(), StartupError> {
    let (products, cursors) = (Catalog::from_env().await?, Cursors::from_env()?);
    let guard = Guard::from_env_with(products.client())?;
    http::run(|request| list_products(&products, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::Product;
    use catalog::testing::cup;
    use kernel::caller::Role;
    use kernel::usage::Meter;
    use serde_json::{Value, json};
    use testing::{Answer, Call, Cloud, Tokens};

    struct Shop {
        products: Catalog,
        tokens: Tokens,
        guard: Guard,
        cursors: Cursors,
    }

    async fn shop() -> Shop {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        Shop { products, tokens, guard, cursors: Cursors::new("key") }
    }

    impl Shop {
        async fn send(&self, call: &Call) -> Answer {
            call.send(|request| list_products(&self.products, &self.guard, &self.cursors, request)).await
        }
    }

    fn ids(answer: &Answer) -> Vec<String> {
        let items = answer.body["data"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
    }

    fn pairs(link: &Value) -> Vec<(String, String)> {
        let link = url::Url::parse(link.as_str().unwrap_or("none:")).unwrap();
        link.query_pairs().into_owned().collect()
    }

    #[tokio::test]
    async fn following_the_links_shows_every_product_once_newest_first_and_back_again() {
        let shop = shop().await;
        let mut made = Vec::new();
        for _ in 0..5 {
            let product = cup(Status::Active);
            shop.products.create(product.clone(), "").await.unwrap();
            made.insert(0, product.id);
        }
        let (mut seen, mut call, mut last) =
            (Vec::new(), Call::event("list-products").query(&[("page[size]", "2")]), None);
        for size in [2, 2, 1] {
            let answer = shop.send(&call).await;
            assert_eq!((answer.status, ids(&answer).len()), (200, size));
            seen.extend(ids(&answer));
            let next: Vec<(String, String)> = pairs(&answer.body["links"]["next"]);
            call = call.query(&next.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
            last = Some(answer);
        }
        assert_eq!(seen, made);
        let last = last.map(|answer| answer.body["links"].clone()).unwrap_or_default();
        assert_eq!(last["next"], Value::Null);
        let back = pairs(&last["prev"]);
        let back = call.query(&back.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        assert_eq!(ids(&shop.send(&back).await), made[2..4]);
    }

    #[tokio::test]
    async fn a_page_is_one_query() {
        let shop = shop().await;
        shop.products.create(cup(Status::Active), "").await.unwrap();
        let page = shop.cursors.page(&kernel::query::Query::new([]), "l").unwrap();
        let (_, usage) =
            Meter::measure(shop.products.list(&ListQuery::parse(&kernel::query::Query::new([])).unwrap(), &page)).await;
        assert_eq!((usage.calls, usage.read_units), (1, 0.5));
    }

    #[tokio::test]
    async fn lists_show_the_names_of_brands_and_categories() {
        let shop = shop().await;
        let brand_id = Some(catalog::testing::brand(&shop.products, "Loza").await);
        let category_id = catalog::testing::category(&shop.products, "Mugs").await;
        let cup = Product { brand_id, category_ids: vec![category_id.clone()], ..cup(Status::Active) };
        shop.products.create(cup, "").await.unwrap();
        for query in [vec![], vec![("filter[category]", category_id.as_str())], vec![("filter[text]", "cup")]] {
            let answer = shop.send(&Call::event("list-products").query(&query)).await;
            let attributes = &answer.body["data"][0]["attributes"];
            assert_eq!((&attributes["brandName"], &attributes["categoryNames"]), (&json!("Loza"), &json!(["Mugs"])));
        }
    }

    #[tokio::test]
    async fn a_page_larger_than_one_answer_of_dynamodb_is_still_full() {
        let shop = shop().await;
        for _ in 0..90 {
            let large = catalog::product::Product { description: Some("x".repeat(16_000)), ..cup(Status::Active) };
            shop.products.create(large, "").await.unwrap();
        }
        let first = shop.send(&Call::event("list-products").query(&[("page[size]", "80")])).await;
        assert_eq!(ids(&first).len(), 80);
        let next = pairs(&first.body["links"]["next"]);
        let next: Vec<_> = next.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(ids(&shop.send(&Call::event("list-products").query(&next)).await).len(), 10);
    }

    #[tokio::test]
    async fn a_token_that_does_not_hold_is_refused_here_too() {
        assert_eq!(shop().await.send(&Call::event("list-products").bearer("nonsense")).await.status, 401);
    }

    #[tokio::test]
    async fn drafts_are_listed_for_staff_only() {
        let shop = shop().await;
        shop.products.create(cup(Status::Draft), "").await.unwrap();
        assert!(ids(&shop.send(&Call::event("list-products")).await).is_empty());
        let drafts = Call::event("list-products").query(&[("filter[status]", "draft")]);
        assert_eq!(shop.send(&drafts).await.status, 401);
        assert_eq!(shop.send(&drafts.clone().bearer(&shop.tokens.token("ana", Role::Customer))).await.status, 403);
        assert_eq!(ids(&shop.send(&drafts.bearer(&shop.tokens.token("eva", Role::Staff))).await).len(), 1);
    }

    #[tokio::test]
    async fn parameters_that_cannot_be_used_are_named() {
        let shop = shop().await;
        for (name, value) in [("page[size]", "0"), ("page[after]", "x"), ("filter[status]", "sold"), ("sort", "sku")] {
            let answer = shop.send(&Call::event("list-products").query(&[(name, value)])).await;
            assert_eq!((answer.status, answer.code()), (400, "invalid_parameter"));
            assert_eq!(answer.body["errors"][0]["source"]["parameter"], name);
        }
    }
}
