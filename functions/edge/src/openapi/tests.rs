//! The document says what is so: the file is up to date, it has every route, and real resources and real
//! parsers agree with its schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use catalog::brand::Brand;
use catalog::category::{Category, Placed};
use catalog::product::{Product, Status};
use identity::account::{Credentials, PasswordChange};
use identity::changes::{AdminChanges, ProfileChanges, Registration};
use identity::national_id::NationalIds;
use identity::policy::Policy;
use identity::user::{Listed, User};
use inventory::movement::Movement;
use inventory::stock::StockItem;
use jsonschema::{Validator, options};
use sales::line::Shown;
use sales::order::{Line, Order};
use sales::sale::Sale;
use serde_json::{Value, json};
use shared::Error;
use shared::auth::Role;
use shared::jsonapi::{self, Body, Resource};
use shared::testing::Call;
use shared::{clock, ids};

use super::{document, operations, schemas};

fn validator(schema: &str) -> Validator {
    let mut root = json!({"$ref": format!("#/components/schemas/{schema}")});
    root["components"] = document()["components"].clone();
    options().should_validate_formats(true).build(&root).unwrap()
}

fn faults(schema: &str, instance: &Value) -> Vec<String> {
    validator(schema).iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_file_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    if std::env::var("UPDATE_OPENAPI").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == text, "UPDATE_OPENAPI=1 cargo test -p edge writes it");
}

#[test]
fn every_route_has_one_row_and_every_row_its_route() {
    let mut rows = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (_, row) in operations::all() {
        assert!(rows.entry(row.path).or_default().insert(row.method), "{} {} twice", row.method, row.path);
    }
    let routes = crate::routes::ROUTES.iter().map(|(path, methods)| (*path, methods.split(", ").collect()));
    assert_eq!(rows, routes.collect());
    let paths = document()["paths"].as_object().unwrap().len();
    assert_eq!(paths, rows.len());
}

