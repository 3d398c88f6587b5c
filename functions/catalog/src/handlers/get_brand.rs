//! `GET /brands/{id}`: anyone reads a brand.

use catalog::Catalog;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn get_brand(catalog: &Catalog, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    tokens.anyone(&request)?;
    request.query(&[])?;
    let brand = catalog.brand(&request.path_id("id")?).await?;
    let brand = brand.ok_or_else(|| Error::not_found("There is no brand with this id."))?;
    Ok(jsonapi::ok(&brand, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (catalog, tokens) = (Catalog::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_brand(&catalog, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn anyone_reads_one_in_one_call() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        let id = catalog::testing::brand(&catalog, "Loza").await;
        let verifier = tokens.verifier();
        let call = Call::event("get-brand").path("id", &id);
        let answer = call.send(|request| get_brand(&catalog, &verifier, request)).await;
        assert_eq!((answer.status, answer.attribute("slug")), (200, &json!("loza")));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (1, 0.5));
        let unknown = Call::event("get-brand").send(|request| get_brand(&catalog, &verifier, request)).await;
        assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
    }
}
