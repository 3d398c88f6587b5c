//! P6 and P8: whatever breaks at whatever call to the database, what was asked for happens once when it is asked
//! again, and a sale and its cart go together.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use carts::cart::Cart;
use carts::inbox::sales::on_sale_event;
use carts::merge_carts;
use carts::owner::{Owner, Token};
use carts::product::Category;
use carts::testing::{Shop, add, add_to_cart, ana, carts, check_out, checkouts, in_categories};
use dynamo::Client;
use inventory::testing::cup;
use kernel::error::Kind;
use kernel::replay::Outcome;
use kernel::{Error, clock};
use testing::{Fault, Strike, break_every_call, row};
use tokio::task::JoinSet;

/// Everything that writes to carts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    /// The first thing in a cart.
    Begin,
    Add,
    AddAsGuest,
    Change,
    Remove,
    Clear,
    CheckOut,
    /// The sale before was decided, but carts has not had its event yet.
    CheckOutNext,
    /// Under a second key, while the sale of the first is pending.
    CheckOutAgain,
    /// The same when that was sold, but carts has not had its event yet.
    CheckOutSold,
    Merge,
    HandleSaleEvent,
    HearOfProduct,
    HearOfCategory,
}

use Operation::{
    Add, AddAsGuest, Begin, Change, CheckOut, CheckOutAgain, CheckOutNext, CheckOutSold, Clear, HandleSaleEvent,
    HearOfCategory, HearOfProduct, Merge, Remove,
};

const ALL: [Operation; 14] = [
    Begin,
    Add,
    AddAsGuest,
    Change,
    Remove,
    Clear,
    CheckOut,
    CheckOutNext,
    CheckOutAgain,
    CheckOutSold,
    Merge,
    HandleSaleEvent,
    HearOfProduct,
    HearOfCategory,
];

impl Operation {
    /// Whether it may be asked for again when it was answered: what was taken out cannot be taken out.
    fn is_repeatable(self) -> bool {
        self != Remove
    }
}

/// A shop before an operation.
struct World {
    shop: Shop,
    guest: Token,
    /// What Ana's cart was checked out as.
    sale_id: String,
}

impl World {
    async fn before(operation: Operation) -> Self {
        let shop = Shop::with(2).await;
        let mut world = Self { guest: Token::new().unwrap(), sale_id: String::new(), shop };
        if !matches!(operation, Begin | HearOfProduct | HearOfCategory) {
            world.shop.put(&ana(), &[(0, 2)]).await;
        }
        if matches!(operation, AddAsGuest | Merge) {
            world.guest = world.shop.guest(&[(0, 1), (1, 1)]).await;
        }
        if matches!(operation, CheckOutNext | CheckOutAgain | CheckOutSold | HandleSaleEvent) {
            world.sale_id = sale(check_out(&world.shop.checkouts(), "ana", "first", clock::now()).await).unwrap();
        }
        if matches!(operation, CheckOutNext | HandleSaleEvent) {
            world.shop.put(&ana(), &[(1, 3)]).await;
        }
        if matches!(operation, CheckOutNext | CheckOutSold | HandleSaleEvent) {
            world.shop.decides(&world.sale_id, &cup(1)).await;
        }
        world
    }

    /// Does it once, over a client.
    async fn does(&self, operation: Operation, client: Client) -> Result<(), Error> {
        let (now, id) = (clock::now(), self.shop.products[0].as_str());
        let changes = |change: fn(Cart, &str) -> Result<Option<Cart>, Error>| {
            let carts = carts(client.clone());
            async move { carts.change(&ana(), |cart| change(cart, id), now).await.map(drop) }
        };
        match operation {
            Begin | Add => add(&add_to_cart(client), &ana(), id, 1, Some("k")).await.map(drop),
            AddAsGuest => add(&add_to_cart(client), &self.guest.guest(), id, 1, Some("k")).await.map(drop),
            Change => changes(|cart, id| cart.with(id, 7, clock::now()).map(Some)).await,
            Remove => changes(|cart, id| cart.without(id, clock::now()).map(Some)).await,
            Clear => changes(|cart, _| Ok(cart.emptied(clock::now()))).await,
            CheckOut | CheckOutNext | CheckOutAgain | CheckOutSold => {
                check_out(&checkouts(client), "ana", "k", now).await.map(drop)
            }
            Merge => merge_carts::merge(&carts(client), "ana", &self.guest.guest(), now).await.map(drop),
            HandleSaleEvent => on_sale_event(&carts(client), &self.shop.sale_event(&self.sale_id).await, now).await,
            HearOfProduct => carts(client).put_product(id, &in_categories(&cup(2), &["c"])).await,
            HearOfCategory => {
                let category = Category { name: Some("Cups".to_owned()), sequence: "2".to_owned() };
                carts(client).put_category("c", &category).await
            }
        }
    }

