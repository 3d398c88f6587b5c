//! `POST /products/{id}/reviews`: a buyer reviews a product, once.

use access::Guard;
use kernel::{Error, StartupError, clock};
use reviews::Reviews;
use reviews::review::Review;
use reviews::store::CreatedBy;
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn create_review(reviews: &Reviews, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let product_id = request.path_id("id")?;
    let key = Key::optional(&request)?.map(|key| key.id(&format!("reviews/{product_id}"), &caller.id));
    let body = request.new_resource("reviews")?;
    let created_by = CreatedBy { key, fingerprint: body.fingerprint() };
    let review = Review::parse(body, product_id, &caller.id, clock::now())?;
    idempotency::created(&reviews.create(review, &created_by).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = Reviews::from_env().await?;
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| create_review(&reviews, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use reviews::rating::ProductState;
    use reviews::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call};

    fn call(shop: &Shop, who: &str) -> Call {
        let call = Call::event("create-review").path("id", &shop.product);
        call.bearer(&shop.tokens.token(who, Role::Customer))
    }

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let guard = shop.tokens.guard(shop.cloud.client());
        call.send(|request| create_review(&shop.reviews, &guard, request)).await
    }

    #[tokio::test]
    async fn a_buyer_reviews_what_they_bought_in_three_calls_and_it_counts_at_once() {
        let shop = Shop::with(&["ana"]).await;
        let answer = send(&shop, &call(&shop, "ana")).await;
        let made = shop.reviews.get(answer.id()).await.unwrap().unwrap();
        assert_eq!((answer.status, answer.header("etag")), (201, format!("\"{}\"", made.tag()).as_str()));
        assert_eq!(answer.header("location"), format!("https://shop.test/v1/reviews/{}", answer.id()));
        assert_eq!((answer.attribute("rating"), answer.attribute("status")), (&json!(5), &json!("published")));
        assert_eq!(answer.attribute("verifiedPurchase"), &json!(true));
        assert_eq!(answer.body["data"]["relationships"]["author"]["data"], json!({"type": "users", "id": "ana"}));
        // Whether the token was revoked, the mark; then the review, the rating, and the mark once more.
        assert_eq!((answer.usage.calls, answer.usage.read_units), (3, 2.0));
        assert_eq!(shop.rated().await.0, [0, 0, 0, 0, 1]);
    }

    #[tokio::test]
    async fn who_has_not_bought_it_is_answered_why_they_may_not() {
        let shop = Shop::with(&["ana"]).await;
        let answer = send(&shop, &call(&shop, "bob")).await;
        assert_eq!((answer.status, answer.code(), answer.usage.write_units), (403, "forbidden", 0.0));
        assert!(answer.body["errors"][0]["detail"].as_str().is_some_and(|why| why.contains("not confirmed yet")));
        assert_eq!(send(&shop, &call(&shop, "ana").without("authorization")).await.status, 401);
        let never_bought = call(&shop, "ana").path("id", &kernel::ids::new());
        assert_eq!(send(&shop, &never_bought).await.status, 403);
        shop.adds_up().await;
    }

    #[tokio::test]
    async fn a_sale_that_was_cancelled_was_no_purchase() {
        let shop = Shop::with(&[]).await;
        let sale = shop.sold_to("ana").await;
        shop.reviews.put_purchase_marker("ana", &shop.product, &sale, false, "2").await.unwrap();
        assert_eq!(send(&shop, &call(&shop, "ana")).await.status, 403);
    }

    #[tokio::test]
    async fn there_is_one_review_for_a_buyer_and_a_repeated_request_finds_it() {
        let shop = Shop::with(&["ana"]).await;
        let first = send(&shop, &call(&shop, "ana")).await;
        let again = send(&shop, &call(&shop, "ana")).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (201, "true", &first.body));
        let other_words = call(&shop, "ana").resource("reviews", None, &json!({"rating": 1}));
        let answer = send(&shop, &other_words).await;
        assert_eq!((answer.status, answer.code()), (422, "idempotency_key_reused"));
        for call in [other_words.header("idempotency-key", "other"), call(&shop, "ana").without("idempotency-key")] {
            let answer = send(&shop, &call).await;
            assert_eq!((answer.status, answer.code()), (409, "already_exists"));
            assert!(answer.body["errors"][0]["detail"].as_str().is_some_and(|why| why.contains(first.id())));
        }
        assert_eq!(shop.rated().await.count(), 1);
    }

    #[tokio::test]
    async fn a_repeated_request_is_answered_as_before_though_the_sale_was_cancelled_meanwhile() {
        let shop = Shop::with(&[]).await;
        let sale = shop.sold_to("ana").await;
        let first = send(&shop, &call(&shop, "ana")).await;
        shop.reviews.put_purchase_marker("ana", &shop.product, &sale, false, "2").await.unwrap();
        let again = send(&shop, &call(&shop, "ana")).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
    }

    #[tokio::test]
    async fn a_deleted_product_cannot_be_reviewed() {
        let shop = Shop::with(&["ana"]).await;
        shop.reviews.put_product_state(&shop.product, ProductState::Deleted, "2", clock::now()).await.unwrap();
        assert_eq!(send(&shop, &call(&shop, "ana")).await.status, 404);
        shop.adds_up().await;
    }

    #[tokio::test]
    async fn each_fault_of_an_item_has_its_pointer_and_nothing_is_written() {
        let shop = Shop::with(&["ana"]).await;
        let wrong = json!({"rating": 6, "title": "x".repeat(101), "status": "hidden", "stars": 5});
        let answer = send(&shop, &call(&shop, "ana").resource("reviews", None, &wrong)).await;
        assert_eq!((answer.status, answer.pointers().len()), (422, 4));
        assert_eq!(send(&shop, &call(&shop, "ana").text("{")).await.status, 400);
        assert_eq!(shop.recounted().await.1, 0);
    }

    #[tokio::test]
    async fn a_token_that_was_revoked_reviews_nothing() {
        let shop = Shop::with(&["ana"]).await;
        let revocations = access::Revocations::new(shop.cloud.client(), "RevocationsTable");
        let part = revocations.revoke("ana", 2, clock::now()).unwrap();
        assert!(dynamo::transact(&shop.cloud.client(), vec![part]).await.unwrap().is_done());
        assert_eq!(send(&shop, &call(&shop, "ana")).await.status, 401);
    }
}
