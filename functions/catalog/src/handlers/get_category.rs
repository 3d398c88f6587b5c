//! `GET /categories/{id}`: anyone reads a category; `include=parent`.

use catalog::Catalog;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi::{self, Included};
use web::token::Verifier;

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

pub async fn start() -> Result<(), StartupError> {
    let (catalog, tokens) = (Catalog::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_category(&catalog, &tokens, request)).await
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
        let id = catalog::testing::category(&catalog, "Loza").await;
        let verifier = tokens.verifier();
        let call = Call::event("get-category").path("id", &id);
        let answer = call.send(|request| get_category(&catalog, &verifier, request)).await;
        assert_eq!((answer.status, answer.attribute("slug")), (200, &json!("loza")));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (1, 2.0));
        let unknown = Call::event("get-category").send(|request| get_category(&catalog, &verifier, request)).await;
        assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
    }
}
