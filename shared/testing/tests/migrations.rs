//! The recorded shop of the last release is migrated, on good days and on bad ones.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::migration::{Migration, Migrator, Report, SCHEMA, SCHEMA_VERSION, schema_of};
use dynamo::{Client, Item, Segment, number, text};
use futures_util::future::join_all;
use kernel::Error;
use serde_json::json;
use testing::{Cloud, Fault, as_function, load_recorded, template};

const SEGMENTS: u64 = 4;

/// The services' functions for operators, their tables, key attributes and migrations.
const SERVICES: [(&str, &str, &[&str], &[Migration]); 6] = [
    ("carts-operate", "CartsTable", &["pk"], carts::migrations::MIGRATIONS),
    ("catalog-operate", "CatalogTable", &["pk"], catalog::migrations::MIGRATIONS),
    ("identity-operate", "IdentityTable", &["pk"], identity::migrations::MIGRATIONS),
    ("inventory-operate", "InventoryTable", &["productId", "sk"], inventory::migrations::MIGRATIONS),
    ("reviews-operate", "ReviewsTable", &["pk", "sk"], reviews::migrations::MIGRATIONS),
    ("sales-operate", "SalesTable", &["id"], sales::migrations::MIGRATIONS),
];

async fn recorded() -> Cloud {
    let cloud = Cloud::start().await;
    load_recorded(&cloud, "0.1.0").await;
    cloud
}

fn reviews(client: Client) -> Migrator {
    let (_, table, key, migrations) = SERVICES[4];
    Migrator::new(client, table, key, migrations)
}

/// Runs migrations in all segments that are left, as `zoco migrate run` does.
async fn run(migrator: &Migrator) -> Result<Report, Error> {
    let begun = migrator.begin(SEGMENTS).await?.record;
    let left = (0..begun.segments).filter(|segment| !begun.done.contains(segment));
    let reports = join_all(left.map(|segment| migrator.segment(of(segment), false))).await;
    reports.into_iter().try_fold(Report::default(), |sum, report| Ok(added(sum, report?)))
}

fn of(segment: u64) -> Segment {
    serde_json::from_value(json!({"segment": segment, "segments": SEGMENTS})).unwrap()
}

fn added(mut sum: Report, mut other: Report) -> Report {
    sum.items += other.items;
    sum.migrated += other.migrated;
    sum.unreadable += other.unreadable;
    sum.named.append(&mut other.named);
    sum
}

/// Items by their keys, without the record of the migrations.
async fn items(cloud: &Cloud, table: &str, key: &[&str]) -> BTreeMap<String, Item> {
    let name = |item: &Item| key.iter().map(|name| item[*name].as_s().unwrap().as_str()).collect::<Vec<_>>().join(" ");
    let items = cloud.items(table).await.into_iter().map(|item| (name(&item), item));
    items.filter(|(_, item)| !item.contains_key("target")).collect()
}

#[test]
fn every_service_has_a_migration_to_each_number_and_the_template_says_the_last() {
    for (function, _, _, migrations) in SERVICES {
        let numbers: Vec<u64> = migrations.iter().map(|migration| migration.to).collect();
        assert_eq!(numbers, (1..=SCHEMA).collect::<Vec<_>>(), "{function}");
    }
    let schema = &template()["Metadata"]["Schema"];
    assert_eq!((schema["Writes"].as_u64(), schema["Reads"].as_u64()), (Some(SCHEMA), Some(SCHEMA - 1)));
}

