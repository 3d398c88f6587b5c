//! P8: the messages of sales and inventory come doubled, reordered and poisoned, and again after an outage.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use inventory::inbox::products::on_product_event;
use inventory::inbox::sales::on_sale_event;
use inventory::testing::cup;
use kernel::clock;
use messaging::Event;
use messaging::{Channel, DeadLetters, Handling, queue};
use sales::testing::books::{Books, close};
use sales::testing::operations::Scene;
use sales::testing::{decide_sale, stock};
use sales::{Sales, decide_sale as deciding};
use serde_json::json;
use testing::{Fault, Post, queue_messages, row};

/// What can never be read: no JSON, and no event.
const POISON: [&str; 2] = ["{", r#"{"specversion": "1.0", "type": "sale.due"}"#];

/// Hands a queue's messages over in one batch: how many of them stay in the queue.
async fn deliver<'a>(
    post: &Post,
    events: &[&Event],
    handler: &(dyn Fn(Event) -> Handling<'a> + Send + Sync + 'a),
) -> usize {
    let bodies = events.iter().map(|event| json!(event).to_string()).chain(POISON.map(str::to_owned));
    let messages = bodies.enumerate().map(|(number, body)| {
        let mut message = queue_messages("complete-sale").remove(0);
        (message.message_id, message.body) = (Some(number.to_string()), Some(body));
        message
    });
    let channel = Channel { queues: post.queues(), dead_letters: DeadLetters::new(post.url("dead")), inbox: None };
    queue::handle(&channel, handler, messages.collect()).await.batch_item_failures.len()
}

#[tokio::test]
async fn proof_p8_messages_doubled_reordered_and_poisoned_take_effect_once() {
    let started = Instant::now();
    let (scene, post) = (Scene::new().await, Post::start(&[]).await);
    let sound = scene.shop.cloud.client();
    let failing = scene.shop.cloud.client_with(|_, _| Some(Fault::Throttled));
    let product = |version: u64| {
        let (id, sequence) = (&scene.shop.products[0], cup(version).sequence);
        testing::event("product.updated", id, &sequence, clock::now(), &json!(cup(version)))
    };
    let products = [product(3), product(2), product(4), product(3), product(4), product(1)];
    let mut delivered = 0;
    for (client, outage) in [(failing, true), (sound, false)] {
        let (decide_sale, sales, stock) =
            (&decide_sale(client.clone()), &Sales::new(client.clone(), "SalesTable"), &stock(client));
        let events = Books::of(&scene.shop.cloud).await.events();
        let answers = vec![&scene.answer; 3];
        let late = vec![&scene.due; 2];
        let doubled: Vec<&Event> = events.iter().rev().chain(&events).collect();
        let changes: Vec<&Event> = products.iter().collect();
        let complete = |event| -> Handling<'_> {
            Box::pin(async move { decide_sale.run(&event, clock::now()).await.map(Into::into) })
        };
        let expire = |event| -> Handling<'_> {
            Box::pin(async move { deciding::expire(sales, &event, clock::now()).await.map(Into::into) })
        };
        let deadlines =
            |event| -> Handling<'_> { Box::pin(async move { on_sale_event(stock, &event).await.map(Into::into) }) };
        let on_product = |event| -> Handling<'_> {
            Box::pin(async move { on_product_event(stock, &event, clock::now()).await.map(Into::into) })
        };
        let left = [
            deliver(&post, &answers, &complete).await,
            deliver(&post, &late, &expire).await,
            deliver(&post, &doubled, &deadlines).await,
            deliver(&post, &changes, &on_product).await,
        ];
        let sent = [answers.len(), late.len(), doubled.len(), changes.len()];
        assert_eq!(left, if outage { sent } else { [0; 4] });
        delivered += sent.iter().sum::<usize>();
    }
    let poisoned = 2 * 4 * POISON.len();
    assert_eq!(post.taken().len(), poisoned);
    close(&scene.shop.cloud, &scene.shop.stock(), "all handled").await;
    let books = Books::of(&scene.shop.cloud).await;
    let sale = books.sales.iter().find(|sale| sale.id == scene.pending).unwrap();
    assert_eq!((sale.version, scene.shop.available(0).await), (2, 0));
    let item = scene.shop.stock().get(&scene.shop.products[0]).await.unwrap().unwrap();
    assert_eq!(item.product, Some(cup(4)));
    row(
        "P8 messages: sales and stock",
        "doubled, reordered, poisoned, after an outage",
        &format!("{delivered} took effect once, {poisoned} among the dead letters"),
        started,
    );
}