#[test]
fn every_operation_is_named_after_its_function() {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for (service, row) in operations::all() {
        assert!(names.insert(row.id), "{} twice", row.id);
        // One function serves the page and its files.
        let function = if row.id == "docs-asset" { "docs" } else { row.id };
        assert!(services.join(format!("{service}/src/bin/{function}.rs")).exists(), "{service} has no {function}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let document = document();
    for one in schemas::types() {
        assert_eq!(faults(&format!("{}Document", one.name), &one.example()), [""; 0], "{}", one.name);
        assert_eq!(faults(&format!("{}List", one.name), &one.example_page("/things")), [""; 0], "{}", one.name);
    }
    for one in schemas::documents() {
        assert_eq!(faults(one.name, &one.example()), [""; 0], "{}", one.name);
    }
    for (name, example) in document["components"]["examples"].as_object().unwrap() {
        assert_eq!(faults("Errors", &example["value"]), [""; 0], "{name}");
    }
}

/// A real resource, shown as a handler shows it: valid. The names of its attributes and relationships.
async fn shown<R: Resource + Sync>(name: &str, resource: &R) -> [BTreeSet<String>; 2] {
    let answer = Call::event("openapi").send(|request| async move { Ok(jsonapi::ok(resource, &request)) }).await;
    assert_eq!(faults(&format!("{name}Document"), &answer.body), [""; 0], "{name}");
    let kind = schemas::named(name);
    assert_eq!(kind.kind, R::TYPE);
    assert_eq!(!answer.header("etag").is_empty(), kind.versioned, "{name}");
    ["attributes", "relationships"].map(|member| {
        answer.body["data"][member].as_object().into_iter().flat_map(|members| members.keys().cloned()).collect()
    })
}

/// The attributes and relationships of a schema.
fn described(name: &str) -> [BTreeSet<String>; 2] {
    let kind = schemas::named(name);
    let attributes = kind.shown().map(|one| one.name.to_owned()).collect();
    [attributes, kind.relations.iter().map(|one| one.name.to_owned()).collect()]
}

/// A real resource has exactly the schema's attributes and relationships, and is valid.
async fn agrees<R: Resource + Sync>(name: &str, resource: &R) {
    assert_eq!(shown(name, resource).await, described(name), "{name}");
}

/// A sale has its lines among the attributes or among the relationships; together that is the schema.
async fn sale_agrees(sale: &Sale) {
    let [attributes, within] = shown("Sale", &Shown { sale: sale.clone(), lines_apart: false }).await;
    let [rest, relationships] = shown("Sale", &Shown { sale: sale.clone(), lines_apart: true }).await;
    assert!(attributes.difference(&rest).eq(["lines"]) && relationships.difference(&within).eq(["lines"]));
    assert_eq!([attributes, relationships], described("Sale"));
    agrees("SaleLine", &sales::line::lines(sale)[0]).await;
}

fn new<T>(kind: &str, attributes: &Value, parse: impl FnOnce(Body) -> Result<T, Error>) -> T {
    let document = json!({"data": {"type": kind, "attributes": attributes}}).to_string();
    parse(Body::new_resource(document.as_bytes(), kind).unwrap()).unwrap()
}

#[tokio::test]
async fn real_resources_are_of_their_schemas() {
    let (now, id) = (clock::now(), ids::new());
    let product = Product {
        description: Some("Blue".to_owned()),
        image_url: Some("https://a.example/b.png".to_owned()),
        tags: vec!["tag".to_owned()],
        brand_id: Some(ids::new()),
        category_ids: vec![ids::new(), ids::new()],
        ..catalog::testing::cup(Status::Active)
    };
    agrees("Product", &product).await;
    agrees("Product", &catalog::testing::cup(Status::Draft)).await;
    agrees("Brand", &new("brands", &json!({"name": "Loza"}), |body| Brand::parse(body, id.clone(), now))).await;
    let category = new("categories", &json!({"name": "Cups"}), |body| Category::parse(body, id.clone(), now));
    let below = Category { parent_id: Some(ids::new()), ..category.clone() };
    agrees("Category", &Placed { category, path: "cups".to_owned() }).await;
    agrees("Category", &Placed { category: below, path: "kitchen/cups".to_owned() }).await;
    agrees("StockMovement", &inventory::testing::receipt(&id, &id, 5)).await;
    let stock = StockItem {
        product_id: id.clone(),
        available: 5,
        product: None,
        sold: false,
        low_stock_at: None,
        updated_at: now,
        version: 1,
    };
    agrees("StockItem", &stock).await;
    let sale: Sale = serde_json::from_value(json!({
        "id": id, "number": "20261122-7QK2M9XA", "customerId": id, "status": "confirmed", "createdAt": now,
        "updatedAt": now, "version": 1, "total": {"amount": 2500, "currency": "USD"},
        "lines": [{"productId": id, "sku": "CUP-1", "name": "Cup", "unitPrice": 1250, "quantity": 2}],
    }))
    .unwrap();
    sale_agrees(&sale).await;
    let order = Order {
        lines: vec![Line { product_id: id.clone(), quantity: 1, expected_unit_price: None, pointer: String::new() }],
    };
    let pending = Sale::pending(&id, &id, &order, now);
    sale_agrees(&pending).await;
    sale_agrees(&pending.rejected(inventory::stock::insufficient_stock(&[]), now)).await;
    let (cart, item) = carts::testing::shown();
    agrees("Cart", &cart).await;
    agrees("CartItem", &item).await;
    let user = User { role: Role::Staff, ..identity::testing::user("ana") };
    agrees("User", &user).await;
    let masked = Some(serde_json::from_value(json!({"digest": "", "masked": "*******065"})).unwrap());
    agrees("User", &User { national_id: masked, display_name: None, ..user.clone() }).await;
    agrees("ListedUser", &Listed(user)).await;
    let shop = identity::testing::Shop::with(&["ana"]).await;
    let account = identity::testing::account("ana", identity::testing::PASSWORD);
    let (session, token) = identity::session::Session::open(&account, now).unwrap();
    agrees("Session", &shop.signer().grant(&session, (Role::Customer, 1), &token, now).unwrap()).await;
}

/// What reads a document.
type Parser = Box<dyn Fn(Body) -> Result<(), Error>>;

fn parsers() -> Vec<(&'static str, Parser)> {
    let usd = || "USD".parse().unwrap();
    let (now, id) = (clock::now, ids::new);
    let (policy, ids) = (|| Policy::new(8, "Zoco"), || NationalIds::with_key("key"));
    vec![
        ("Registration", Box::new(move |body| Registration::parse(body, &policy(), &ids()).map(drop))),
        ("SignIn", Box::new(|body| Credentials::parse(body).map(drop))),
        (
            "PasswordChange",
            Box::new(move |body| PasswordChange::parse(body, &policy(), &identity::testing::user("ana")).map(drop)),
        ),
        ("ProfileChanges", Box::new(move |body| ProfileChanges::parse(body, &ids()).map(drop))),
        ("AccountDeletion", Box::new(|body| identity::account::current_password(body).map(drop))),
        ("UserChanges", Box::new(|body| AdminChanges::parse(body).map(drop))),
        ("NewProduct", Box::new(move |body| Product::parse(body, &usd(), id(), now()).map(drop))),
        ("ProductChanges", Box::new(move |body| catalog::product::Changes::parse(body, &usd()).map(drop))),
        ("NewBrand", Box::new(move |body| Brand::parse(body, id(), now()).map(drop))),
        ("BrandChanges", Box::new(|body| Brand::parse_changes(body).map(drop))),
        ("NewCategory", Box::new(move |body| Category::parse(body, id(), now()).map(drop))),
        ("CategoryChanges", Box::new(|body| catalog::category::Changes::parse(body).map(drop))),
        ("NewStockMovement", Box::new(move |body| Movement::parse(body, id(), id(), id(), now()).map(drop))),
        ("StockItemChanges", Box::new(|body| inventory::stock::parse_changes(body).map(drop))),
        ("SaleChanges", Box::new(|body| sales::sale::parse_changes(body).map(drop))),
        ("NewCartItem", Box::new(|body| carts::line::Line::parse(body).map(drop))),
        ("CartItemChanges", Box::new(|body| carts::line::parse_changes(body).map(drop))),
        ("Checkout", Box::new(move |body| carts::line::parse_checkout(body, &usd()).map(drop))),
        ("Purchase", Box::new(move |body| Order::parse(body, &usd()).map(drop))),
    ]
}

/// A word of so many letters that nobody has for a password.
fn word(letters: u64) -> String {
    "kwz7q3vx1mj".chars().cycle().take(usize::try_from(letters).unwrap()).collect()
}

/// Documents that differ from the example in one attribute: left out, unknown, at its limits and beyond.
fn variants(name: &str, example: &Value) -> Vec<Value> {
    let schema = schemas::all()[name].clone();
    let attributes = schema["properties"]["data"]["properties"]["attributes"]["properties"].clone();
    let with = |name: &str, value: Value| {
        let mut document = example.clone();
        document["data"]["attributes"][name] = value;
        document
    };
    let mut variants = vec![example.clone(), with("colour", json!("red"))];
    for (name, schema) in attributes.as_object().unwrap() {
        let mut without = example.clone();
        without["data"]["attributes"].as_object_mut().unwrap().remove(name);
        variants.extend([without, with(name, Value::Null), with(name, json!({})), with(name, json!(true))]);
        let words = schema["enum"].as_array().into_iter().flatten();
        variants.extend(words.map(|word| with(name, word.clone())));
        variants.push(with(name, json!("no such word")));
        for limit in ["minLength", "maxLength"].iter().filter_map(|limit| schema[limit].as_u64()) {
            let sizes = (limit.saturating_sub(1)..=limit + 1).filter(|_| schema["format"] != "email");
            variants.extend(sizes.map(|size| with(name, json!(word(size)))));
        }
        for limit in ["minimum", "maximum"].iter().filter_map(|limit| schema[limit].as_i64()) {
            variants.extend((limit - 1..=limit + 1).map(|number| with(name, json!(number))));
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|_| schema["items"]["type"] == "string") {
            let most = usize::try_from(most).unwrap();
            variants.extend([most, most + 1].map(|count| with(name, json!(vec!["tag"; count]))));
        }
    }
    variants
}

#[test]
fn parsers_accept_what_the_schemas_accept() {
    let mut compared = 0;
    for (name, parse) in parsers() {
        let document = schemas::documents().into_iter().find(|one| one.name == name).unwrap();
        let validator = validator(name);
        for variant in variants(name, &document.example()) {
            let text = variant.to_string();
            let body = match document.identified {
                true => Body::update_of(text.as_bytes(), document.kind, schemas::types::ID),
                false => Body::new_resource(text.as_bytes(), document.kind),
            };
            let parsed = body.and_then(&parse);
            assert_eq!(parsed.is_ok(), validator.is_valid(&variant), "{name}: {:.300} → {parsed:?}", text);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}
