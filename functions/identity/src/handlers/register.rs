//! `POST /auth/register`: anyone makes an account; it starts as a customer's.

use identity::Passwords;
use identity::changes::Registration;
use identity::limiter::Subject;
use identity::policy::Policy;
use identity::sealer::NationalIds;
use kernel::{Error, StartupError, clock, ids};
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn register(
    passwords: &Passwords,
    policy: &Policy,
    national_ids: &NationalIds,
    request: Request,
) -> Result<Response, Error> {
    request.query(&[])?;
    let registration = Registration::parse(request.new_resource("users")?, policy, &national_ids.country)?;
    let (Passwords { users, limits, .. }, now) = (passwords, clock::now());
    users.count_new(Subject::registrations(&request.source()), limits.registrations, limits, now).await?;
    let national_id = national_ids.seal(registration.national_id.as_ref()).await?;
    let email = registration.email.folded();
    let id = Key::optional(&request)?.map_or_else(ids::new, |key| key.id("users", &email));
    let user = registration.user(id, national_id, now);
    let outcome = passwords.register(user, &registration.password.0, &request.source(), now).await?;
    idempotency::created(&outcome, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let (passwords, policy) = (Passwords::from_env().await?, Policy::from_env()?);
    let national_ids = NationalIds::from_env()?;
    http::run(|request| register(&passwords, &policy, &national_ids, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::store::Change;
    use identity::testing::Shop;
    use identity::user::User;
    use kernel::caller::Caller;
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        call.send(|request| register(&shop.passwords, &shop.policy, &shop.national_ids, request)).await
    }

    fn registration(attributes: &Value) -> Call {
        Call::event("register").resource("users", None, attributes)
    }

    #[tokio::test]
    async fn a_new_account_is_a_customers_and_its_password_is_not_shown() {
        let shop = Shop::with(&[]).await;
        let answer = send(&shop, &Call::event("register")).await;
        assert_eq!((answer.status, answer.attribute("role")), (201, &json!("customer")));
        assert_eq!(answer.header("location"), "https://shop.test/v1/users/me");
        assert!(!answer.body.to_string().contains("assword"));
    }

    #[tokio::test]
    async fn an_address_is_taken_in_any_spelling() {
        let shop = Shop::with(&["ana"]).await;
        for spelling in ["ANA@Shop.example", "ａｎａ@shop.example"] {
            let attributes = json!({"email": spelling, "password": "another password"});
            let answer = send(&shop, &registration(&attributes)).await;
            assert_eq!((answer.status, answer.code()), (409, "already_exists"), "{spelling}");
            assert_eq!(answer.pointers(), ["/data/attributes/email"]);
        }
    }

    #[tokio::test]
    async fn a_national_id_belongs_to_one_account_and_is_stored_as_a_digest() {
        let shop = Shop::with(&[]).await;
        let with = |email: &str| json!({"email": email, "password": "vier-und-7", "nationalId": "171003406-5"});
        let answer = send(&shop, &registration(&with("ana@shop.example"))).await;
        assert_eq!((answer.status, answer.attribute("nationalId")), (201, &json!("*******065")));
        let again = send(&shop, &registration(&with("bob@shop.example"))).await;
        assert_eq!((again.status, again.code()), (409, "already_exists"));
        assert_eq!(again.pointers(), ["/data/attributes/nationalId"]);
        assert!(!format!("{:?}", shop.cloud.items("IdentityTable").await).contains("1710034"));
        assert!(shop.users().user_by_email("bob@shop.example").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn of_many_registrations_of_one_address_at_once_one_succeeds() {
        let shop = Shop::with(&[]).await;
        let call = Call::event("register");
        let answers = futures_util::future::join_all((0..10).map(|_| send(&shop, &call))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 9);
    }

    #[tokio::test]
    async fn a_repeated_registration_is_answered_as_the_first_and_another_body_or_key_is_refused() {
        let shop = Shop::with(&[]).await;
        let call = Call::event("register").header("idempotency-key", "k");
        let first = send(&shop, &call).await;
        let again = send(&shop, &call).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
        assert_eq!(again.body, first.body);
        let other = json!({"email": first.attribute("email"), "password": "another password"});
        let other = registration(&other).header("idempotency-key", "k");
        assert_eq!(send(&shop, &other).await.code(), "idempotency_key_reused");
        assert_eq!(send(&shop, &call.header("idempotency-key", "l")).await.code(), "already_exists");
    }

    #[tokio::test]
    async fn a_known_key_is_no_way_around_the_limiter() {
        let shop = Shop::with(&[]).await;
        let made = send(&shop, &Call::event("register").header("idempotency-key", "k")).await;
        let guess = |password: &str, address: &str| {
            let guess = registration(&json!({"email": made.attribute("email"), "password": password}));
            guess.header("idempotency-key", "k").from(address)
        };
        let mut statuses = Vec::new();
        for number in 0..12 {
            let answer = send(&shop, &guess(&format!("guess number {number}"), "198.51.100.4")).await;
            statuses.push(answer.status);
        }
        assert!(statuses.starts_with(&[422; 5]) && statuses.contains(&429), "{statuses:?}");
        let evaluated = statuses.iter().filter(|status| **status == 422).count();
        assert!(evaluated <= 8, "{evaluated} guesses were evaluated");
        assert_eq!(send(&shop, &guess("another guess", "198.51.100.4")).await.status, 429);
    }

    #[tokio::test]
    async fn a_repeated_registration_of_a_disabled_account_is_answered_as_its_sign_in() {
        let shop = Shop::with(&[]).await;
        let call = Call::event("register").header("idempotency-key", "k");
        let made = send(&shop, &call).await;
        let now = clock::now();
        let disable = |user: User| Ok(Change::to(User { disabled: true, ..user }.with_new_credentials(now)));
        shop.users().change(made.id(), now, disable).await.unwrap();
        assert_eq!(send(&shop, &call).await.status, 403);
        let other = json!({"email": made.attribute("email"), "password": "another password"});
        assert_eq!(send(&shop, &registration(&other).header("idempotency-key", "k")).await.status, 422);
    }

    #[tokio::test]
    async fn passwords_are_stored_hashed_only() {
        let shop = Shop::with(&[]).await;
        send(&shop, &Call::event("register")).await;
        let stored = format!("{:?}", shop.cloud.items("IdentityTable").await);
        assert!(stored.contains("$argon2id$v=19$") && !stored.contains("correct horse"));
    }

    #[tokio::test]
    async fn an_address_of_the_network_that_registers_often_has_to_wait_and_others_do_not() {
        let shop = Shop::with(&[]).await;
        for number in 0..20 {
            let attributes = json!({"email": format!("u{number}@shop.example"), "password": "vier-und-7"});
            assert_eq!(send(&shop, &registration(&attributes)).await.status, 201);
        }
        let one_more = registration(&json!({"email": "one@shop.example", "password": "vier-und-7"}));
        let answer = send(&shop, &one_more).await;
        assert_eq!((answer.status, answer.code()), (429, "too_many_requests"));
        assert!(answer.header("retry-after").parse::<u32>().is_ok());
        assert_eq!(send(&shop, &one_more.from("2001:db8::7")).await.status, 201);
    }

    #[tokio::test]
    async fn a_registration_writes_the_count_and_one_transaction() {
        let shop = Shop::with(&[]).await;
        let usage = send(&shop, &Call::event("register")).await.usage;
        assert_eq!((usage.calls, usage.read_units), (2, 0.0));
        assert_eq!((usage.write_units, usage.index_write_units), (7.0, 2.0));
        let attributes = json!({"email": "a@b.co", "password": "vier-und-7", "nationalId": "1710034065"});
        assert_eq!(send(&shop, &registration(&attributes)).await.usage.write_units, 9.0);
    }

    #[tokio::test]
    async fn a_key_whose_account_was_deleted_is_refused_for_that_reason() {
        let shop = Shop::with(&[]).await;
        let call = Call::event("register").header("idempotency-key", "k");
        let made = send(&shop, &call).await;
        let user = shop.passwords.users.user(made.id()).await.unwrap().unwrap();
        let caller =
            Caller { id: user.id.clone(), role: user.role, credentials_version: 1, session_id: "s".to_owned() };
        shop.passwords.users.delete(&caller, clock::now(), |_| Ok(())).await.unwrap();
        let again = send(&shop, &call).await;
        assert_eq!((again.status, again.code()), (422, "idempotency_key_reused"));
        assert!(again.body["errors"][0]["detail"].as_str().unwrap().contains("deleted"));
        assert_eq!(send(&shop, &call.header("idempotency-key", "other")).await.status, 201);
    }
}
