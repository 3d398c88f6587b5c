//! `POST /brands`: staff add a brand.

use catalog::Catalog;
use catalog::brand::Brand;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::idempotency::Key;
use shared::{Error, StartupError, clock, ids};

async fn create_brand(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.staff(&request).await?;
    request.query(&[])?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("brands")?;
    let fingerprint = body.fingerprint();
    let id = key.map_or_else(ids::new, |key| key.id("brands", &caller.id));
    let brand = Brand::parse(body, id, clock::now())?;
    catalog.create_brand(brand, &fingerprint).await?.answer(&request)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| create_brand(&catalog, &guard, request)).await
}
