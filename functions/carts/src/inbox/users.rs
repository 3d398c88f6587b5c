//! `user.deleted` events: the cart of a deleted user is deleted.

use shared::Error;
use shared::events::Event;

use crate::Carts;

/// `user.deleted`: the user's cart goes, too.
///
/// # Errors
/// When the table does not answer.
pub async fn on_user_event(carts: &Carts, event: &Event) -> Result<(), Error> {
    if event.topic == "user.deleted" { carts.delete(&event.subject).await } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::Owner;
    use crate::testing::{Shop, ana};
    use shared::store::Meter;
    use shared::testing;

    #[tokio::test]
    async fn a_deleted_users_cart_goes_and_no_others_however_often_it_is_told() {
        let shop = Shop::with(1).await;
        let event = testing::sample_event("carts-on-event", "user.");
        let gone = Owner::Customer(event.subject.clone());
        shop.put(&gone, &[(0, 2)]).await;
        shop.put(&ana(), &[(0, 1)]).await;
        for _ in 0..2 {
            let (heard, usage) = Meter::measure(on_user_event(&shop.carts(), &event)).await;
            assert!(heard.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        }
        assert_eq!((shop.lines(&gone).await, shop.lines(&ana()).await), (vec![], vec![(0, 1)]));
    }
}
