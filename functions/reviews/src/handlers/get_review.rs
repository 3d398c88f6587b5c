//! `GET /reviews/{id}`: anyone reads a review; a hidden one, and one of a draft, is for its author and staff.

use access::Guard;
use kernel::{Error, StartupError};
use reviews::Reviews;
use reviews::review::unknown;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn get_review(reviews: &Reviews, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.visitor(&request).await?;
    request.query(&[])?;
    let review = reviews.get(&request.path_id("id")?).await?;
    let review = review.filter(|review| review.may_be_read_by(caller.as_ref())).ok_or_else(unknown)?;
    let always = caller.is_some_and(|caller| review.is_open_to(&caller));
    if !always && !reviews.is_public(&review.product_id).await? {
        return Err(unknown());
    }
    Ok(jsonapi::ok(&review, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = Reviews::from_env().await?;
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| get_review(&reviews, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use kernel::{clock, ids};
    use reviews::rating::ProductState;
    use reviews::review::Status;
    use reviews::testing::Shop;
    use testing::{Answer, Call};

    async fn get(shop: &Shop, id: &str, who: Option<(&str, Role)>) -> Answer {
        let mut call = Call::event("get-review").path("id", id);
        if let Some((user, role)) = who {
            call = call.bearer(&shop.tokens.token(user, role));
        }
        let guard = shop.tokens.guard(shop.reviews.client());
        call.send(|request| get_review(&shop.reviews, &guard, request)).await
    }

    #[tokio::test]
    async fn anybody_reads_a_published_review_and_its_author_in_one_read() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 4).await;
        let answer = get(&shop, &review.id, None).await;
        assert_eq!((answer.status, answer.id()), (200, review.id.as_str()));
        assert_eq!(answer.header("etag"), format!("\"{}\"", review.tag()));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (2, 1.5));
        let own = get(&shop, &review.id, Some(("ana", Role::Customer))).await;
        assert_eq!((own.usage.calls, own.usage.read_units), (1, 1.0));
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

    #[tokio::test]
    async fn a_review_of_a_draft_is_there_for_its_author_and_staff_alone() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 4).await;
        shop.reviews.put_product_state(&shop.product, ProductState::Draft, "2", clock::now()).await.unwrap();
        for (who, status) in [
            (None, 404),
            (Some(("bob", Role::Customer)), 404),
            (Some(("ana", Role::Customer)), 200),
            (Some(("eva", Role::Staff)), 200),
        ] {
            assert_eq!(get(&shop, &review.id, who).await.status, status, "{who:?}");
        }
    }
}
