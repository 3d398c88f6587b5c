//! A shop with stock, for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use aws_sdk_dynamodb::Client;
use inventory::Stock;
use inventory::stock::Snapshot;
use inventory::testing::{CatalogStandIn, cup, receipt};
use shared::idempotency::Outcome;
use shared::store::Revocations;
use shared::testing::{Cloud, Tokens};
use shared::{Error, clock, ids};

use crate::order::{Line, Order};
use crate::purchase::{Buyer, Purchases};
use crate::sale::Sale;
use crate::store::Sales;

/// A shop on an embedded database of its own; catalog knows no product that inventory does not.
pub struct Shop {
    pub cloud: Cloud,
    pub tokens: Tokens,
    pub purchases: Purchases,
    /// The ids of the products, all of them cups.
    pub products: Vec<String>,
}

impl Shop {
    /// A shop with so many pieces of each product.
    ///
    /// # Panics
    /// When it cannot be set up.
    pub async fn with(stocks: &[i64]) -> Self {
        let cloud = Cloud::start().await;
        let stock = Stock::new(cloud.client(), "InventoryTable");
        let mut products = Vec::new();
        for pieces in stocks {
            let id = ids::new();
            stock.adjust(receipt("first", &id, *pieces), &cup(1), "f").await.unwrap();
            products.push(id);
        }
        let purchases = purchases(cloud.client()).await;
        Self { cloud, tokens: Tokens::new(), purchases, products }
    }

    /// The table of sales.
    pub fn sales(&self) -> Sales {
        Sales::new(self.cloud.client(), "SalesTable")
    }

    /// What is left of a product.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn available(&self, product: usize) -> i64 {
        let stock = Stock::new(self.cloud.client(), "InventoryTable");
        stock.get(&self.products[product]).await.unwrap().unwrap().available
    }

    /// Gives a product another price, as catalog's events will: its next version.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn reprice(&self, product: usize, version: u64, price: i64) {
        let stock = Stock::new(self.cloud.client(), "InventoryTable");
        let snapshot = Snapshot { price: shared::testing::usd(price), ..cup(version) };
        let id = &self.products[product];
        stock.adjust(receipt(&format!("v{version}"), id, 1), &snapshot, "f").await.unwrap();
    }

    /// An order of pieces of products.
    pub fn order(&self, pieces: &[(usize, i64)]) -> Order {
        let line = |(product, quantity): &(usize, i64)| Line {
            product_id: self.products[*product].clone(),
            quantity: *quantity,
            expected_unit_price: None,
            pointer: format!("/data/attributes/lines/{product}"),
        };
        Order { lines: pieces.iter().map(line).collect() }
    }

    /// Buys the first product.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn buy(&self, customer: &str, key: &str, quantity: i64) -> Sale {
        match buy(&self.purchases, customer, key, &self.order(&[(0, quantity)])).await.unwrap() {
            Outcome::Made(sale) | Outcome::Replayed(sale) => sale,
            Outcome::KeyReused => panic!("the key was used before"),
        }
    }
}

/// Purchases over a client: one that meets faults, say.
pub async fn purchases(client: Client) -> Purchases {
    let (sales, stock) = (Sales::new(client.clone(), "SalesTable"), Stock::new(client.clone(), "InventoryTable"));
    let revocations = Revocations::new(client, "RevocationsTable");
    let (catalog, currency) = (CatalogStandIn::start(&[404]).await.catalog, shared::testing::usd(0).currency);
    Purchases { sales, stock, revocations, catalog, currency }
}

/// One purchase of a customer under a key.
///
/// # Errors
/// As [`Purchases::buy`].
pub async fn buy(purchases: &Purchases, customer: &str, key: &str, order: &Order) -> Result<Outcome<Sale>, Error> {
    let sale_id = ids::derived(&["purchases", customer, key]);
    let fingerprint = ids::derived(&[&format!("{:?}", order.lines)]).repeat(2);
    let buyer = Buyer { caller: &shared::testing::customer(customer), sale_id: &sale_id, fingerprint: &fingerprint };
    purchases.buy(order, &buyer, clock::now()).await
}
