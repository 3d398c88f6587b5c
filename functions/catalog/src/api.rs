//! The HTTP API of catalog: its operations, who may call them, what they take and answer. The OpenAPI document, the routes and
//! `docs/functions.md` follow from this (`make generate`).

use openapi::operation::Who::{Staff, Visitors};
use openapi::parameters::query;
use openapi::parts::{line, list, nullable, object, prose, rating_parts, schema, text, time, with, words};
use openapi::types::Access::{Needed, ReadOnly, Settable};
use openapi::types::{Attribute, Document, ID, Linkage, Relation, Type, attribute};
use openapi::{Api, Operation, operation};
use serde_json::{Value, json};

/// The whole of it.
pub fn api() -> Api {
    Api {
        service: "catalog",
        about: "Products, brands, categories.",
        operations: operations(),
        internal: &[("GET", "/internal/products/{id}", "internal-product")],
        types: types(),
        documents: documents(),
        codes: &[],
        schemas: vec![],
    }
}

fn operations() -> Vec<Operation> {
    products().into_iter().chain(brands()).chain(categories()).collect()
}

fn products() -> Vec<Operation> {
    let range = json!({"type": "string", "pattern": r"^([0-9]{1,11}\.\.([0-9]{1,11})?|\.\.[0-9]{1,11})$"});
    let range = with(range, "`1000..2000`, `1000..` or `..2000`.");
    let sorts = words(&["name", "-name", "price", "-price", "createdAt", "-createdAt"]);
    let statuses = json!({"type": "string", "pattern": "^(draft|active|archived)(,(draft|active|archived))*$"});
    let statuses = with(statuses, "`active`, or several as `draft,active`.");
    vec![
        operation(("POST", "/products"), "create-product", "Add a product", (Staff, "staff"))
            .takes("NewProduct")
            .keyed()
            .makes("Product", &["get-product", "update-product", "delete-product"])
            .refuses(&["already_exists", "unknown_related"]),
        operation(
            ("GET", "/products"),
            "list-products",
            "List products",
            (Visitors, "anyone; drafts and archived ones: staff"),
        )
        .says("Products on offer, newest first by default.")
        .with(query("filter[status]", &statuses, "Only staff can ask for other statuses than `active`."))
        .with(query("filter[category]", &schema("Id"), "Only products in this category or in one below it."))
        .with(query("filter[brand]", &schema("Id"), "Only products of this brand."))
        .with(query("filter[text]", &text(), "Only products with all these words."))
        .with(query("filter[sku]", &text(), "Only the product with this SKU. Upper and lower case count as the same."))
        .with(query("filter[tag]", &text(), "Only products with this tag."))
        .with(query("filter[inStock]", &words(&["true", "false"]), "Only products that are in stock, or are not."))
        .with(query("filter[price]", &range, "In minor units. Only without `sort`, or sorted by `price`."))
        .with(query("sort", &sorts, "The order; `-` for descending. Without it, `-createdAt`."))
        .includes(&["brand", "categories"])
        .lists("Product")
        .refuses(&["forbidden"]),
        operation(("GET", "/products/{id}"), "get-product", "Read a product", (Visitors, "anyone; drafts: staff"))
            .includes(&["brand", "categories"])
            .shows("Product"),
        operation(("PATCH", "/products/{id}"), "update-product", "Change a product", (Staff, "staff"))
            .takes("ProductChanges")
            .matched()
            .shows("Product")
            .refuses(&["already_exists", "unknown_related"]),
        operation(("DELETE", "/products/{id}"), "delete-product", "Delete a product", (Staff, "staff"))
            .says("Refused for a product that was ever sold: archive it instead.")
            .matched()
            .refuses(&["in_use"]),
    ]
}

fn brands() -> Vec<Operation> {
    let sorts = words(&["name", "-name", "createdAt", "-createdAt"]);
    vec![
        operation(("POST", "/brands"), "create-brand", "Add a brand", (Staff, "staff"))
            .takes("NewBrand")
            .keyed()
            .makes("Brand", &["get-brand", "update-brand", "delete-brand"])
            .refuses(&["already_exists"]),
        operation(("GET", "/brands"), "list-brands", "List brands", (Visitors, "anyone"))
            .with(query("sort", &sorts, "The order; `-` for descending. Without it, `name`."))
            .lists("Brand"),
        operation(("GET", "/brands/{id}"), "get-brand", "Read a brand", (Visitors, "anyone")).shows("Brand"),
        operation(("PATCH", "/brands/{id}"), "update-brand", "Change a brand", (Staff, "staff"))
            .takes("BrandChanges")
            .matched()
            .shows("Brand")
            .refuses(&["already_exists"]),
        operation(("DELETE", "/brands/{id}"), "delete-brand", "Delete a brand", (Staff, "staff"))
            .says("Refused while products have this brand.")
            .matched()
            .refuses(&["in_use"]),
    ]
}

fn categories() -> Vec<Operation> {
    vec![
        operation(("POST", "/categories"), "create-category", "Add a category", (Staff, "staff"))
            .says("Without a parent, the category is a root of the tree.")
            .takes("NewCategory")
            .keyed()
            .makes("Category", &["get-category", "update-category", "delete-category"])
            .refuses(&["already_exists", "unknown_related", "invalid_parent"]),
        operation(("GET", "/categories"), "list-categories", "List categories", (Visitors, "anyone"))
            .says("Sorted by path.")
            .with(query("filter[parent]", &schema("Id"), "Only the children of this category; `root` for the roots."))
            .with(query("filter[product]", &schema("Id"), "Only the categories of this product."))
            .includes(&["parent"])
            .lists("Category"),
        operation(("GET", "/categories/{id}"), "get-category", "Read a category", (Visitors, "anyone"))
            .includes(&["parent"])
            .shows("Category"),
        operation(("PATCH", "/categories/{id}"), "update-category", "Change or move a category", (Staff, "staff"))
            .takes("CategoryChanges")
            .matched()
            .shows("Category")
            .refuses(&["already_exists", "unknown_related", "invalid_parent"]),
        operation(("DELETE", "/categories/{id}"), "delete-category", "Delete a category", (Staff, "staff"))
            .says("Refused while it has products or categories.")
            .matched()
            .refuses(&["in_use"]),
    ]
}

