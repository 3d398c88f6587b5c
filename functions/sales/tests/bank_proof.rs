//! P7: many at once buy, cancel, restock, adjust and read, while calls to the database fail; events are handled late,
//! twice and in another order. Each time that all of them pause, the books balance.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures_util::future::join_all;
use inventory::Stock;
use inventory::inbox::sales::on_sale_event;
use inventory::store::Known;
use inventory::testing::receipt;
use kernel::caller::{Caller, Role};
use kernel::error::Kind;
use kernel::replay::Outcome;
use kernel::{Error, clock};
use messaging::Event;
use sales::status::Status;
use sales::testing::books::{self, Books};
use sales::testing::{Shop, buy, change_status, purchases, stock};
use sales::{Buy, ChangeStatus};
use testing::{Dice, Fault, customer, figure, row};
use tokio::task::JoinSet;

const PRODUCTS: usize = 20;
const WORKERS: usize = 16;
/// How often something is repeated that is to be tried again.
const PATIENCE: usize = 30;

/// From one piece on.
fn pieces(dice: &mut Dice, most: usize) -> i64 {
    i64::try_from(dice.roll(most) + 1).unwrap()
}

/// What goes wrong with a call to the database: about one in twelve meets something.
fn fault(operation: &str, call: usize) -> Option<Fault> {
    let in_transaction = operation == "TransactWriteItems";
    match Dice(u64::try_from(call).unwrap()).roll(96) {
        0 | 1 if in_transaction => Some(Fault::Cancelled { reasons: &["TransactionConflict"] }),
        2 if in_transaction => Some(Fault::Cancelled { reasons: &["ThrottlingError"] }),
        3 if in_transaction => Some(Fault::AmongConflicts),
        4 => Some(Fault::Throttled),
        5 => Some(Fault::InternalError),
        6 => Some(Fault::ResetBeforeSend),
        7 | 8 => Some(Fault::ResetAfterCommit),
        _ => None,
    }
}

/// A shop whose calls to the database fail at times.
struct Bank {
    shop: Shop,
    purchases: Buy,
    change_status: ChangeStatus,
    stock: Stock,
    sold: Mutex<Vec<String>>,
    refused: AtomicUsize,
    cancelled: AtomicUsize,
}

impl Bank {
    async fn open() -> Self {
        let shop = Shop::with(&[30; PRODUCTS]).await;
        let client = shop.cloud.client_with(fault);
        let (purchases, change_status) = (purchases(client.clone()).await, change_status(client.clone()));
        let (sold, refused, cancelled) = Default::default();
        Self { shop, purchases, change_status, stock: stock(client), sold, refused, cancelled }
    }

    /// One of a worker's operations: of a hundred, 50 buy, 15 cancel, 15 restock, 5 adjust and 15 read.
    async fn operate(&self, name: &str, dice: &mut Dice) {
        let product = self.shop.products[dice.roll(PRODUCTS)].as_str();
        match dice.roll(100) {
            0..50 => self.buy(name, dice).await,
            50..65 => self.cancel(dice).await,
            65..80 => self.book(name, product, pieces(dice, 20)).await,
            80..85 => self.book(name, product, -pieces(dice, 5)).await,
            _ => self.read(product, dice).await,
        }
    }

    async fn buy(&self, key: &str, dice: &mut Dice) {
        let buyer = format!("buyer {}", dice.roll(40));
        let (first, step, count) = (dice.roll(PRODUCTS), 1 + dice.roll(6), 1 + dice.roll(3));
        let pieces: Vec<_> = (0..count).map(|line| ((first + line * step) % PRODUCTS, pieces(dice, 5))).collect();
        let order = self.shop.order(&pieces);
        match insisted(|| buy(&self.purchases, &buyer, key, &order)).await {
            Ok(Outcome::Made(sale) | Outcome::Replayed(sale)) => self.sold.lock().unwrap().push(sale.id),
            Ok(Outcome::KeyReused) => panic!("{key} was used before"),
            Err(refusal) => self.refuses(&refusal, "insufficient_stock"),
        }
    }

