//! `POST /auth/refresh`: whoever has a session's refresh token gets new tokens for the old.

use identity::session::RefreshToken;
use identity::store::Rotation;
use identity::{Signer, Users};
use kernel::input::Input;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::jsonapi;

async fn refresh_session(users: &Users, signer: &Signer, request: Request) -> Result<Response, Error> {
    request.query(&[])?;
    let mut fields = request.new_resource("sessions")?.attributes()?;
    let token = fields.required("refreshToken", Input::any_text);
    let token = signer.refresh_token(&fields.finish(|| token)?).ok_or_else(ended)?;
    let (next, now) = (RefreshToken::new(token.session_id.clone())?, clock::now());
    let session = match users.refresh(&token, &next, now).await? {
        Rotation::Refreshed(session) => session,
        Rotation::Refused => return Err(ended()),
        Rotation::Stolen(session) => {
            tracing::warn!(user = session.user_id, "a refresh token was used again: its session was ended");
            return Err(ended());
        }
    };
    let user = users.user_of(&session).await?.ok_or_else(ended)?;
    let grant = signer.grant(&session, (user.role, user.credentials_version), &next, now)?;
    Ok(jsonapi::created(&grant, &request))
}

fn ended() -> Error {
    Error::unauthenticated("The session has ended, or this refresh token was used before. Sign in again.")
}

