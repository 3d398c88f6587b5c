//! `PATCH /reviews/{id}`: authors change their stars and words; staff hide and show reviews.

use access::Guard;
use kernel::{Error, StartupError, clock};
use reviews::Reviews;
use reviews::review::Review;
use reviews::review::ReviewChanges;
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_review(reviews: &Reviews, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let seen = async || Ok(reviews.get(&id).await?.filter(|review| review.may_be_read_by(Some(&caller))));
    let changes = changes_of(&request, &id, ReviewChanges::parse, seen).await?;
    let change = |review: Review| {
        let tag = review.tag();
        let changed = changes.apply(review, &caller, clock::now())?;
        request.check_if_match(tag).map(|()| changed)
    };
    Ok(jsonapi::ok(&reviews.update(&id, change).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = Reviews::from_env().await?;
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| update_review(&reviews, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use kernel::ids;
    use reviews::testing::Shop;
    use serde_json::{Value, json};
    use testing::{Answer, Call};

    const ANA: (&str, Role) = ("ana", Role::Customer);
    const EVA: (&str, Role) = ("eva", Role::Staff);

    async fn patch(shop: &Shop, id: &str, who: (&str, Role), attributes: &Value, if_match: &str) -> Answer {
        let call = Call::event("update-review").path("id", id).bearer(&shop.tokens.token(who.0, who.1));
        let call = call.resource("reviews", Some(id), attributes).header("if-match", if_match);
        let guard = shop.tokens.guard(shop.cloud.client());
        call.send(|request| update_review(&shop.reviews, &guard, request)).await
    }

    #[tokio::test]
    async fn authors_change_stars_and_words_of_the_version_they_name_and_the_rating_follows() {
        let shop = Shop::with(&["ana"]).await;
        let review = shop.reviewed_by("ana", 4).await;
        let (id, read) = (review.id.clone(), format!("\"{}\"", review.tag()));
        let changed = patch(&shop, &id, ANA, &json!({"rating": 2, "title": null, "body": "Chipped."}), &read).await;
        assert_eq!((changed.status, changed.attribute("rating")), (200, &json!(2)));
        assert_eq!(changed.header("etag"), format!("\"{}\"", Review { version: 2, ..review }.tag()));
        assert_eq!((changed.attribute("title"), changed.attribute("body")), (&Value::Null, &json!("Chipped.")));
        // Whether the token was revoked, the review; then the review and the rating.
        assert_eq!((changed.usage.calls, changed.usage.read_units), (3, 2.0));
        assert_eq!(shop.rated().await.0, [0, 1, 0, 0, 0]);
        let stale = patch(&shop, &id, ANA, &json!({"rating": 5}), &read).await;
        assert_eq!((stale.status, stale.code()), (412, "precondition_failed"));
        shop.adds_up().await;
    }

    #[tokio::test]
    async fn a_tag_of_before_a_review_was_deleted_and_written_again_is_of_text_that_nobody_named() {
        let shop = Shop::with(&["ana"]).await;
        let first = shop.reviewed_by("ana", 1).await;
        let second = shop.rewritten(&first, 5).await;
        assert_eq!((&second.id, second.version), (&first.id, first.version));
        let hidden = json!({"status": "hidden"});
        let stale = patch(&shop, &first.id, EVA, &hidden, &format!("\"{}\"", first.tag())).await;
        assert_eq!((stale.status, stale.code()), (412, "precondition_failed"));
        assert_eq!(patch(&shop, &first.id, EVA, &hidden, &format!("\"{}\"", second.tag())).await.status, 200);
    }

    #[tokio::test]
    async fn new_words_alone_leave_the_rating_as_it_is() {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        let before = shop.reviews.rating(&shop.product).await.unwrap();
        let changed = patch(&shop, &id, ANA, &json!({"title": "Fine"}), "*").await;
        assert_eq!((changed.status, changed.attribute("title")), (200, &json!("Fine")));
        assert_eq!(shop.reviews.rating(&shop.product).await.unwrap(), before);
    }

    #[tokio::test]
    async fn staff_hide_and_show_and_a_hidden_review_does_not_count() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let id = shop.reviewed_by("ana", 1).await.id;
        shop.reviewed_by("bob", 5).await;
        for (status, counts) in [("hidden", 1), ("hidden", 1), ("published", 2)] {
            let answer = patch(&shop, &id, EVA, &json!({"status": status}), "*").await;
            assert_eq!((answer.status, answer.attribute("status")), (200, &json!(status)));
            assert_eq!(shop.rated().await.count(), counts, "{status}");
            shop.adds_up().await;
        }
    }

    #[tokio::test]
    async fn a_hidden_review_that_its_author_changes_stays_hidden() {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 1).await.id;
        patch(&shop, &id, EVA, &json!({"status": "hidden"}), "*").await;
        let changed = patch(&shop, &id, ANA, &json!({"rating": 3}), "*").await;
        assert_eq!((changed.status, changed.attribute("status")), (200, &json!("hidden")));
        assert_eq!(shop.rated().await.count(), 0);
    }

    #[tokio::test]
    async fn everybody_changes_what_is_theirs_to_change_and_nothing_else() {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        let (words, status) = (json!({"rating": 1}), json!({"status": "hidden"}));
        for (who, attributes, expected) in [
            (ANA, &status, 403),
            (EVA, &words, 403),
            (("bob", Role::Customer), &words, 404),
            (("bob", Role::Customer), &status, 404),
            (ANA, &json!({"rating": 0}), 422),
            (ANA, &json!({"verifiedPurchase": false}), 422),
            (EVA, &json!({"status": "none"}), 422),
        ] {
            assert_eq!(patch(&shop, &id, who, attributes, "*").await.status, expected, "{who:?} {attributes}");
        }
        assert_eq!(patch(&shop, &ids::new(), ANA, &words, "*").await.status, 404);
        let guard = shop.tokens.guard(shop.cloud.client());
        let nobody = Call::event("update-review").path("id", &id);
        assert_eq!(nobody.send(|request| update_review(&shop.reviews, &guard, request)).await.status, 401);
        assert_eq!(shop.rated().await.0, [0, 0, 0, 1, 0]);
    }

    #[tokio::test]
    async fn changes_at_once_are_all_stored_and_add_up() {
        let shop = Shop::with(&["ana"]).await;
        let id = shop.reviewed_by("ana", 4).await.id;
        let (stars, title, hidden) = (json!({"rating": 2}), json!({"title": "Fine"}), json!({"status": "hidden"}));
        let (one, two, three) = tokio::join!(
            patch(&shop, &id, ANA, &stars, "*"),
            patch(&shop, &id, ANA, &title, "*"),
            patch(&shop, &id, EVA, &hidden, "*"),
        );
        assert_eq!((one.status, two.status, three.status), (200, 200, 200));
        let review = shop.reviews.get(&id).await.unwrap().unwrap();
        assert_eq!((review.rating, review.title.as_deref(), review.version), (2, Some("Fine"), 4));
        shop.adds_up().await;
    }
}
