//! `PATCH /products/{id}`: staff change a product.

use access::Guard;
use catalog::Catalog;
use catalog::product::ProductChanges;
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_product(
    products: &Catalog,
    guard: &Guard,
    currency: &Currency,
    request: Request,
) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let parse = |body| ProductChanges::parse(body, currency);
    let changes = changes_of(&request, &id, parse, || products.get_now(&id)).await?;
    let change = |product: catalog::product::Product| {
        request.check_if_match(product.version)?;
        Ok(changes.apply(product, clock::now()))
    };
    let product = products.update(&id, change).await?;
    Ok(jsonapi::ok(&product, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    let guard = Guard::from_env_with(products.client())?;
    let currency = config::required("CURRENCY")?;
    http::run(|request| update_product(&products, &guard, &currency, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::Status;
    use catalog::testing::cup;
    use kernel::caller::Role;
    use serde_json::{Value, json};
    use testing::{Answer, Call, Cloud, Tokens};

    struct Shop {
        products: Catalog,
        tokens: Tokens,
    }

    async fn shop() -> Shop {
        Shop { products: Catalog::new(Cloud::start().await.client(), "CatalogTable"), tokens: Tokens::new() }
    }

    impl Shop {
        fn change(&self, id: &str, attributes: &Value) -> Call {
            let call = Call::event("update-product").path("id", id).bearer(&self.tokens.token("eva", Role::Staff));
            call.resource("products", Some(id), attributes)
        }

        async fn send(&self, call: &Call) -> Answer {
            let (guard, currency) = (self.tokens.guard(self.products.client()), "USD".parse().unwrap());
            call.send(|request| update_product(&self.products, &guard, &currency, request)).await
        }
    }

    #[tokio::test]
    async fn a_change_shows_and_counts_the_version() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        let price = json!({"amount": 1350, "currency": "USD"});
        let answer = shop.send(&shop.change(&cup.id, &json!({"price": price}))).await;
        assert_eq!((answer.status, answer.header("etag"), answer.attribute("price")), (200, "\"2\"", &price));
        assert_eq!(shop.products.get(&cup.id).await.unwrap().map(|product| product.price.amount), Some(1350));
    }

    #[tokio::test]
    async fn a_change_of_an_old_version_is_refused() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        let change = shop.change(&cup.id, &json!({"name": "Mug"})).header("if-match", "\"1\"");
        assert_eq!(shop.send(&change).await.status, 200);
        let stale = shop.send(&change).await;
        assert_eq!((stale.status, stale.code()), (412, "precondition_failed"));
    }

    #[tokio::test]
    async fn the_names_of_brand_and_categories_are_not_for_clients_to_set() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        let names = json!({"brandName": "Loza", "categoryNames": ["Cups"]});
        let answer = shop.send(&shop.change(&cup.id, &names)).await;
        let pointers = ["/data/attributes/brandName", "/data/attributes/categoryNames"];
        assert_eq!((answer.status, answer.pointers()), (422, pointers.to_vec()));
    }

    #[tokio::test]
    async fn a_new_sku_has_to_be_free_and_frees_the_old_one() {
        let (shop, cup, mug) = (shop().await, cup(Status::Active), cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        shop.products.create(mug.clone(), "").await.unwrap();
        let taken = shop.send(&shop.change(&cup.id, &json!({"sku": mug.sku}))).await;
        assert_eq!((taken.status, taken.code()), (409, "already_exists"));
        assert_eq!(shop.send(&shop.change(&cup.id, &json!({"sku": "NEW-1"}))).await.status, 200);
        assert_eq!(shop.send(&shop.change(&mug.id, &json!({"sku": cup.sku}))).await.status, 200);
    }

    #[tokio::test]
    async fn the_same_new_sku_sent_twice_at_once_is_not_refused() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        let change = shop.change(&cup.id, &json!({"sku": "NEW-1"}));
        let (one, two, three) = tokio::join!(shop.send(&change), shop.send(&change), shop.send(&change));
        assert_eq!((one.status, two.status, three.status), (200, 200, 200));
    }

    #[tokio::test]
    async fn an_if_match_that_cannot_be_read_matches_nothing() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        for tags in ["é", "1", "W/\"1\"", ""] {
            let change = shop.change(&cup.id, &json!({"name": "Mug"})).header("if-match", tags);
            assert_eq!(shop.send(&change).await.status, 412, "{tags}");
        }
        let change = shop.change(&cup.id, &json!({"name": "Mug"})).header("if-match", "\"7\", \"1\"");
        assert_eq!(shop.send(&change).await.status, 200);
    }

    #[tokio::test]
    async fn changes_at_once_are_all_stored() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        shop.products.create(cup.clone(), "").await.unwrap();
        let (name, tags) =
            (shop.change(&cup.id, &json!({"name": "Mug"})), shop.change(&cup.id, &json!({"tags": ["blue"]})));
        let (one, two) = tokio::join!(shop.send(&name), shop.send(&tags));
        assert_eq!((one.status, two.status), (200, 200));
        let product = shop.products.get(&cup.id).await.unwrap().unwrap();
        assert_eq!((product.name.as_str(), product.tags.len(), product.version), ("Mug", 1, 3));
    }

    #[tokio::test]
    async fn an_unknown_product_is_not_found_and_customers_change_nothing() {
        let (shop, cup) = (shop().await, cup(Status::Active));
        assert_eq!(shop.send(&shop.change(&cup.id, &json!({"name": "Mug"}))).await.status, 404);
        shop.products.create(cup.clone(), "").await.unwrap();
        let customer = shop.change(&cup.id, &json!({"name": "Mug"})).bearer(&shop.tokens.token("ana", Role::Customer));
        assert_eq!(shop.send(&customer).await.status, 403);
        assert_eq!(shop.products.get(&cup.id).await.unwrap(), Some(cup));
    }
}