const SLUG: &str = "The name as it is used in links and paths. It is made from the name, and is unique.";

fn times() -> [Attribute; 2] {
    [
        attribute(ReadOnly, "createdAt", time(), json!("2026-11-22T10:15:42Z")),
        attribute(ReadOnly, "updatedAt", time(), json!("2026-11-22T10:15:42Z")),
    ]
}

fn relation(name: &'static str, kind: &'static str, linkage: Linkage) -> Relation {
    let one = json!({"type": kind, "id": ID});
    let example = if matches!(linkage, Linkage::Many(_)) { json!([one]) } else { one };
    Relation { name, kind, linkage, settable: true, example }
}

/// What brands and categories have in common.
fn named(example: &str, slug: &str) -> Vec<Attribute> {
    let name = with(line(1, 100), "At least one of them is a letter or a digit.");
    let slug_schema = with(json!({"type": "string", "minLength": 1}), SLUG);
    vec![
        attribute(Needed, "name", name, json!(example)),
        attribute(Settable, "description", nullable(prose(2_000)), json!("Made by hand since 1920.")),
        attribute(ReadOnly, "slug", slug_schema, json!(slug)),
    ]
}

fn image_url() -> Value {
    let schema =
        json!({"type": "string", "format": "uri", "minLength": 1, "maxLength": 2_000, "pattern": "^https?://"});
    with(nullable(schema), "An absolute http or https URL without a user name.")
}

fn product() -> Vec<Attribute> {
    let sku = json!({"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9._-]+$"});
    let sku = with(sku, "The shop's own code for the product. Unique; upper and lower case count as the same.");
    let brand_name =
        with(nullable(line(1, 100)), "The name of its `brand`. A new name of the brand appears here a moment later.");
    let category_names = with(list(&line(1, 100), 0, 5), "The names of its `categories`, in the same order.");
    let status = with(words(&["draft", "active", "archived"]), "A new product without one is `active`.");
    vec![
        attribute(Needed, "name", line(1, 200), json!("Coffee cup")),
        attribute(Needed, "sku", sku, json!("CUP-1")),
        attribute(Needed, "price", schema("Money"), json!({"amount": 1250, "currency": "USD"})),
        attribute(Settable, "description", nullable(prose(4_000)), json!("Stoneware, 0.3 l.")),
        attribute(Settable, "status", status, json!("active")),
        attribute(Settable, "tags", list(&line(1, 50), 0, 20), json!(["kitchen"])),
        attribute(Settable, "imageUrl", image_url(), json!("https://images.shop.example/cup.jpg")),
        attribute(ReadOnly, "brandName", brand_name, json!("Loza & Barro")),
        attribute(ReadOnly, "categoryNames", category_names, json!(["Cups"])),
        attribute(ReadOnly, "inStock", json!({"type": "boolean"}), json!(true)),
        rating_of_product(),
    ]
}

fn types() -> Vec<Type> {
    let path = json!({"type": "string", "minLength": 1});
    let path = with(path, "The slugs from the root of the tree to this one, joined by `/`.");
    let path = attribute(ReadOnly, "path", path, json!("kitchen/cups"));
    vec![
        Type {
            name: "Product",
            kind: "products",
            about: "A product of the shop: on offer, in preparation or archived.",
            path: Some("/products/{id}"),
            versioned: true,
            attributes: product().into_iter().chain(times()).collect(),
            relations: vec![
                relation("brand", "brands", Linkage::OneOrNone),
                relation("categories", "categories", Linkage::Many(5)),
            ],
            includes: &["Brand", "Category"],
        },
        Type {
            name: "Brand",
            kind: "brands",
            about: "A manufacturer of products.",
            path: Some("/brands/{id}"),
            versioned: true,
            attributes: named("Loza & Barro", "loza-barro").into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "Category",
            kind: "categories",
            about: "A category of products. Categories form a tree of at most 6 levels.",
            path: Some("/categories/{id}"),
            versioned: true,
            attributes: named("Cups", "cups").into_iter().chain([path]).chain(times()).collect(),
            relations: vec![relation("parent", "categories", Linkage::OneOrNone)],
            includes: &["Category"],
        },
    ]
}

fn documents() -> Vec<Document> {
    let names = [("NewProduct", "ProductChanges"), ("NewBrand", "BrandChanges"), ("NewCategory", "CategoryChanges")];
    types()
        .iter()
        .zip(names)
        .flat_map(|(kind, (new, changes))| [kind.new_document(new), kind.changes(changes)])
        .collect()
}

/// The attribute of products.
fn rating_of_product() -> Attribute {
    let parts = rating_parts();
    let members = parts.clone().map(|(name, schema, _)| (name, schema));
    let schema = with(object(&members, &["average", "count", "histogram"]), "Summary of its published reviews.");
    let example: serde_json::Map<String, Value> =
        parts.into_iter().map(|(name, _, example)| (name.to_owned(), example)).collect();
    attribute(ReadOnly, "rating", schema, Value::Object(example))
}
