//! `GET /audit-log`: admins see what those who work for the shop changed, newest first.

use identity::Users;
use identity::audit_query::{AuditQuery, FILTERS};
use identity::store::AuditEntries;
use kernel::page::{Cursors, PARAMETERS};
use kernel::{Error, StartupError};
use web::http::{self, Request, Response};
use web::jsonapi;
use web::token::Verifier;

async fn list_audit_log(reader: &Reader, request: Request) -> Result<Response, Error> {
    let caller = reader.tokens.admin(&request)?;
    let query = request.query(&[&PARAMETERS[..], &FILTERS].concat())?;
    let listing: Vec<_> = FILTERS.iter().map(|name| query.get(name)).collect();
    let page = reader.cursors.page(&query, &format!("audit-log?{listing:?}"))?;
    let asked = AuditQuery::parse(&query)?;
    reader.users.of(&caller).await?;
    Ok(jsonapi::list(&reader.entries.list(&asked, &page).await?, &request))
}

/// What a list is read with.
struct Reader {
    users: Users,
    entries: AuditEntries,
    tokens: Verifier,
    cursors: Cursors,
}

pub async fn start() -> Result<(), StartupError> {
    let users = Users::from_env().await?;
    let (entries, tokens) = (AuditEntries::from_env_with(users.client())?, Verifier::from_env()?);
    let reader = &Reader { users, entries, tokens, cursors: Cursors::from_env()? };
    http::run(|request| list_audit_log(reader, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::audit_log;
    use identity::testing::Shop;
    use identity::user_view::Listed;
    use kernel::caller::{Caller, Role};
    use kernel::{actor, ids};
    use serde_json::{Value, json};
    use testing::{Answer, Call, customer};

    async fn send(shop: &Shop, token: &str, query: &[(&str, &str)]) -> Answer {
        let (client, tokens) = (shop.cloud.client(), shop.tokens.verifier());
        let users = Users::new(client.clone(), "IdentityTable", "RevocationsTable");
        let entries = AuditEntries::new(client, "AuditLogTable");
        let reader = Reader { users, entries, tokens, cursors: Cursors::new("key") };
        let call = Call::event("list-audit-log").bearer(token).query(query);
        call.send(|request| list_audit_log(&reader, request)).await
    }

    /// Records that somebody disabled a user.
    async fn disabled(shop: &Shop, by: &str, name: &str) {
        let admin = Caller { role: Role::Admin, ..customer(by) };
        let before = identity::testing::user(name);
        let after = identity::user::User { disabled: true, ..before.clone() };
        let work = async {
            testing::audit_log().begin(&admin).unwrap();
            audit_log::entry(Some(&Listed(before)), Some(&Listed(after)), &["role", "disabled"]).unwrap().unwrap()
        };
        let (part, _) = actor::within(work).await;
        assert!(dynamo::transact(&shop.cloud.client(), vec![part]).await.unwrap().is_done());
    }

    fn of(answer: &Answer, name: &str) -> Vec<Value> {
        answer.body["data"].as_array().unwrap().iter().map(|entry| entry["attributes"][name].clone()).collect()
    }

    #[tokio::test]
    async fn admins_see_all_changes_or_those_by_a_subject_of_a_resource_or_in_a_period_a_page_at_a_time() {
        let shop = Shop::with(&["eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let token = shop.token("eva").await;
        for (by, name) in [("eva", "ana"), ("zoe", "ana"), ("eva", "bob")] {
            disabled(&shop, by, name).await;
        }
        let all = send(&shop, &token, &[]).await;
        assert_eq!(of(&all, "resource"), ["users/bob", "users/ana", "users/ana"]);
        assert_eq!(of(&all, "changes")[0], json!({"disabled": {"before": false, "after": true}}));
        assert_eq!((of(&all, "action")[0].clone(), of(&all, "role")[0].clone()), (json!("update"), json!("admin")));
        // The admin and whether the token was revoked; one query.
        assert_eq!((all.usage.calls, all.usage.read_units), (3, 2.5));
        let by = send(&shop, &token, &[("filter[subject]", "eva")]).await;
        assert_eq!(of(&by, "resource"), ["users/bob", "users/ana"]);
        let both = send(&shop, &token, &[("filter[subject]", "zoe"), ("filter[resource]", "users/ana")]).await;
        assert_eq!(of(&both, "subject"), ["zoe"]);
        assert!(of(&send(&shop, &token, &[("filter[createdAt]", "..2020-01-01")]).await, "id").is_empty());
        let page = send(&shop, &token, &[("page[size]", "2"), ("sort", "createdAt")]).await;
        assert_eq!((of(&page, "subject").len(), page.body["links"]["next"].is_string()), (2, true));
        assert_eq!(of(&page, "resource"), ["users/ana", "users/ana"]);
    }

    #[tokio::test]
    async fn nobody_but_admins_sees_it() {
        let shop = Shop::with(&["ana", "eva"]).await;
        shop.promote("eva", Role::Staff).await;
        for name in ["ana", "eva"] {
            assert_eq!(send(&shop, &shop.token(name).await, &[]).await.status, 403);
        }
        assert_eq!(send(&shop, "none", &[]).await.status, 401);
    }

    #[tokio::test]
    async fn what_cannot_be_a_filter_is_reported() {
        let shop = Shop::with(&["eva"]).await;
        shop.promote("eva", Role::Admin).await;
        let token = shop.token("eva").await;
        let long = ids::new().repeat(6);
        for (name, value) in
            [("filter[subject]", ""), ("filter[resource]", &long), ("filter[createdAt]", "x"), ("sort", "x")]
        {
            let answer = send(&shop, &token, &[(name, value)]).await;
            assert_eq!((answer.status, answer.code()), (400, "invalid_parameter"), "{name}");
        }
    }
}
