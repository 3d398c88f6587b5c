//! The document says what is so: the file is up to date, it has every route, and real resources and real
//! parsers (`parsers`) agree with its schemas.

use std::collections::BTreeSet;
use std::path::Path;

use catalog::brand::Brand;
use catalog::category::{Category, Placed};
use catalog::product::{Product, Status};
use identity::user::User;
use identity::user_view::{Listed, Named};
use inventory::movement::{Kind, Movement};
use inventory::stock::StockItem;
use jsonschema::{Validator, options};
use kernel::caller::Role;
use kernel::input::Body;
use kernel::{Error, clock, ids};
use reviews::rating::Rating;
use sales::order::{Order, OrderLine};
use sales::sale::Sale;
use sales::sale_view::SaleView;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};
use testing::Call;
use web::jsonapi::{self, Resource};

use super::{apis, function_of, generated};
use ::openapi::document::{About, known, schemas};

const ABOUT: &str = "The backend of a shop: accounts, catalogue, stock, carts, sales, reviews. JSON:API 1.1 \
    (<https://jsonapi.org/format/1.1/>): documents are `application/vnd.api+json`, lists are paged by cursors \
    (`links.next`), errors have a `code`. Every answer has the header `X-Request-Id`, the id of the request in the log.\n\n\
    To try it here: `POST /auth/login` with your address and password. \
    The page then sends the access token with its requests, for 15 minutes. With `Authorize` you can enter a token yourself.\n\n\
    By default, the whole API serves 500 requests a second (1,000 at once), and answers 429 beyond that.";

/// The most bytes of the document, so that tools and people can load it.
const MOST_BYTES: usize = 200_000;

/// Pretty-printed, by one space a level: with two, a fifth of the document would be indentation more.
fn printed(document: &Value) -> String {
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b" ");
    document.serialize(&mut Serializer::with_formatter(&mut text, formatter)).unwrap();
    String::from_utf8(text).unwrap() + "\n"
}

/// The document. Its server is a stand-in, which is replaced when it is served.
pub fn document() -> Value {
    let about = About {
        title: "Zoco",
        version: env!("CARGO_PKG_VERSION"),
        description: ABOUT,
        license: "MIT OR Apache-2.0",
        server: crate::docs::STAND_IN,
    };
    ::openapi::document::document(&about, &apis())
}

pub fn validator(schema: &str) -> Validator {
    let mut root = json!({"$ref": format!("#/components/schemas/{schema}")});
    root["components"] = document()["components"].clone();
    root["components"]["schemas"] = Value::Object(schemas(&apis(), &known(&apis())));
    options().should_validate_formats(true).build(&root).unwrap()
}

fn faults(schema: &str, instance: &Value) -> Vec<String> {
    validator(schema).iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_generated_document_is_up_to_date_and_short_enough() {
    let text = printed(&document());
    generated("functions/edge/openapi.json", &text);
    assert!(text.len() <= MOST_BYTES, "{} bytes", text.len());
}

#[test]
fn every_operation_stands_once_and_is_named_after_its_function() {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut names, mut routes) = (BTreeSet::new(), BTreeSet::new());
    for api in apis() {
        for row in api.operations {
            assert!(names.insert(row.id) && routes.insert((row.method, row.path)), "{} twice", row.id);
            let file = format!("{}/src/handlers/{}.rs", api.service, function_of(&row).replace('-', "_"));
            assert!(services.join(&file).exists(), "there is no {file}");
        }
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
    for one in known(&apis()).types {
        assert_eq!(faults(&format!("{}Document", one.name), &one.example()), [""; 0], "{}", one.name);
        assert_eq!(faults(&format!("{}List", one.name), &one.example_page("/things")), [""; 0], "{}", one.name);
    }
    for one in known(&apis()).documents {
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
    let kind = known(&apis()).type_of(name).clone();
    assert_eq!(kind.kind, R::TYPE);
    assert_eq!(!answer.header("etag").is_empty(), kind.versioned, "{name}");
    ["attributes", "relationships"].map(|member| {
        answer.body["data"][member].as_object().into_iter().flat_map(|members| members.keys().cloned()).collect()
    })
}

/// The attributes and relationships of a schema.
fn described(name: &str) -> [BTreeSet<String>; 2] {
    let kind = known(&apis()).type_of(name).clone();
    let attributes = kind.shown().map(|one| one.name.to_owned()).collect();
    [attributes, kind.relations.iter().map(|one| one.name.to_owned()).collect()]
}

/// A real resource has exactly the schema's attributes and relationships, and is valid.
async fn agrees<R: Resource + Sync>(name: &str, resource: &R) {
    assert_eq!(shown(name, resource).await, described(name), "{name}");
}

/// A sale has its lines among the attributes or among the relationships; together that is the schema.
async fn sale_agrees(sale: &Sale) {
    let [attributes, within] = shown("Sale", &SaleView { sale: sale.clone(), lines_apart: false }).await;
    let [rest, relationships] = shown("Sale", &SaleView { sale: sale.clone(), lines_apart: true }).await;
    assert!(attributes.difference(&rest).eq(["lines"]) && relationships.difference(&within).eq(["lines"]));
    assert_eq!([attributes, relationships], described("Sale"));
    agrees("SaleLine", &sales::sale_view::lines(sale)[0]).await;
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
    for kind in [Kind::Receipt, Kind::Adjustment, Kind::Sale, Kind::Cancellation] {
        let movement = Movement { kind, ..inventory::testing::receipt(&id, &id, 5) };
        agrees("StockMovement", &movement).await;
    }
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
        lines: vec![OrderLine {
            product_id: id.clone(),
            quantity: 1,
            expected_unit_price: None,
            pointer: String::new(),
        }],
    };
    let pending = Sale::pending(&id, &id, &order, now);
    sale_agrees(&pending).await;
    sale_agrees(&pending.rejected(inventory::shortage::insufficient_stock(&[]), now)).await;
    let (cart, item) = carts::testing::shown();
    agrees("Cart", &cart).await;
    agrees("CartItem", &item).await;
    agrees("Review", &reviews::testing::review(&id, &id, 5)).await;
    agrees("Review", &reviews::testing::review(&id, &id, 5).anonymous(now)).await;
    let rating: Rating =
        serde_json::from_value(json!({"productId": id, "stars4": 1, "updatedAt": now, "version": 1})).unwrap();
    agrees("Rating", &rating).await;
    let user = User { role: Role::Staff, ..identity::testing::user("ana") };
    agrees("User", &user).await;
    let masked = Some(serde_json::from_value(json!({"digest": "", "masked": "*******065"})).unwrap());
    agrees("User", &User { national_id: masked, display_name: None, ..user.clone() }).await;
    agrees("ListedUser", &Listed(user.clone())).await;
    // What identity answers is what sales show.
    agrees("Customer", &Named(user)).await;
    let shop = identity::testing::Shop::with(&["ana"]).await;
    let account = identity::testing::account("ana", identity::testing::PASSWORD);
    let (session, token) = identity::session::Session::open(&account, now).unwrap();
    agrees("Session", &shop.signer().grant(&session, (Role::Customer, 1), &token, now).unwrap()).await;
}
