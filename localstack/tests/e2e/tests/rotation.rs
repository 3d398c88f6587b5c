//! Keys are changed while the shop is busy. The last of the journeys: afterwards the tokens of the others
//! are refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use e2e::{Account, Person, Reply, Shop, variable};
use kernel::ids;
use reqwest::Method;
use serde_json::json;
use tokio::sync::{Mutex, RwLock};

/// The stack is changed by one test at a time.
static STACK: Mutex<()> = Mutex::const_new(());

/// Runs a step of a rotation, as an operator would.
async fn make(what: &'static str, step: &'static str, force: bool) -> String {
    let run = move || {
        let mut command = Command::new("make");
        command
            .args(["--no-print-directory", what])
            .env("STEP", step)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."));
        if force {
            command.env("FORCE", "1");
        }
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "make {what} STEP={step}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// The key that a token was signed with.
fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// The shop's steady customers, who sign in anew from time to time.
struct Load<'a> {
    shop: &'a Shop,
    account: Account,
    token: RwLock<String>,
    done: AtomicBool,
    served: AtomicUsize,
    restarts: AtomicUsize,
}

impl<'a> Load<'a> {
    async fn new(shop: &'a Shop) -> Self {
        let account = shop.register(&json!({})).await;
        let token = RwLock::new(shop.session(&account.email, &account.password).await.text("accessToken"));
        let (done, served, restarts) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        Self { shop, account, token, done, served, restarts }
    }

    /// Signs in again, as every client has done by the time that the longest token has expired.
    async fn renew(&self) -> String {
        // The local cloud ends a function's process when its configuration changes, and with it a request.
        let session = loop {
            let session = self.shop.session(&self.account.email, &self.account.password).await;
            if session.status < 500 {
                break session;
            }
        };
        assert_eq!(session.status, 201, "{session:?}");
        let token = session.text("accessToken");
        self.token.write().await.clone_from(&token);
        token
    }

    async fn person(&self) -> Person<'a> {
        self.shop.bearer(&self.token.read().await)
    }

    /// Asks again and again. No request may be refused; those that the local cloud cut off are counted.
    async fn run(&self) {
        while !self.done.load(Ordering::Relaxed) {
            for path in ["/users/me", "/sales"] {
                let reply = self.person().await.get(path).await;
                match reply.status {
                    200 => self.served.fetch_add(1, Ordering::Relaxed),
                    // Cut off by a restart, or kept waiting by one: neither is a refusal.
                    502..=504 => self.restarts.fetch_add(1, Ordering::Relaxed),
                    _ => panic!("{path} was refused: {reply:?}"),
                };
            }
        }
    }
}

async fn rotate_signing_key(shop: &Shop, load: &Load<'_>) {
    let old = load.renew().await;
    make("keys", "stage", false).await;
    assert_eq!(kid(&load.renew().await), kid(&old), "a staged key does not sign yet");
    let listed = shop.anyone().get("/.well-known/jwks.json").await;
    assert_eq!(listed.body["keys"].as_array().map(Vec::len), Some(2));
    make("keys", "activate", false).await;
    assert_eq!(shop.bearer(&old).get("/users/me").await.status, 200, "an old token is valid until it expires");
    let new = load.renew().await;
    assert_ne!(kid(&new), kid(&old));
    make("keys", "retire", true).await;
    assert_eq!(shop.bearer(&old).get("/users/me").await.status, 401);
    assert_eq!(shop.bearer(&new).get("/users/me").await.status, 200);
    let left = shop.anyone().get("/.well-known/jwks.json").await;
    assert_eq!(left.body["keys"][0]["kid"], kid(&new));
    assert_eq!(left.body["keys"].as_array().map(Vec::len), Some(1));
    load.done.store(true, Ordering::Relaxed);
}

#[tokio::test]
async fn the_signing_key_changes_under_load_without_a_refused_request_and_the_retired_one_is_refused() {
    let (_alone, shop) = (STACK.lock().await, Shop::from_env());
    let load = Load::new(&shop).await;
    tokio::join!(rotate_signing_key(&shop, &load), load.run(), load.run(), load.run());
    let (served, restarts) = (load.served.into_inner(), load.restarts.into_inner());
    println!("{served} requests served, none refused, {restarts} cut off by the local cloud's restarts");
    assert!(served > 50, "{served}");
}

async fn ask(shop: &Shop, key: &str) -> Reply {
    let url = format!("{}/internal/products/{}", variable("ZOCO_INTERNAL_URL"), ids::new());
    shop.anyone().signing().send(Method::GET, &url, &[("X-API-KEY", key)], None).await
}

#[tokio::test]
async fn the_key_between_services_changes_while_both_open_the_door() {
    let (_alone, shop) = (STACK.lock().await, Shop::from_env());
    let old = variable("ZOCO_INTERNAL_API_KEY");
    make("api-keys", "stage", false).await;
    assert_eq!(ask(&shop, &old).await.status, 404);
    make("api-keys", "activate", false).await;
    let staff = shop.staff().await;
    let cup = staff.adds_a_product("Cup", 1_000).await;
    assert_eq!(staff.receives(&cup, 1).await.status, 201, "our functions send the new key");
    assert_eq!(ask(&shop, &old).await.status, 404);
    make("api-keys", "retire", false).await;
    assert_eq!(ask(&shop, &old).await.status, 403);
    assert_eq!(staff.receives(&cup, 1).await.status, 201);
}
