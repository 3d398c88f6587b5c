//! `GET /users`: admins list users, newest first, all or those of a role, or find one by e-mail address.

use identity::user_view::Listed;
use identity::{Users, email};
use kernel::caller::Role;
use kernel::page::{Cursors, PARAMETERS, Page};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

const FILTERS: [&str; 2] = ["filter[role]", "filter[email]"];

async fn list_users(users: &Users, tokens: &Verifier, cursors: &Cursors, request: Request) -> Result<Response, Error> {
    let caller = tokens.admin(&request)?;
    let query = request.query(&[&PARAMETERS[..], &FILTERS].concat())?;
    let page =
        cursors.page(&query, &format!("users?role={:?}&email={:?}", query.get(FILTERS[0]), query.get(FILTERS[1])))?;
    let role = query.get("filter[role]").map(|name| {
        Role::named(name).ok_or_else(|| Error::parameter("filter[role]", "A role is customer, staff or admin."))
    });
    let role = role.transpose()?;
    users.of(&caller).await?;
    let Some(email) = query.get("filter[email]") else {
        return Ok(jsonapi::list(&users.list(role, &page).await?.map(Listed), &request));
    };
    let email = email::fold(email);
    let found = if email::can_exist(&email) { users.user_by_email(&email).await? } else { None };
    let found = found.filter(|user| role.is_none_or(|role| user.role == role));
    Ok(jsonapi::list(&Page { items: found.into_iter().map(Listed).collect(), prev: None, next: None }, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let (users, tokens, cursors) = (Users::from_env().await?, Verifier::from_env()?, Cursors::from_env()?);
    http::run(|request| list_users(&users, &tokens, &cursors, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::testing::Shop;
    use testing::{Answer, Call};

    async fn send(shop: &Shop, token: &str, query: &[(&str, &str)]) -> Answer {
        let (verifier, cursors) = (shop.tokens.verifier(), Cursors::new("key"));
        let call = Call::event("list-users").bearer(token).query(query);
        call.send(|request| list_users(shop.users(), &verifier, &cursors, request)).await
    }

    fn ids(answer: &Answer) -> Vec<&str> {
        let items = answer.body["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(|item| item["id"].as_str()).collect()
    }

    #[tokio::test]
    async fn admins_see_all_users_or_those_of_a_role_a_page_at_a_time() {
        let shop = Shop::with(&["ana", "bob", "eva", "zoe"]).await;
        shop.promote("eva", Role::Admin).await;
        shop.promote("zoe", Role::Staff).await;
        let token = shop.token("eva").await;
        assert_eq!(ids(&send(&shop, &token, &[]).await), ["zoe", "eva", "bob", "ana"]);
        assert_eq!(ids(&send(&shop, &token, &[("filter[role]", "customer")]).await), ["bob", "ana"]);
        let page = send(&shop, &token, &[("page[size]", "3")]).await;
        assert_eq!((ids(&page).len(), page.body["links"]["next"].is_string()), (3, true));
        assert_eq!((page.usage.calls, page.usage.read_units), (3, 2.5));
    }

    #[tokio::test]
    async fn a_user_is_found_by_address_in_any_spelling() {
        let shop = Shop::with(&["ana", "eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let token = shop.token("eva").await;
        let answer = send(&shop, &token, &[("filter[email]", "ANA@shop.example")]).await;
        assert_eq!(ids(&answer), ["ana"]);
        assert!(answer.body["data"][0]["attributes"].get("nationalId").is_none());
        let staff = [("filter[email]", "ana@shop.example"), ("filter[role]", "staff")];
        assert!(ids(&send(&shop, &token, &staff).await).is_empty());
        assert!(ids(&send(&shop, &token, &[("filter[email]", "nobody")]).await).is_empty());
    }

    #[tokio::test]
    async fn nobody_but_admins_lists_users() {
        let shop = Shop::with(&["ana", "eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let (ana, eva) = (shop.token("ana").await, shop.token("eva").await);
        assert_eq!(send(&shop, &ana, &[]).await.status, 403);
        shop.promote("eva", Role::Staff).await;
        assert_eq!(send(&shop, &eva, &[]).await.status, 401);
    }

    #[tokio::test]
    async fn an_unknown_role_is_reported() {
        let shop = Shop::with(&["eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let answer = send(&shop, &shop.token("eva").await, &[("filter[role]", "boss")]).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_parameter"));
    }
}