#[tokio::test]
async fn all_items_are_migrated_once_and_nothing_else_about_them_changes() {
    let cloud = recorded().await;
    for (function, table, key, migrations) in SERVICES {
        let (before, migrator) =
            (items(&cloud, table, key).await, Migrator::new(cloud.client(), table, key, migrations));
        let pending = migrator.status().await.unwrap().pending;
        assert_eq!(pending.len(), migrations.len(), "{table}");
        let report = as_function(function, run(&migrator)).await.unwrap();
        assert_eq!((report.items, report.migrated, report.unreadable), (before.len(), before.len(), 0), "{table}");
        let after = items(&cloud, table, key).await;
        let used: Vec<&str> = migrations.iter().flat_map(|one| one.attributes.iter().copied()).collect();
        for (name, mut item) in after {
            assert_eq!(schema_of(&item).unwrap(), SCHEMA, "{name}");
            let mut old = before[&name].clone();
            for changed in used.iter().chain([&SCHEMA_VERSION]) {
                item.remove(*changed);
                old.remove(*changed);
            }
            assert_eq!(item, old);
        }
        let status = as_function(function, migrator.status()).await.unwrap();
        assert!(status.pending.is_empty() && status.record.finished_at.is_some(), "{status:?}");
        assert_eq!(status.republish, table == "CatalogTable");
        as_function(function, migrator.note_republished()).await.unwrap();
        let again = as_function(function, run(&migrator)).await.unwrap();
        assert_eq!((again.items, again.migrated), (before.len(), 0));
    }
    let markers = items(&cloud, "ReviewsTable", &["pk", "sk"]).await;
    let counted =
        markers.iter().filter(|(name, item)| name.contains(" bought#") && item.contains_key("changes")).count();
    assert_eq!(counted, markers.keys().filter(|name| name.contains(" bought#")).count());
}

#[tokio::test]
async fn a_run_that_is_killed_goes_on_where_it_was_and_ends_as_one_that_was_not() {
    let whole = recorded().await;
    run(&reviews(whole.client())).await.unwrap();
    let expected = items(&whole, "ReviewsTable", &["pk", "sk"]).await;
    let cloud = recorded().await;
    let mut killed = 0;
    // Of some calls, none is answered any more: one for each item, and some for its segment.
    loop {
        let until = 3 + 20 * killed % 40;
        let client = cloud.client_with(move |_, call| (call >= until).then_some(Fault::ResetBeforeSend));
        if run(&reviews(client)).await.is_ok() {
            break;
        }
        killed += 1;
        assert!(killed < 100, "it does not come on");
    }
    assert!(killed > 1, "{killed}");
    assert_eq!(items(&cloud, "ReviewsTable", &["pk", "sk"]).await, expected);
    let status = reviews(cloud.client()).status().await.unwrap();
    assert!(status.record.finished_at.is_some() && status.record.done.len() as u64 == SEGMENTS);
}

#[tokio::test]
async fn of_two_runs_at_once_each_item_is_migrated_by_one() {
    let cloud = recorded().await;
    let all = items(&cloud, "ReviewsTable", &["pk", "sk"]).await.len();
    let (one, other) = (reviews(cloud.client()), reviews(cloud.client()));
    let (first, second) = tokio::join!(run(&one), run(&other));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.migrated + second.migrated, all);
    assert!(reviews(cloud.client()).status().await.unwrap().record.finished_at.is_some());
}

