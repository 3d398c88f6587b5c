//! The stream of `InventoryTable`: stock that changed is told as `stock.*` events.

use inventory::events;
use shared::StartupError;
use shared::events::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shared::testing;

    #[test]
    fn a_sale_of_the_last_piece_says_that_there_is_none() {
        let event = testing::published("publish-inventory-events", events::messages).remove(0);
        assert_eq!((event.topic.as_str(), &event.data["inStock"]), ("stock.depleted", &json!(false)));
        assert_eq!(event.id, format!("stock/{}/{}", event.subject, event.sequence));
    }
}
