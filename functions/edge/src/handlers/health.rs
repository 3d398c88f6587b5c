//! `GET /health`: anyone asks whether the API answers. It depends on nothing, so that it reports
//! the API and not of what lies behind it.

use kernel::{Error, StartupError};
use serde_json::json;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn health(request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    Ok(jsonapi::meta(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})))
}

pub async fn start() -> Result<(), StartupError> {
    http::run(health).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::Call;

    #[tokio::test]
    async fn the_api_says_that_it_answers() {
        let answer = Call::event("health").send(health).await;
        assert_eq!((answer.status, &answer.body["meta"]["status"]), (200, &json!("ok")));
        assert_eq!(Call::event("health").query(&[("a", "b")]).send(health).await.status, 400);
    }
}
