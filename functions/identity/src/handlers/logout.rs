//! `POST /auth/logout`: signed-in users end this session, or with `{"all": true}` all of them.

use identity::Users;
use identity::store::Change;
use identity::user::User;
use kernel::input::Input;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn logout(users: &Users, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let mut all = false;
    if let Some(body) = request.optional_resource("sessions")? {
        let mut fields = body.attributes()?;
        let sent = fields.optional("all", Input::boolean);
        all = fields.finish(|| Some(sent.unwrap_or_default()))?;
    }
    if all {
        users.of(&caller).await?;
        let now = clock::now();
        users.change(&caller.id, now, |user: User| Ok(Change::to(user.with_new_credentials(now)))).await?;
    } else {
        users.end_session(&caller.session_id).await?;
    }
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let (users, tokens) = (Users::from_env().await?, Verifier::from_env()?);
    http::run(|request| logout(&users, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let verifier = shop.tokens.verifier();
        call.send(|request| logout(shop.users(), &verifier, request)).await
    }

    #[tokio::test]
    async fn a_sign_out_ends_this_session_and_no_other() {
        let shop = Shop::with(&["ana"]).await;
        let ((this, token), (_, other)) = (shop.sign_in("ana").await, shop.sign_in("ana").await);
        let call = Call::event("logout").bearer(&shop.tokens.token_of(&this)).text("");
        let answer = send(&shop, &call).await;
        assert_eq!((answer.status, answer.usage.calls, answer.usage.write_units), (204, 1, 1.0));
        assert!(!shop.lives(&token).await && shop.lives(&other).await);
        assert_eq!(send(&shop, &call).await.status, 204);
    }

    #[tokio::test]
    async fn a_sign_out_of_all_ends_all_sessions_and_revokes_access_tokens() {
        let shop = Shop::with(&["ana"]).await;
        let ((this, token), (_, other)) = (shop.sign_in("ana").await, shop.sign_in("ana").await);
        let call = Call::event("logout").bearer(&shop.tokens.token_of(&this));
        let call = call.resource("sessions", None, &json!({"all": true}));
        let answer = send(&shop, &call).await;
        assert_eq!((answer.status, answer.usage.calls, answer.usage.read_units), (204, 3, 2.0));
        assert_eq!((answer.usage.write_units, answer.usage.index_write_units), (8.0, 2.0));
        assert!(!shop.lives(&token).await && !shop.lives(&other).await);
        assert_eq!(send(&shop, &call).await.status, 401);
        assert_eq!(shop.cloud.items("RevocationsTable").await.len(), 1);
    }

    #[tokio::test]
    async fn nobody_signs_anybody_else_out() {
        let shop = Shop::with(&["ana"]).await;
        let (_, token) = shop.sign_in("ana").await;
        assert_eq!(send(&shop, &Call::event("logout")).await.status, 401);
        assert!(shop.lives(&token).await);
    }
}
