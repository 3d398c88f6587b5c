//! `GET /docs` and `GET /docs/{asset}`: anyone reads and tries the API in a browser.

use edge::docs;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};

async fn show(request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let (_, path) = request.method_and_path();
    match path.strip_prefix("/docs/") {
        Some(name) => docs::asset(name),
        None => Ok(docs::page()),
    }
}

pub async fn start() -> Result<(), StartupError> {
    http::run(show).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::{Answer, Call};
    use web::jsonapi;

    /// The answer without its body, which is not JSON, and the body's size.
    async fn shown(call: Call) -> (Answer, usize) {
        let mut size = 0;
        let answer = call.send(|request| async {
            let response = show(request).await?;
            size = response.body().len();
            let mut bare = jsonapi::no_content();
            *bare.status_mut() = response.status();
            *bare.headers_mut() = response.headers().clone();
            Ok(bare)
        });
        (answer.await, size)
    }

    #[tokio::test]
    async fn the_page_and_its_files_are_served_guarded() {
        let files = docs::ASSETS.map(|asset| format!("/docs/{}", asset.name));
        for path in files.into_iter().chain(["/docs".to_owned()]) {
            let (answer, size) = shown(Call::event("docs").at(&path)).await;
            assert!(answer.status == 200 && size > 100, "{path}: {} with {size} bytes", answer.status);
            assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert!(answer.header("cache-control").starts_with("public, max-age="), "{path}");
        }
    }

    #[tokio::test]
    async fn any_other_file_is_not_found() {
        for path in ["/docs/", "/docs/nothing.js", "/docs/../Cargo.toml", "/docs/a/b"] {
            let (answer, _) = shown(Call::event("docs").at(path)).await;
            assert_eq!((answer.status, answer.code()), (404, "not_found"), "{path}");
        }
    }
}
