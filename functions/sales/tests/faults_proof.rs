//! P8: every write of sales and stock meets every fault, for a moment or for as long as it tries; messages come
//! doubled, reordered and poisoned; rows outlive their time; clocks differ.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use sales::testing::books::{Books, close};
use sales::testing::operations::{Operation, Scene};
use shared::clock::{self, Timestamp};
use shared::error::Kind;
use shared::testing::{Cloud, Fault, figure, row};
use tokio::task::JoinSet;

/// What goes wrong with a call to the database, by its operation.
type Disturbance = fn(&str) -> Option<Fault>;

const DISTURBANCES: [(&str, Disturbance); 9] = [
    ("a conflict", |call| in_transaction(call, &["TransactionConflict"]).or_else(|| of_one_item(call))),
    ("throttling and none", |call| in_transaction(call, &["ThrottlingError"])),
    ("conflict and throttling", |call| in_transaction(call, &["TransactionConflict", "ProvisionedThroughputExceeded"])),
    ("conflicts with a condition", |call| is_transaction(call).then_some(Fault::AmongConflicts)),
    ("throttling", |_| Some(Fault::Throttled)),
    ("an internal error", |_| Some(Fault::InternalError)),
    ("a reset before it is sent", |_| Some(Fault::ResetBeforeSend)),
    ("a reset after it took effect", |_| Some(Fault::ResetAfterCommit)),
    ("a stall", |_| Some(Fault::Stall(stall()))),
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

/// In the full proof 5 seconds, and the functions' own patience; else both are shorter.
fn stall() -> Duration {
    Duration::from_millis(u64::try_from(figure(600, 5_000)).unwrap())
}

/// A client whose first calls that can be disturbed are, so many of them.
fn disturbed(cloud: &Cloud, disturbance: Disturbance, times: usize) -> Client {
    let count = AtomicUsize::new(0);
    let plan = move |call: &str, _| disturbance(call).filter(|_| count.fetch_add(1, Ordering::SeqCst) < times);
    let own = matches!(disturbance("TransactWriteItems"), Some(Fault::Stall(_))) && figure(0, 1) == 0;
    if own { cloud.impatient_client_with(Duration::from_millis(200), plan) } else { cloud.client_with(plan) }
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
        assert!(lasting || !given_up, "{when}: given up");
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
        for (first, then) in [(early, late), (late, early)] {
            let (scene, when) = (Scene::new().await, format!("{operation:?} at {first}, then at {then}"));
            let answer = operation.run(&scene, scene.shop.cloud.client(), first).await;
            assert_eq!(answer.is_err(), operation.is_refused(), "{when}: {answer:?}");
            made_good(&scene, operation, then, &when).await;
        }
    };
    Operation::ALL.into_iter().map(skewed).collect::<JoinSet<_>>().join_all().await;
    let reached = format!("{} operations, early and late", Operation::ALL.len());
    row("P8 clock skew: sales and stock", "5 minutes, either way", &reached, started);
}
