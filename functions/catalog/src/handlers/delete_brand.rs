//! `DELETE /brands/{id}`: staff delete a brand that nothing uses.

use access::Guard;
use catalog::Catalog;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn delete_brand(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    catalog.delete_brand(&request.path_id("id")?, |brand| request.check_if_match(brand.version)).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| delete_brand(&catalog, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn staff_delete_what_nothing_uses_and_its_name_is_free() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let id = catalog::testing::brand(&catalog, "Loza").await;
        let guard = tokens.guard(cloud.client());
        let call = Call::event("delete-brand").path("id", &id);
        let customer = call.clone().bearer(&tokens.token("ana", Role::Customer));
        assert_eq!(customer.send(|request| delete_brand(&catalog, &guard, request)).await.status, 403);
        let staff = call.bearer(&tokens.token("eva", Role::Staff));
        assert_eq!(staff.send(|request| delete_brand(&catalog, &guard, request)).await.status, 204);
        assert_eq!(staff.send(|request| delete_brand(&catalog, &guard, request)).await.status, 404);
        catalog::testing::brand(&catalog, "Loza").await;
    }
}
