//! What names, words and ids can be at their edges: never a failure of ours.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use catalog::Catalog;
use catalog::brand::{Brand, BrandChanges};
use catalog::category::Filter;
use catalog::listing::ListQuery;
use catalog::product::{Availability, Product, Status};
use catalog::sku::Sku;
use catalog::testing::{brand as testing_brand, category, cup};
use kernel::actor;
use kernel::caller::{Caller, Role};
use kernel::input::{Body, Input};
use kernel::page::Cursors;
use kernel::query::Query;
use kernel::usage::Meter;
use kernel::{Error, clock, ids};
use serde_json::json;
use testing::{Cloud, audit_log, customer};

async fn catalog() -> Catalog {
    Catalog::new(Cloud::start().await.client(), "CatalogTable")
}

async fn names(catalog: &Catalog, pairs: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let query = Query::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let page = Cursors::new("key").page(&query, "l")?;
    let page = catalog.list(&ListQuery::parse(&query)?, &page).await?;
    Ok(page.items.into_iter().map(|product| product.name).collect())
}

async fn add(catalog: &Catalog, name: &str) {
    catalog.create(Product { name: name.to_owned(), ..cup(Status::Active) }, "").await.unwrap();
}

fn brand(name: &str) -> Result<Brand, Error> {
    let body = json!({"data": {"type": "brands", "attributes": {"name": name}}}).to_string();
    Brand::parse(Body::new_resource(body.as_bytes(), "brands").unwrap(), ids::new(), clock::now())
}

#[tokio::test]
async fn names_that_grow_or_vanish_by_folding_are_stored_and_sorted() {
    let catalog = catalog().await;
    for name in ["\u{fdfa}".repeat(200).as_str(), "㌖".repeat(200).as_str(), "🦀", "Tea cup", "Tea", "tea"] {
        add(&catalog, name).await;
    }
    let sorted = names(&catalog, &[("sort", "name")]).await.unwrap();
    assert_eq!(sorted.len(), 6);
    assert_eq!(sorted[0], "🦀");
    assert_eq!(sorted[3], "Tea cup", "after both teas");
    assert!(catalog.create_brand(brand("茶".repeat(100).as_str()).unwrap(), "").await.is_ok());
    for name in ["\u{fdfa}".repeat(100).as_str(), "🦀", "—"] {
        assert_eq!(brand(name).unwrap_err().code, "invalid_attribute");
    }
}