pub async fn start() -> Result<(), StartupError> {
    let (users, signer) = (Users::from_env().await?, Signer::from_env().await?);
    http::run(|request| refresh_session(&users, &signer, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use kernel::caller::Role;
    use serde_json::json;
    use testing::{Answer, Call, Fault};

    async fn send(shop: &Shop, token: &str) -> Answer {
        let signer = shop.signer();
        refresh(token).send(|request| refresh_session(shop.users(), &signer, request)).await
    }

    fn refresh(token: &str) -> Call {
        Call::event("refresh-session").resource("sessions", None, &json!({"refreshToken": token}))
    }

    fn token(answer: &Answer) -> String {
        answer.attribute("refreshToken").as_str().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn each_refresh_token_is_good_for_one_use() {
        let shop = Shop::with(&["ana"]).await;
        let (_, first) = shop.sign_in("ana").await;
        let answer = send(&shop, &first).await;
        assert_eq!((answer.status, answer.header("cache-control")), (201, "no-store"));
        assert_ne!(token(&answer), first);
        assert_eq!(send(&shop, &token(&answer)).await.status, 201);
    }

    #[tokio::test]
    async fn of_fifty_requests_with_one_token_at_once_one_succeeds_and_the_session_lives() {
        let shop = Shop::with(&["ana"]).await;
        let (_, first) = shop.sign_in("ana").await;
        let answers = futures_util::future::join_all((0..50).map(|_| send(&shop, &first))).await;
        let good: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(good.len(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 49);
        assert_eq!(send(&shop, &token(good[0])).await.status, 201);
    }

    #[tokio::test]
    async fn a_token_that_comes_again_later_costs_thief_and_owner_the_session() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, stolen) = shop.sign_in("ana").await;
        let second = token(&send(&shop, &stolen).await);
        let third = token(&send(&shop, &second).await);
        assert_eq!(send(&shop, &stolen).await.code(), "unauthenticated");
        assert_eq!(send(&shop, &third).await.status, 401);
        assert!(shop.users().of(&ana).await.is_err(), "nor do the access tokens work that either has");
    }

    #[tokio::test]
    async fn a_made_up_token_of_a_known_session_ends_nothing() {
        let shop = Shop::with(&["ana"]).await;
        let (ana, own) = shop.sign_in("ana").await;
        let made_up = RefreshToken::new(ana.session_id.clone()).unwrap();
        let marked = shop.signer().reveal(&made_up);
        // Without a mark, as release 0.1.0 gave them out; and with one of nobody's.
        let bare = marked.rsplit_once('.').unwrap().0.to_owned();
        for text in [bare.clone(), format!("{bare}.{}", "A".repeat(22))] {
            assert_eq!(send(&shop, &text).await.status, 401);
        }
        assert!(shop.users().of(&ana).await.is_ok());
        assert_eq!(send(&shop, &own).await.status, 201);
    }

    #[tokio::test]
    async fn a_token_of_release_0_1_0_is_good_for_one_use() {
        let shop = Shop::with(&["ana"]).await;
        let (_, text) = shop.sign_in("ana").await;
        let old = text.rsplit_once('.').unwrap().0;
        assert_eq!((send(&shop, old).await.status, send(&shop, old).await.status), (201, 401));
    }

    #[tokio::test]
    async fn the_token_that_was_replaced_last_ends_the_session_after_ten_seconds() {
        let shop = Shop::with(&["ana"]).await;
        let (_, text) = shop.sign_in("ana").await;
        let (first, now) = (shop.signer().refresh_token(&text).unwrap(), clock::now().as_second());
        let at = |second: i64| kernel::clock::Timestamp::from_second(now + second).unwrap();
        let second = RefreshToken::new(first.session_id.clone()).unwrap();
        let refresh = async |token, time| shop.users().refresh(token, &second, time).await.unwrap();
        assert!(matches!(refresh(&first, at(0)).await, Rotation::Refreshed(_)));
        let third = RefreshToken::new(first.session_id.clone()).unwrap();
        let refresh = async |token, time| shop.users().refresh(token, &third, time).await.unwrap();
        assert!(matches!(refresh(&first, at(10)).await, Rotation::Refused));
        assert!(matches!(refresh(&first, at(11)).await, Rotation::Stolen(_)));
        assert!(matches!(refresh(&second, at(12)).await, Rotation::Refused));
    }

    #[tokio::test]
    async fn another_session_of_the_user_is_left_alone_by_a_theft() {
        let shop = Shop::with(&["ana"]).await;
        let ((_, stolen), (_, other)) = (shop.sign_in("ana").await, shop.sign_in("ana").await);
        let second = token(&send(&shop, &stolen).await);
        send(&shop, &second).await;
        send(&shop, &stolen).await;
        assert_eq!(send(&shop, &other).await.status, 201);
    }

    #[tokio::test]
    async fn a_changed_role_or_a_deleted_user_ends_the_session() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let ((_, anas), (_, bobs)) = (shop.sign_in("ana").await, shop.sign_in("bob").await);
        shop.promote("ana", Role::Staff).await;
        assert_eq!(send(&shop, &anas).await.status, 401);
        let ended = shop.signer().refresh_token(&anas).unwrap().session_id;
        let items = shop.cloud.items("IdentityTable").await;
        assert!(!items.iter().any(|item| item["pk"].as_s().unwrap().ends_with(&ended)), "the item is deleted");
        let (bob, _) = shop.sign_in("bob").await;
        shop.users().delete(&bob, clock::now(), |_| Ok(())).await.unwrap();
        assert_eq!(send(&shop, &bobs).await.status, 401);
    }

    #[tokio::test]
    async fn an_expired_session_is_refused_also_while_its_item_is_still_there() {
        let shop = Shop::with(&["ana"]).await;
        let (_, text) = shop.sign_in("ana").await;
        let token = shop.signer().refresh_token(&text).unwrap();
        let later =
            |days: i64| kernel::clock::Timestamp::from_second(clock::now().as_second() + days * 86_400).unwrap();
        let next = RefreshToken::new(token.session_id.clone()).unwrap();
        assert!(matches!(shop.users().refresh(&token, &next, later(31)).await, Ok(Rotation::Refused)));
        assert!(matches!(shop.users().refresh(&token, &next, later(29)).await, Ok(Rotation::Refreshed(_))));
    }

    #[tokio::test]
    async fn an_answer_that_is_lost_on_its_way_from_the_table_does_not_cost_the_session() {
        let shop = Shop::with(&["ana"]).await;
        let (_, first) = shop.sign_in("ana").await;
        let lost = |operation: &str, call| (operation == "UpdateItem" && call == 0).then_some(Fault::ResetAfterCommit);
        let (users, signer) = (Users::new(shop.cloud.client_with(lost), "IdentityTable", "x"), shop.signer());
        let answer = refresh(&first).send(|request| refresh_session(&users, &signer, request)).await;
        assert_eq!(answer.status, 201);
        assert_eq!(send(&shop, &token(&answer)).await.status, 201);
    }

    #[tokio::test]
    async fn what_is_no_refresh_token_is_refused_without_a_read() {
        let shop = Shop::with(&[]).await;
        for wrong in ["", "zrt_", "zrt_x.y", &"a".repeat(8_192)] {
            let answer = send(&shop, wrong).await;
            assert_eq!((answer.status, answer.usage.calls), (401, 0), "{wrong:.9}");
        }
        let unknown = shop.signer().reveal(&RefreshToken::new(kernel::ids::new()).unwrap());
        assert_eq!(send(&shop, &unknown).await.status, 401);
    }

    #[tokio::test]
    async fn a_refresh_is_one_write_and_one_read() {
        let shop = Shop::with(&["ana"]).await;
        let (_, first) = shop.sign_in("ana").await;
        let usage = send(&shop, &first).await.usage;
        assert_eq!((usage.calls, usage.read_units, usage.write_units), (2, 1.0, 1.0));
    }
}
