//! `PATCH /users/{id}`: admins give a user a role, disable or enable them. The user's sessions end.

use access::AuditLog;
use identity::Users;
use identity::changes::AdminChanges;
use identity::store::Change;
use identity::{user::User, user_view::Listed};
use kernel::{Error, StartupError, clock};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn update_user(users: &Users, tokens: &Verifier, log: &AuditLog, request: Request) -> Result<Response, Error> {
    let caller = tokens.admin(&request)?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    users.of(&caller).await?;
    log.begin(&caller)?;
    let listed = async || Ok(users.user(&id).await?.map(Listed));
    let changes = changes_of(&request, &id, AdminChanges::parse, listed).await?;
    let now = clock::now();
    let change = |user: User| {
        request.check_if_match(user.version)?;
        let changed = changes.apply(user.clone(), now);
        // So a shop is never left without an admin.
        if id == caller.id && changed != user {
            return Err(Error::conflict("in_use", "In use", "Another admin has to change your role or disable you."));
        }
        Ok(Change { by: Some(&caller), ..Change::to(changed) })
    };
    let user = users.change(&id, now, change).await?;
    Ok(jsonapi::ok(&Listed(user), &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (users, tokens, log) = (Users::from_env().await?, Verifier::from_env()?, AuditLog::from_env()?);
    http::run(|request| update_user(&users, &tokens, &log, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::{Shop, account, user};
    use kernel::caller::Role;
    use kernel::ids;
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    /// A shop with the admin eva, and customers whose ids are those of real users.
    async fn shop() -> (Shop, String, String) {
        let shop = Shop::with(&["eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let (ana, bob) = (ids::new(), ids::new());
        for (name, id) in [("ana", &ana), ("bob", &bob)] {
            let account =
                identity::account::Account { user_id: id.clone(), ..account(name, identity::testing::PASSWORD) };
            shop.users().register(&User { id: id.clone(), ..user(name) }, &account).await.unwrap();
        }
        (shop, ana, bob)
    }

    async fn send(shop: &Shop, token: &str, id: &str, attributes: &Value) -> Answer {
        let (verifier, log) = (shop.tokens.verifier(), testing::audit_log());
        let call = Call::event("update-user").path("id", id).bearer(token).resource("users", Some(id), attributes);
        call.send(|request| update_user(shop.users(), &verifier, &log, request)).await
    }

    #[tokio::test]
    async fn an_admin_makes_a_customer_staff_and_their_old_token_is_revoked() {
        let (shop, ana, _) = shop().await;
        let (old, _) = shop.sign_in("ana").await;
        let answer = send(&shop, &shop.token("eva").await, &ana, &json!({"role": "staff"})).await;
        assert_eq!((answer.status, answer.attribute("role"), answer.header("etag")), (200, &json!("staff"), "\"2\""));
        assert!(shop.users().of(&old).await.is_err());
        assert_eq!(shop.sign_in("ana").await.0.role, Role::Staff);
    }

    #[tokio::test]
    async fn who_becomes_staff_has_a_password_of_fifteen_characters() {
        let (shop, _, _) = shop().await;
        let id = ids::new();
        let carl = identity::account::Account { user_id: id.clone(), ..account("carl", "vier-und-7") };
        shop.users().register(&User { id: id.clone(), ..user("carl") }, &carl).await.unwrap();
        let (eva, staff) = (shop.token("eva").await, json!({"role": "staff"}));
        let answer = send(&shop, &eva, &id, &staff).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["/data/attributes/role"]));
        let longer = shop.passwords.hasher.hash("vier-und-siebzig").unwrap();
        let now = clock::now();
        let change =
            |user: User| Ok(Change { password: Some(longer.clone()), ..Change::to(user.with_new_credentials(now)) });
        shop.users().change(&id, now, change).await.unwrap();
        assert_eq!(send(&shop, &eva, &id, &staff).await.status, 200);
    }

    #[tokio::test]
    async fn an_account_of_before_is_known_to_have_a_long_password_after_a_sign_in() {
        let (shop, ana, _) = shop().await;
        let unknown = identity::account::Account {
            long_password: None,
            user_id: ids::new(),
            ..account("dora", identity::testing::PASSWORD)
        };
        shop.users().register(&User { id: unknown.user_id.clone(), ..user("dora") }, &unknown).await.unwrap();
        let (eva, staff) = (shop.token("eva").await, json!({"role": "staff"}));
        assert_eq!(send(&shop, &eva, &unknown.user_id, &staff).await.status, 422);
        shop.sign_in("dora").await;
        assert_eq!(send(&shop, &eva, &unknown.user_id, &staff).await.status, 200);
        assert_eq!(send(&shop, &eva, &ana, &staff).await.status, 200);
    }

    #[tokio::test]
    async fn a_disabled_user_is_nobody_until_enabled_again() {
        let (shop, ana, _) = shop().await;
        let eva = shop.token("eva").await;
        let answer = send(&shop, &eva, &ana, &json!({"disabled": true})).await;
        assert_eq!((answer.status, answer.attribute("disabled")), (200, &json!(true)));
        let proof = shop.passwords.prove("ana@shop.example", identity::testing::PASSWORD, "192.0.2.9", clock::now());
        assert!(proof.await.is_ok_and(|proof| proof.account.disabled));
        let mut now = shop.sign_in("ana").await.0;
        now.credentials_version = 2;
        assert!(shop.users().of(&now).await.is_err(), "not even with a token of the present version");
        assert_eq!(send(&shop, &eva, &ana, &json!({"disabled": false})).await.status, 200);
        assert!(shop.users().of(&shop.sign_in("ana").await.0).await.is_ok());
    }

    #[tokio::test]
    async fn a_change_that_changes_nothing_writes_nothing() {
        let (shop, ana, _) = shop().await;
        let answer = send(&shop, &shop.token("eva").await, &ana, &json!({"role": "customer"})).await;
        assert_eq!((answer.status, answer.header("etag"), answer.usage.write_units), (200, "\"1\"", 0.0));
    }

    #[tokio::test]
    async fn admins_do_not_change_themselves_and_two_do_not_unseat_each_other() {
        let (shop, ana, bob) = shop().await;
        for id in [&ana, &bob] {
            assert_eq!(send(&shop, &shop.token("eva").await, id, &json!({"role": "admin"})).await.status, 200);
        }
        let (anas, bobs) = (shop.token("ana").await, shop.token("bob").await);
        let down = json!({"role": "customer"});
        assert_eq!(send(&shop, &anas, &ana, &down).await.code(), "in_use");
        let (one, other) = tokio::join!(send(&shop, &anas, &bob, &down), send(&shop, &bobs, &ana, &down));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }

    #[tokio::test]
    async fn only_admins_change_users_and_only_role_and_disabled() {
        let (shop, ana, bob) = shop().await;
        let customer = shop.token("bob").await;
        assert_eq!(send(&shop, &customer, &ana, &json!({"role": "staff"})).await.status, 403);
        assert_eq!(send(&shop, &customer, &bob, &json!({"role": "admin"})).await.status, 403);
        let eva = shop.token("eva").await;
        for attributes in [json!({"email": "x@y.zz"}), json!({"role": "boss"}), json!({"disabled": "yes"})] {
            assert_eq!(send(&shop, &eva, &ana, &attributes).await.status, 422, "{attributes}");
        }
        assert_eq!(send(&shop, &eva, &ids::new(), &json!({"role": "staff"})).await.status, 404);
    }
}