#[tokio::test]
async fn ids_of_any_length_name_nothing() {
    let (catalog, long) = (catalog().await, "x".repeat(3_000));
    add(&catalog, "Cup").await;
    for filter in ["filter[brand]", "filter[category]"] {
        assert!(names(&catalog, &[(filter, &long)]).await.unwrap().is_empty(), "{filter}");
    }
    for filter in ["filter[parent]", "filter[product]"] {
        let query = Query::new([(filter.to_owned(), long.clone())]);
        let page = Cursors::new("key").page(&query, "l").unwrap();
        let filter = Filter::parse(&query).unwrap();
        assert!(catalog.list_categories(&filter, false, &page).await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn letters_that_stand_alone_do_not_spoil_a_search() {
    let catalog = catalog().await;
    add(&catalog, "Men's shoes, size C").await;
    for text in ["men's shoes", "shoes C", "MEN SHO"] {
        assert_eq!(names(&catalog, &[("filter[text]", text)]).await.unwrap().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_search_without_a_word_to_look_for_finds_nothing() {
    let catalog = catalog().await;
    add(&catalog, "Cup C").await;
    for text in ["C", "", "💡", "?!", "\u{200b}", "c u p"] {
        assert!(names(&catalog, &[("filter[text]", text)]).await.unwrap().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_sku_of_single_characters_a_long_title_and_words_of_every_script_are_found() {
    let catalog = catalog().await;
    let sku = |text: &str| Sku::parse(Input::new(json!(text), "/sku")).unwrap();
    let title = "Juego de seis tazas de café con leche de gres hechas a mano en Oaxaca";
    for (name, code) in [
        ("Bolt", "A-1-B"),
        (title, "T-6"),
        ("เสื้อยืดแขนสั้น", "TH-1"),
        ("हिन्दी किताब", "HI-1"),
        ("茶", "JA-1"),
        ("Łódź ćma", "PL-1"),
    ] {
        let product = Product { name: name.to_owned(), sku: sku(code), ..cup(Status::Active) };
        catalog.create(product, "").await.unwrap();
    }
    for text in ["A-1-B", "a1b", title, "เสื้อยืด", "किताब", "茶", "lodz", "cma", "T-6"] {
        assert_eq!(names(&catalog, &[("filter[text]", text)]).await.unwrap().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn brands_that_differ_by_a_mark_of_their_script_or_by_a_sign_are_two_and_those_that_look_alike_are_one() {
    let catalog = catalog().await;
    for name in ["เสื้อ", "เสือ", "C", "C++", "C#"] {
        catalog.create_brand(brand(name).unwrap(), "").await.unwrap();
    }
    for name in ["c", "C\u{ad}", "\u{200b}C\u{200d}", "Ｃ"] {
        assert_eq!(catalog.create_brand(brand(name).unwrap(), "").await.unwrap_err().code, "already_exists", "{name}");
    }
}

#[tokio::test]
async fn a_product_with_more_words_than_are_stored_is_found_by_its_name_and_sku() {
    let catalog = catalog().await;
    let tags = (0..20).rev().map(|number| format!("aa{number} ab{number}")).collect();
    let zebra = Product { name: "Zebra mug".to_owned(), tags, ..cup(Status::Active) };
    let sku = zebra.sku.as_str().to_owned();
    catalog.create(zebra, "").await.unwrap();
    // Words are stored in the order of appearance, up to thirty.
    for text in ["zebra", "aa19", "ab12", sku.replace('-', "").as_str()] {
        assert_eq!(names(&catalog, &[("filter[text]", text)]).await.unwrap().len(), 1, "{text}");
    }
}

#[tokio::test]
async fn a_brand_is_renamed_while_products_are_added_to_it() {
    let catalog = catalog().await;
    let made = brand("Loza").unwrap();
    let id = made.id.clone();
    catalog.create_brand(made, "").await.unwrap();
    let add = async {
        for _ in 0..20 {
            let product = Product { brand_id: Some(id.clone()), ..cup(Status::Active) };
            catalog.create(product, "").await.unwrap();
        }
    };
    let rename = async {
        for number in 0..10 {
            let body =
                json!({"data": {"type": "brands", "id": id, "attributes": {"description": format!("{number}")}}});
            let sent =
                BrandChanges::parse(Body::update_of(body.to_string().as_bytes(), "brands", &id).unwrap()).unwrap();
            catalog.update_brand(&id, |brand| Ok(sent.apply(brand, clock::now()))).await.unwrap();
        }
    };
    tokio::join!(add, rename);
    let brand = catalog.brand(&id).await.unwrap().unwrap();
    assert_eq!((brand.products, brand.version), (20, 11));
}

#[tokio::test]
async fn a_product_costs_its_rows_and_words_and_the_counts_of_what_it_belongs_to() {
    let catalog = catalog().await;
    let (brand, category) =
        (catalog::testing::brand(&catalog, "Loza").await, catalog::testing::category(&catalog, "Cups").await);
    let words = "one two three four five six seven eight";
    for (brand_id, category_ids) in [(None, vec![]), (Some(brand), vec![category])] {
        // Nine words: those of the name, and a SKU of one.
        let sku = if brand_id.is_some() { "SKU1" } else { "SKU2" };
        let sku = kernel::input::Input::new(json!(sku), "");
        let sku = catalog::product::Sku::parse(sku).unwrap();
        let product = Product { name: words.to_owned(), sku, brand_id, category_ids, ..cup(Status::Active) };
        let (brands, categories) = (usize::from(product.brand_id.is_some()), product.category_ids.len());
        let rows = brands + categories + brands * categories;
        // With brand or categories, one batch read of their names: a unit each.
        let (calls, read) = (1 + u32::from(rows > 0), brands + categories);
        let (made, usage) = Meter::measure(catalog.create(product, "")).await;
        assert!(made.is_ok());
        let units = |count: usize| f64::from(u32::try_from(count).unwrap());
        // Product, SKU, rows, words and counts, twice each; three indexes of the product and its rows, one of each
        // word, two of the brand that counts.
        let tables = units(2 * (2 + rows + 9 + brands + categories));
        let indexes = units(3 * (1 + rows) + 9 + 2 * brands);
        assert_eq!((usage.calls, usage.read_units), (calls, units(read)));
        assert_eq!((usage.write_units - usage.index_write_units, usage.index_write_units), (tables, indexes));
    }
}

#[tokio::test]
async fn products_are_found_by_sku_tag_stock_and_several_statuses() {
    let catalog = catalog().await;
    let mut ids = Vec::new();
    for (name, status, tags, in_stock) in [
        ("Cup", Status::Active, vec!["Hecho a mano", "blue"], true),
        ("Bowl", Status::Active, vec!["hecho"], false),
        ("Jug", Status::Draft, vec!["HECHO A MANO"], true),
    ] {
        let tags = tags.into_iter().map(str::to_owned).collect();
        let product = Product { name: name.to_owned(), tags, ..cup(status) };
        let stock = Availability { in_stock, sold: false, sequence: Some("1".to_owned()) };
        catalog.create(product.clone(), "").await.unwrap();
        catalog.set_stock(&product.id, &stock).await.unwrap();
        ids.push(product.sku.as_str().to_owned());
    }
    let (first, draft) = (ids[0].to_lowercase(), ids[2].clone());
    let long = "x".repeat(3_000);
    for (filters, expected) in [
        (vec![("filter[sku]", first.as_str())], vec!["Cup"]),
        (vec![("filter[sku]", draft.as_str())], vec![]),
        (vec![("filter[sku]", draft.as_str()), ("filter[status]", "active,draft")], vec!["Jug"]),
        (vec![("filter[sku]", long.as_str())], vec![]),
        (vec![("filter[tag]", "hecho a mano")], vec!["Cup"]),
        (vec![("filter[tag]", "hecho a mano"), ("filter[status]", "draft,active")], vec!["Cup", "Jug"]),
        (vec![("filter[tag]", "hecho")], vec!["Bowl"]),
        (vec![("filter[inStock]", "true")], vec!["Cup"]),
        (vec![("filter[inStock]", "false")], vec!["Bowl"]),
        (vec![("filter[inStock]", "true"), ("filter[status]", "draft,active")], vec!["Cup", "Jug"]),
        (vec![("filter[inStock]", "true"), ("filter[text]", "bowl")], vec![]),
    ] {
        let mut found = names(&catalog, &filters).await.unwrap();
        found.sort();
        assert_eq!(found, expected, "{filters:?}");
    }
    for filter in [("filter[inStock]", "yes"), ("filter[status]", "active,sold"), ("filter[status]", "")] {
        assert_eq!(names(&catalog, &[filter]).await.unwrap_err().code, "invalid_parameter", "{filter:?}");
    }
}

#[tokio::test]
async fn a_page_of_products_in_stock_is_full_though_others_lie_between() {
    let catalog = catalog().await;
    for number in 0..60 {
        let product = cup(Status::Active);
        catalog.create(product.clone(), "").await.unwrap();
        if number % 3 == 0 {
            let stock = Availability { in_stock: true, sold: false, sequence: Some("1".to_owned()) };
            catalog.set_stock(&product.id, &stock).await.unwrap();
        }
    }
    let found = names(&catalog, &[("filter[inStock]", "true"), ("page[size]", "20")]).await.unwrap();
    assert_eq!(found.len(), 20);
}

#[tokio::test]
async fn a_product_with_all_that_it_can_have_is_changed_into_another_such_within_one_transaction() {
    let catalog = catalog().await;
    let words = |first: usize| (first..first + 40).map(|number| format!("word{number}")).collect::<Vec<_>>();
    let mut categories = Vec::new();
    for number in 0..10 {
        categories.push(category(&catalog, &format!("Category {number}")).await);
    }
    let (one, other) = (testing_brand(&catalog, "One").await, testing_brand(&catalog, "Other").await);
    let of = |words: &[String], brand: &str, categories: &[String], product: Product| Product {
        name: words[..20].join(" "),
        tags: words[20..].to_vec(),
        brand_id: Some(brand.to_owned()),
        category_ids: categories.to_vec(),
        ..product
    };
    let first = of(&words(0), &one, &categories[..5], cup(Status::Active));
    catalog.create(first.clone(), "").await.unwrap();
    let eva = Caller { role: Role::Staff, ..customer("eva") };
    let change = |product: Product| {
        let version = product.version + 1;
        let sku = Sku::parse(Input::new(json!("ANOTHER-1"), "/sku")).unwrap();
        Ok(Product { version, sku, ..of(&words(100), &other, &categories[5..], product) })
    };
    // DynamoDB takes 100 actions in a transaction, and so does the embedded one. Here the audit log's is one of them.
    let (changed, _) = actor::within(async {
        audit_log().begin(&eva).unwrap();
        catalog.update(&first.id, change).await
    })
    .await;
    assert_eq!(changed.unwrap().brand_id, Some(other));
}
