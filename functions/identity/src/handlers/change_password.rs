//! `PUT /auth/password`: signed-in users change their password, with the current one. Their other sessions
//! end; this one stays, and needs a refresh.

use identity::Passwords;
use identity::account::PasswordChange;
use identity::policy::Policy;
use identity::store::Change;
use identity::user::User;
use kernel::caller::token_revoked;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn change_password(
    passwords: &Passwords,
    policy: &Policy,
    tokens: &Verifier,
    request: Request,
) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let body = request.new_resource("password-changes")?;
    let user = passwords.users.of(&caller).await?;
    let wanted = PasswordChange::parse(body, policy, &user)?;
    let now = clock::now();
    passwords.prove_again(&user, &wanted.current, &request.source(), now).await?;
    let hash = passwords.hasher.hash(&wanted.new.0)?;
    let change = |user: User| match user.accepts(&caller) {
        false => Err(token_revoked()),
        true => Ok(Change {
            password: Some(hash.clone()),
            keeps_session: Some(&caller.session_id),
            ..Change::to(user.with_new_credentials(now))
        }),
    };
    passwords.users.change(&caller.id, now, change).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let (passwords, policy, tokens) = (Passwords::from_env().await?, Policy::from_env()?, Verifier::from_env()?);
    http::run(|request| change_password(&passwords, &policy, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::session::RefreshToken;
    use identity::store::Rotation;
    use identity::testing::{PASSWORD, Shop};
    use kernel::caller::Caller;
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    const NEW: &str = "vier-und-siebzig";

    async fn send(shop: &Shop, caller: &Caller, attributes: &Value) -> Answer {
        let verifier = shop.tokens.verifier();
        let call = Call::event("change-password").bearer(&shop.tokens.token_of(caller));
        let call = call.resource("password-changes", None, attributes);
        call.send(|request| change_password(&shop.passwords, &shop.policy, &verifier, request)).await
    }

    async fn signs_in(shop: &Shop, password: &str) -> bool {
        shop.passwords.prove("ana@shop.example", password, "192.0.2.77", clock::now()).await.is_ok()
    }

    #[tokio::test]
    async fn a_new_password_replaces_the_old_and_ends_the_other_sessions() {
        let shop = Shop::with(&["ana"]).await;
        let ((this, mine), (other, theirs)) = (shop.sign_in("ana").await, shop.sign_in("ana").await);
        let change = json!({"currentPassword": PASSWORD, "newPassword": NEW});
        assert_eq!(send(&shop, &this, &change).await.status, 204);
        assert!(signs_in(&shop, NEW).await && !signs_in(&shop, PASSWORD).await);
        assert!(shop.lives(&mine).await && !shop.lives(&theirs).await);
        assert_eq!(send(&shop, &other, &change).await.status, 401);
    }

    #[tokio::test]
    async fn the_current_password_has_to_be_right_and_guesses_are_slowed() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, _) = shop.sign_in("ana").await;
        let wrong = json!({"currentPassword": "wrong horse", "newPassword": NEW});
        let mut codes = Vec::new();
        for _ in 0..9 {
            codes.push(send(&shop, &ana, &wrong).await.code().to_owned());
        }
        assert_eq!(codes[0], "invalid_attribute");
        assert!(codes[5..].contains(&"too_many_requests".to_owned()), "{codes:?}");
        assert!(signs_in(&shop, PASSWORD).await);
    }

    #[tokio::test]
    async fn the_right_password_forgives_the_wrong_ones_before_it() {
        let shop = Shop::with(&["ana"]).await;
        let ana = identity::testing::user("ana");
        let prove = async |password: &str| {
            shop.passwords.prove_again(&ana, password, "192.0.2.1", clock::now()).await.map_err(|error| error.code)
        };
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(prove("wrong horse").await.err(), Some("invalid_attribute"));
            }
            assert!(prove(PASSWORD).await.is_ok());
        }
    }

    #[tokio::test]
    async fn the_password_of_whoever_has_the_address_now_does_not_do() {
        let shop = Shop::with(&["ana"]).await;
        let before = User { id: "bob".to_owned(), ..identity::testing::user("ana") };
        let proof = shop.passwords.prove_again(&before, PASSWORD, "192.0.2.1", clock::now()).await;
        assert_eq!(proof.err().map(|error| error.code), Some("invalid_attribute"));
    }

    #[tokio::test]
    async fn a_session_that_is_refreshed_during_the_change_stays() {
        let shop = Shop::with(&["ana"]).await;
        let (this, text) = shop.sign_in("ana").await;
        let token = shop.signer().refresh_token(&text).unwrap();
        let next = RefreshToken::new(token.session_id.clone()).unwrap();
        let Ok(Rotation::Refreshed(session)) = shop.users().refresh(&token, &next, clock::now()).await else {
            panic!("not refreshed")
        };
        let change = json!({"currentPassword": PASSWORD, "newPassword": NEW});
        assert_eq!(send(&shop, &this, &change).await.status, 204);
        assert!(shop.users().user_of(&session).await.unwrap().is_some_and(|user| user.credentials_version == 2));
        assert!(shop.lives(&shop.signer().reveal(&next)).await);
    }

    #[tokio::test]
    async fn staff_choose_passwords_of_fifteen_characters_or_more() {
        let shop = Shop::with(&["ana"]).await;
        shop.promote("ana", kernel::caller::Role::Staff).await;
        let (ana, _) = shop.sign_in("ana").await;
        let answer = send(&shop, &ana, &json!({"currentPassword": PASSWORD, "newPassword": "vier-und-sechs"})).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["/data/attributes/newPassword"]));
        assert_eq!(send(&shop, &ana, &json!({"currentPassword": PASSWORD, "newPassword": NEW})).await.status, 204);
    }

    #[tokio::test]
    async fn a_new_password_has_to_please_the_policy() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, _) = shop.sign_in("ana").await;
        for new in ["short", "password1", "ana@shop.example"] {
            let answer = send(&shop, &ana, &json!({"currentPassword": PASSWORD, "newPassword": new})).await;
            assert_eq!((answer.status, answer.pointers()), (422, vec!["/data/attributes/newPassword"]), "{new}");
        }
    }

    #[tokio::test]
    async fn a_session_that_was_ended_changes_no_password() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, _) = shop.sign_in("ana").await;
        shop.users().end_session(&ana.id, &ana.session_id, clock::now()).await.unwrap();
        let change = json!({"currentPassword": PASSWORD, "newPassword": NEW});
        assert_eq!(send(&shop, &ana, &change).await.status, 401);
        assert!(signs_in(&shop, PASSWORD).await);
    }
}
