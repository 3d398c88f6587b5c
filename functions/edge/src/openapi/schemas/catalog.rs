//! The types of catalog.

use serde_json::{Value, json};

use super::parts::{line, list, nullable, prose, schema, time, with, words};
use super::reviews::rating_of_product;
use super::types::Access::{Needed, ReadOnly, Settable};
use super::types::{Attribute, Document, ID, Linkage, Relation, Type, attribute};

const SLUG: &str = "What links and paths use: follows from the name, and no other has it.";

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
    let name = with(line(1, 100), "With a letter or a digit among them.");
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
    let sku = with(sku, "The shop's own code, unique in any case.");
    let brand_name = with(nullable(line(1, 100)), "The name of its `brand`, a moment after a rename.");
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

pub fn types() -> Vec<Type> {
    let path = json!({"type": "string", "minLength": 1});
    let path = with(path, "The slugs from the root of the tree to this one, joined by `/`.");
    let path = attribute(ReadOnly, "path", path, json!("kitchen/cups"));
    vec![
        Type {
            name: "Product",
            kind: "products",
            about: "Something the shop offers, or did, or is about to.",
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
            about: "Who makes a product.",
            path: Some("/brands/{id}"),
            versioned: true,
            attributes: named("Loza & Barro", "loza-barro").into_iter().chain(times()).collect(),
            relations: vec![],
            includes: &[],
        },
        Type {
            name: "Category",
            kind: "categories",
            about: "A place in the tree of what the shop offers, at most 6 deep.",
            path: Some("/categories/{id}"),
            versioned: true,
            attributes: named("Cups", "cups").into_iter().chain([path]).chain(times()).collect(),
            relations: vec![relation("parent", "categories", Linkage::OneOrNone)],
            includes: &["Category"],
        },
    ]
}

pub fn documents() -> Vec<Document> {
    let names = [("NewProduct", "ProductChanges"), ("NewBrand", "BrandChanges"), ("NewCategory", "CategoryChanges")];
    types()
        .iter()
        .zip(names)
        .flat_map(|(kind, (new, changes))| [kind.new_document(new), kind.changes(changes)])
        .collect()
}
