//! `GET /.well-known/jwks.json`: anyone reads the public keys that access tokens are verified with
//! (RFC 7517). Not JSON:API: other systems' token libraries read it.

use kernel::{Error, StartupError, config};
use web::http::{self, Request, Response};

async fn jwks(keys: &str, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    Ok(http::raw("application/jwk-set+json", "public, max-age=300", keys))
}

pub async fn start() -> Result<(), StartupError> {
    let keys = config::required::<String>("TOKEN_KEYS")?;
    http::run(|request| jwks(&keys, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::Call;

    #[tokio::test]
    async fn the_keys_are_answered_as_configured_and_may_be_cached() {
        let answer = Call::event("jwks").send(|request| jwks(r#"{"keys": []}"#, request)).await;
        assert_eq!((answer.status, answer.body["keys"].is_array()), (200, true));
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
    }
}
