//! `POST /products`: staff add a product.

use access::Guard;
use catalog::Catalog;
use catalog::product::Product;
use kernel::money::Currency;
use kernel::{Error, StartupError, clock, config, ids};
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn create_product(
    products: &Catalog,
    guard: &Guard,
    currency: &Currency,
    request: Request,
) -> Result<Response, Error> {
    let caller = guard.staff(&request).await?;
    request.query(&[])?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("products")?;
    let fingerprint = body.fingerprint();
    let id = key.map_or_else(ids::new, |key| key.id("products", &caller.id));
    let product = Product::parse(body, currency, id, clock::now())?;
    idempotency::created(&products.create(product, &fingerprint).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let products = Catalog::from_env().await?;
    let guard = Guard::from_env_with(products.client())?;
    let currency = config::required("CURRENCY")?;
    http::run(|request| create_product(&products, &guard, &currency, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::testing::{brand, category};
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Answer, Call, Cloud, Tokens};

    async fn send(cloud: &Cloud, tokens: &Tokens, call: Call) -> Answer {
        let (products, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        let currency = "USD".parse().unwrap();
        call.send(|request| create_product(&products, &guard, &currency, request)).await
    }

    fn as_staff(tokens: &Tokens) -> Call {
        Call::event("create-product").bearer(&tokens.token("eva", Role::Staff))
    }

    #[tokio::test]
    async fn a_product_is_made_with_its_location_and_etag() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let answer = send(&cloud, &tokens, as_staff(&tokens)).await;
        assert_eq!((answer.status, answer.header("etag")), (201, "\"1\""));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/products/{}", answer.id()));
        assert_eq!(answer.attribute("price"), &json!({"amount": 1250, "currency": "USD"}));
    }

    #[tokio::test]
    async fn a_new_product_shows_the_names_of_what_it_belongs_to_and_nobody_sends_them() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let brand = brand(&Catalog::new(cloud.client(), "CatalogTable"), "Loza").await;
        let mut data = json!({"type": "products", "attributes": {"name": "Cup", "sku": "CUP",
            "price": {"amount": 1, "currency": "USD"}}});
        data["relationships"]["brand"]["data"] = json!({"type": "brands", "id": brand});
        let answer = send(&cloud, &tokens, as_staff(&tokens).document(&json!({"data": data}))).await;
        assert_eq!((answer.status, answer.attribute("brandName")), (201, &json!("Loza")));
        assert_eq!(answer.attribute("categoryNames"), &json!([]));
        for (name, value) in [("brandName", json!("Loza")), ("categoryNames", json!([]))] {
            let mut data = data.clone();
            data["attributes"][name] = value;
            let answer = send(&cloud, &tokens, as_staff(&tokens).document(&json!({"data": data}))).await;
            assert_eq!((answer.status, answer.pointers()), (422, vec![format!("/data/attributes/{name}").as_str()]));
        }
    }

    #[tokio::test]
    async fn a_brand_or_category_that_does_not_exist_is_reported_with_its_pointer() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let category = category(&Catalog::new(cloud.client(), "CatalogTable"), "Cups").await;
        let attributes = json!({"name": "Cup", "sku": "CUP", "price": {"amount": 1, "currency": "USD"}});
        let unknown = ids::new();
        let categories = json!([{"type": "categories", "id": category}, {"type": "categories", "id": unknown}]);
        for (relationships, pointer) in [
            (json!({"brand": {"data": {"type": "brands", "id": unknown}}}), "/data/relationships/brand/data"),
            (json!({"categories": {"data": categories}}), "/data/relationships/categories/data/1"),
        ] {
            let data = json!({"type": "products", "attributes": attributes, "relationships": relationships});
            let answer = send(&cloud, &tokens, as_staff(&tokens).document(&json!({"data": data}))).await;
            assert_eq!((answer.status, answer.pointers()), (404, vec![pointer]));
        }
    }

    #[tokio::test]
    async fn only_staff_add_products() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        assert_eq!(send(&cloud, &tokens, Call::event("create-product")).await.status, 401);
        let customer = Call::event("create-product").bearer(&tokens.token("ana", Role::Customer));
        assert_eq!(send(&cloud, &tokens, customer).await.status, 403);
        assert!(cloud.items("CatalogTable").await.is_empty());
    }

    #[tokio::test]
    async fn a_sku_is_taken_in_any_spelling() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        send(&cloud, &tokens, as_staff(&tokens)).await;
        let attributes = json!({"name": "Other", "sku": "cup-esp-80", "price": {"amount": 1, "currency": "USD"}});
        let other = as_staff(&tokens).without("idempotency-key").resource("products", None, &attributes);
        let answer = send(&cloud, &tokens, other).await;
        assert_eq!((answer.status, answer.code()), (409, "already_exists"));
        assert_eq!(answer.pointers(), ["/data/attributes/sku"]);
    }

    #[tokio::test]
    async fn a_repeated_request_makes_one_product_and_another_body_is_refused() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let first = send(&cloud, &tokens, as_staff(&tokens)).await;
        let again = send(&cloud, &tokens, as_staff(&tokens)).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
        assert_eq!(again.body, first.body);
        let attributes = json!({"name": "Other", "sku": "OTHER", "price": {"amount": 1, "currency": "USD"}});
        let other = send(&cloud, &tokens, as_staff(&tokens).resource("products", None, &attributes)).await;
        assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
        let items = cloud.items("CatalogTable").await;
        let products = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("product#"));
        assert_eq!(products.count(), 1);
    }
}
