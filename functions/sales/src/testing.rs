//! A shop with stock, for tests; its [books](books::Books) and what is done to it ([`operations`]), for proofs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

pub mod books;
pub mod operations;

use access::Revocations;
use aws_sdk_dynamodb::Client;
use inventory::Stock;
use inventory::snapshot::Snapshot;
use inventory::store::Known;
use inventory::testing::{CatalogStandIn, cup, receipt};
use kernel::clock::{self, Timestamp};
use kernel::replay::Outcome;
use kernel::{Error, ids};
use messaging::Event;
use serde_json::json;
use testing::{Cloud, Tokens};

use crate::buy::{Buy, Buyer};
use crate::change_status::ChangeStatus;
use crate::decide_sale::DecideSale;
use crate::line::SaleLine;
use crate::open_sales::CustomerLimits;
use crate::order::{Order, OrderLine};
use crate::sale::Sale;
use crate::store::{OpenSalesTable, Sales};

/// A shop on an embedded database of its own; catalog knows no product that inventory does not.
pub struct Shop {
    pub cloud: Cloud,
    pub tokens: Tokens,
    pub purchases: Buy,
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
        let stock = stock(cloud.client());
        let mut products = Vec::new();
        for pieces in stocks {
            let id = ids::new();
            stock.adjust(receipt("first", &id, *pieces), Known::As(&cup(1)), "f").await.unwrap();
            products.push(id);
        }
        let purchases = purchases(cloud.client()).await;
        Self { cloud, tokens: Tokens::new(), purchases, products }
    }

    /// The stock.
    pub fn stock(&self) -> Stock {
        stock(self.cloud.client())
    }

    /// The table of sales.
    pub fn sales(&self) -> Sales {
        sales(self.cloud.client())
    }

    /// What is left of a product.
    ///
    /// # Panics
    /// When it cannot be read.
    pub async fn available(&self, product: usize) -> i64 {
        self.stock().get(&self.products[product]).await.unwrap().unwrap().available
    }

    /// Gives a product another price, as catalog's events do: its next version.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn reprice(&self, product: usize, version: u64, price: i64) {
        let snapshot = Snapshot { price: testing::usd(price), ..cup(version) };
        self.stock().put_snapshot(&self.products[product], &snapshot, clock::now()).await.unwrap();
    }

    /// A pending sale of pieces of products: its id.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn orders(&self, pieces: &[(usize, i64)]) -> String {
        let id = ids::new();
        self.orders_again(&id, pieces).await;
        id
    }

    /// A pending sale under an id, where there was one that was deleted.
    ///
    /// # Panics
    /// When it cannot be written.
    pub async fn orders_again(&self, id: &str, pieces: &[(usize, i64)]) {
        let sale = Sale::pending(id, "ana", &self.order(pieces), clock::now());
        self.sales().put_pending_sale(sale, "f").await.unwrap();
    }

    /// What catalog answers for a sale: this snapshot of each of its products.
    ///
    /// # Panics
    /// When there is no such sale.
    pub async fn answer(&self, sale_id: &str, snapshot: &Snapshot) -> Event {
        let sale = self.sales().get(sale_id).await.unwrap().unwrap();
        let product = |line: &SaleLine| {
            let mut product = json!(snapshot);
            product["id"] = json!(line.product_id);
            product
        };
        let products: Vec<_> = sale.lines.iter().map(product).collect();
        let data = json!({"correlationId": sale_id, "products": products, "unknown": []});
        testing::event("products.answered", sale_id, &sale.sequence(), clock::now(), &data)
    }

    /// The deadline of a sale.
    ///
    /// # Panics
    /// When there is no such sale.
    pub async fn due(&self, sale_id: &str) -> Event {
        let sale = self.sales().get(sale_id).await.unwrap().unwrap();
        testing::event("sale.due", sale_id, &sale.sequence(), clock::now(), &json!({}))
    }

    /// What ships, delivers and cancels sales.
    pub fn change_status(&self) -> ChangeStatus {
        change_status(self.cloud.client())
    }

    /// What decides pending sales.
    pub fn decide_sale(&self) -> DecideSale {
        decide_sale(self.cloud.client())
    }

    /// An order of pieces of products.
    pub fn order(&self, pieces: &[(usize, i64)]) -> Order {
        let line = |(product, quantity): &(usize, i64)| OrderLine {
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

/// No limit of what a customer may have open.
pub const NO_LIMITS: CustomerLimits = CustomerLimits { pieces: 0, sales: 0, purchases_per_minute: 0 };

/// The table of sales over a client.
pub fn sales(client: Client) -> Sales {
    Sales::new(client, "SalesTable")
}

/// The table of what customers have open over a client.
pub fn open_sales(client: Client) -> OpenSalesTable {
    OpenSalesTable::new(client, "OpenSalesTable")
}

/// Stock over a client: one that meets faults, say. So are the others.
pub fn stock(client: Client) -> Stock {
    Stock::new(client, "InventoryTable")
}

/// What ships, delivers and cancels sales, over a client.
pub fn change_status(client: Client) -> ChangeStatus {
    ChangeStatus { sales: sales(client.clone()), open_sales: open_sales(client.clone()), stock: stock(client) }
}

/// Buying over a client.
pub async fn purchases(client: Client) -> Buy {
    let (sales, open_sales, stock) = (sales(client.clone()), open_sales(client.clone()), stock(client.clone()));
    let revocations = Revocations::new(client, "RevocationsTable");
    let (catalog, currency) = (CatalogStandIn::start(&[404]).await.catalog, testing::usd(0).currency);
    Buy { sales, open_sales, limits: NO_LIMITS, stock, revocations, catalog, currency }
}

/// What decides pending sales, over a client.
pub fn decide_sale(client: Client) -> DecideSale {
    let (sales, open_sales, stock) = (sales(client.clone()), open_sales(client.clone()), stock(client));
    DecideSale { sales, open_sales, limits: NO_LIMITS, stock, currency: testing::usd(0).currency }
}

/// One purchase of a customer under a key.
///
/// # Errors
/// As [`Buy::run`].
pub async fn buy(purchases: &Buy, customer: &str, key: &str, order: &Order) -> Result<Outcome<Sale>, Error> {
    buy_at(purchases, customer, key, order, clock::now()).await
}

/// As [`buy`], by a clock.
///
/// # Errors
/// As [`Buy::run`].
pub async fn buy_at(
    purchases: &Buy,
    customer: &str,
    key: &str,
    order: &Order,
    now: Timestamp,
) -> Result<Outcome<Sale>, Error> {
    let sale_id = ids::derived(&["purchases", customer, key]);
    let fingerprint = ids::derived(&[&format!("{:?}", order.lines)]).repeat(2);
    let buyer = Buyer { caller: &testing::customer(customer), sale_id: &sale_id, fingerprint: &fingerprint };
    purchases.run(order, &buyer, now).await
}
