//! P6: everything that is done to sales and stock breaks at each of its calls to the database, in each way, and is
//! done again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use kernel::clock;
use sales::testing::books::{Books, close};
use sales::testing::operations::{Operation, Scene};
use testing::{break_every_call, row};
use tokio::task::JoinSet;

/// One operation, broken at every call: how many breaks there were.
async fn broken_everywhere(operation: Operation) -> usize {
    break_every_call(async |strike| {
        let scene = Scene::new().await;
        let client = scene.shop.cloud.client_with(strike.plan());
        let when = format!("{operation:?}, {:?} at call {}", strike.how, strike.call);
        let broken = operation.run(&scene, client, clock::now()).await;
        if !strike.has_struck() {
            return;
        }
        assert!(operation.may_answer(&broken), "{when}: {broken:?}");
        Books::of(&scene.shop.cloud).await.check(&when);
        let again = operation.run(&scene, scene.shop.cloud.client(), clock::now()).await;
        assert!(operation.may_answer(&again), "{when}, then again: {again:?}");
        assert!(operation.is_done(&scene).await != operation.is_refused(), "{when}: not done, or not refused");
        close(&scene.shop.cloud, &scene.shop.stock(), &when).await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p6_whatever_breaks_at_any_call_is_done_once_when_it_is_done_again() {
    let started = Instant::now();
    let breaks = Operation::ALL.into_iter().map(broken_everywhere).collect::<JoinSet<_>>().join_all().await;
    let reached = format!("{} breaks of {} operations, all made good", breaks.iter().sum::<usize>(), breaks.len());
    row("P6 crash at every call: sales and stock", "every call, before and after it took effect", &reached, started);
}
