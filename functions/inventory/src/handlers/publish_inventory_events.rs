//! The stream of `InventoryTable`: changes of stock are published as `stock.*` events.

use inventory::events;
use kernel::StartupError;
use messaging::publisher;

pub async fn start() -> Result<(), StartupError> {
    publisher::run(&events::messages).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sale_of_the_last_piece_says_that_there_is_none() {
        let event = testing::published("publish-inventory-events", events::messages).remove(0);
        assert_eq!((event.event_type.name(), &event.data["inStock"]), ("stock.depleted", &json!(false)));
        assert_eq!(event.id, format!("stock/{}/{}", event.subject, event.sequence));
    }
}
