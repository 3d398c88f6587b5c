//! `POST /auth/login`: anyone who knows an account's e-mail address and password gets a session.

use identity::user::Credentials;
use identity::{Signer, Users, password};
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, clock, jsonapi};

async fn login(users: &Users, signer: &Signer, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let credentials = Credentials::parse(request.new_resource("sessions")?)?;
    let account = if credentials.can_exist() { users.account(&credentials.email).await? } else { None };
    let account = password::check(&credentials.password, account)?;
    let account = account.ok_or_else(|| Error::unauthenticated("The e-mail address or the password is wrong."))?;
    let session = signer.session(&account, clock::now().as_second().unsigned_abs())?;
    Ok(http::not_stored(jsonapi::created(&session, &request)))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartupError> {
    let (users, signer) = (Users::from_env().await?, Signer::from_env().await?);
    http::run(|request| login(&users, &signer, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::user::{Account, Registration};
    use serde_json::json;
    use shared::auth::Role;
    use shared::jsonapi::Body;
    use shared::store::Meter;
    use shared::testing::{Call, Cloud, Tokens};

    async fn users_with_ana(cloud: &Cloud) -> Users {
        let users = Users::new(cloud.client(), "IdentityTable");
        let attributes = json!({"email": "ana@shop.example", "password": "correct horse battery staple"});
        let document = json!({"data": {"type": "users", "attributes": attributes}}).to_string();
        let registration = Registration::parse(Body::new_resource(document.as_bytes(), "users").unwrap()).unwrap();
        let user = registration.user("ana".to_owned(), clock::now());
        let account = Account::new(&user, password::hash(&registration.password).unwrap());
        users.register(&user, &account).await.unwrap();
        users
    }

    fn signer(tokens: &Tokens) -> Signer {
        let (key, issuer, audience) = tokens.signing_key();
        Signer::new(&key, issuer, audience).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_gives_a_token_that_every_function_accepts() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (users, signer) = (users_with_ana(&cloud).await, signer(&tokens));
        let answer = Call::event("login").send(|request| login(&users, &signer, request)).await;
        assert_eq!((answer.status, answer.attribute("expiresIn")), (201, &json!(900)));
        assert_eq!(answer.header("cache-control"), "no-store");
        let token = answer.attribute("accessToken").as_str().unwrap_or_default().to_owned();
        let verifier = tokens.verifier();
        let whoami = |request: Request| async move {
            let caller = verifier.caller(&request)?;
            assert_eq!((caller.id.as_str(), caller.role), ("ana", Role::Customer));
            Ok(jsonapi::no_content())
        };
        assert_eq!(Call::event("login").bearer(&token).send(whoami).await.status, 204);
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (users, signer) = (users_with_ana(&cloud).await, signer(&tokens));
        let mut answers = Vec::new();
        for (email, password) in [("ana@shop.example", "wrong horse"), ("bob@shop.example", "wrong horse"), ("", "")] {
            let attempt =
                Call::event("login").resource("sessions", None, &json!({"email": email, "password": password}));
            let answer = attempt.send(|request| login(&users, &signer, request)).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"));
            answers.push(answer.body);
        }
        assert_eq!(answers[0]["errors"][0]["detail"], answers[1]["errors"][0]["detail"]);
        assert_eq!(answers[0]["errors"][0]["detail"], answers[2]["errors"][0]["detail"]);
    }

    #[tokio::test]
    async fn a_sign_in_is_one_read_and_writes_nothing() {
        let (cloud, tokens) = (Cloud::start().await, Tokens::new());
        let (users, signer) = (users_with_ana(&cloud).await, signer(&tokens));
        let call = Call::event("login");
        let (_, usage) = Meter::measure(users.account("ana@shop.example")).await;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (1, 1.0, 0.0));
        assert_eq!(call.send(|request| login(&users, &signer, request)).await.status, 201);
    }
}
