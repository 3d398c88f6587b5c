//! `POST /carts/me/items`: customers and guests put something into their cart. A guest without one gets it here,
//! and the token for it.

use access::Guard;
use carts::AddToCart;
use carts::line::RequestedItem;
use carts::owner::Token;
use carts::request_owner::{self, HEADER};
use carts::store::Addition;
use kernel::{Error, StartupError, clock};
use web::http::{self, Request, Response};
use web::idempotency::{self, Key};

async fn add_item(add_to_cart: &AddToCart, guard: &Guard, request: Request) -> Result<Response, Error> {
    let named = request_owner::writer_if_named(guard, &request).await?;
    request.query(&[])?;
    let key = Key::optional(&request)?;
    let body = request.new_resource("cart-items")?;
    let fingerprint = body.fingerprint();
    let line = RequestedItem::parse(body)?;
    let Some(owner) = named else {
        let token = Token::new()?;
        let addition = Addition { owner: &token.guest(), is_new: true, line: &line, request: None };
        let answer = idempotency::created(&add_to_cart.run(&addition, clock::now()).await?, &request)?;
        return http::with_header(answer, HEADER, &token.0);
    };
    let repeated = key.map(|key| (key.id("cart-items", &owner.key()), fingerprint));
    let addition = Addition { owner: &owner, is_new: false, line: &line, request: repeated };
    idempotency::created(&add_to_cart.run(&addition, clock::now()).await?, &request)
}

