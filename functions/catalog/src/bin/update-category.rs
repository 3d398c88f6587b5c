//! `PATCH /categories/{id}`: staff change a category, or move it with all below it.

use catalog::Catalog;
use catalog::category::{Category, Changes};
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, clock, jsonapi};

async fn update_category(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let changes = Changes::parse(request.update_of("categories", &id)?)?;
    let change = |category: Category| {
        request.check_if_match(category.version)?;
        Ok(category.changed(&changes, clock::now()))
    };
    Ok(jsonapi::ok(&catalog.update_category(&id, change).await?, &request))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| update_category(&catalog, &guard, request)).await
}
