//! `GET /users/me`: signed-in users read their own profile.

use identity::Users;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn get_profile(users: &Users, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    Ok(jsonapi::ok(&users.of(&caller).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (users, tokens) = (Users::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_profile(&users, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use kernel::caller::Role;
    use serde_json::Value;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let verifier = shop.tokens.verifier();
        call.send(|request| get_profile(shop.users(), &verifier, request)).await
    }

    #[tokio::test]
    async fn users_read_their_own_profile_and_it_shows_no_secrets() {
        let shop = Shop::with(&["ana"]).await;
        let answer = send(&shop, &Call::event("get-profile").bearer(&shop.token("ana").await)).await;
        assert_eq!((answer.status, answer.id(), answer.header("etag")), (200, "ana", "\"1\""));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (2, 2.0));
        let shown: Vec<&String> =
            answer.body["data"]["attributes"].as_object().map(|all| all.keys().collect()).unwrap();
        assert_eq!(shown, ["createdAt", "displayName", "email", "nationalId", "role", "updatedAt"]);
        assert_eq!(answer.attribute("nationalId"), &Value::Null);
    }

    #[tokio::test]
    async fn nobody_reads_a_profile_without_a_valid_token() {
        let shop = Shop::with(&["ana"]).await;
        let call = Call::event("get-profile");
        assert_eq!(send(&shop, &call).await.status, 401);
        assert_eq!(send(&shop, &call.clone().bearer(&shop.tokens.token("nobody", Role::Customer))).await.status, 401);
        let call = call.bearer(&shop.token("ana").await);
        shop.promote("ana", Role::Staff).await;
        assert_eq!(send(&shop, &call).await.status, 401);
    }
}
