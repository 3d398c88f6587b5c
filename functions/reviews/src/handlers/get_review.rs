//! `GET /reviews/{id}`: anyone reads a review; a hidden one is for its author and staff.

use reviews::Reviews;
use reviews::review::unknown;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn get_review(reviews: &Reviews, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    let caller = tokens.anyone(&request)?;
    request.query(&[])?;
    let review = reviews.get(&request.path_id("id")?).await?;
    let review = review.filter(|review| review.may_be_read_by(caller.as_ref())).ok_or_else(unknown)?;
    Ok(jsonapi::ok(&review, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (reviews, tokens) = (Reviews::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_review(&reviews, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use reviews::review::Status;
    use reviews::testing::Shop;
    use shared::auth::Role;
    use shared::ids;
    use shared::testing::{Answer, Call};

    async fn get(shop: &Shop, id: &str, who: Option<(&str, Role)>) -> Answer {
        let mut call = Call::event("get-review").path("id", id);
        if let Some((user, role)) = who {
            call = call.bearer(&shop.tokens.token(user, role));
        }
        let verifier = shop.tokens.verifier();
        call.send(|request| get_review(&shop.reviews, &verifier, request)).await
    }

    #[tokio::test]
    async fn anybody_reads_a_published_review_in_one_read() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 4).await;
        let answer = get(&shop, &review.id, None).await;
        assert_eq!((answer.status, answer.id()), (200, review.id.as_str()));
        assert_eq!(answer.header("etag"), format!("\"{}\"", review.tag()));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (1, 1.0));
        assert_eq!(get(&shop, &ids::new(), None).await.status, 404);
    }

    #[tokio::test]
    async fn a_hidden_review_is_there_for_its_author_and_staff_alone() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 4).await;
        shop.set(&review, Status::Hidden).await;
        for (who, status) in [
            (None, 404),
            (Some(("bob", Role::Customer)), 404),
            (Some(("ana", Role::Customer)), 200),
            (Some(("eva", Role::Staff)), 200),
            (Some(("ada", Role::Admin)), 200),
        ] {
            assert_eq!(get(&shop, &review.id, who).await.status, status, "{who:?}");
        }
    }
}
