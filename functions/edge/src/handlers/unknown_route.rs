//! Any other path or method: 404 for an unknown path, 405 for an unknown method of a known one.

use edge::routes;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};

async fn unknown_route(request: Request) -> Result<Response, Error> {
    let (method, path) = request.method_and_path();
    match routes::allowed(path) {
        None => Err(Error::not_found(format!("There is nothing at {path}."))),
        Some(methods) => {
            Err(Error::method_not_allowed(format!("{method} is not allowed here. Allowed: {methods}."), &methods))
        }
    }
}

pub async fn start() -> Result<(), StartupError> {
    http::run(unknown_route).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::Call;

    #[tokio::test]
    async fn a_known_path_with_another_method_is_answered_with_its_methods() {
        let answer = Call::event("unknown-route").send(unknown_route).await;
        assert_eq!((answer.status, answer.code()), (405, "method_not_allowed"));
        assert_eq!(answer.header("allow"), "DELETE, GET, PATCH");
    }

    #[tokio::test]
    async fn an_unknown_path_is_not_found() {
        let answer = Call::event("unknown-route").at("/nothing").send(unknown_route).await;
        assert_eq!((answer.status, answer.code()), (404, "not_found"));
    }
}
