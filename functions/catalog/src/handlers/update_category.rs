//! `PATCH /categories/{id}`: staff change a category, or move it with all below it.

use access::Guard;
use catalog::Catalog;
use catalog::category::{Category, CategoryChanges};
use kernel::{Error, StartupError, clock};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_category(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let changes = changes_of(&request, &id, CategoryChanges::parse, || catalog.category(&id)).await?;
    let change = |category: Category| {
        request.check_if_match(category.version)?;
        Ok(changes.apply(category, clock::now()))
    };
    Ok(jsonapi::ok(&catalog.update_category(&id, change).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| update_category(&catalog, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn staff_change_the_version_they_name_and_customers_none() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let id = catalog::testing::category(&catalog, "Loza").await;
        let guard = tokens.guard(cloud.client());
        let call = Call::event("update-category").path("id", &id).header("if-match", "\"1\"");
        let call = call.resource("categories", Some(&id), &json!({"name": "Barro", "description": "By hand."}));
        let customer = call.clone().bearer(&tokens.token("ana", Role::Customer));
        assert_eq!(customer.send(|request| update_category(&catalog, &guard, request)).await.status, 403);
        let staff = call.bearer(&tokens.token("eva", Role::Staff));
        let changed = staff.send(|request| update_category(&catalog, &guard, request)).await;
        assert_eq!(
            (changed.status, changed.header("etag"), changed.attribute("slug")),
            (200, "\"2\"", &json!("barro"))
        );
        assert_eq!(staff.send(|request| update_category(&catalog, &guard, request)).await.status, 412);
    }
}
