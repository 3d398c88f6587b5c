//! Who may do what: every endpoint asked by everybody, the expected status of each cell from one table.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod people;
mod recorded;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use e2e::{Shop, variable};
use futures_util::future::join_all;
use kernel::ids;
use people::{Identity, identities};
use serde_json::json;
use table::{For, Revoked, Row, World, table};

async fn cells(world: &World, identity: &Identity<'_>, rows: &[Row]) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in rows {
        let path = row.path(world);
        let body = row.document(world, &path, &identity.id);
        let key = ids::new();
        let mut headers = vec![("Idempotency-Key", key.as_str())];
        headers.extend(identity.key.as_deref().map(|key| ("X-API-KEY", key)));
        let url = match row.whom {
            For::Services => format!("{}{path}", variable("ZOCO_INTERNAL_URL")),
            _ => path,
        };
        let signs = identity.signs && matches!(row.whom, For::Services);
        let person = if signs { identity.person.signing() } else { identity.person.clone() };
        let reply = person.send(row.method.clone(), &url, &headers, body).await;
        let expected = row.expected(identity.who);
        if reply.status != expected {
            let cell = format!("{} asks {} {}", identity.name, row.method, row.route);
            wrong.push(format!("{cell}: {} instead of {expected}: {}", reply.status, reply.body));
        }
    }
    wrong
}

#[tokio::test]
async fn everybody_gets_what_the_table_says_at_every_endpoint() {
    let shop = Shop::from_env();
    let (staff, owner, other) = (shop.staff().await, shop.register(&json!({})).await, shop.register(&json!({})).await);
    let product = staff.adds_a_product("Cup", 1_000).await;
    assert_eq!(staff.receives(&product, 100).await.status, 201);
    let buyer = shop.sign_in(&owner.email, &owner.password).await;
    let sale = buyer.buys(&product, 1, &ids::new()).await.id().to_owned();
    assert_eq!(staff.moves(&sale, "shipped").await.status, 200);
    let review = buyer.reviews(&product, 5).await.id().to_owned();
    let (world, rows) = (World { owner: owner.clone(), product, sale, review }, table());
    let identities = identities(&shop, &owner, &other).await;
    let mut wrong = Vec::new();
    for some in identities.chunks(6) {
        wrong.extend(join_all(some.iter().map(|identity| cells(&world, identity, &rows))).await.into_iter().flatten());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} cells: {} endpoints, {} identities", rows.len() * identities.len(), rows.len(), identities.len());
}

#[test]
fn what_staff_alone_may_do_or_read_refuses_their_revoked_tokens_at_once() {
    let late = table().into_iter().filter(|row| {
        matches!(row.whom, For::Staff | For::Admins | For::OwnerAndStaff) && row.revoked == Revoked::Later
    });
    let late: Vec<String> = late.map(|row| format!("{} {}", row.method, row.route)).collect();
    assert!(late.is_empty(), "{late:?}");
}

#[test]
fn the_table_has_every_endpoint() {
    let mut rows = BTreeMap::<&str, BTreeSet<String>>::new();
    for row in table().iter().filter(|row| row.whom != For::Services) {
        rows.entry(row.route).or_default().insert(row.method.to_string());
    }
    let mut known = BTreeMap::<&str, BTreeSet<String>>::new();
    for (method, path, _) in edge::routes::PUBLIC {
        known.entry(path).or_default().insert((*method).to_owned());
    }
    assert_eq!(rows, known);
}
