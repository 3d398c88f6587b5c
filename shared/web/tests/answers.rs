//! What the edge does for every handler.

use kernel::Error;
use serde_json::json;
use testing::Call;
use web::changes::changes_of;
use web::http::{Request, Response};
use web::jsonapi;

async fn fine(request: Request) -> Result<Response, Error> {
    Ok(jsonapi::meta(json!({"self": request.self_url()})))
}

#[tokio::test]
async fn every_answer_has_the_request_id_and_errors_show_it() {
    let answer = Call::event("health").send(fine).await;
    let id = answer.header("x-request-id").to_owned();
    assert!(!id.is_empty());
    let failed = Call::event("health").send(|_| async { Err(Error::not_found("nothing")) }).await;
    assert_eq!(failed.body["errors"][0]["id"], json!(id));
    assert_eq!(failed.header("content-type"), "application/vnd.api+json");
}

#[tokio::test]
async fn an_internal_error_does_not_show_its_cause() {
    let broken = |_| async { Err(Error::internal(std::io::Error::other("password=hunter2"))) };
    let answer = Call::event("health").send(broken).await;
    assert_eq!((answer.status, answer.code()), (500, "internal"));
    assert!(!answer.body.to_string().contains("hunter2"));
}

#[tokio::test]
async fn an_answer_that_the_caller_cannot_read_is_not_made() {
    let call = Call::event("health").header("accept", "application/vnd.api+json; charset=utf-8");
    let answer = call.send(|_| async { panic!("the handler is not asked") }).await;
    assert_eq!((answer.status, answer.code()), (406, "not_acceptable"));
}

#[tokio::test]
async fn links_carry_their_query_percent_encoded() {
    let answer = Call::event("list-products").query(&[("page[size]", "2")]).send(fine).await;
    assert_eq!(answer.body["meta"]["self"], "https://shop.test/v1/products?page%5Bsize%5D=2");
}

#[test]
fn without_a_public_url_links_lead_to_the_host_and_stage_that_were_asked() {
    let event = include_str!("../../../events/get-product.json");
    let request = Request::new(serde_json::from_str(event).unwrap(), None);
    assert_eq!(request.url("/health"), "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/v1/health");
}

