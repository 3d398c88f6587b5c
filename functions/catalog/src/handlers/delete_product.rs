//! `DELETE /products/{id}`: staff delete a product.

use access::Guard;
use catalog::Catalog;
use inventory::Stock;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn delete_product(products: &Catalog, stock: &Stock, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    products.remove(stock, &request.path_id("id")?, |product| request.check_if_match(product.version)).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    let (stock, guard) = (Stock::from_env_with(products.client())?, Guard::from_env_with(products.client())?);
    http::run(|request| delete_product(&products, &stock, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::{Availability, Product, Status};
    use catalog::testing::cup;
    use dynamo::{boolean, text};
    use kernel::caller::Role;
    use testing::{Answer, Call, Cloud, Tokens};

    /// A shop with a cup.
    struct Shop {
        cloud: Cloud,
        products: Catalog,
        stock: Stock,
        tokens: Tokens,
        cup: Product,
    }

    impl Shop {
        async fn new() -> Self {
            let (cloud, tokens, cup) = (Cloud::start().await, Tokens::new(), cup(Status::Active));
            let products = Catalog::new(cloud.client(), "CatalogTable");
            products.create(cup.clone(), "").await.unwrap();
            Self { stock: Stock::new(cloud.client(), "InventoryTable"), products, cloud, tokens, cup }
        }

        /// Deletes the cup, of any version or the one named.
        async fn delete(&self, role: Role, if_match: &str) -> Answer {
            let call = Call::event("delete-product").path("id", &self.cup.id).header("if-match", if_match);
            let (call, guard) = (call.bearer(&self.tokens.token("eva", role)), self.tokens.guard(self.cloud.client()));
            call.send(|request| delete_product(&self.products, &self.stock, &guard, request)).await
        }

        async fn is_there(&self) -> bool {
            self.products.get_now(&self.cup.id).await.unwrap().is_some()
        }
    }

    #[tokio::test]
    async fn a_deleted_product_is_not_found_its_sku_is_free_and_it_cannot_be_bought() {
        let shop = Shop::new().await;
        assert_eq!(shop.delete(Role::Staff, "*").await.status, 204);
        assert_eq!(shop.delete(Role::Staff, "*").await.status, 404);
        assert!(shop.cloud.items("CatalogTable").await.is_empty());
        assert!(shop.stock.get(&shop.cup.id).await.unwrap().unwrap().product.unwrap().is_deleted());
    }

    #[tokio::test]
    async fn only_staff_delete_and_only_the_version_they_name() {
        let shop = Shop::new().await;
        assert_eq!(shop.delete(Role::Customer, "*").await.status, 403);
        assert_eq!(shop.delete(Role::Staff, "\"7\"").await.status, 412);
        assert!(shop.is_there().await);
    }

    #[tokio::test]
    async fn a_product_that_was_sold_is_archived_and_not_deleted() {
        let shop = Shop::new().await;
        let sold = Availability { in_stock: true, sold: true, sequence: Some("1".to_owned()) };
        shop.products.set_stock(&shop.cup.id, &sold).await.unwrap();
        let answer = shop.delete(Role::Staff, "*").await;
        assert_eq!((answer.status, answer.code()), (409, "in_use"));
        assert!(shop.is_there().await);
    }

    #[tokio::test]
    async fn a_product_that_was_sold_a_moment_ago_is_not_deleted_though_its_event_is_not_here_yet() {
        let shop = Shop::new().await;
        let sold = [("productId", text(&shop.cup.id)), ("sk", text("stock")), ("sold", boolean(true))];
        let sold = sold.map(|(name, value)| (name.to_owned(), value)).into();
        shop.cloud.client().put_item().table_name("InventoryTable").set_item(Some(sold)).send().await.unwrap();
        let answer = shop.delete(Role::Staff, "*").await;
        assert_eq!((answer.status, answer.code()), (409, "in_use"));
        assert!(shop.is_there().await);
    }
}