    /// What has to be true once it is done.
    async fn check(&self, operation: Operation, what: &str) {
        let anas = self.shop.lines(&ana()).await;
        let expected = match operation {
            Begin => vec![(0, 1)],
            Add => vec![(0, 3)],
            AddAsGuest | CheckOut | CheckOutAgain => vec![(0, 2)],
            Change => vec![(0, 7)],
            Remove | Clear | CheckOutSold | HearOfProduct | HearOfCategory => vec![],
            Merge => vec![(0, 3), (1, 1)],
            CheckOutNext | HandleSaleEvent => vec![(1, 3)],
        };
        assert_eq!(anas, expected, "{what}");
        let (sales, cart) = (self.shop.cloud().items("SalesTable").await.len(), self.cart().await);
        match operation {
            AddAsGuest => assert_eq!(self.shop.lines(&self.guest.guest()).await, [(0, 2), (1, 1)], "{what}"),
            Merge => assert!(self.shop.carts().of(&self.guest.guest(), clock::now()).await.is_err(), "{what}"),
            CheckOut | CheckOutNext | CheckOutAgain => {
                let id = sale(check_out(&self.shop.checkouts(), "ana", "k", clock::now()).await).unwrap();
                let sale = self.shop.sales_shop.sales().get(&id).await.unwrap().unwrap();
                let ordered: i64 = sale.lines.iter().map(|line| line.quantity).sum();
                assert_eq!(cart.checkout.map(|checkout| checkout.sale_id), Some(id), "{what}");
                let expected = if operation == CheckOutNext { (2, 3) } else { (1, 2) };
                assert_eq!((sales, ordered), expected, "{what}");
            }
            CheckOutSold => {
                // Also when something else is in the cart by now.
                self.shop.put(&ana(), &[(1, 1)]).await;
                let id = sale(check_out(&self.shop.checkouts(), "ana", "k", clock::now()).await).unwrap();
                self.shop.carts().change(&ana(), |cart| Ok(cart.emptied(clock::now())), clock::now()).await.unwrap();
                assert_eq!((id, cart.checkout, sales), (self.sale_id.clone(), None, 1), "{what}");
            }
            HandleSaleEvent => assert_eq!(cart.checkout, None, "{what}"),
            HearOfProduct => {
                let known = self.shop.carts().product(&self.shop.products[0]).await.unwrap();
                assert_eq!(known, Some(in_categories(&cup(2), &["c"])), "{what}");
            }
            HearOfCategory => {
                let names = self.shop.carts().category_names(&[in_categories(&cup(2), &["c"])]).await.unwrap();
                assert_eq!(names["c"], "Cups", "{what}");
            }
            _ => assert_eq!(sales, 0, "{what}"),
        }
    }

    async fn cart(&self) -> Cart {
        self.shop.carts().of(&ana(), clock::now()).await.unwrap()
    }
}

/// The id of the sale that a checkout came to.
fn sale(outcome: Result<Outcome<sales::sale::Sale>, Error>) -> Option<String> {
    match outcome.ok()? {
        Outcome::Made(sale) | Outcome::Replayed(sale) => Some(sale.id),
        Outcome::KeyReused => None,
    }
}

/// Done again, an operation succeeds, or what was to be taken out is out.
fn is_done(operation: Operation, result: &Result<(), Error>) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => operation == Remove && error.kind == Kind::NotFound,
    }
}

