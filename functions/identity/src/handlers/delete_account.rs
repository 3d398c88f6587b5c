//! `DELETE /users/me`: signed-in users delete their account, with their password in the body. What is personal
//! is deleted; sales keep only the id of their customer.

use identity::Passwords;
use identity::account::current_password;
use identity::user::User;
use kernel::caller::{self, Role};
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn delete_account(passwords: &Passwords, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let password = current_password(request.update_of("users", &caller.id)?)?;
    let (user, now) = (passwords.users.of(&caller).await?, clock::now());
    passwords.prove_again(&user, &password, &request.source(), now).await?;
    let allow = |user: &User| match user.role {
        _ if !user.accepts(&caller) => Err(caller::token_revoked()),
        // So a shop is never left without one: admins cannot take the role from themselves either.
        Role::Admin => Err(Error::conflict("in_use", "In use", "Another admin has to take your role first.")),
        _ => request.check_if_match(user.version),
    };
    passwords.users.delete(&caller, now, allow).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let (passwords, tokens) = (Passwords::from_env().await?, Verifier::from_env()?);
    http::run(|request| delete_account(&passwords, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::national_id::NationalId;
    use identity::store::Change;
    use identity::testing::{PASSWORD, Shop};
    use serde_json::json;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, name: &str, password: &str) -> Answer {
        let (verifier, token) = (shop.tokens.verifier(), shop.token(name).await);
        let attributes = json!({"currentPassword": password});
        let call = Call::event("delete-account").bearer(&token).resource("users", Some(name), &attributes);
        call.send(|request| delete_account(&shop.passwords, &verifier, request)).await
    }

    #[tokio::test]
    async fn a_deleted_account_leaves_nothing_personal_and_its_address_is_free() {
        let shop = Shop::with(&["ana"]).await;
        let national_id = NationalId { digest: "digest".to_owned(), masked: "*******065".to_owned() };
        let give = |user: User| Ok(Change::to(User { national_id: Some(national_id.clone()), version: 2, ..user }));
        shop.users().change("ana", clock::now(), give).await.unwrap();
        assert_eq!(send(&shop, "ana", PASSWORD).await.status, 204);
        let items = shop.cloud.items("IdentityTable").await;
        let text = format!("{items:?}");
        for personal in ["ana@shop.example", "argon2", "displayName", "digest#", "national-id", "065", "tokenDigest"] {
            assert!(!text.contains(personal), "{personal}");
        }
        assert!(items.iter().any(|item| item.contains_key("deletedAt") && item["pk"].as_s().unwrap() == "user#ana"));
        let signed_in = shop.passwords.prove("ana@shop.example", PASSWORD, "192.0.2.1", clock::now()).await;
        assert!(signed_in.is_err());
        let (ana, account) = (identity::testing::user("ana2"), identity::testing::account("ana2", PASSWORD));
        let again = User { email: serde_json::from_value(json!("ana@shop.example")).unwrap(), ..ana };
        assert!(shop.users().register(&again, &account).await.is_ok());
    }

    #[tokio::test]
    async fn an_account_is_deleted_with_its_password_only() {
        let shop = Shop::with(&["ana"]).await;
        let answer = send(&shop, "ana", "wrong horse").await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["/data/attributes/currentPassword"]));
        assert!(shop.users().user("ana").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn an_account_of_an_old_version_is_not_deleted() {
        let shop = Shop::with(&["ana"]).await;
        let call = Call::event("delete-account").bearer(&shop.token("ana").await).header("if-match", "\"7\"");
        let call = call.resource("users", Some("ana"), &json!({"currentPassword": PASSWORD}));
        let verifier = shop.tokens.verifier();
        let answer = call.send(|request| delete_account(&shop.passwords, &verifier, request)).await;
        assert_eq!((answer.status, shop.users().user("ana").await.unwrap().is_some()), (412, true));
    }

    #[tokio::test]
    async fn an_admin_has_to_be_relieved_first() {
        let shop = Shop::with(&["eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let answer = send(&shop, "eva", PASSWORD).await;
        assert_eq!((answer.status, answer.code()), (409, "in_use"));
    }

    #[tokio::test]
    async fn tokens_of_a_deleted_user_are_revoked() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, _) = shop.sign_in("ana").await;
        send(&shop, "ana", PASSWORD).await;
        assert!(shop.users().of(&ana).await.is_err());
        assert_eq!(shop.cloud.items("RevocationsTable").await.len(), 1);
    }
}
