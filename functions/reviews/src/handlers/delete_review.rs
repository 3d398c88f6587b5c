//! `DELETE /reviews/{id}`: authors and staff delete a review.

use access::Guard;
use kernel::{Error, StartupError, clock};
use reviews::Reviews;
use reviews::review::Review;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn delete_review(reviews: &Reviews, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let allow = |review: &Review| {
        review.check_deletable_by(&caller)?;
        request.check_if_match(review.tag())
    };
    reviews.delete(&request.path_id("id")?, allow, clock::now()).await?;
    Ok(jsonapi::no_content())
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = Reviews::from_env().await?;
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| delete_review(&reviews, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use reviews::review::Status;
    use reviews::testing::Shop;
    use testing::Call;

    async fn delete(shop: &Shop, id: &str, who: (&str, Role), if_match: &str) -> u16 {
        let call = Call::event("delete-review").path("id", id).header("if-match", if_match);
        let (call, guard) = (call.bearer(&shop.tokens.token(who.0, who.1)), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| delete_review(&shop.reviews, &guard, request)).await.status
    }

    #[tokio::test]
    async fn authors_and_staff_delete_and_the_rating_follows() {
        let shop = Shop::with(&["ana", "bob", "cai"]).await;
        let anas = shop.reviewed_by("ana", 4).await;
        let (bobs, cais) = (shop.reviewed_by("bob", 1).await, shop.reviewed_by("cai", 2).await);
        shop.set(&cais, Status::Hidden).await;
        assert_eq!(delete(&shop, &anas.id, ("bob", Role::Customer), "*").await, 404);
        assert_eq!(delete(&shop, &anas.id, ("ana", Role::Customer), "\"1\"").await, 412);
        assert_eq!(delete(&shop, &anas.id, ("ana", Role::Customer), &format!("\"{}\"", anas.tag())).await, 204);
        assert_eq!(delete(&shop, &bobs.id, ("eva", Role::Staff), "*").await, 204);
        shop.adds_up().await;
        assert_eq!(delete(&shop, &cais.id, ("eva", Role::Staff), "*").await, 204);
        assert_eq!(delete(&shop, &cais.id, ("eva", Role::Staff), "*").await, 404);
        assert_eq!(shop.recounted().await, (shop.rated().await, 0));
    }

    #[tokio::test]
    async fn what_staff_has_hidden_its_author_does_not_delete_and_so_not_write_anew() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 1).await;
        shop.set(&review, Status::Hidden).await;
        for if_match in ["*", "\"7\""] {
            assert_eq!(delete(&shop, &review.id, ("ana", Role::Customer), if_match).await, 409);
        }
        assert_eq!(delete(&shop, &review.id, ("bob", Role::Customer), "*").await, 404);
        shop.set(&review, Status::Published).await;
        assert_eq!(delete(&shop, &review.id, ("ana", Role::Customer), "*").await, 204);
        shop.adds_up().await;
    }

    #[tokio::test]
    async fn a_tag_of_before_a_review_was_deleted_and_written_again_deletes_nothing() {
        let shop = Shop::with(&["ana"]).await;
        let first = shop.reviewed_by("ana", 1).await;
        let second = shop.rewritten(&first, 5).await;
        let (eva, read) = (("eva", Role::Staff), format!("\"{}\"", first.tag()));
        assert_eq!((second.version, delete(&shop, &first.id, eva, &read).await), (first.version, 412));
        assert_eq!(shop.reviews.get(&first.id).await.unwrap(), Some(second));
    }

    #[tokio::test]
    async fn nobody_deletes_without_signing_in_and_who_deleted_may_review_again() {
        let shop = Shop::with(&["ana"]).await;
        let first = shop.reviewed_by("ana", 4).await;
        let guard = shop.tokens.guard(shop.cloud.client());
        let nobody = Call::event("delete-review").path("id", &first.id);
        assert_eq!(nobody.send(|request| delete_review(&shop.reviews, &guard, request)).await.status, 401);
        assert_eq!(delete(&shop, &first.id, ("ana", Role::Customer), "*").await, 204);
        assert_eq!(shop.reviewed_by("ana", 2).await.id, first.id);
        shop.adds_up().await;
    }
}
