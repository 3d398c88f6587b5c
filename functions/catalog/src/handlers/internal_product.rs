//! `GET /internal/products/{id}`: the other services read what they need to sell a product. Who may
//! call: holders of the internal API's key, which the gateway checks before this function runs.

use catalog::Catalog;
use catalog::product_view::Snapshot;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn internal_product(products: &Catalog, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let product = products.get_now(&request.path_id("id")?).await?;
    let product = product.ok_or_else(|| Error::not_found("There is no product with this id."))?;
    Ok(jsonapi::ok(&Snapshot(product), &request))
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    http::run(|request| internal_product(&products, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::{Product, Status};
    use catalog::testing::{category, cup};
    use serde_json::json;
    use testing::{Call, Cloud};

    #[tokio::test]
    async fn services_see_drafts_too_their_categories_and_how_new_what_they_keep_is() {
        let cloud = Cloud::start().await;
        let products = Catalog::new(cloud.client(), "CatalogTable");
        let cup = Product { category_ids: vec![category(&products, "Cups").await], ..cup(Status::Draft) };
        products.create(cup.clone(), "").await.unwrap();
        let call = Call::event("internal-product").path("id", &cup.id);
        let answer = call.send(|request| internal_product(&products, request)).await;
        assert_eq!((answer.status, answer.attribute("status")), (200, &json!("draft")));
        assert_eq!(answer.attribute("sequence"), &json!(cup.sequence()));
        assert_eq!(answer.attribute("categoryIds"), &json!(cup.category_ids));
        let call = Call::event("internal-product");
        assert_eq!(call.send(|request| internal_product(&products, request)).await.status, 404);
    }
}
