//! Stock and a stand-in for catalog's endpoint, for tests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use shared::testing::usd;
use shared::{clock, events, ids};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::movement::{Kind, Movement};
use crate::stock::{Level, Snapshot};
use crate::store::Known;
use crate::{Catalog, Stock};

/// The snapshot of a cup for 12.50 dollars, on offer.
pub fn cup(version: u64) -> Snapshot {
    let (name, sku, status) = ("Cup".to_owned(), "CUP-1".to_owned(), "active".to_owned());
    Snapshot { name, sku, price: usd(1250), status, sequence: events::sequence(None, version) }
}

/// A movement of a product's stock.
pub fn receipt(id: &str, product_id: &str, quantity: i64) -> Movement {
    Movement {
        id: id.to_owned(),
        product_id: product_id.to_owned(),
        kind: if quantity > 0 { Kind::Receipt } else { Kind::Adjustment },
        quantity,
        reason: "test".to_owned(),
        reference: None,
        created_by: "eva".to_owned(),
        created_at: clock::now(),
    }
}

/// A product with so many pieces and a mark, at its place in the list of stock: its id.
///
/// # Panics
/// When it cannot be written.
pub async fn stocked(stock: &Stock, available: i64, mark: Option<i64>) -> String {
    let id = ids::new();
    stock.learn(&id, &cup(1), clock::now()).await.unwrap();
    if available > 0 {
        stock.adjust(receipt(&ids::new(), &id, available), Known::Here, "f").await.unwrap();
    }
    stock.warn_at(&id, Some(mark), |_| Ok(()), clock::now()).await.unwrap();
    stock.place(&id, Level::of(available, mark), "1").await.unwrap();
    id
}

/// Catalog's internal endpoint on a port of its own: answers each call with the next status of its
/// script, then keeps the last; 200 comes with a cup.
pub struct CatalogStandIn {
    pub catalog: Catalog,
    calls: Arc<AtomicUsize>,
}

impl CatalogStandIn {
    /// Starts it within the test's runtime.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(script: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = calls.clone();
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let call = counter.fetch_add(1, Ordering::SeqCst);
                let status = script[call.min(script.len() - 1)];
                let mut buffer = [0; 4096];
                let read = socket.read(&mut buffer).await.unwrap();
                assert!(String::from_utf8_lossy(&buffer[..read]).contains("x-api-key: secret"));
                let body = json!({"data": {"type": "products", "id": "p", "attributes": cup(1)}}).to_string();
                let head =
                    format!("HTTP/1.1 {status} Any\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        Self { catalog: Catalog::new(url, "secret"), calls }
    }

    /// How often it was called.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}
