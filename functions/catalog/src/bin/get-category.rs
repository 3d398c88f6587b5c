//! `GET /categories/{id}`: anyone reads a category; `include=parent`.

use catalog::Catalog;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::jsonapi::{self, Included};
use shared::{Error, StartupError};

async fn get_category(catalog: &Catalog, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    tokens.anyone(&request)?;
    let query = request.query(&["include"])?;
    let include = query.include(&["parent"])?;
    let category = catalog.category(&request.path_id("id")?).await?;
    let category = category.ok_or_else(|| Error::not_found("There is no category with this id."))?;
    let parent = category.category.parent_id.as_deref().filter(|_| include.contains("parent"));
    let included = match parent {
        Some(id) => Included::new(&request).with(&catalog.categories([id]).await?),
        None => Included::new(&request),
    };
    Ok(included.put_into(jsonapi::ok(&category, &request)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (catalog, tokens) = (Catalog::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_category(&catalog, &tokens, request)).await
}
