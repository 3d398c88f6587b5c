//! `GET /products/{id}/rating`: anyone reads the rating of a product; that of a draft is for staff.

use access::Guard;
use kernel::{Error, StartupError};
use reviews::Reviews;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn get_rating(reviews: &Reviews, guard: &Guard, request: Request) -> Result<Response, Error> {
    let staff = guard.visitor(&request).await?.is_some_and(|caller| caller.is_staff());
    request.query(&[])?;
    let rating = reviews.rating_of(&request.path_id("id")?, staff).await?;
    Ok(jsonapi::ok(&rating, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let reviews = Reviews::from_env().await?;
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| get_rating(&reviews, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use kernel::{clock, ids};
    use reviews::rating::ProductState;
    use reviews::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call};

    async fn get(shop: &Shop, product: &str) -> Answer {
        let guard = shop.tokens.guard(shop.reviews.client());
        let call = Call::event("get-rating").path("id", product);
        call.send(|request| get_rating(&shop.reviews, &guard, request)).await
    }

    #[tokio::test]
    async fn a_rating_is_the_average_to_two_digits_the_count_and_the_histogram() {
        let shop = Shop::with(&["ana", "bob", "cai"]).await;
        let none = get(&shop, &shop.product).await;
        let zero = json!({"1": 0, "2": 0, "3": 0, "4": 0, "5": 0});
        assert_eq!(none.body["data"]["attributes"], json!({"average": null, "count": 0, "histogram": zero}));
        for (buyer, stars) in [("ana", 5), ("bob", 5), ("cai", 4)] {
            shop.reviewed_by(buyer, stars).await;
        }
        let answer = get(&shop, &shop.product).await;
        let histogram = json!({"1": 0, "2": 0, "3": 0, "4": 1, "5": 2});
        assert_eq!(answer.body["data"]["attributes"], json!({"average": 4.67, "count": 3, "histogram": histogram}));
        assert_eq!((answer.status, answer.id(), answer.header("etag")), (200, shop.product.as_str(), "\"3\""));
        assert_eq!((answer.usage.calls, answer.usage.read_units), (1, 0.5));
    }

    #[tokio::test]
    async fn an_unknown_or_deleted_product_has_no_rating() {
        let shop = Shop::with(&[]).await;
        assert_eq!(get(&shop, &ids::new()).await.status, 404);
        assert_eq!(get(&shop, "x").await.status, 404);
        shop.reviews.put_product_state(&shop.product, ProductState::Deleted, "2", clock::now()).await.unwrap();
        assert_eq!(get(&shop, &shop.product).await.status, 404);
    }

    #[tokio::test]
    async fn the_rating_of_a_draft_is_for_staff() {
        let shop = Shop::with(&[]).await;
        shop.reviews.put_product_state(&shop.product, ProductState::Draft, "2", clock::now()).await.unwrap();
        assert_eq!(get(&shop, &shop.product).await.status, 404);
        let (guard, staff) = (shop.tokens.guard(shop.reviews.client()), shop.tokens.token("eva", Role::Staff));
        let call = Call::event("get-rating").path("id", &shop.product).bearer(&staff);
        assert_eq!(call.send(|request| get_rating(&shop.reviews, &guard, request)).await.status, 200);
    }
}
