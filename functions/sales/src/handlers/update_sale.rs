//! `PATCH /sales/{id}`: buyers cancel a sale of their own before it is shipped; staff ship, deliver and cancel any.

use access::Guard;
use kernel::{Error, StartupError, clock};
use sales::ChangeStatus;
use sales::sale::{self, Sale};
use web::changes::changes_of;
use web::http::{self, Request, Response};
use web::jsonapi;

async fn update_sale(change_status: &ChangeStatus, guard: &Guard, request: Request) -> Result<Response, Error> {
    let caller = guard.caller(&request).await?;
    request.query(&[])?;
    let id = request.path_id("id")?;
    let seen = async || Ok(change_status.sales.get(&id).await?.filter(|sale| sale.may_be_read_by(&caller)));
    let status = changes_of(&request, &id, sale::parse_changes, seen).await?;
    let allow = |sale: &Sale| request.check_if_match(sale.version);
    Ok(jsonapi::ok(&change_status.run(&id, status, &caller, allow, clock::now()).await?, &request))
}

pub async fn start() -> Result<(), StartupError> {
    let change_status = ChangeStatus::from_env().await?;
    let guard = Guard::from_env_with(change_status.sales.client())?;
    http::run(|request| update_sale(&change_status, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use sales::testing::Shop;
    use serde_json::json;
    use testing::{Answer, Call};

    async fn patch(shop: &Shop, id: &str, who: (&str, Role), status: &str, if_match: &str) -> Answer {
        let call = Call::event("update-sale").path("id", id).header("if-match", if_match);
        let call = call.resource("sales", Some(id), &json!({"status": status}));
        let call = call.bearer(&shop.tokens.token(who.0, who.1));
        let (change_status, guard) = (shop.change_status(), shop.tokens.guard(shop.cloud.client()));
        call.send(|request| update_sale(&change_status, &guard, request)).await
    }

    #[tokio::test]
    async fn a_buyer_cancels_once_and_the_pieces_are_back_once() {
        let shop = Shop::with(&[10]).await;
        let sale = shop.buy("ana", "k", 3).await;
        let ana = ("ana", Role::Customer);
        let cancelled = patch(&shop, &sale.id, ana, "cancelled", "\"1\"").await;
        assert_eq!((cancelled.status, cancelled.attribute("status")), (200, &json!("cancelled")));
        // Whether the token was revoked, the sale, what its customer has open; then that, the sale and the stock item.
        assert_eq!((cancelled.usage.calls, shop.available(0).await), (4, 10));
        let again = patch(&shop, &sale.id, ana, "cancelled", "*").await;
        assert_eq!((again.status, again.code(), shop.available(0).await), (409, "invalid_transition", 10));
    }

    #[tokio::test]
    async fn staff_ship_and_deliver_and_then_nothing_more() {
        let shop = Shop::with(&[10]).await;
        let (sale, eva) = (shop.buy("ana", "k", 3).await, ("eva", Role::Staff));
        assert_eq!(patch(&shop, &sale.id, eva, "delivered", "*").await.code(), "invalid_transition");
        assert_eq!(patch(&shop, &sale.id, eva, "shipped", "*").await.status, 200);
        assert_eq!(patch(&shop, &sale.id, ("ana", Role::Customer), "cancelled", "*").await.status, 409);
        let delivered = patch(&shop, &sale.id, eva, "delivered", "\"2\"").await;
        assert_eq!((delivered.status, delivered.header("etag"), shop.available(0).await), (200, "\"3\"", 7));
        assert_eq!(patch(&shop, &sale.id, eva, "cancelled", "*").await.status, 409);
    }

    #[tokio::test]
    async fn a_pending_sale_is_called_off_and_gives_nothing_back() {
        let shop = Shop::with(&[10]).await;
        let id = shop.orders(&[(0, 3)]).await;
        assert_eq!(patch(&shop, &id, ("ana", Role::Customer), "cancelled", "*").await.status, 200);
        let answer = shop.answer(&id, &inventory::testing::cup(1)).await;
        shop.decide_sale().run(&answer, clock::now()).await.unwrap();
        assert_eq!(shop.available(0).await, 10);
        assert_eq!(patch(&shop, &id, ("eva", Role::Staff), "confirmed", "*").await.code(), "invalid_transition");
    }

    #[tokio::test]
    async fn others_find_nothing_buyers_do_not_ship_and_old_versions_are_refused() {
        let shop = Shop::with(&[10]).await;
        let sale = shop.buy("ana", "k", 3).await;
        for (who, status, if_match, expected) in [
            (("bob", Role::Customer), "cancelled", "*", 404),
            (("ana", Role::Customer), "shipped", "*", 403),
            (("ana", Role::Customer), "none", "*", 422),
            (("ana", Role::Customer), "cancelled", "\"7\"", 412),
        ] {
            assert_eq!(patch(&shop, &sale.id, who, status, if_match).await.status, expected, "{status}");
        }
        assert_eq!(shop.available(0).await, 7);
    }
}
