//! The recorded shop of the last release, as this one reads it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Duration;

use audit::Audit;
use audit::look::Patience;
use identity::store::Directory;
use inventory::Stock;
use sales::Sales;
use serde_json::json;
use testing::{Cloud, as_function, load_recorded};

#[tokio::test]
async fn the_stock_sales_and_users_of_the_last_release_are_read_and_the_audit_finds_no_difference() {
    let cloud = Cloud::start().await;
    load_recorded(&cloud, "0.1.0").await;
    let audit = Audit {
        stock: Stock::new(cloud.client(), "InventoryTable"),
        sales: Sales::new(cloud.client(), "SalesTable"),
        directory: Directory::new(cloud.client(), "IdentityTable"),
        patience: Patience { looks: 1, pause: Duration::ZERO, fresh: jiff::SignedDuration::ZERO },
    };
    let all = serde_json::from_value(json!({"segment": 0, "segments": 1})).unwrap();
    let report = as_function("audit", audit.segment(all)).await.unwrap();
    assert!(report.differences.is_empty(), "{}", json!(report));
    assert_eq!((report.products, report.sales), (42, 46));
}
