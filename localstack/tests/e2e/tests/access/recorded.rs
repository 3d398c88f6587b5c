//! Everything that staff and admins may change, changed once: the audit log says who did what, and nothing personal.

use std::collections::BTreeSet;

use e2e::{Person, Reply, Shop};
use kernel::ids;
use reqwest::Method;
use serde_json::{Value, json};

use crate::table::{For, table};

/// A member of staff who notes what they ask for.
struct Noting<'a> {
    person: Person<'a>,
    asked: BTreeSet<(String, &'static str)>,
    /// Action and resource, in order.
    done: Vec<(&'static str, String)>,
}

impl Noting<'_> {
    async fn sends(&mut self, method: Method, route: &'static str, id: &str, resource: (&str, Value)) -> Reply {
        let (kind, attributes) = resource;
        let path = route.replace("{id}", id).replace("{productId}", id);
        let mut data = json!({"type": kind, "attributes": attributes});
        if method == Method::PATCH {
            data["id"] = json!(id);
        }
        let reply = match method {
            Method::DELETE => self.person.send(method.clone(), &path, &[], None).await,
            _ => self.person.put_in(method.clone(), &path, &data).await,
        };
        assert!(reply.status < 300, "{method} {path}: {reply:?}");
        let (action, id) = match method {
            Method::POST => ("create", reply.id()),
            Method::DELETE => ("delete", id),
            _ => ("update", id),
        };
        self.done.push((action, format!("{kind}/{id}")));
        self.asked.insert((method.to_string(), route));
        reply
    }

    /// Makes something, changes it, deletes it.
    async fn life(&mut self, kind: &'static str, routes: [&'static str; 2], new: Value, change: Value) {
        let id = self.sends(Method::POST, routes[0], "", (kind, new)).await.id().to_owned();
        self.sends(Method::PATCH, routes[1], &id, (kind, change)).await;
        self.sends(Method::DELETE, routes[1], &id, (kind, json!({}))).await;
    }
}

#[tokio::test]
async fn whatever_staff_and_admins_change_is_in_the_audit_log_with_nothing_personal() {
    let shop = Shop::from_env();
    let (admin, account, other) =
        (shop.admin().await, shop.register(&json!({})).await, shop.register(&json!({})).await);
    let role = json!({"role": "admin"});
    assert_eq!(admin.update(&format!("/users/{}", account.id), "users", &account.id, &role).await.status, 200);
    let person = shop.sign_in(&account.email, &account.password).await;
    let mut eva = Noting { person, asked: BTreeSet::new(), done: Vec::new() };
    let (name, price) = (ids::new(), json!({"amount": 1_000, "currency": "USD"}));
    eva.life("brands", ["/brands", "/brands/{id}"], json!({"name": name}), json!({"description": "x"})).await;
    eva.life("categories", ["/categories", "/categories/{id}"], json!({"name": name}), json!({"description": "x"}))
        .await;
    let product = json!({"name": "Cup", "sku": name, "price": price});
    eva.life("products", ["/products", "/products/{id}"], product, json!({"name": "Mug"})).await;
    let staff = shop.staff().await;
    let product = staff.adds_a_product("Cup", 1_000).await;
    staff.listens_to(&product).await;
    let receipt = json!({"kind": "receipt", "quantity": 9, "reason": "personal"});
    eva.sends(Method::POST, "/inventory/{productId}/adjustments", &product, ("stock-movements", receipt)).await;
    eva.sends(Method::PATCH, "/inventory/{productId}", &product, ("stock-items", json!({"lowStockAt": 5}))).await;
    let buyer = shop.sign_in(&other.email, &other.password).await;
    let (kept, void) = (buyer.buys(&product, 1, "kept").await, buyer.buys(&product, 1, "void").await);
    let review = buyer.reviews(&product, 1).await.id().to_owned();
    eva.sends(Method::PATCH, "/sales/{id}", kept.id(), ("sales", json!({"status": "shipped"}))).await;
    eva.sends(Method::PATCH, "/sales/{id}", void.id(), ("sales", json!({"status": "cancelled"}))).await;
    eva.sends(Method::DELETE, "/sales/{id}", void.id(), ("sales", json!({}))).await;
    eva.sends(Method::PATCH, "/reviews/{id}", &review, ("reviews", json!({"status": "hidden"}))).await;
    eva.sends(Method::DELETE, "/reviews/{id}", &review, ("reviews", json!({}))).await;
    eva.sends(Method::PATCH, "/users/{id}", &other.id, ("users", json!({"disabled": true}))).await;

    let of_staff = table()
        .into_iter()
        .filter(|row| matches!(row.whom, For::Staff | For::Admins | For::OwnerAndStaff) && row.method != Method::GET);
    let of_staff: BTreeSet<_> = of_staff.map(|row| (row.method.to_string(), row.route)).collect();
    assert_eq!(eva.asked, of_staff);

    let entries = admin.all(&format!("/audit-log?filter%5Bsubject%5D={}&sort=createdAt", account.id)).await;
    let of = |entry: &Value, name: &str| entry["attributes"][name].as_str().unwrap().to_owned();
    let found: Vec<_> = entries.iter().map(|entry| (of(entry, "action"), of(entry, "resource"))).collect();
    let done: Vec<_> = eva.done.iter().map(|(action, resource)| ((*action).to_owned(), resource.clone())).collect();
    assert_eq!(found, done);
    assert!(entries.iter().all(|entry| of(entry, "role") == "admin" && !of(entry, "correlationId").is_empty()));
    let text = json!(entries).to_string();
    for personal in [&other.email, &account.email, "personal", "Good"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    let shipped = admin.all(&format!("/audit-log?filter%5Bresource%5D=sales%2F{}", kept.id())).await;
    assert_eq!(shipped[0]["attributes"]["changes"], json!({"status": {"before": "confirmed", "after": "shipped"}}));
    // What buyers do with what is theirs is not in it.
    let own = admin.all(&format!("/audit-log?filter%5Bsubject%5D={}", other.id)).await;
    assert!(own.is_empty(), "{own:?}");
}
