//! `GET /brands/{id}`: anyone reads a brand.

use catalog::Catalog;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn get_brand(catalog: &Catalog, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    tokens.anyone(&request)?;
    request.query(&[])?;
    let brand = catalog.brand(&request.path_id("id")?).await?;
    let brand = brand.ok_or_else(|| Error::not_found("There is no brand with this id."))?;
    Ok(jsonapi::ok(&brand, &request))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (catalog, tokens) = (Catalog::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_brand(&catalog, &tokens, request)).await
}
