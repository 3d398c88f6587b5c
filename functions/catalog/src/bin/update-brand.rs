//! `PATCH /brands/{id}`: staff change a brand.

use catalog::Catalog;
use catalog::brand::Brand;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, clock, jsonapi};

async fn update_brand(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    guard.staff(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let sent = Brand::parse_changes(request.update_of("brands", &id)?)?;
    let change = |brand: Brand| {
        request.check_if_match(brand.version)?;
        Ok(brand.changed(&sent, clock::now()))
    };
    Ok(jsonapi::ok(&catalog.update_brand(&id, change).await?, &request))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| update_brand(&catalog, &guard, request)).await
}
