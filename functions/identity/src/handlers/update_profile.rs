//! `PATCH /users/me`: signed-in users change their name, national id or, with their password, e-mail address.

use identity::Passwords;
use identity::changes::ProfileChanges;
use identity::limiter::Subject;
use identity::sealer::NationalIds;
use identity::store::Change;
use identity::user::User;
use kernel::caller::token_revoked;
use kernel::{Error, StartupError, clock};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn update_profile(
    passwords: &Passwords,
    national_ids: &NationalIds,
    tokens: &Verifier,
    request: Request,
) -> Result<Response, Error> {
    let caller = tokens.caller(&request)?;
    request.query(&[])?;
    let parse = |body| ProfileChanges::parse(body, &national_ids.country);
    let own = async || passwords.users.of(&caller).await.map(Some);
    let changes = changes_of(&request, &caller.id, parse, own).await?;
    let (users, limits, now) = (&passwords.users, &passwords.limits, clock::now());
    let user = users.of(&caller).await?;
    let (password, source) = (changes.current_password.as_deref(), request.source());
    let password_hash = passwords.prove_if_given(&user, password, &source, now).await?;
    if changes.claims() {
        users.count_new(Subject::claims(&caller.id), limits.account_address, limits, now).await?;
    }
    let national_id = national_ids.seal(changes.new_national_id()).await?;
    let change = |user: User| {
        request.check_if_match(user.version)?;
        let user = Some(user).filter(|user| user.accepts(&caller)).ok_or_else(token_revoked)?;
        Ok(Change { password: password_hash.clone(), ..Change::to(changes.apply(user, &national_id, now)) })
    };
    Ok(jsonapi::ok(&users.change(&caller.id, now, change).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (passwords, tokens) = (Passwords::from_env().await?, Verifier::from_env()?);
    let national_ids = NationalIds::from_env()?;
    http::run(|request| update_profile(&passwords, &national_ids, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::{PASSWORD, Shop};
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let verifier = shop.tokens.verifier();
        call.send(|request| update_profile(&shop.passwords, &shop.national_ids, &verifier, request)).await
    }

    async fn change(shop: &Shop, name: &str, attributes: &Value) -> Answer {
        let call = Call::event("update-profile").bearer(&shop.token(name).await);
        send(shop, &call.resource("users", Some(name), attributes)).await
    }

    #[tokio::test]
    async fn a_name_is_changed_and_cleared_and_counts_the_version() {
        let shop = Shop::with(&["ana"]).await;
        let answer = change(&shop, "ana", &json!({"displayName": "Ana María"})).await;
        assert_eq!((answer.status, answer.header("etag")), (200, "\"2\""));
        assert_eq!(answer.attribute("displayName"), "Ana María");
        let answer = change(&shop, "ana", &json!({"displayName": null})).await;
        assert_eq!(
            (answer.attribute("displayName"), answer.attribute("email")),
            (&Value::Null, &json!("ana@shop.example"))
        );
    }

    #[tokio::test]
    async fn a_new_address_needs_the_password_and_frees_the_old_one() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let new = |password: &str| json!({"email": "ana.maria@shop.example", "currentPassword": password});
        let wrong = change(&shop, "ana", &new("wrong horse")).await;
        assert_eq!((wrong.status, wrong.pointers()), (422, vec!["/data/attributes/currentPassword"]));
        let answer = change(&shop, "ana", &new(PASSWORD)).await;
        assert_eq!((answer.status, answer.attribute("email")), (200, &json!("ana.maria@shop.example")));
        let prove = async |email: &str| shop.passwords.prove(email, PASSWORD, "192.0.2.5", clock::now()).await.is_ok();
        assert!(prove("ana.maria@shop.example").await && !prove("ana@shop.example").await);
        let bob = json!({"email": "ana@shop.example", "currentPassword": PASSWORD});
        assert_eq!(change(&shop, "bob", &bob).await.status, 200);
    }

    #[tokio::test]
    async fn an_address_or_a_national_id_of_somebody_else_is_refused_and_nothing_changes() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let id = json!({"nationalId": "1710034065"});
        assert_eq!(change(&shop, "ana", &id).await.attribute("nationalId"), "*******065");
        let taken = change(&shop, "bob", &id).await;
        assert_eq!((taken.status, taken.pointers()), (409, vec!["/data/attributes/nationalId"]));
        let address = json!({"email": "ANA@shop.example", "currentPassword": PASSWORD, "displayName": "B"});
        let taken = change(&shop, "bob", &address).await;
        assert_eq!((taken.status, taken.pointers()), (409, vec!["/data/attributes/email"]));
        let bob = shop.users().user("bob").await.unwrap().unwrap();
        assert_eq!(
            (bob.email.as_str(), bob.display_name.as_deref(), bob.version),
            ("bob@shop.example", Some("bob"), 1)
        );
    }

    #[tokio::test]
    async fn a_national_id_that_is_taken_back_is_free_for_others() {
        let shop = Shop::with(&["ana", "bob"]).await;
        for (name, id, expected) in [
            ("ana", json!("1710034065"), 200),
            ("ana", json!("1713175071"), 200),
            ("bob", json!("1710034065"), 200),
            ("ana", Value::Null, 200),
            ("bob", json!("1713175071"), 200),
        ] {
            assert_eq!(change(&shop, name, &json!({"nationalId": id})).await.status, expected, "{name} {id}");
        }
        assert_eq!(change(&shop, "ana", &json!({"nationalId": "1710034064"})).await.status, 422);
    }

    #[tokio::test]
    async fn whether_an_address_is_free_is_answered_only_so_often() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let token = shop.token("bob").await;
        let guess = json!({"email": "ana@shop.example", "currentPassword": PASSWORD});
        let call = Call::event("update-profile").bearer(&token).resource("users", Some("bob"), &guess);
        let mut statuses = Vec::new();
        for _ in 0..9 {
            statuses.push(send(&shop, &call).await.status);
        }
        // The waits after the fifth are 1, 2 and 4 seconds, should the machine be slow.
        assert_eq!(statuses[..5], [409; 5]);
        assert!(statuses[5..].contains(&429), "{statuses:?}");
    }

    #[tokio::test]
    async fn a_change_of_an_old_version_is_refused() {
        let shop = Shop::with(&["ana"]).await;
        let call = Call::event("update-profile").bearer(&shop.token("ana").await).header("if-match", "\"1\"");
        let call = call.resource("users", Some("ana"), &json!({"displayName": "A"}));
        assert_eq!((send(&shop, &call).await.status, send(&shop, &call).await.status), (200, 412));
    }

    #[tokio::test]
    async fn nobody_changes_somebody_else_or_their_own_role() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let call = Call::event("update-profile").bearer(&shop.token("ana").await);
        let other = call.clone().resource("users", Some("bob"), &json!({"displayName": "B"}));
        assert_eq!(send(&shop, &other).await.status, 409);
        let role = call.resource("users", Some("ana"), &json!({"role": "admin", "disabled": true}));
        assert_eq!(send(&shop, &role).await.status, 422);
        assert_eq!(send(&shop, &role.without("authorization")).await.status, 401);
    }
}