/// An operation that breaks, is done again, and once more: an event comes twice, a client repeats its request.
async fn broken_and_repeated(operation: Operation, strike: Strike) {
    let (world, what) = (World::before(operation).await, format!("{operation:?}, {strike:?}"));
    let mut done = world.does(operation, world.shop.cloud().client_with(strike.plan())).await;
    for _ in 0..2 {
        if done.is_err() || operation.is_repeatable() {
            done = world.does(operation, world.shop.cloud().client()).await;
        }
        assert!(is_done(operation, &done), "{what}: {done:?}");
        world.check(operation, &what).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p6_whatever_breaks_at_whatever_call_an_operation_repeated_is_done_once() {
    let (started, mut running) = (Instant::now(), JoinSet::new());
    for operation in ALL {
        running.spawn(break_every_call(move |strike| broken_and_repeated(operation, strike)));
    }
    let breaks: usize = running.join_all().await.into_iter().sum();
    assert!(breaks > 80, "{breaks}");
    let reached = format!("{} operations, {breaks} breaks: each done once, sale and cart together", ALL.len());
    row("P6 breaks: carts", "a break at every call of every write", &reached, started);
}

#[tokio::test]
async fn proof_p8_lasting_faults_are_a_503_and_write_nothing() {
    let started = Instant::now();
    let faults = [Fault::Throttled, Fault::InternalError, Fault::ResetBeforeSend];
    for operation in ALL {
        for fault in faults.clone() {
            let world = World::before(operation).await;
            let before = (world.cart().await, world.shop.cloud().items("SalesTable").await.len());
            let fault_of_all = fault.clone();
            let broken = world.shop.cloud().client_with(move |_, _| Some(fault_of_all.clone()));
            let error = world.does(operation, broken).await.unwrap_err();
            assert_eq!((error.kind, error.retry_after), (Kind::Unavailable, Some(1)), "{operation:?}, {fault:?}");
            let after = (world.cart().await.lines, world.shop.cloud().items("SalesTable").await.len());
            assert_eq!(after, (before.0.lines, before.1), "{operation:?}, {fault:?}");
        }
    }
    let reached = format!("{} operations × {} faults: 503, nothing written", ALL.len(), faults.len());
    row("P8 lasting faults: carts", "faults × writing operations", &reached, started);
}

#[tokio::test]
async fn proof_p8_passing_faults_of_a_write_are_not_noticed_and_it_is_done_once() {
    let started = Instant::now();
    let conflict = Fault::Conflict { parts: vec![true, false] };
    for operation in ALL {
        for (single, in_transaction) in [
            (Fault::ItemConflict, conflict.clone()),
            (Fault::Throttled, Fault::Throttled),
            (Fault::ResetBeforeSend, Fault::ResetBeforeSend),
            (Fault::ResetAfterCommit, Fault::ResetAfterCommit),
        ] {
            let (world, what) = (World::before(operation).await, format!("{operation:?}, {single:?}"));
            let struck = std::sync::atomic::AtomicBool::new(false);
            let broken = world.shop.cloud().client_with(move |call, _| {
                let fault = match call {
                    "PutItem" | "UpdateItem" => single.clone(),
                    "TransactWriteItems" => in_transaction.clone(),
                    _ => return None,
                };
                (!struck.swap(true, std::sync::atomic::Ordering::SeqCst)).then_some(fault)
            });
            let done = world.does(operation, broken).await;
            assert!(done.is_ok(), "{what}: {done:?}");
            world.check(operation, &what).await;
        }
    }
    let reached = format!("{} operations × 4 faults: done once", ALL.len());
    row("P8 passing faults: carts", "faults × writing operations", &reached, started);
}

#[tokio::test]
async fn an_addition_without_a_key_whose_answer_is_lost_counts_once() {
    for cart_is_there in [false, true] {
        let shop = Shop::with(1).await;
        if cart_is_there {
            shop.put(&ana(), &[(0, 1)]).await;
        }
        let struck = std::sync::atomic::AtomicBool::new(false);
        let lost = shop.cloud().client_with(move |call, _| {
            let is_write = matches!(call, "PutItem" | "UpdateItem");
            (is_write && !struck.swap(true, std::sync::atomic::Ordering::SeqCst)).then_some(Fault::ResetAfterCommit)
        });
        add(&add_to_cart(lost), &ana(), &shop.products[0], 2, None).await.unwrap();
        assert_eq!(shop.lines(&ana()).await, [(0, if cart_is_there { 3 } else { 2 })]);
    }
}

#[tokio::test]
async fn a_write_that_keeps_meeting_transactions_on_its_item_is_a_503() {
    let shop = Shop::with(1).await;
    let meets = |call: &str, _| matches!(call, "PutItem" | "UpdateItem").then_some(Fault::ItemConflict);
    let error =
        add(&add_to_cart(shop.cloud().client_with(meets)), &ana(), &shop.products[0], 2, None).await.unwrap_err();
    assert_eq!((error.kind, shop.lines(&ana()).await), (Kind::Unavailable, vec![]));
}

/// Whose cart it is does not matter to the rule: a guest's that has expired is nobody's.
#[tokio::test]
async fn a_guests_cart_that_has_expired_and_is_not_deleted_yet_takes_nothing_and_is_not_merged() {
    let shop = Shop::with(1).await;
    let guest: Owner = shop.guest(&[(0, 1)]).await.guest();
    let later = clock::now() + std::time::Duration::from_secs(8 * 24 * 60 * 60);
    let merged = merge_carts::merge(&shop.carts(), "ana", &guest, later).await;
    assert_eq!(merged.err().map(|error| error.kind), Some(Kind::NotFound));
    let changed = shop.carts().change(&guest, |cart| Ok(cart.emptied(later)), later).await;
    assert_eq!(changed.err().map(|error| error.kind), Some(Kind::NotFound));
    assert_eq!(shop.lines(&guest).await, [(0, 1)]);
}
