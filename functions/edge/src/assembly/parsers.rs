//! The real parsers accept and refuse what the request schemas do.

use catalog::brand::{Brand, BrandChanges};
use catalog::category::Category;
use catalog::product::Product;
use identity::account::{Credentials, PasswordChange};
use identity::changes::{AdminChanges, ProfileChanges, Registration};
use identity::national_id::Country;
use identity::policy::Policy;
use inventory::movement::Movement;
use kernel::input::Body;
use kernel::{Error, clock, ids};
use reviews::review::Review;
use sales::order::Order;
use serde_json::{Value, json};

use super::apis;
use super::openapi::validator;
use ::openapi::document::known;

/// What reads a document.
type Parser = Box<dyn Fn(Body) -> Result<(), Error>>;

fn parsers() -> Vec<(&'static str, Parser)> {
    let usd = || "USD".parse().unwrap();
    let (now, id) = (clock::now, ids::new);
    let (policy, ids) = (|| Policy::new(8, "Zoco"), || Country::known("EC").unwrap());
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
        ("ProductChanges", Box::new(move |body| catalog::product::ProductChanges::parse(body, &usd()).map(drop))),
        ("NewBrand", Box::new(move |body| Brand::parse(body, id(), now()).map(drop))),
        ("BrandChanges", Box::new(|body| BrandChanges::parse(body).map(drop))),
        ("NewCategory", Box::new(move |body| Category::parse(body, id(), now()).map(drop))),
        ("CategoryChanges", Box::new(|body| catalog::category::CategoryChanges::parse(body).map(drop))),
        ("NewStockMovement", Box::new(move |body| Movement::parse(body, id(), id(), id(), now()).map(drop))),
        ("StockItemChanges", Box::new(|body| inventory::stock::parse_changes(body).map(drop))),
        ("SaleChanges", Box::new(|body| sales::sale::parse_changes(body).map(drop))),
        ("NewCartItem", Box::new(|body| carts::line::RequestedItem::parse(body).map(drop))),
        ("CartItemChanges", Box::new(|body| carts::line::parse_changes(body).map(drop))),
        ("Checkout", Box::new(move |body| carts::line::parse_checkout(body, &usd()).map(drop))),
        ("NewReview", Box::new(move |body| Review::parse(body, id(), &id(), now()).map(drop))),
        ("ReviewChanges", Box::new(|body| reviews::review::ReviewChanges::parse(body).map(drop))),
        ("Purchase", Box::new(move |body| Order::parse(body, &usd()).map(drop))),
    ]
}

/// A word of so many letters that nobody has for a password.
fn word(letters: u64) -> String {
    "kwz7q3vx1mj".chars().cycle().take(usize::try_from(letters).unwrap()).collect()
}

/// Documents that differ from the example in one attribute: left out, unknown, at its limits and beyond.
fn variants(name: &str, example: &Value) -> Vec<Value> {
    let schema = known(&apis()).document(name).schema();
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
        let document = known(&apis()).documents.into_iter().find(|one| one.name == name).unwrap();
        let validator = validator(name);
        for variant in variants(name, &document.example()) {
            let text = variant.to_string();
            let body = match document.identified {
                true => Body::update_of(text.as_bytes(), document.kind, ::openapi::types::ID),
                false => Body::new_resource(text.as_bytes(), document.kind),
            };
            let parsed = body.and_then(&parse);
            assert_eq!(parsed.is_ok(), validator.is_valid(&variant), "{name}: {:.300} → {parsed:?}", text);
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared}");
}
