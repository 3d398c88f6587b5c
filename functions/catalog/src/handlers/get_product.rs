//! `GET /products/{id}`: anyone reads a product; drafts are for staff; `include=brand,categories`.

use access::Guard;
use catalog::Catalog;
use kernel::caller::Caller;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};

async fn get_product(products: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    let staff = guard.visitor(&request).await?.is_some_and(|caller: Caller| caller.is_staff());
    let query = request.query(&["include"])?;
    let include = query.include(&["brand", "categories"])?;
    let product = products.get(&request.path_id("id")?).await?.filter(|product| staff || product.is_public());
    let product = product.ok_or_else(|| Error::not_found("There is no product with this id."))?;
    let (brands, categories) = products.related(std::slice::from_ref(&product), &include).await?;
    let included = Included::new(&request).with(&brands).with(&categories);
    Ok(included.put_into(jsonapi::ok(&product, &request)))
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    let guard = Guard::from_env_with(products.client())?;
    http::run(|request| get_product(&products, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::{Product, Status};
    use kernel::caller::Role;
    use kernel::usage::Meter;
    use serde_json::json;
    use testing::{Call, Cloud, Tokens};
    use web::jsonapi::Resource;

    #[tokio::test]
    async fn a_product_is_one_read_of_half_a_unit() {
        let cloud = Cloud::start().await;
        let products = Catalog::new(cloud.client(), "CatalogTable");
        let cup = catalog::testing::cup(Status::Active);
        products.create(cup.clone(), "").await.unwrap();
        let (found, usage) = Meter::measure(products.get(&cup.id)).await;
        assert_eq!(found.unwrap(), Some(cup));
        assert_eq!((usage.calls, usage.read_units), (1, 0.5));
    }

    #[tokio::test]
    async fn a_product_shows_the_names_of_its_brand_and_categories_in_the_same_read() {
        let cloud = Cloud::start().await;
        let products = Catalog::new(cloud.client(), "CatalogTable");
        let brand_id = Some(catalog::testing::brand(&products, "Loza").await);
        let category_ids = vec![catalog::testing::category(&products, "Mugs").await];
        let cup = Product { brand_id, category_ids, ..catalog::testing::cup(Status::Active) };
        products.create(cup.clone(), "").await.unwrap();
        let (found, usage) = Meter::measure(products.get(&cup.id)).await;
        let shown = found.unwrap().unwrap().attributes();
        assert_eq!((&shown["brandName"], &shown["categoryNames"]), (&json!("Loza"), &json!(["Mugs"])));
        assert_eq!((usage.calls, usage.read_units), (1, 0.5));
    }

    #[tokio::test]
    async fn drafts_are_seen_by_staff_only() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        let cup = catalog::testing::cup(Status::Draft);
        products.create(cup.clone(), "").await.unwrap();
        let call = Call::event("get-product").path("id", &cup.id);
        assert_eq!(call.send(|request| get_product(&products, &guard, request)).await.status, 404);
        let call = call.bearer(&tokens.token("eva", Role::Staff));
        assert_eq!(call.send(|request| get_product(&products, &guard, request)).await.status, 200);
    }

    #[tokio::test]
    async fn what_is_no_id_is_not_found_without_a_read() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        for id in ["1", "../../etc/passwd", "%00", &"x".repeat(5_000)] {
            let call = Call::event("get-product").path("id", id);
            let answer = call.send(|request| get_product(&products, &guard, request)).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"));
        }
    }
}
