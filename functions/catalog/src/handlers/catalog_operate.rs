//! What operators do with the catalogue ([`messaging::operate`]). Who may call: whoever IAM lets invoke it (`zoco republish`,
//! `zoco migrate`).

use catalog::migrations::MIGRATIONS;
use catalog::{events, store};
use dynamo::migration::Migrator;
use kernel::StartupError;
use messaging::republish::Republisher;
use messaging::{Operator, job};

pub async fn start() -> Result<(), StartupError> {
    let migrator = Migrator::from_env("CATALOG_TABLE", &["pk"], MIGRATIONS)?;
    let republisher = Republisher::from_env("CATALOG_TABLE")?;
    let operator = &Operator::new(migrator).publishing(republisher, store::event_key, &events::messages);
    job::run(|command| operator.operate(command)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::Catalog;
    use catalog::product::{Product, Status};
    use catalog::sku::Sku;
    use catalog::testing::cup;
    use kernel::Error;
    use messaging::Outbox;
    use serde_json::{Value, json};
    use testing::{Cloud, Post, as_function};

    async fn republished(cloud: &Cloud, command: Value) -> Result<u64, Error> {
        let post = Post::start(&[]).await;
        let republisher = Republisher::new(cloud.client(), "CatalogTable", Outbox::new(post.sns(), "t", post.queues()));
        let migrator = Migrator::new(cloud.client(), "CatalogTable", &["pk"], MIGRATIONS);
        let operator = Operator::new(migrator).publishing(republisher, store::event_key, &events::messages);
        let operated = operator.operate(serde_json::from_value(command).unwrap());
        Ok(as_function("catalog-operate", operated).await?["published"].as_u64().unwrap())
    }

    #[tokio::test]
    async fn a_product_is_published_anew_by_its_id_or_its_key_and_nothing_else_is() {
        let cloud = Cloud::start().await;
        let product = cup(Status::Active);
        Catalog::new(cloud.client(), "CatalogTable").create(product.clone(), "").await.unwrap();
        let id = &product.id;
        let named = |kind: &str, id: &str| json!({"command": "republish", "kind": kind, "id": id});
        assert_eq!(republished(&cloud, named("product", id)).await.unwrap(), 1);
        let key = json!({"pk": format!("product#{id}")});
        assert_eq!(republished(&cloud, json!({"command": "republish", "key": key})).await.unwrap(), 1);
        assert_eq!(republished(&cloud, named("brand", id)).await.unwrap(), 0, "there is none");
        assert!(republished(&cloud, named("sale", id)).await.is_err(), "not of this service");
    }

    #[tokio::test]
    async fn all_that_was_changed_in_a_time_is_published_anew_once() {
        let cloud = Cloud::start().await;
        let catalog = Catalog::new(cloud.client(), "CatalogTable");
        for (id, time) in
            [("a", "2026-11-27T10:00:00Z"), ("b", "2026-11-27T10:00:00.5Z"), ("c", "2026-11-27T10:00:01Z")]
        {
            let product = cup(Status::Active);
            let sku = Sku::named(&format!("CUP-{id}")).unwrap();
            catalog
                .create(Product { id: id.to_owned(), sku, updated_at: time.parse().unwrap(), ..product }, "")
                .await
                .unwrap();
        }
        for (since, until, expected) in [
            ("2026-11-27T10:00:00Z", None, 3),
            ("2026-11-27T10:00:00.9Z", Some("2026-11-27T10:00:00Z"), 2),
            ("2026-11-27T10:00:01Z", None, 1),
            ("2026-11-27T10:00:02Z", None, 0),
        ] {
            let mut sum = 0;
            for segment in 0..2 {
                let asked =
                    json!({"command": "republish", "since": since, "until": until, "segment": segment, "segments": 2});
                sum += republished(&cloud, asked).await.unwrap();
            }
            assert_eq!(sum, expected, "from {since} until {until:?}");
        }
    }
}
