//! `GET /users/me`: signed-in users read their own profile.

use identity::Users;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn get_profile(users: &Users, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let user = users.get(&caller.id).await?.ok_or_else(|| Error::not_found("This account is gone."))?;
    Ok(jsonapi::ok(&user, &request))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (users, tokens) = (Users::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_profile(&users, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::user::User;
    use serde_json::json;
    use shared::auth::Role;
    use shared::clock;
    use shared::testing::{Call, Cloud, Tokens};

    #[tokio::test]
    async fn users_read_their_own_profile_only_when_signed_in() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (users, verifier) = (Users::new(cloud.client(), "IdentityTable"), tokens.verifier());
        let call = Call::event("get-profile");
        assert_eq!(call.send(|request| get_profile(&users, &verifier, request)).await.status, 401);
        let call = call.bearer(&tokens.token("nobody", Role::Customer));
        assert_eq!(call.send(|request| get_profile(&users, &verifier, request)).await.status, 404);
    }

    #[test]
    fn a_profile_shows_no_secrets() {
        let user: User = serde_json::from_value(json!({
            "id": "ana", "email": "ana@shop.example", "displayName": "Ana", "role": "customer",
            "createdAt": clock::now(), "updatedAt": clock::now(), "version": 1,
        }))
        .unwrap();
        let shown = shared::jsonapi::Resource::attributes(&user);
        let names: Vec<&String> = shown.as_object().map(|shown| shown.keys().collect()).unwrap_or_default();
        assert_eq!(names, ["createdAt", "displayName", "email", "role", "updatedAt"]);
    }
}