    async fn cancel(&self, dice: &mut Dice) {
        let Some(id) = self.some_sale(dice) else { return };
        let eva = Caller { role: Role::Staff, ..customer("eva") };
        let cancel = || self.change_status.run(&id, Status::Cancelled, &eva, |_| Ok(()), clock::now());
        match insisted(cancel).await {
            Ok(_) => drop(self.cancelled.fetch_add(1, Ordering::SeqCst)),
            Err(refusal) => self.refuses(&refusal, "invalid_transition"),
        }
    }

    async fn book(&self, id: &str, product: &str, quantity: i64) {
        let movement = receipt(id, product, quantity);
        if let Err(refusal) = insisted(|| self.stock.adjust(movement.clone(), Known::Here, "f")).await {
            self.refuses(&refusal, "insufficient_stock");
        }
    }

    async fn read(&self, product: &str, dice: &mut Dice) {
        let item = insisted(|| self.stock.get(product)).await.unwrap().unwrap();
        assert!(item.available >= 0, "{item:?}");
        if let Some(id) = self.some_sale(dice) {
            let sale = insisted(|| self.change_status.sales.get(&id)).await.unwrap().unwrap();
            books::check(&sale, "read among others");
        }
    }

    fn some_sale(&self, dice: &mut Dice) -> Option<String> {
        let sold = self.sold.lock().unwrap();
        (!sold.is_empty()).then(|| sold[dice.roll(sold.len())].clone())
    }

    /// Counts a refusal; there is one reason for it.
    fn refuses(&self, refusal: &Error, reason: &str) {
        assert_eq!(refusal.code, reason, "{refusal:?}");
        self.refused.fetch_add(1, Ordering::SeqCst);
    }

    /// Handles the events that were not handled before, and some of them again, in any order; the books balance.
    async fn balance(&self, handled: &mut BTreeSet<String>, dice: &mut Dice, when: &str) {
        let books = Books::of(&self.shop.cloud).await;
        books.check(when);
        assert_eq!(books.sales.len(), self.sold.lock().unwrap().len(), "{when}: each sale was answered");
        let mut events: Vec<(usize, Event)> = Vec::new();
        for event in books.events() {
            let again = usize::from(dice.roll(5) == 0);
            let times = again + usize::from(handled.insert(event.id.clone()));
            events.extend((0..times).map(|_| (dice.roll(1_000_000), event.clone())));
        }
        events.sort_by_key(|(place, _)| *place);
        for some in events.chunks(WORKERS) {
            for result in
                join_all(some.iter().map(|(_, event)| insisted(move || on_sale_event(&self.stock, event)))).await
            {
                result.unwrap();
            }
        }
        Books::of(&self.shop.cloud).await.check_with_movements(when);
    }
}

/// Does something, again for as long as it is to be tried again.
async fn insisted<T, F: Future<Output = Result<T, Error>>>(mut work: impl FnMut() -> F) -> Result<T, Error> {
    for _ in 1..PATIENCE {
        match work().await {
            Err(error) if error.kind == Kind::Unavailable => {}
            result => return result,
        }
    }
    work().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p7_the_stock_bank_balances_at_every_snapshot() {
    let (operations, snapshots, started) = (figure(480, 20_000), figure(3, 25), Instant::now());
    let (bank, mut handled, mut dice) = (Arc::new(Bank::open().await), BTreeSet::new(), Dice(7));
    for snapshot in 1..=snapshots {
        let mut workers = JoinSet::new();
        for worker in 0..WORKERS {
            let (bank, mut dice) = (bank.clone(), Dice(u64::try_from(snapshot * WORKERS + worker).unwrap() << 32));
            workers.spawn(async move {
                for number in 0..operations / snapshots / WORKERS {
                    bank.operate(&format!("{snapshot}/{worker}/{number}"), &mut dice).await;
                }
            });
        }
        workers.join_all().await;
        bank.balance(&mut handled, &mut dice, &format!("snapshot {snapshot}")).await;
    }
    let (sold, refused) = (bank.sold.lock().unwrap().len(), bank.refused.load(Ordering::SeqCst));
    let cancelled = bank.cancelled.load(Ordering::SeqCst);
    assert!(sold > 0 && refused > 0 && cancelled > 0);
    row(
        "P7 stock bank",
        "16 workers, 20,000 operations on 20 products, faults injected",
        &format!(
            "{operations} operations, {sold} sold, {cancelled} cancelled, {refused} refused, {snapshots} snapshots balance"
        ),
        started,
    );
}
