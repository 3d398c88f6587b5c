//! `GET /openapi.json`: anyone reads what the API can do, as programs read it (OpenAPI 3.1).

use edge::docs;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};

const MEDIA_TYPE: &str = "application/vnd.oai.openapi+json;version=3.1";

async fn openapi(request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    Ok(http::raw(MEDIA_TYPE, "public, max-age=300", &docs::openapi(&request.url(""))))
}

pub async fn start() -> Result<(), StartupError> {
    http::run(openapi).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use testing::{BASE_URL, Call};

    #[tokio::test]
    async fn the_document_leads_to_where_it_came_from() {
        let answer = Call::event("openapi").send(openapi).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, MEDIA_TYPE));
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.body["servers"], json!([{"url": BASE_URL}]));
        assert_eq!(Call::event("openapi").query(&[("a", "b")]).send(openapi).await.status, 400);
    }
}
