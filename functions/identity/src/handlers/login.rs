//! `POST /auth/login`: anyone who knows an account's e-mail address and password gets a session.

use identity::account::Credentials;
use identity::session::Session;
use identity::sign_in::disabled;
use identity::{Passwords, Signer};
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn login(passwords: &Passwords, signer: &Signer, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let credentials = Credentials::parse(request.new_resource("sessions")?)?;
    let now = clock::now();
    let proof = passwords.prove(&credentials.email, &credentials.password, &request.source(), now).await?;
    if proof.account.disabled {
        return Err(disabled());
    }
    let (session, refresh_token) = Session::open(&proof.account, now)?;
    passwords.users.open_session(&session, &proof.attempts, now).await?;
    let account = &proof.account;
    let grant = signer.grant(&session, (account.role, account.credentials_version), &refresh_token, now)?;
    Ok(jsonapi::created(&grant, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (passwords, signer) = (Passwords::from_env().await?, Signer::from_env().await?);
    http::run(|request| login(&passwords, &signer, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::password::Hasher;
    use identity::testing::{PASSWORD, Shop, hasher};
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let signer = shop.signer();
        call.send(|request| login(&shop.passwords, &signer, request)).await
    }

    fn attempt(name: &str, password: &str) -> Call {
        let attributes = json!({"email": format!("{name}@shop.example"), "password": password});
        Call::event("login").resource("sessions", None, &attributes)
    }

    #[tokio::test]
    async fn the_right_password_gives_a_token_that_every_function_accepts() {
        let shop = Shop::with(&["ana"]).await;
        let answer = send(&shop, &Call::event("login")).await;
        assert_eq!((answer.status, answer.attribute("expiresIn")), (201, &json!(900)));
        assert_eq!(answer.header("cache-control"), "no-store");
        let token = answer.attribute("accessToken").as_str().unwrap_or_default().to_owned();
        let verifier = shop.tokens.verifier();
        let whoami = |request: Request| async move {
            let caller = verifier.caller(&request)?;
            assert_eq!((caller.id.as_str(), caller.role), ("ana", Role::Customer));
            Ok(jsonapi::no_content())
        };
        assert_eq!(Call::event("login").bearer(&token).send(whoami).await.status, 204);
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer_for_the_same_work() {
        let shop = Shop::with(&["ana"]).await;
        let wrong = send(&shop, &attempt("ana", "wrong horse")).await;
        let no_address = json!({"email": "x".repeat(300), "password": ""});
        let no_address = Call::event("login").resource("sessions", None, &no_address);
        for unknown in [attempt("bob", "wrong horse"), attempt("", ""), no_address] {
            let answer = send(&shop, &unknown.from("192.0.2.9")).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
            assert_eq!(answer.body["errors"][0]["detail"], wrong.body["errors"][0]["detail"]);
            assert_eq!(answer.usage, wrong.usage);
        }
    }

    #[tokio::test]
    async fn a_password_that_is_typed_in_another_composition_is_the_same() {
        let shop = Shop::with(&[]).await;
        let ana = identity::testing::account("ana", "p\u{e9}rdida en quito");
        shop.users().register(&identity::testing::user("ana"), &ana).await.unwrap();
        assert_eq!(send(&shop, &attempt("ana", "pe\u{301}rdida en quito")).await.status, 201);
        assert_eq!(send(&shop, &attempt("ana", "perdida en quito")).await.status, 401);
    }

    #[tokio::test]
    async fn a_disabled_user_gets_that_answer_with_the_right_password_only() {
        let shop = Shop::with(&["ana"]).await;
        let now = clock::now();
        let disable = |user: identity::user::User| {
            let user = identity::user::User { disabled: true, ..user }.with_new_credentials(now);
            Ok(identity::store::Change::to(user))
        };
        shop.users().change("ana", now, disable).await.unwrap();
        assert_eq!(send(&shop, &attempt("ana", PASSWORD)).await.status, 403);
        assert_eq!(send(&shop, &attempt("ana", "wrong horse")).await.status, 401);
    }

    #[tokio::test]
    async fn a_hundred_wrong_passwords_are_slowed_and_the_right_user_elsewhere_gets_in() {
        let shop = Shop::with(&["ana"]).await;
        let mut statuses = Vec::new();
        for number in 0..100 {
            statuses.push(send(&shop, &attempt("ana", &format!("guess {number}"))).await.status);
        }
        // The waits after the fifth are 1, 2, 4 and 8 seconds, should the machine be slow.
        let evaluated = statuses.iter().filter(|status| **status == 401).count();
        assert!((5..=8).contains(&evaluated), "{evaluated}");
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 100 - evaluated);
        let blocked = send(&shop, &attempt("ana", PASSWORD)).await;
        assert_eq!(blocked.status, 429);
        assert_eq!((blocked.usage.calls, blocked.usage.read_units, blocked.usage.write_units), (1, 4.0, 0.0));
        assert_eq!(send(&shop, &attempt("ana", PASSWORD).from("198.51.100.4")).await.status, 201);
    }

    #[tokio::test]
    async fn many_guesses_at_once_get_no_further_than_the_same_in_a_row() {
        let shop = Shop::with(&["ana"]).await;
        let guesses: Vec<Call> = (0..40).map(|number| attempt("ana", &format!("guess {number}"))).collect();
        let answers = futures_util::future::join_all(guesses.iter().map(|guess| send(&shop, guess))).await;
        let evaluated = answers.iter().filter(|answer| answer.status == 401).count();
        assert!(evaluated <= 6, "{evaluated} guesses were evaluated");
        assert!(answers.iter().all(|answer| matches!(answer.status, 401 | 429)));
    }

    #[tokio::test]
    async fn guesses_from_everywhere_are_slowed_and_the_users_own_address_gets_in() {
        let shop = Shop::with(&["ana"]).await;
        let at_home = attempt("ana", PASSWORD).from("203.0.113.1");
        assert_eq!(send(&shop, &at_home).await.status, 201);
        for number in 0..100 {
            let guess = attempt("ana", "wrong horse").from(&format!("198.51.100.{number}"));
            assert_eq!(send(&shop, &guess).await.status, 401);
        }
        let guesses: Vec<Call> =
            (0..40).map(|number| attempt("ana", "wrong horse").from(&format!("203.0.113.{}", number + 100))).collect();
        let answers = futures_util::future::join_all(guesses.iter().map(|guess| send(&shop, guess))).await;
        assert!(answers.iter().filter(|answer| answer.status == 401).count() <= 3);
        assert_eq!(send(&shop, &guesses[0]).await.status, 429);
        assert_eq!(send(&shop, &at_home).await.status, 201);
    }

    #[tokio::test]
    async fn failures_at_once_are_all_counted() {
        let shop = Shop::with(&["ana"]).await;
        let guesses: Vec<Call> =
            (0..60).map(|number| attempt("ana", "wrong horse").from(&format!("198.51.100.{number}"))).collect();
        futures_util::future::join_all(guesses.iter().map(|guess| send(&shop, guess))).await;
        let (_, attempts) = shop.users().account_and_attempts("ana@shop.example", "").await.unwrap();
        assert_eq!(attempts.account.count.attempts, 60);
    }

    #[tokio::test]
    async fn an_address_that_guesses_at_many_accounts_is_slowed() {
        let shop = Shop::with(&["ana"]).await;
        for number in 0..50 {
            assert_eq!(send(&shop, &attempt(&format!("user{number}"), "wrong horse")).await.status, 401);
        }
        let guesses: Vec<Call> = (50..90).map(|number| attempt(&format!("user{number}"), "wrong horse")).collect();
        let answers = futures_util::future::join_all(guesses.iter().map(|guess| send(&shop, guess))).await;
        assert!(answers.iter().filter(|answer| answer.status == 401).count() <= 3);
        assert_eq!(send(&shop, &attempt("ana", PASSWORD).from("198.51.100.4")).await.status, 201);
    }

    #[tokio::test]
    async fn the_right_password_forgives_the_wrong_ones_before_it() {
        let shop = Shop::with(&["ana"]).await;
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(send(&shop, &attempt("ana", "wrong horse")).await.status, 401);
            }
            assert_eq!(send(&shop, &attempt("ana", PASSWORD)).await.status, 201);
        }
    }

    #[tokio::test]
    async fn a_hash_of_old_parameters_is_renewed_by_a_sign_in() {
        let mut shop = Shop::with(&["ana"]).await;
        shop.passwords.hasher = Hasher::new(64, 2).unwrap();
        for _ in 0..2 {
            assert_eq!(send(&shop, &attempt("ana", PASSWORD)).await.status, 201);
            let (account, _) = shop.users().account_and_attempts("ana@shop.example", "").await.unwrap();
            assert!(account.is_some_and(|account| account.password_hash.starts_with("$argon2id$v=19$m=64,t=2,p=1$")));
        }
    }

    #[tokio::test]
    async fn a_renewed_hash_does_not_undo_a_password_that_was_changed_meanwhile() {
        let shop = Shop::with(&["ana"]).await;
        shop.users()
            .renew_hash("ana@shop.example", "another hash", &hasher().hash("another password").unwrap())
            .await
            .unwrap();
        assert_eq!(send(&shop, &attempt("ana", PASSWORD)).await.status, 201);
    }

    #[tokio::test]
    async fn a_sign_in_is_one_read_call_and_two_write_calls() {
        let shop = Shop::with(&["ana"]).await;
        let usage = send(&shop, &attempt("ana", PASSWORD)).await.usage;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (3, 4.0, 3.0));
        let usage = send(&shop, &attempt("ana", "wrong horse")).await.usage;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (4, 4.0, 3.0));
    }
}
