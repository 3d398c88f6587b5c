//! `GET /internal/users?filter[id]=…`: the other services read who users are, to show it to staff and to the users
//! themselves. Who may call: holders of the internal API's key, which the gateway checks before this function runs.

use identity::Users;
use identity::user_view::Named;
use kernel::page::Page;
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;

/// The most users that a request may name.
const MOST: usize = 100;

async fn internal_users(users: &Users, request: Request) -> Result<Response, Error> {
    let query = request.query(&["filter[id]"])?;
    let ids = query.list("filter[id]", MOST)?;
    let ids = ids.ok_or_else(|| Error::parameter("filter[id]", "Name up to 100 users, separated by commas."))?;
    let items = users.those(&ids).await?.into_iter().map(Named).collect();
    Ok(jsonapi::list(&Page { items, prev: None, next: None }, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let users = Users::from_env().await?;
    http::run(|request| internal_users(&users, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use kernel::ids;
    use serde_json::json;
    use testing::{Answer, Call};

    async fn ask(shop: &Shop, query: &[(&str, &str)]) -> Answer {
        let users = shop.users();
        Call::event("internal-users").query(query).send(|request| internal_users(users, request)).await
    }

    #[tokio::test]
    async fn services_see_names_and_addresses_in_one_read_and_nothing_else() {
        let (ana, bob) = (ids::new(), ids::new());
        let shop = Shop::with(&[&ana, &bob]).await;
        let named = [("filter[id]", format!("{ana},{bob},{}", ids::new()))];
        let answer = ask(&shop, &named.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        let found = answer.body["data"].as_array().map(Vec::len);
        assert_eq!((answer.status, found, answer.usage.calls), (200, Some(2), 1));
        let shown = &answer.body["data"][0];
        let expected = json!({"email": format!("{ana}@shop.example"), "displayName": ana});
        assert_eq!((&shown["id"], &shown["attributes"]), (&json!(ana), &expected));
    }

    #[tokio::test]
    async fn who_is_asked_for_is_said_and_at_most_a_hundred() {
        let shop = Shop::with(&[]).await;
        let many = (0..101).map(|_| ids::new()).collect::<Vec<_>>().join(",");
        for query in [vec![], vec![("filter[id]", "")], vec![("filter[id]", many.as_str())]] {
            assert_eq!(ask(&shop, &query).await.status, 400);
        }
    }
}
