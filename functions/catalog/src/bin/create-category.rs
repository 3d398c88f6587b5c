//! `POST /categories`: staff add a category.

use catalog::Catalog;
use catalog::category::Category;
use shared::auth::Guard;
use shared::http::{self, Request, Response};
use shared::idempotency::Key;
use shared::{Error, StartupError, clock, ids};

async fn create_category(catalog: &Catalog, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.staff(&request).await?;
    request.query(&[])?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("categories")?;
    let fingerprint = body.fingerprint();
    let id = key.map_or_else(ids::new, |key| key.id("categories", &caller.id));
    let category = Category::parse(body, id, clock::now())?;
    catalog.create_category(category, &fingerprint).await?.answer(&request)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let catalog = Catalog::from_env().await?;
    let guard = Guard::from_env_with(catalog.client())?;
    http::run(|request| create_category(&catalog, &guard, request)).await
}