#[tokio::test]
async fn what_customers_change_meanwhile_stays() {
    let cloud = recorded().await;
    let store = ::reviews::testing::reviews(cloud.client());
    let marker = items(&cloud, "ReviewsTable", &["pk", "sk"]).await.into_keys().find(|key| key.contains(" bought#"));
    let marker = marker.unwrap();
    let (customer, product) = marker.split_once(" bought#").unwrap();
    let customer = customer.strip_prefix("customer#").unwrap();
    let buys = async {
        for number in 0..30 {
            let sale = format!("sale-{number}");
            store.put_purchase_marker(customer, product, &sale, true, "9").await.unwrap();
        }
    };
    let migrator = reviews(cloud.client());
    let (report, ()) = tokio::join!(run(&migrator), buys);
    assert_eq!(report.unwrap().unreadable, 0);
    let item = items(&cloud, "ReviewsTable", &["pk", "sk"]).await.remove(&marker).unwrap();
    assert_eq!((schema_of(&item).unwrap(), item["changes"].clone()), (SCHEMA, number(30)));
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_named_stays_as_it_is_and_holds_up_no_other() {
    let cloud = recorded().await;
    let key = Item::from([("pk".to_owned(), text("review#broken")), ("sk".to_owned(), text("review"))]);
    let mut broken = key.clone();
    broken.insert(SCHEMA_VERSION.to_owned(), text("one"));
    cloud.client().put_item().table_name("ReviewsTable").set_item(Some(broken.clone())).send().await.unwrap();
    let migrator = reviews(cloud.client());
    let report = run(&migrator).await.unwrap();
    assert_eq!((report.unreadable, report.migrated), (1, report.items - 1));
    assert_eq!(report.named[0].key, "pk=review#broken sk=review");
    assert!(items(&cloud, "ReviewsTable", &["pk", "sk"]).await.into_values().any(|item| item == broken));
    assert!(migrator.status().await.unwrap().record.finished_at.is_none(), "its segment is not done");
    cloud.client().delete_item().table_name("ReviewsTable").set_key(Some(key)).send().await.unwrap();
    assert_eq!(run(&migrator).await.unwrap().unreadable, 0);
    assert!(migrator.status().await.unwrap().record.finished_at.is_some());
}

#[tokio::test]
async fn a_dry_run_counts_and_writes_nothing() {
    let cloud = recorded().await;
    let before = cloud.items("ReviewsTable").await;
    let migrator = reviews(cloud.client());
    let reports = join_all((0..SEGMENTS).map(|segment| migrator.segment(of(segment), true))).await;
    let sum = reports.into_iter().fold(Report::default(), |sum, report| added(sum, report.unwrap()));
    assert_eq!((sum.items, sum.migrated), (before.len(), before.len()));
    assert_eq!(cloud.items("ReviewsTable").await, before);
}

/// What programs of the release before cannot read.
const UNREADABLE_BEFORE: &[Migration] = &[Migration {
    attributes: &["rating"],
    apply: |mut item| {
        if let Some(AttributeValue::N(stars)) = item.remove("rating") {
            item.insert("rating".to_owned(), text(stars));
        }
        Ok(item)
    },
    read_by_earlier: false,
    ..Migration::number_only(1)
}];

#[tokio::test]
async fn which_programs_can_read_the_items_is_noted_before_the_first_is_written() {
    let cloud = recorded().await;
    let of = |client| Migrator::new(client, "ReviewsTable", &["pk", "sk"], UNREADABLE_BEFORE);
    // The first update is that of the record; then the connection is lost.
    let broken = of(cloud.client_with(|_, call| (call > 0).then_some(Fault::ResetBeforeSend)));
    assert!(run(&broken).await.is_err());
    let record = of(cloud.client()).status().await.unwrap().record;
    assert_eq!((record.readable_from, record.schema, record.finished_at), (1, 0, None));
    let unchanged = items(&cloud, "ReviewsTable", &["pk", "sk"]).await;
    assert!(unchanged.values().all(|item| !item.contains_key(SCHEMA_VERSION)));
}

#[tokio::test]
async fn the_record_of_the_migrations_is_no_sale_and_no_stock() {
    let cloud = recorded().await;
    for (_, table, key, migrations) in SERVICES {
        run(&Migrator::new(cloud.client(), table, key, migrations)).await.unwrap();
    }
    let (sales, stock) =
        (sales::Sales::new(cloud.client(), "SalesTable"), inventory::Stock::new(cloud.client(), "InventoryTable"));
    let whole: Segment = serde_json::from_value(json!({"segment": 0, "segments": 1})).unwrap();
    let page = sales::Sales::read_page(&mut sales.segment(whole)).await.unwrap().unwrap();
    assert_eq!(page.len() + 1, cloud.items("SalesTable").await.len());
    assert!(!stock.books(whole).await.unwrap().contains_key("migrations"));
}
