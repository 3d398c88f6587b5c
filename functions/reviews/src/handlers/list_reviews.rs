//! `GET /products/{id}/reviews`: anyone lists the reviews of a product, sorted and filtered; staff also hidden ones,
//! and those of drafts.

use access::Guard;
use futures_util::try_join;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use reviews::Reviews;
use reviews::listing::{FILTERS, ListQuery};
use reviews::review::Status;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn list_reviews(
    reviews: &Reviews,
    guard: &Guard,
    cursors: &Cursors,
    request: Request,
) -> Result<Response, Error> {
    let staff = guard.visitor(&request).await?.is_some_and(|caller| caller.is_staff());
    let query = request.query(&[&PARAMETERS[..], &FILTERS, &["sort"]].concat())?;
    let list_query = ListQuery::parse(&query, request.path_id("id")?)?;
    if list_query.status != Status::Published {
        guard.staff_only(&request)?;
    }
    let page = cursors.page(&query, &format!("reviews?{list_query:?}"))?;
    let (page, _) = try_join!(reviews.list(&list_query, &page), reviews.rating_of(&list_query.product_id, staff))?;
    Ok(jsonapi::list(&page, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (reviews, cursors) = (Reviews::from_env().await?, Cursors::from_env()?);
    let guard = Guard::from_env_with(reviews.client())?;
    http::run(|request| list_reviews(&reviews, &guard, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use kernel::clock::{self, Timestamp};
    use kernel::ids;
    use reviews::rating::ProductState;
    use reviews::review::Review;
    use reviews::testing::{Shop, create, review};
    use serde_json::Value;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, call: &Call) -> Answer {
        let (guard, cursors) = (shop.tokens.guard(shop.reviews.client()), Cursors::new("key"));
        call.send(|request| list_reviews(&shop.reviews, &guard, &cursors, request)).await
    }

    fn asked(shop: &Shop, query: &[(&str, &str)]) -> Call {
        Call::event("list-reviews").path("id", &shop.product).query(query)
    }

    async fn listed(shop: &Shop, query: &[(&str, &str)]) -> Vec<String> {
        ids(&send(shop, &asked(shop, query)).await)
    }

    fn ids(answer: &Answer) -> Vec<String> {
        let items = answer.body["data"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect()
    }

    /// Reviews of 3, 5, 1 and 3 stars, each a second later than the one before.
    async fn four(shop: &Shop) -> Vec<String> {
        let mut four = Vec::new();
        for (second, (buyer, stars)) in (1..).zip([("ana", 3), ("bob", 5), ("cai", 1), ("dan", 3)]) {
            let created_at = Timestamp::from_second(second).unwrap();
            let review = Review { created_at, ..review(&shop.product, buyer, stars) };
            four.push(review.id.clone());
            create(&shop.reviews, review).await.unwrap();
        }
        four
    }

    #[tokio::test]
    async fn reviews_come_newest_highest_or_lowest_first_in_one_query_beside_the_products_state() {
        let shop = Shop::with(&["ana", "bob", "cai", "dan"]).await;
        let four = four(&shop).await;
        let order = |places: [usize; 4]| places.map(|place| four[place].clone()).to_vec();
        let newest = send(&shop, &asked(&shop, &[])).await;
        assert_eq!((ids(&newest), newest.usage.calls, newest.usage.read_units), (order([3, 2, 1, 0]), 2, 1.0));
        assert_eq!(listed(&shop, &[("sort", "createdAt")]).await, order([0, 1, 2, 3]));
        assert_eq!(listed(&shop, &[("sort", "-rating")]).await, order([1, 3, 0, 2]));
        assert_eq!(listed(&shop, &[("sort", "rating")]).await, order([2, 0, 3, 1]));
        assert_eq!(listed(&shop, &[("filter[rating]", "3")]).await, [four[3].clone(), four[0].clone()]);
        assert_eq!(listed(&shop, &[("filter[rating]", "4")]).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn pages_lead_to_each_other_in_every_order() {
        let shop = Shop::with(&["ana", "bob", "cai", "dan"]).await;
        four(&shop).await;
        for sort in ["createdAt", "-createdAt", "rating", "-rating"] {
            let all = listed(&shop, &[("sort", sort)]).await;
            let first = send(&shop, &asked(&shop, &[("sort", sort), ("page[size]", "3")])).await;
            let next = first.body["links"]["next"].as_str().unwrap_or_default().to_owned();
            let cursor = next.split("after%5D=").nth(1).unwrap_or_default();
            let second =
                send(&shop, &asked(&shop, &[("sort", sort), ("page[size]", "3"), ("page[after]", cursor)])).await;
            assert_eq!([ids(&first), ids(&second)].concat(), all, "{sort}");
            assert_eq!(second.body["links"]["next"], Value::Null);
            let elsewhere = asked(&shop, &[("page[after]", cursor)]).path("id", &ids::new());
            assert_eq!(send(&shop, &elsewhere).await.status, 400);
        }
    }

    #[tokio::test]
    async fn hidden_reviews_are_listed_for_staff_who_ask_for_them() {
        let shop = Shop::with(&["ana", "bob"]).await;
        let (seen, hidden) = (shop.reviewed_by("ana", 4).await, shop.reviewed_by("bob", 1).await);
        shop.set(&hidden, Status::Hidden).await;
        let call = asked(&shop, &[("filter[status]", "hidden")]);
        assert_eq!(send(&shop, &call).await.status, 401);
        let bob = shop.tokens.token("bob", Role::Customer);
        assert_eq!(send(&shop, &call.clone().bearer(&bob)).await.status, 403);
        let eva = shop.tokens.token("eva", Role::Staff);
        assert_eq!(ids(&send(&shop, &call.bearer(&eva)).await), [hidden.id.as_str()]);
        for token in [bob, eva] {
            assert_eq!(ids(&send(&shop, &asked(&shop, &[]).bearer(&token)).await), [seen.id.as_str()]);
        }
        shop.set(&hidden, Status::Published).await;
        assert_eq!(listed(&shop, &[]).await.len(), 2);
    }

    #[tokio::test]
    async fn a_product_without_reviews_has_an_empty_list_and_an_unknown_or_deleted_one_none() {
        let shop = Shop::with(&[]).await;
        let answer = send(&shop, &asked(&shop, &[])).await;
        assert_eq!((answer.status, ids(&answer).len(), answer.usage.calls), (200, 0, 2));
        assert_eq!(send(&shop, &asked(&shop, &[]).path("id", &ids::new())).await.status, 404);
        shop.reviews.put_product_state(&shop.product, ProductState::Deleted, "2", clock::now()).await.unwrap();
        assert_eq!(send(&shop, &asked(&shop, &[])).await.status, 404);
    }

    #[tokio::test]
    async fn parameters_that_cannot_be_used_are_named() {
        let shop = Shop::with(&[]).await;
        for (name, value) in
            [("filter[rating]", "0"), ("filter[status]", "none"), ("sort", "title"), ("page[size]", "0"), ("q", "x")]
        {
            let answer = send(&shop, &asked(&shop, &[(name, value)])).await;
            assert_eq!((answer.status, &answer.body["errors"][0]["source"]["parameter"]), (400, &name.into()));
        }
        assert_eq!(send(&shop, &asked(&shop, &[]).bearer("nonsense")).await.status, 401);
    }

    #[tokio::test]
    async fn the_reviews_of_a_draft_are_listed_for_staff() {
        let shop = Shop::with(&["ana"]).await;
        shop.reviewed_by("ana", 4).await;
        shop.reviews.put_product_state(&shop.product, ProductState::Draft, "2", clock::now()).await.unwrap();
        assert_eq!(send(&shop, &asked(&shop, &[])).await.status, 404);
        let customer = asked(&shop, &[]).bearer(&shop.tokens.token("ana", Role::Customer));
        assert_eq!(send(&shop, &customer).await.status, 404);
        let staff = send(&shop, &asked(&shop, &[]).bearer(&shop.tokens.token("eva", Role::Staff))).await;
        assert_eq!((staff.status, ids(&staff).len()), (200, 1));
    }
}
