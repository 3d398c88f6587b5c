//! P8: every write of sales and stock meets every fault, for a moment or for as long as it tries; messages come
//! doubled, reordered and poisoned; rows outlive their time; clocks differ.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use access::Revocations;
use dynamo::Client;
use kernel::clock::{self, Timestamp};
use kernel::error::Kind;
use sales::testing::books::{Books, close};
use sales::testing::operations::{Operation, Scene};
use sales::testing::{Shop, buy};
use testing::{Cloud, Fault, figure, row};
use tokio::task::JoinSet;

/// What goes wrong with a call to the database, by its operation.
type Disturbance = fn(&str) -> Option<Fault>;

const DISTURBANCES: [(&str, Disturbance); 10] = [
    ("a conflict", |call| in_transaction(call, &["TransactionConflict"]).or_else(|| of_one_item(call))),
    ("throttling and none", |call| in_transaction(call, &["ThrottlingError"])),
    ("conflict and throttling", |call| in_transaction(call, &["TransactionConflict", "ProvisionedThroughputExceeded"])),
    ("conflicts with a condition", |call| is_transaction(call).then_some(Fault::AmongConflicts)),
    ("a batch left undone", |call| call.starts_with("Batch").then_some(Fault::LeftUndone)),
    ("throttling", |_| Some(Fault::Throttled)),
    ("an internal error", |_| Some(Fault::InternalError)),
    ("a reset before it is sent", |_| Some(Fault::ResetBeforeSend)),
    ("a reset after it took effect", |_| Some(Fault::ResetAfterCommit)),
    ("a stall", |_| Some(Fault::Stall(seconds(5)))),
];

fn is_transaction(call: &str) -> bool {
    call == "TransactWriteItems"
}

fn in_transaction(call: &str, reasons: &'static [&'static str]) -> Option<Fault> {
    is_transaction(call).then_some(Fault::Cancelled { reasons })
}

fn of_one_item(call: &str) -> Option<Fault> {
    ["PutItem", "UpdateItem", "DeleteItem"].contains(&call).then_some(Fault::ItemConflict)
}

/// As long as the figures say, or a fifth of it.
fn seconds(full: u64) -> Duration {
    Duration::from_secs(full) / u32::try_from(figure(5, 1)).unwrap()
}

/// A client whose first calls that can be disturbed are, so many of them. Stalls of 5 seconds it does not wait for,
/// as the functions do not.
fn disturbed(cloud: &Cloud, disturbance: Disturbance, times: usize) -> Client {
    let count = AtomicUsize::new(0);
    let plan = move |call: &str, _| disturbance(call).filter(|_| count.fetch_add(1, Ordering::SeqCst) < times);
    if stalls(disturbance) { cloud.impatient_client_with(seconds(2), plan) } else { cloud.client_with(plan) }
}

fn stalls(disturbance: Disturbance) -> bool {
    matches!(disturbance("GetItem"), Some(Fault::Stall(_)))
}

/// One operation under one fault, twice: it answers as it may. Then over a sound connection: it is done, once.
async fn disturb(operation: Operation, fault: usize, lasting: bool) {
    let (name, disturbance) = DISTURBANCES[fault];
    let when = format!("{operation:?} meets {name} {}", if lasting { "that lasts" } else { "once" });
    let scene = Scene::new().await;
    let client = disturbed(&scene.shop.cloud, disturbance, if lasting { usize::MAX } else { 1 });
    for _ in 0..2 {
        let answer = operation.run(&scene, client.clone(), clock::now()).await;
        assert!(operation.may_answer(&answer), "{when}: {answer:?}");
        let given_up = answer.is_err_and(|error| error.kind == Kind::Unavailable);
        // On a slow machine a short wait may be over before the second try is answered.
        assert!(lasting || stalls(disturbance) || !given_up, "{when}: given up");
    }
    Books::of(&scene.shop.cloud).await.check(&when);
    made_good(&scene, operation, clock::now(), &when).await;
}

/// Does it over a sound connection: it is done, or refused as it was to be, and the books balance.
async fn made_good(scene: &Scene, operation: Operation, now: Timestamp, when: &str) {
    let answer = operation.run(scene, scene.shop.cloud.client(), now).await;
    assert!(operation.may_answer(&answer), "{when}, then again: {answer:?}");
    assert!(operation.is_done(scene).await != operation.is_refused(), "{when}: not done, or not refused");
    close(&scene.shop.cloud, &scene.shop.stock(), when).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p8_every_write_meets_every_fault_and_is_done_once() {
    let started = Instant::now();
    let met = Arc::new(AtomicUsize::new(0));
    let mut running = JoinSet::new();
    for (number, operation) in Operation::ALL.into_iter().enumerate() {
        let met = met.clone();
        running.spawn(async move {
            for fault in 0..DISTURBANCES.len() {
                for lasting in [false, true] {
                    // Each meets each; in the full proof once and for as long as it tries, else one of the two.
                    if figure(0, 1) == 1 || lasting == ((number + fault) % 2 == 0) {
                        disturb(operation, fault, lasting).await;
                        met.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
        });
    }
    running.join_all().await;
    row(
        "P8 faults: sales and stock",
        "every fault at every write, then again",
        &format!("{} disturbed operations, all made good", met.load(Ordering::SeqCst)),
        started,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p8_clocks_five_minutes_apart_change_nothing() {
    let started = Instant::now();
    let skewed = async |operation: Operation| {
        let (early, late) = (clock::now() - Duration::from_secs(300), clock::now() + Duration::from_secs(300));
        for (first, then) in [(early, late), (late, early)].into_iter().take(figure(1, 2)) {
            let (scene, when) = (Scene::new().await, format!("{operation:?} at {first}, then at {then}"));
            let answer = operation.run(&scene, scene.shop.cloud.client(), first).await;
            assert_eq!(answer.is_err(), operation.is_refused(), "{when}: {answer:?}");
            made_good(&scene, operation, then, &when).await;
        }
    };
    Operation::ALL.into_iter().map(skewed).collect::<JoinSet<_>>().join_all().await;
    let reached = format!("{} operations, then again by another clock", Operation::ALL.len());
    row("P8 clock skew: sales and stock", "5 minutes, either way", &reached, started);
}

#[tokio::test]
async fn proof_p8_a_revocation_that_has_expired_and_is_not_yet_deleted_refuses_old_tokens_only() {
    let started = Instant::now();
    let shop = Shop::with(&[3]).await;
    let client = shop.cloud.client();
    let revocations = Revocations::new(client.clone(), "RevocationsTable");
    let long_ago = clock::now() - Duration::from_secs(7 * 86_400);
    // A customer's token is of the first version.
    for (customer, since) in [("ana", 1), ("bob", 2)] {
        let revoked = revocations.revoke(customer, since, long_ago).unwrap();
        assert!(dynamo::transact(&client, vec![revoked]).await.unwrap().is_done());
    }
    let refused = buy(&shop.purchases, "bob", "k", &shop.order(&[(0, 1)])).await.unwrap_err();
    assert_eq!((refused.kind, shop.available(0).await), (Kind::Unauthenticated, 3));
    shop.buy("ana", "k", 3).await;
    close(&shop.cloud, &shop.stock(), "sold").await;
    row("P8 expired rows: sales and stock", "expired and not yet deleted", "they change nothing", started);
}
