//! `GET /products/{id}/rating`: anyone reads what the reviews of a product come to.

use reviews::Reviews;
use shared::auth::Verifier;
use shared::http::{self, Request, Response};
use shared::{Error, StartupError, jsonapi};

async fn get_rating(reviews: &Reviews, tokens: &Verifier, request: Request) -> Result<Response, Error> {
    tokens.anyone(&request)?;
    request.query(&[])?;
    let rating = reviews.rating_of(&request.path_id("id")?).await?;
    Ok(jsonapi::ok(&rating, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (reviews, tokens) = (Reviews::from_env().await?, Verifier::from_env()?);
    http::run(|request| get_rating(&reviews, &tokens, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use reviews::testing::Shop;
    use serde_json::json;
    use shared::testing::{Answer, Call};
    use shared::{clock, ids};

    async fn get(shop: &Shop, product: &str) -> Answer {
        let verifier = shop.tokens.verifier();
        let call = Call::event("get-rating").path("id", product);
        call.send(|request| get_rating(&shop.reviews, &verifier, request)).await
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
    async fn a_product_that_is_unknown_or_gone_has_no_rating() {
        let shop = Shop::with(&[]).await;
        assert_eq!(get(&shop, &ids::new()).await.status, 404);
        assert_eq!(get(&shop, "x").await.status, 404);
        shop.reviews.product_is(&shop.product, true, "2", clock::now()).await.unwrap();
        assert_eq!(get(&shop, &shop.product).await.status, 404);
    }
}
