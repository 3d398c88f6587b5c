//! `DELETE /products/{id}`: staff delete a product.

use catalog::Catalog;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn delete_product(products: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    products.remove(&request.path_id("id")?, |product| request.check_if_match(product.version)).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    let guard = Guard::from_env_with(products.client())?;
    http::run(|request| delete_product(&products, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::{Availability, Status};
    use catalog::testing::cup;
    use shared::auth::Role;
    use shared::testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn a_deleted_product_is_gone_and_its_sku_free() {
        let (cloud, tokens, cup) = (Cloud::start().await, Tokens::new(), cup(Status::Active));
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        products.create(cup.clone(), "").await.unwrap();
        let call = Call::event("delete-product").path("id", &cup.id).bearer(&tokens.token("eva", Role::Staff));
        assert_eq!(call.send(|request| delete_product(&products, &guard, request)).await.status, 204);
        assert_eq!(call.send(|request| delete_product(&products, &guard, request)).await.status, 404);
        assert!(cloud.items("CatalogTable").await.is_empty());
    }

    #[tokio::test]
    async fn only_staff_delete_and_only_the_version_they_name() {
        let (cloud, tokens, cup) = (Cloud::start().await, Tokens::new(), cup(Status::Active));
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        products.create(cup.clone(), "").await.unwrap();
        let call = Call::event("delete-product").path("id", &cup.id);
        let customer = call.clone().bearer(&tokens.token("ana", Role::Customer));
        let stale = call.bearer(&tokens.token("eva", Role::Staff)).header("if-match", "\"7\"");
        assert_eq!(customer.send(|request| delete_product(&products, &guard, request)).await.status, 403);
        assert_eq!(stale.send(|request| delete_product(&products, &guard, request)).await.status, 412);
        assert!(products.get(&cup.id).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_product_that_was_sold_is_archived_and_not_deleted() {
        let (cloud, tokens, cup) = (Cloud::start().await, Tokens::new(), cup(Status::Active));
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        products.create(cup.clone(), "").await.unwrap();
        let sold = Availability { in_stock: true, sold: true, sequence: Some("1".to_owned()) };
        products.set_stock(&cup.id, &sold).await.unwrap();
        let call = Call::event("delete-product").path("id", &cup.id).bearer(&tokens.token("eva", Role::Staff));
        let answer = call.send(|request| delete_product(&products, &guard, request)).await;
        assert_eq!((answer.status, answer.code()), (409, "in_use"));
        assert!(products.get(&cup.id).await.unwrap().is_some());
    }
}
