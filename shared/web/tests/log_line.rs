//! The line that each request leaves in the log: who asked, from where, and nothing that names a person.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io;
use std::sync::{Arc, Mutex};

use kernel::caller::Role;
use serde_json::{Value, json};
use testing::{Call, Tokens};
use tracing_subscriber::fmt::MakeWriter;
use web::http::Request;
use web::jsonapi;

/// What is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The last line after a request.
async fn line(call: Call, tokens: &Tokens) -> Value {
    let lines = Lines::default();
    let logged = tracing_subscriber::fmt().json().flatten_event(true).with_writer(lines.clone()).finish();
    let _guard = tracing::subscriber::set_default(logged);
    let verifier = tokens.verifier();
    call.send(async |request: Request| verifier.staff(&request).map(|_| jsonapi::no_content())).await;
    let text = lines.0.lock().unwrap().clone();
    serde_json::from_slice(text.trim_ascii().rsplit(|byte| *byte == b'\n').next().unwrap()).unwrap()
}

#[tokio::test]
async fn it_has_the_caller_and_a_digest_of_the_address_also_when_the_request_was_refused() {
    let tokens = Tokens::new();
    let from = |address: &str| Call::event("list-users").from(address);
    let staff = line(from("192.0.2.1").bearer(&tokens.token("eva", Role::Staff)), &tokens).await;
    assert_eq!((&staff["subject"], &staff["role"], &staff["status"]), (&json!("eva"), &json!("staff"), &json!(204)));
    let refused = line(from("192.0.2.1").bearer(&tokens.token("ana", Role::Customer)), &tokens).await;
    assert_eq!(
        (&refused["subject"], &refused["role"], &refused["status"]),
        (&json!("ana"), &json!("customer"), &json!(403))
    );
    assert_eq!((&refused["address"], refused["address"].as_str().unwrap().len()), (&staff["address"], 16));
    let nobody = line(from("192.0.2.2"), &tokens).await;
    assert_eq!((&nobody["subject"], &nobody["role"]), (&Value::Null, &Value::Null));
    assert_ne!(nobody["address"], staff["address"]);
    assert!(!nobody.to_string().contains("192.0.2.2"), "{nobody}");
}
