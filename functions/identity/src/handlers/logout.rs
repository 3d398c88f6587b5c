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
    let (caller, now) = (tokens.caller(&request)?, clock::now());
    request.query(&[])?;
    let mut all = false;
    if let Some(body) = request.optional_resource("sessions")? {
        let mut fields = body.attributes()?;
        let sent = fields.optional("all", Input::boolean);
        all = fields.finish(|| Some(sent.unwrap_or_default()))?;
    }
    if all {
        users.of(&caller).await?;
        users.change(&caller.id, now, |user: User| Ok(Change::to(user.with_new_credentials(now)))).await?;
    } else {
        users.end_session(&caller.id, &caller.session_id, now).await?;
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
        let usage = &answer.usage;
        assert_eq!((answer.status, usage.calls, usage.read_units, usage.write_units), (204, 2, 1.0, 4.0));
        assert!(!shop.lives(&token).await && shop.lives(&other).await);
        assert!(shop.users().of(&this).await.is_err(), "its access token is revoked as well");
        let again = send(&shop, &call).await;
        assert_eq!((again.status, again.usage.write_units), (204, 0.0));
    }

    #[tokio::test]
    async fn other_sessions_of_the_user_go_on_and_those_ended_at_once_are_all_revoked() {
        let shop = Shop::with(&["ana"]).await;
        let mut sessions = Vec::new();
        for _ in 0..4 {
            sessions.push(shop.sign_in("ana").await.0);
        }
        let calls: Vec<Call> =
            sessions[..3].iter().map(|one| Call::event("logout").bearer(&shop.tokens.token_of(one)).text("")).collect();
        let answers = futures_util::future::join_all(calls.iter().map(|call| send(&shop, call))).await;
        assert!(answers.iter().all(|answer| answer.status == 204));
        for one in &sessions[..3] {
            assert!(shop.users().of(one).await.is_err());
        }
        assert!(shop.users().of(&sessions[3]).await.is_ok());
    }

    #[tokio::test]
    async fn a_hundred_sign_outs_within_the_life_of_a_token_are_enough() {
        let shop = Shop::with(&["ana"]).await;
        let now = clock::now();
        for number in 0..100 {
            shop.users().end_session("ana", &format!("s{number}"), now).await.unwrap();
        }
        let refused = shop.users().end_session("ana", "one more", now).await.unwrap_err();
        assert_eq!((refused.code, refused.retry_after), ("too_many_requests", Some(1200)));
        let later = kernel::clock::Timestamp::from_second(now.as_second() + 21 * 60).unwrap();
        shop.users().end_session("ana", "one more", later).await.unwrap();
        let item = &shop.cloud.items("RevocationsTable").await[0];
        assert_eq!(item["sessions"].as_m().unwrap().len(), 1, "tokens of the others have expired");
    }

    #[tokio::test]
    async fn a_sign_out_of_all_ends_all_sessions_and_revokes_access_tokens() {
        let shop = Shop::with(&["ana"]).await;
        let ((this, token), (_, other)) = (shop.sign_in("ana").await, shop.sign_in("ana").await);
        let call = Call::event("logout").bearer(&shop.tokens.token_of(&this));
        let call = call.resource("sessions", None, &json!({"all": true}));
        let answer = send(&shop, &call).await;
        assert_eq!((answer.status, answer.usage.calls, answer.usage.read_units), (204, 4, 3.0));
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
