//! Any sequence of creates, renames, moves and deletes, also by many at once, leaves the tree of categories and
//! the unique names whole. `PROOF=full` runs longer ones (`make proof`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use catalog::Catalog;
use catalog::brand::{Brand, BrandChanges};
use catalog::category::{Category, CategoryChanges};
use catalog::tree::DEEPEST;
use kernel::input::Body;
use kernel::{clock, ids};
use serde_json::{Value, json};
use testing::{Cloud, Dice, figure, row};

/// One of several ids, if there is one.
fn pick<'a>(dice: &mut Dice, ids: &'a [String]) -> Option<&'a str> {
    if ids.is_empty() { None } else { Some(dice.pick(ids).as_str()) }
}

const NAMES: [&str; 5] = ["Cups", "cups", "Café", "Tea & more", "Garden"];

fn body(kind: &str, id: Option<&str>, name: Option<&str>, parent: Option<Option<&str>>) -> Body {
    let mut data = json!({"type": kind, "attributes": {}});
    if let Some(name) = name {
        data["attributes"]["name"] = json!(name);
    }
    if let Some(parent) = parent {
        let linkage = parent.map_or(Value::Null, |id| json!({"type": "categories", "id": id}));
        data["relationships"] = json!({"parent": {"data": linkage}});
    }
    if let Some(id) = id {
        data["id"] = json!(id);
    }
    let document = json!({"data": data}).to_string();
    match id {
        Some(id) => Body::update_of(document.as_bytes(), kind, id).unwrap(),
        None => Body::new_resource(document.as_bytes(), kind).unwrap(),
    }
}

/// One thing that staff may do to a category. Refusals are as good as successes.
async fn step(catalog: &Catalog, dice: &mut Dice) {
    let tree = catalog.tree(true).await.unwrap();
    let known: Vec<String> = tree.ids().map(str::to_owned).collect();
    let (name, now) = (NAMES[dice.roll(NAMES.len())], clock::now());
    let target = pick(dice, &known).map(str::to_owned);
    let parent = if dice.roll(3) == 0 { None } else { pick(dice, &known) };
    match (dice.roll(10), target) {
        (0..=4, _) | (_, None) => {
            let category =
                Category::parse(body("categories", None, Some(name), Some(parent)), ids::new(), now).unwrap();
            let made = catalog.create_category(category, "f").await;
            assert!(made.is_ok() || is_refusal(&made.unwrap_err()));
        }
        (5..=6, Some(id)) => change(catalog, &id, body("categories", Some(&id), Some(name), None)).await,
        (7..=8, Some(id)) => change(catalog, &id, body("categories", Some(&id), None, Some(parent))).await,
        (_, Some(id)) => {
            let deleted = catalog.delete_category(&id, |_| Ok(())).await;
            assert!(deleted.is_ok() || is_refusal(&deleted.unwrap_err()));
        }
    }
}

async fn change(catalog: &Catalog, id: &str, body: Body) {
    let changes = CategoryChanges::parse(body).unwrap();
    let changed = catalog.update_category(id, |category| Ok(changes.apply(category, clock::now()))).await;
    assert!(changed.is_ok() || is_refusal(&changed.unwrap_err()));
}

fn is_refusal(error: &kernel::Error) -> bool {
    assert_ne!(error.code, "internal", "{error:?}");
    true
}

/// The tree item and the categories' items agree, without cycles, not too deep, and with
/// different slugs among siblings.
async fn check(cloud: &Cloud, catalog: &Catalog) {
    let tree = catalog.tree(true).await.unwrap();
    let known: Vec<&str> = tree.ids().collect();
    let placed = catalog.categories(known.iter().copied()).await.unwrap();
    let items = cloud.items("CatalogTable").await;
    let stored = items.iter().filter(|item| item["pk"].as_s().unwrap().starts_with("category#")).count();
    assert_eq!((placed.len(), stored), (known.len(), known.len()));
    let parents: BTreeMap<&str, Option<&str>> =
        placed.iter().map(|placed| (placed.category.id.as_str(), placed.category.parent_id.as_deref())).collect();
    let mut siblings = BTreeSet::new();
    for placed in &placed {
        let (mut above, mut depth) = (Some(placed.category.id.as_str()), 0);
        while let Some(id) = above {
            above = parents[id];
            depth += 1;
            assert!(depth <= DEEPEST, "a cycle, or too deep");
        }
        assert_eq!(placed.path.split('/').count(), depth);
        assert!(placed.path.ends_with(&placed.category.slug));
        assert!(siblings.insert((placed.category.parent_id.clone(), placed.category.slug.clone())), "{}", placed.path);
    }
}

#[tokio::test]
async fn proof_the_tree_stays_whole_whatever_is_done_to_it_also_by_many_at_once() {
    let (rounds, workers, started) = (figure(15, 100), 8, Instant::now());
    let cloud = Cloud::start().await;
    let catalog = Arc::new(Catalog::new(cloud.client(), "CatalogTable"));
    for round in 0..rounds {
        let mut running = tokio::task::JoinSet::new();
        for worker in 0..workers {
            let (catalog, mut dice) = (catalog.clone(), Dice((round * workers + worker) as u64));
            running.spawn(async move {
                for _ in 0..4 {
                    step(&catalog, &mut dice).await;
                }
            });
        }
        running.join_all().await;
        check(&cloud, &catalog).await;
    }
    let reached = format!("{} steps by {workers} at once, whole after each of {rounds} rounds", rounds * workers * 4);
    row("category tree", "no cycle, no double name, items = tree", &reached, started);
}

#[tokio::test]
async fn proof_of_brands_of_one_name_at_once_one_is_made_and_renames_free_the_name() {
    let (rounds, started) = (figure(5, 50), Instant::now());
    let catalog = Arc::new(Catalog::new(Cloud::start().await.client(), "CatalogTable"));
    for round in 0..rounds {
        let mut running = tokio::task::JoinSet::new();
        for spelling in ["Loza", "loza", "Lóza", "LOZA!"] {
            let (catalog, name) = (catalog.clone(), format!("{spelling} {round}"));
            running.spawn(async move {
                let brand = Brand::parse(body("brands", None, Some(&name), None), ids::new(), clock::now()).unwrap();
                let id = brand.id.clone();
                catalog.create_brand(brand, "f").await.map(|_| id).map_err(|error| error.code)
            });
        }
        let made = running.join_all().await;
        let winners: Vec<&String> = made.iter().flatten().collect();
        assert_eq!(winners.len(), 1, "{made:?}");
        let sent =
            BrandChanges::parse(body("brands", Some(winners[0]), Some(&format!("Other {round}")), None)).unwrap();
        catalog.update_brand(winners[0], |brand| Ok(sent.apply(brand, clock::now()))).await.unwrap();
        let name = format!("Loza {round}");
        let again = Brand::parse(body("brands", None, Some(&name), None), ids::new(), clock::now()).unwrap();
        assert!(catalog.create_brand(again, "f").await.is_ok());
    }
    row("brand names", "4 spellings at once: 1 brand", &format!("{rounds} rounds"), started);
}