#[test]
fn behind_a_domain_with_a_base_path_links_name_it_once() {
    let event = include_str!("../../../events/list-products.json")
        .replace("\"path\": \"/products\"", "\"path\": \"/v1/products\"");
    let request = Request::new(serde_json::from_str(&event).unwrap(), Some("https://shop.example/v1"));
    assert_eq!(request.method_and_path().1, "/products");
    assert!(request.self_url().starts_with("https://shop.example/v1/products?"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_too_long_is_answered_for() {
    let stuck = |_| async {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        Ok(jsonapi::no_content())
    };
    let answer = Call::event("health").send(stuck).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "1"));
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_rest_security_cheat_sheet() {
    let refuse = |_| async { Err(Error::not_found("nothing")) };
    for answer in [Call::event("health").send(fine).await, Call::event("health").send(refuse).await] {
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    }
}

#[tokio::test]
async fn answers_to_credentials_are_not_to_be_stored() {
    for name in ["authorization", "cart-token", "x-api-key"] {
        let answer = Call::event("health").header(name, "any").send(fine).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
    }
    assert_eq!(Call::event("health").send(fine).await.header("cache-control"), "");
}

#[tokio::test]
async fn errors_are_not_to_be_stored() {
    let refuse = |_| async { Err(kernel::Error::not_found("There is nothing here.")) };
    let answer = Call::event("health").send(refuse).await;
    assert_eq!((answer.status, answer.header("cache-control")), (404, "no-store"));
    let unread = Call::event("health").header("accept", "application/vnd.api+json; charset=utf-8").send(fine).await;
    assert_eq!((unread.status, unread.header("cache-control")), (406, "no-store"));
}

#[tokio::test]
async fn parameters_given_twice_or_unknown_are_refused_by_name() {
    let handler = |request: Request| async move { request.query(&["a"]).map(|_| jsonapi::no_content()) };
    assert_eq!(Call::event("health").query(&[("a", "1")]).send(handler).await.status, 204);
    let answer = Call::event("health").query(&[("b", "1")]).send(handler).await;
    assert_eq!((answer.status, &answer.body["errors"][0]["source"]["parameter"]), (400, &json!("b")));
}

struct Cup;

impl jsonapi::Resource for Cup {
    const TYPE: &'static str = "cups";

    fn id(&self) -> &str {
        "1"
    }

    fn path(&self) -> Option<String> {
        None
    }

    fn attributes(&self) -> serde_json::Value {
        json!({"name": "Cup", "size": 3, "createdAt": "2026-11-26T10:00:00Z"})
    }

    fn relationships(&self) -> Vec<jsonapi::Relationship> {
        vec![jsonapi::Relationship::one("maker", "makers", Some("m"), None)]
    }
}

#[tokio::test]
async fn fields_leave_out_the_others_and_wrong_ones_are_refused_before_anything_is_done() {
    struct Brand;
    impl jsonapi::Resource for Brand {
        const TYPE: &'static str = "brands";
        fn id(&self) -> &str {
            "1"
        }
        fn path(&self) -> Option<String> {
            None
        }
        fn attributes(&self) -> serde_json::Value {
            json!({"name": "Loza", "slug": "loza"})
        }
    }
    let show = |request: Request| async move { Ok(jsonapi::ok(&Brand, &request)) };
    let good =
        Call::event("health").query(&[("fields[brands]", "name,"), ("fields[products]", "sku")]).send(show).await;
    assert_eq!((good.status, good.body["data"]["attributes"].clone()), (200, json!({"name": "Loza"})));
    for (parameter, names, said) in [
        ("fields[brands]", "name,nmae", "brands have no nmae. They have: "),
        ("fields[products]", "size", "products have no size. They have: brand, "),
        ("fields[brand]", "name", "There is no such type. There are: audit-log-entries, brands, "),
        ("fields[Brands]", "", "There is no such type. There are: audit-log-entries, brands, "),
    ] {
        let call = Call::event("update-product").query(&[(parameter, names)]);
        let bad = call.send(|_| async { panic!("the handler is not asked") }).await;
        let error = &bad.body["errors"][0];
        assert_eq!((bad.status, &error["source"]["parameter"]), (400, &json!(parameter)));
        assert!(error["detail"].as_str().unwrap().starts_with(said), "{error}");
    }
}

#[tokio::test]
async fn members_that_a_change_cannot_have_are_accepted_as_they_are_and_refused_when_they_differ() {
    let change = |request: Request| async move {
        let parse = |body: kernel::input::Body| {
            let mut fields = body.attributes()?.read_only(&["name", "createdAt"]);
            let size = fields.required("size", |size| size.integer(1..=9));
            Ok(fields.finish(|| size)?)
        };
        let size = changes_of(&request, "1", parse, async || Ok(Some(Cup))).await?;
        Ok(jsonapi::meta(json!({"size": size})))
    };
    let send = async |attributes: serde_json::Value, maker: &str| {
        let maker = json!({"maker": {"data": {"type": "makers", "id": maker}}});
        let data = json!({"type": "cups", "id": "1", "attributes": attributes, "relationships": maker});
        Call::event("update-product").document(&json!({"data": data})).send(change).await
    };
    let all = json!({"name": "Cup", "size": 5, "createdAt": "2026-11-26T10:00:00Z"});
    let sent = send(all.clone(), "m").await;
    assert_eq!((sent.status, &sent.body["meta"]["size"]), (200, &json!(5)), "{:?}", sent.body);
    assert_eq!(send(all.clone(), "other").await.status, 422);
    let mut renamed = all;
    renamed["name"] = json!("Mug");
    let refused = send(renamed, "m").await;
    assert_eq!(
        (refused.status, &refused.body["errors"][0]["source"]["pointer"]),
        (422, &json!("/data/attributes/name"))
    );
}

#[tokio::test]
async fn a_misspelt_member_of_the_document_or_the_resource_is_reported() {
    let take = |request: Request| async move { request.new_resource("cups").map(|_| jsonapi::no_content()) };
    let sent = async |document: serde_json::Value| Call::event("create-product").document(&document).send(take).await;
    assert_eq!(sent(json!({"data": {"type": "cups", "@note": 1}, "jsonapi": {}})).await.status, 204);
    for (document, pointer) in [
        (json!({"data": {"type": "cups", "atributes": {}}}), "/data/atributes"),
        (json!({"data": {"type": "cups"}, "metadata": {}}), "/metadata"),
    ] {
        let answer = sent(document).await;
        assert_eq!((answer.status, &answer.body["errors"][0]["source"]["pointer"]), (422, &json!(pointer)));
    }
}
