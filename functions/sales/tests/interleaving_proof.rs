//! Between every two calls of one operation another runs whole: every pair of what is done to the same product and
//! the same sales, in every gap, the same each time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use kernel::clock;
use sales::testing::books::close;
use sales::testing::operations::{Operation, Scene};
use testing::{figure, row};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};

/// One operation with a rival before its call of this number. Whether it made that call.
async fn interleaved(operation: Operation, gap: usize, rival: Operation) -> bool {
    let scene = Arc::new(Scene::new().await);
    let when = format!("{rival:?} before call {gap} of {operation:?}");
    let (runtime, met, answered) = (Handle::current(), scene.clone(), Arc::new(OnceLock::new()));
    let between = answered.clone();
    let client = scene.shop.cloud.client_with(move |_, call| {
        if call == gap {
            block_in_place(|| {
                between.get_or_init(|| runtime.block_on(rival.run(&met, met.shop.cloud.client(), clock::now())));
            });
        }
        None
    });
    let answer = operation.run(&scene, client, clock::now()).await;
    let Some(rivals) = answered.get() else { return false };
    for (operation, answer) in [(operation, &answer), (rival, rivals)] {
        assert!(operation.may_answer(answer), "{when}: {operation:?} answered {answer:?}");
        assert!(answer.is_err() || operation.is_done(&scene).await, "{when}: {operation:?} is not done");
    }
    let again = operation.run(&scene, scene.shop.cloud.client(), clock::now()).await;
    assert!(operation.may_answer(&again), "{when}, then again: {again:?}");
    close(&scene.shop.cloud, &scene.shop.stock(), &when).await;
    true
}

/// One operation with the rivals in each of its gaps, in the full proof all of them, else every other one: how many
/// met.
async fn with_rivals(operation: Operation) -> usize {
    let (step, mut pairs) = (figure(2, 1), 0);
    for gap in 1.. {
        for rival in Operation::ALL.into_iter().skip(gap % step).step_by(step) {
            if !interleaved(operation, gap, rival).await {
                return pairs;
            }
            pairs += 1;
        }
    }
    pairs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proof_p8_another_operation_in_any_gap_of_one_breaks_nothing() {
    let started = Instant::now();
    let pairs = Operation::ALL.into_iter().map(with_rivals).collect::<JoinSet<_>>().join_all().await;
    let pairs: usize = pairs.iter().sum();
    assert!(pairs > 0);
    row(
        "P8 interleaving: sales and stock",
        "every pair of operations, in every gap",
        &format!("{pairs} pairs met, all books balance"),
        started,
    );
}
