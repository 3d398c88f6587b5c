//! `DELETE /brands/{id}`: staff delete a brand that nothing uses.

use catalog::Catalog;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn delete_brand(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    catalog.delete_brand(&request.path_id("id")?, |brand| request.check_if_match(brand.version)).await?;
    Ok(jsonapi::no_content())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| delete_brand(&catalog, &guard, request)).await
}
