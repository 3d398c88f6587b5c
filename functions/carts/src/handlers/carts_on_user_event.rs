//! The queue `CartsUserEventsQueue`: the cart of a user who was deleted goes, too.

use carts::{Carts, events};
use shared::{StartupError, queue};

pub async fn start() -> Result<(), StartupError> {
    let carts = &Carts::from_env().await?;
    queue::run(|event| async move { events::on_user_event(carts, &event).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::owner::Owner;
    use carts::testing::{Shop, ana};
    use shared::store::Meter;
    use shared::testing;

    #[tokio::test]
    async fn a_deleted_users_cart_goes_and_no_others_however_often_it_is_told() {
        let shop = Shop::with(1).await;
        let event = testing::queue_events("carts-on-user-event").remove(0);
        let gone = Owner::Customer(event.subject.clone());
        shop.put(&gone, &[(0, 2)]).await;
        shop.put(&ana(), &[(0, 1)]).await;
        for _ in 0..2 {
            let (heard, usage) = Meter::measure(events::on_user_event(&shop.carts(), &event)).await;
            assert!(heard.is_ok());
            assert_eq!((usage.calls, usage.write_units), (1, 1.0));
        }
        assert_eq!((shop.lines(&gone).await, shop.lines(&ana()).await), (vec![], vec![(0, 1)]));
    }
}