pub async fn start() -> Result<(), StartupError> {
    let add_to_cart = AddToCart::from_env().await?;
    let guard = Guard::from_env_with(add_to_cart.carts.client())?;
    http::run(|request| add_item(&add_to_cart, &guard, request)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use carts::merge_carts;
    use carts::testing::{Shop, ana};
    use inventory::Catalog;
    use inventory::snapshot::{ProductStatus, Snapshot};
    use inventory::testing::{CatalogStandIn, cup};
    use kernel::caller::Role;
    use kernel::ids;
    use serde_json::{Value, json};
    use testing::{Answer, Call, Fault, StandIn, internal, usd};

    async fn send_with(shop: &Shop, add_to_cart: &AddToCart, call: &Call) -> Answer {
        let tokens = shop.tokens().guard(shop.carts().client());
        call.send(|request| add_item(add_to_cart, &tokens, request)).await
    }

    async fn send(shop: &Shop, call: &Call) -> Answer {
        send_with(shop, &shop.add_to_cart(), call).await
    }

    fn guests(product_id: &str, quantity: &Value) -> Call {
        let attributes = json!({"productId": product_id, "quantity": quantity});
        Call::event("add-item").without("idempotency-key").resource("cart-items", None, &attributes)
    }

    fn anas(shop: &Shop, product_id: &str, quantity: i64) -> Call {
        guests(product_id, &json!(quantity)).bearer(&shop.tokens().token("ana", Role::Customer))
    }

    #[tokio::test]
    async fn an_item_is_added_in_one_read_and_one_write_and_shows_what_there_is_of_it() {
        let shop = Shop::with(1).await;
        let first = send(&shop, &anas(&shop, &shop.products[0], 2)).await;
        assert_eq!((first.status, first.id(), first.header("location")), (201, &*shop.products[0], ""));
        assert_eq!((first.attribute("lineTotal"), first.attribute("unavailable")), (&json!(usd(2_500)), &json!(false)));
        // Whether the token was revoked, the product, an attempt that finds no cart (AWS bills a unit for it, which no answer shows), and the cart.
        assert_eq!((first.usage.calls, first.usage.read_units, first.usage.write_units), (4, 1.5, 1.0));
        let more = send(&shop, &anas(&shop, &shop.products[0], 3)).await;
        assert_eq!((more.attribute("quantity"), more.header("etag")), (&json!(5), "\"2\""));
        assert_eq!((more.usage.calls, more.usage.read_units, more.usage.write_units), (3, 1.5, 1.0));
    }

    #[tokio::test]
    async fn the_categories_of_the_product_are_one_read_more_and_none_of_what_is_not_on_offer() {
        let shop = Shop::with(1).await;
        shop.put(&ana(), &[(0, 1)]).await;
        shop.publish_categories(&[("c", "Cups"), ("d", "Dishes")]).await;
        shop.publish_product_in(0, &cup(2), &["d", "c"]).await;
        let call = anas(&shop, &shop.products[0], 2).header("idempotency-key", "k");
        let added = send(&shop, &call).await;
        assert_eq!((added.status, added.attribute("categoryNames")), (201, &json!(["Dishes", "Cups"])));
        // Whether the token was revoked, the product, its categories, the cart with the key, and the cart as it is then.
        assert_eq!((added.usage.calls, added.usage.read_units, added.usage.write_units), (5, 4.5, 4.0));
        shop.publish_product_in(0, &Snapshot { status: ProductStatus::Archived, ..cup(3) }, &["c"]).await;
        assert_eq!(send(&shop, &call).await.attribute("categoryNames"), &json!(["Cups"]));
        let refused = send(&shop, &anas(&shop, &shop.products[0], 2)).await;
        assert_eq!((refused.status, refused.usage.calls), (404, 2));
    }

    #[tokio::test]
    async fn an_addition_whose_categories_cannot_be_read_is_not_written() {
        let shop = Shop::with(1).await;
        shop.publish_product_in(0, &cup(2), &["c"]).await;
        let breaks = |call: &str, _| (call == "BatchGetItem").then_some(Fault::InternalError);
        let add_to_cart = carts::testing::add_to_cart(shop.cloud().client_with(breaks));
        let answer = send_with(&shop, &add_to_cart, &anas(&shop, &shop.products[0], 1)).await;
        assert_eq!((answer.status, shop.lines(&ana()).await), (503, vec![]));
    }

    #[tokio::test]
    async fn a_repeated_addition_counts_once() {
        let shop = Shop::with(1).await;
        let call = anas(&shop, &shop.products[0], 2).header("idempotency-key", "k");
        let first = send(&shop, &call).await;
        let again = send(&shop, &call).await;
        assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (201, "true", &first.body));
        let other = send(&shop, &anas(&shop, &shop.products[0], 3).header("idempotency-key", "k")).await;
        assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
        let bobs = call.bearer(&shop.tokens().token("bob", Role::Customer));
        assert_eq!(send(&shop, &bobs).await.header("idempotent-replayed"), "");
        shop.publish_product(0, &Snapshot { status: ProductStatus::Archived, ..cup(2) }).await;
        let late = send(&shop, &anas(&shop, &shop.products[0], 2).header("idempotency-key", "k")).await;
        assert_eq!((late.status, late.attribute("quantity")), (201, &json!(2)));
        assert_eq!(shop.lines(&ana()).await, [(0, 2)]);
    }

    #[tokio::test]
    async fn a_repeated_addition_of_what_was_taken_out_shows_it_as_it_was_added_and_of_a_merged_guest_is_not_found() {
        let shop = Shop::with(1).await;
        let call = anas(&shop, &shop.products[0], 2).header("idempotency-key", "k");
        assert_eq!(send(&shop, &call).await.status, 201);
        let now = clock::now();
        shop.carts().change(&ana(), |cart| Ok(cart.emptied(now)), now).await.unwrap();
        let again = send(&shop, &call).await;
        assert_eq!((again.header("idempotent-replayed"), again.attribute("quantity")), ("true", &json!(2)));
        assert_eq!(shop.lines(&ana()).await, []);
        let token = shop.guest(&[(0, 1)]).await;
        let call = guests(&shop.products[0], &json!(1)).header("cart-token", &token.0).header("idempotency-key", "k");
        assert_eq!(send(&shop, &call).await.status, 201);
        merge_carts::merge(&shop.carts(), "ana", &token.guest(), now).await.unwrap();
        assert_eq!(send(&shop, &call).await.status, 404);
    }

    #[tokio::test]
    async fn a_guest_without_a_cart_gets_one_and_its_token_once() {
        let shop = Shop::with(1).await;
        let first = send(&shop, &guests(&shop.products[0], &json!(2))).await;
        let token = first.header("cart-token").to_owned();
        assert_eq!((first.status, token.len(), first.usage.calls), (201, 43, 2));
        let more = send(&shop, &guests(&shop.products[0], &json!(1)).header("cart-token", &token)).await;
        assert_eq!((more.status, more.attribute("quantity"), more.header("cart-token")), (201, &json!(3), ""));
        let stored = format!("{:?}", shop.cloud().items("CartsTable").await);
        assert!(!stored.contains(&token), "the token itself is stored nowhere");
    }

    #[tokio::test]
    async fn an_unknown_token_begins_no_cart_and_a_bad_access_token_is_never_a_guest() {
        let shop = Shop::with(1).await;
        let item = guests(&shop.products[0], &json!(2));
        let unknown = send(&shop, &item.clone().header("cart-token", &"A".repeat(43))).await;
        assert_eq!((unknown.status, unknown.code()), (404, "not_found"));
        assert_eq!(send(&shop, &item.bearer("nonsense")).await.status, 401);
        assert_eq!(shop.cloud().items("CartsTable").await.len(), 1);
    }

    #[tokio::test]
    async fn a_cart_has_fifty_products_and_a_thousand_pieces_of_each() {
        let shop = Shop::with(51).await;
        shop.put(&ana(), &(0..50).map(|product| (product, 990)).collect::<Vec<_>>()).await;
        let full = send(&shop, &anas(&shop, &shop.products[50], 1)).await;
        assert_eq!(
            (full.status, full.code(), full.pointers()),
            (409, "cart_limit", vec!["/data/attributes/productId"])
        );
        let many = send(&shop, &anas(&shop, &shop.products[0], 11)).await;
        assert_eq!((many.status, &many.body["errors"][0]["meta"]), (409, &json!({"quantity": 990, "most": 1000})));
        assert_eq!(send(&shop, &anas(&shop, &shop.products[0], 10)).await.attribute("quantity"), &json!(1000));
    }

    #[tokio::test]
    async fn a_product_without_a_snapshot_in_carts_is_asked_for_once_and_stored() {
        let shop = Shop::with(0).await;
        shop.publish_categories(&[("c", "Cups")]).await;
        let mut attributes = json!(cup(1));
        attributes["categoryIds"] = json!(["c"]);
        let answer = json!({"data": {"type": "products", "id": "p", "attributes": attributes}});
        // Asked twice, it would not answer.
        let api = StandIn::start(vec![(200, answer), (500, Value::Null)]).await;
        let catalog = Catalog::new(internal(&api.url));
        let (add_to_cart, id) = (AddToCart { carts: shop.carts(), catalog }, ids::new());
        for quantity in [1, 2] {
            let answer = send_with(&shop, &add_to_cart, &anas(&shop, &id, 1)).await;
            assert_eq!((answer.status, answer.attribute("quantity")), (201, &json!(quantity)));
            assert_eq!(answer.attribute("categoryNames"), &json!(["Cups"]));
        }
    }

    #[tokio::test]
    async fn what_is_not_on_offer_is_not_found_and_without_an_answer_of_catalog_it_is_503() {
        let shop = Shop::with(1).await;
        shop.publish_product(0, &Snapshot { status: ProductStatus::Draft, ..cup(2) }).await;
        let nowhere = AddToCart { carts: shop.carts(), catalog: CatalogStandIn::start(&[404]).await.catalog };
        for id in ["nothing", &ids::new(), &shop.products[0]] {
            let answer = send_with(&shop, &nowhere, &anas(&shop, id, 1)).await;
            assert_eq!((answer.status, answer.pointers()), (404, vec!["/data/attributes/productId"]));
        }
        let unanswered = send(&shop, &anas(&shop, &ids::new(), 1)).await;
        assert_eq!((unanswered.status, unanswered.header("retry-after").is_empty()), (503, false));
        assert_eq!(shop.lines(&ana()).await, []);
    }

    #[tokio::test]
    async fn quantities_are_whole_and_bounded_and_prices_and_categories_are_not_sent() {
        let shop = Shop::with(1).await;
        for quantity in [json!(0), json!(-1), json!(1001), json!(1.5), json!("1"), Value::Null] {
            let answer = send(&shop, &guests(&shop.products[0], &quantity)).await;
            assert_eq!((answer.status, answer.pointers()), (422, vec!["/data/attributes/quantity"]));
        }
        for (name, value) in [("unitPrice", json!(usd(1))), ("categoryNames", json!(["Cups"]))] {
            let attributes = json!({"productId": shop.products[0], "quantity": 1, name: value});
            let answer = send(&shop, &guests("", &json!(1)).resource("cart-items", None, &attributes)).await;
            assert_eq!((answer.status, answer.pointers()), (422, vec![&*format!("/data/attributes/{name}")]));
        }
    }
}
