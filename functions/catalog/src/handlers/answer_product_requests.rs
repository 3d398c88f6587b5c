//! The queue `ProductRequestsQueue`: other services ask for products, and are answered on the queue they name.

use catalog::{Catalog, events};
use kernel::{Error, StartupError, clock};
use messaging::Event;
use messaging::{Queues, queue};

async fn answer(catalog: &Catalog, queues: &Queues, event: Event) -> Result<(), Error> {
    let (reply_to, answer) = events::answer(catalog, &event, clock::now()).await?;
    queues.send_one(&reply_to, &answer).await
}

pub async fn start() -> Result<(), StartupError> {
    let (catalog, queues) = (&Catalog::from_env().await?, &Queues::from_env()?);
    queue::run(|event| async move { answer(catalog, queues, event).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::product::Status;
    use catalog::testing::cup;
    use kernel::usage::Meter;
    use serde_json::json;
    use testing::{Cloud, as_function};

    #[tokio::test]
    async fn what_is_asked_for_is_answered_with_what_there_is_and_what_is_unknown() {
        let (cloud, cup, draft) = (Cloud::start().await, cup(Status::Active), cup(Status::Draft));
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        for product in [&cup, &draft] {
            catalog.create(product.clone(), "").await.unwrap();
        }
        let mut event = testing::queue_events("answer-product-requests").remove(0);
        event.data["productIds"] = json!([cup.id, "nothing", draft.id, cup.id]);
        let (answered, usage) =
            Meter::measure(as_function("answer-product-requests", events::answer(&catalog, &event, clock::now())))
                .await;
        let (reply_to, answer) = answered.unwrap();
        assert_eq!((usage.calls, usage.read_units), (1, 3.0));
        assert_eq!(
            (json!(reply_to), &answer.data["correlationId"]),
            (event.data["replyTo"].clone(), &event.data["correlationId"])
        );
        assert_eq!(answer.data["unknown"], json!(["nothing"]));
        let products = answer.data["products"].as_array().unwrap();
        let answered = products.iter().find(|product| product["id"] == json!(cup.id)).unwrap();
        assert_eq!((answered["status"].as_str(), &answered["sequence"]), (Some("active"), &json!(cup.sequence())));
        assert_eq!(products.len(), 2);
    }

    #[tokio::test]
    async fn a_request_that_names_no_queue_is_refused() {
        let catalog = Catalog::new(Cloud::start().await.client(), "CatalogTable");
        let mut event = testing::queue_events("answer-product-requests").remove(0);
        event.data = json!({"productIds": []});
        assert!(events::answer(&catalog, &event, clock::now()).await.is_err());
    }
}
