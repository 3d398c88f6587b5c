//! `POST /auth/register`: anyone makes an account; it starts as a customer's.

use identity::user::{Account, Registration};
use identity::{Users, password};
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, clock, ids, jsonapi};

async fn register(users: &Users, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let registration = Registration::parse(request.new_resource("users")?)?;
    let user = registration.user(ids::new(), clock::now());
    let account = Account::new(&user, password::hash(&registration.password)?);
    users.register(&user, &account).await?;
    Ok(http::not_stored(jsonapi::created(&user, &request)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let users = Users::from_env().await?;
    http::run(|request| register(&users, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::testing::{Call, Cloud};

    #[tokio::test]
    async fn a_new_account_is_a_customers_and_its_password_is_not_shown() {
        let cloud = Cloud::start().await;
        let users = Users::new(cloud.client(), "IdentityTable");
        let answer = Call::event("register").send(|request| register(&users, request)).await;
        assert_eq!((answer.status, answer.attribute("role")), (201, &json!("customer")));
        assert_eq!(answer.header("location"), "https://shop.test/v1/users/me");
        assert!(!answer.body.to_string().contains("assword"));
    }

    #[tokio::test]
    async fn an_address_is_taken_in_any_spelling() {
        let cloud = Cloud::start().await;
        let users = Users::new(cloud.client(), "IdentityTable");
        Call::event("register").send(|request| register(&users, request)).await;
        let attributes = json!({"email": "ANA@Shop.example", "password": "another password"});
        let again = Call::event("register").resource("users", None, &attributes);
        let answer = again.send(|request| register(&users, request)).await;
        assert_eq!((answer.status, answer.code()), (409, "already_exists"));
        assert_eq!(answer.pointers(), ["/data/attributes/email"]);
        assert_eq!(cloud.items("IdentityTable").await.len(), 2);
    }

    #[tokio::test]
    async fn passwords_are_stored_hashed_only() {
        let cloud = Cloud::start().await;
        let users = Users::new(cloud.client(), "IdentityTable");
        Call::event("register").send(|request| register(&users, request)).await;
        let stored = format!("{:?}", cloud.items("IdentityTable").await);
        assert!(stored.contains("$argon2id$v=19$m=19456,t=2,p=1$") && !stored.contains("correct horse"));
    }
}
