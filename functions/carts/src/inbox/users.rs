//! `user.deleted` events: the cart of a deleted user is deleted.

use contracts::EventType;
use kernel::Error;
use messaging::Event;

use crate::Carts;

/// `user.deleted`: deletes the user's cart.
///
/// # Errors
/// When the table does not answer.
pub async fn on_user_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    if event.event_type == EventType::UserDeleted { carts.delete(&event.subject).await } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;
    use crate::testing::{Shop, ana};
    use kernel::usage::Meter;

    #[tokio::test]
    async fn a_deleted_users_cart_is_deleted_and_no_others_however_often_the_event_comes() {
        let shop = Shop::with(1).await;
        let event = testing::sample_event("carts-on-event", "user.");
        let deleted = Owner::Customer(event.subject.clone());
        shop.put(&deleted, &[(0, 2)]).await;
        shop.put(&ana(), &[(0, 1)]).await;
        for _ in 0..2 {
            let (applied, usage) = Meter::measure(on_user_event(&shop.carts(), &event)).await;
            assert!(applied.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        }
        assert_eq!((shop.lines(&deleted).await, shop.lines(&ana()).await), (vec![], vec![(0, 1)]));
    }
}
