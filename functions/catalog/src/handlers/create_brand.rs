//! `POST /brands`: staff add a brand.

use access::Guard;
use catalog::Catalog;
use catalog::brand::Brand;
use kernel::{Error, StartupError, clock, ids};
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn create_brand(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.staff(&request).await?;
    request.query(&[])?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("brands")?;
    let fingerprint = body.fingerprint();
    let id = key.map_or_else(ids::new, |key| key.id("brands", &caller.id));
    let brand = Brand::parse(body, id, clock::now())?;
    idempotency::created(&catalog.create_brand(brand, &fingerprint).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| create_brand(&catalog, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn staff_add_one_and_a_repeated_request_finds_it_and_nobody_else_adds_any() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (catalog, guard) = (Catalog::new(cloud.client(), "CatalogTable"), tokens.guard(cloud.client()));
        let call = Call::event("create-brand").header("idempotency-key", "k");
        assert_eq!(call.send(|request| create_brand(&catalog, &guard, request)).await.status, 401);
        let customer = call.clone().bearer(&tokens.token("ana", Role::Customer));
        assert_eq!(customer.send(|request| create_brand(&catalog, &guard, request)).await.status, 403);
        let staff = call.bearer(&tokens.token("eva", Role::Staff));
        let made = staff.send(|request| create_brand(&catalog, &guard, request)).await;
        assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
        assert_eq!(made.header("location"), format!("https://shop.test/v1/brands/{}", made.id()));
        let again = staff.send(|request| create_brand(&catalog, &guard, request)).await;
        assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &made.body));
    }
}
