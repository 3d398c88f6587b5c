//! P18: whatever a client puts into a request, its event gets an answer with a request id, and the process goes on.
//! `PROOF=full` makes 10,000 events (`make proof`); otherwise some hundreds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use kernel::Error;
use serde_json::{Value, json};
use testing::{Dice, figure, row};
use web::event::Answer;
use web::http::{Request, Response, answer};
use web::jsonapi;

/// A handler that uses everything of a request.
async fn look(request: Request) -> Result<Response, Error> {
    let query = request.query(&["page[size]", "page[after]", "filter[text]"]);
    let id = request.path_id("id");
    request.check_if_match(1)?;
    let body = request.optional_resource("products").map(|body| body.is_some());
    let links = json!({"self": request.self_url(), "next": request.url_with("page[after]", "c"), "id": id.is_ok()});
    query?;
    body?;
    Ok(jsonapi::meta(json!({"links": links, "source": request.source(), "path": request.method_and_path().1})))
}

/// What gateways, proxies, scanners and mistaken clients send.
const HOSTS: [&str; 12] = [
    "[",
    "[::1",
    "[::1]:443",
    "shop.test:99999",
    "a b",
    "",
    "@",
    "user@shop.test",
    "shop.test/",
    "é.test",
    "\u{1}",
    "shop.test",
];
const SCHEMES: [&str; 7] = ["https, http", "http,https", "ftp", "", "javascript", "HTTPS", ","];
const TEXTS: [&str; 14] = [
    "",
    "\u{0}",
    "\u{7f}",
    "a\r\nx: y",
    "\t",
    "é",
    "💡",
    "\u{202e}abc",
    "%",
    "%zz",
    "%00",
    "%e2%82",
    "\"",
    "application/vnd.api+json",
];
const PATHS: [&str; 11] = [
    "",
    "products",
    "/products",
    "//",
    "/%2e%2e/%2e%2e",
    "/products/%00",
    "/products/é",
    "/a b",
    "/products?x=1",
    "/#",
    "/\u{0}",
];
const METHODS: [&str; 8] = ["GET", "POST", "PATCH", "get", "", "A B", "\u{0}", "PROPFIND"];
const HEADERS: [&str; 14] = [
    "host",
    "Host",
    "x-forwarded-proto",
    "x-forwarded-for",
    "accept",
    "content-type",
    "if-match",
    "x-correlation-id",
    "authorization",
    "idempotency-key",
    "",
    "bad name",
    "\u{e9}",
    "x-\u{0}",
];

/// Any value where the event should have another one.
fn junk(dice: &mut Dice) -> Value {
    match dice.roll(8) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1.5e300),
        3 => json!([]),
        4 => json!({}),
        5 => json!([[null]]),
        6 => json!("x".repeat(10_000)),
        _ => json!(dice.pick(&TEXTS)),
    }
}

fn value(dice: &mut Dice, name: &str) -> String {
    match name.to_ascii_lowercase().as_str() {
        "host" => dice.pick(&HOSTS),
        "x-forwarded-proto" => dice.pick(&SCHEMES),
        _ => dice.pick(&TEXTS),
    }
    .to_string()
}

fn event(dice: &mut Dice) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../../../events/list-products.json")).unwrap();
    for _ in 0..=dice.roll(4) {
        let name = dice.pick(&HEADERS);
        let value = value(dice, name);
        match dice.roll(3) {
            0 => event["headers"][name] = json!(value),
            1 => event["multiValueHeaders"][name] = json!([value]),
            _ => event["multiValueHeaders"][name] = json!([value, dice.pick(&TEXTS)]),
        }
    }
    match dice.roll(10) {
        0 => event["path"] = json!(dice.pick(&PATHS)),
        1 => event["path"] = json!(format!("/products/{}", "%41".repeat(8_000))),
        2 => event["httpMethod"] = json!(dice.pick(&METHODS)),
        3 => {
            event["body"] = json!(dice.pick(&TEXTS));
            event["isBase64Encoded"] = json!(true);
        }
        4 => event["body"] = json!(dice.pick(&TEXTS)),
        5 => event["queryStringParameters"] = json!({*dice.pick(&TEXTS): dice.pick(&TEXTS)}),
        6 => event["multiValueQueryStringParameters"] = json!({"page[size]": [dice.pick(&TEXTS), "x".repeat(20_000)]}),
        7 => event["pathParameters"] = json!({"id": dice.pick(&TEXTS)}),
        8 => {
            let members = event.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            let member = &members[dice.roll(members.len())];
            event[member.as_str()] = junk(dice);
        }
        _ => {
            let member = dice.pick(&["requestId", "stage", "identity", "resourcePath", "domainName"]);
            event["requestContext"][member] = junk(dice);
        }
    }
    if dice.roll(200) == 0 { junk(dice) } else { event }
}

#[tokio::test]
async fn proof_p18_whatever_is_in_an_event_its_answer_has_a_request_id() {
    let (started, events) = (Instant::now(), figure(500, 10_000));
    let (mut dice, mut statuses) = (Dice(18), std::collections::BTreeMap::<u64, usize>::new());
    for number in 0..events {
        let event = event(&mut dice);
        let public_url = [None, Some("https://shop.example/v1")][number % 2];
        let response = answer(Request::new(event.clone(), public_url), None, |request| Box::pin(look(request))).await;
        let answer = serde_json::to_value(Answer::from(response)).unwrap();
        let headers = &answer["multiValueHeaders"];
        let id = headers["x-request-id"][0].as_str().unwrap_or_default();
        assert!(!id.is_empty(), "no request id: {event}");
        let document: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(headers["content-type"][0], "application/vnd.api+json", "{event}");
        let status = answer["statusCode"].as_u64().unwrap();
        match status {
            200 => {
                let link = document["meta"]["links"]["self"].as_str().unwrap();
                assert!(link.starts_with("https://") || link.starts_with("http://"), "{link}");
            }
            400..=499 => assert_eq!(document["errors"][0]["id"], id, "{event}"),
            _ => panic!("{status}: {event}"),
        }
        *statuses.entry(status).or_default() += 1;
    }
    assert!(statuses.len() > 3, "{statuses:?}");
    let asked = format!("{events} events, none without an answer and a request id");
    row("P18 event boundary", &asked, &format!("all answered, by status {statuses:?}"), started);
}
