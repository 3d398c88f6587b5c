//! What can go wrong between a store and DynamoDB, put where a test wants it: an HTTP client around
//! the real one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::roles;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::json;

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The transaction met others: one `TransactionConflict` per part named, `None` for the rest.
    Conflict { parts: Vec<bool> },
    /// The transaction is cancelled for these reasons: of its first parts, of the rest none.
    Cancelled { reasons: &'static [&'static str] },
    /// The transaction meets others where no condition is in its way: parts that are refused say so, the rest
    /// has conflicts.
    AmongConflicts,
    /// The write of one item meets a transaction on it.
    ItemConflict,
    /// Nothing of the batch is read or written: all of it is left to be asked for again.
    LeftUndone,
    /// DynamoDB throttles the call.
    Throttled,
    /// DynamoDB answers with an internal error.
    InternalError,
    /// The connection breaks before the call was sent.
    ResetBeforeSend,
    /// The call takes effect, then the connection breaks before the answer.
    ResetAfterCommit,
    /// The call takes effect, and the answer comes when nobody waits for it any more.
    Stall(Duration),
}

/// How a piece of work breaks at one of its calls to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The process ends before the call is sent: this call and all after it are lost.
    CrashBefore,
    /// The process ends after the call took effect.
    CrashAfter,
    /// The connection breaks once before the call is sent; the SDK may send it again.
    LostBefore,
    /// The connection breaks once after the call took effect.
    LostAfter,
}

impl Break {
    const ALL: [Self; 4] = [Self::CrashBefore, Self::CrashAfter, Self::LostBefore, Self::LostAfter];
}

/// A break at one call of a piece of work.
#[derive(Clone, Debug)]
pub struct Strike {
    pub how: Break,
    /// The number of the call, from 0.
    pub call: usize,
    struck: Arc<AtomicBool>,
}

impl Strike {
    /// Whether the work came to the call: if not, nothing broke.
    pub fn has_struck(&self) -> bool {
        self.struck.load(Ordering::SeqCst)
    }

    /// The faults of a client ([`Cloud::client_with`](super::Cloud::client_with)) that breaks so.
    pub fn plan(&self) -> impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static {
        let strike = self.clone();
        move |_, call| {
            strike.struck.fetch_or(call == strike.call, Ordering::SeqCst);
            match (strike.how, call.cmp(&strike.call)) {
                (Break::CrashBefore | Break::LostBefore, std::cmp::Ordering::Equal) => Some(Fault::ResetBeforeSend),
                (Break::CrashAfter | Break::LostAfter, std::cmp::Ordering::Equal) => Some(Fault::ResetAfterCommit),
                (Break::CrashBefore | Break::CrashAfter, std::cmp::Ordering::Greater) => Some(Fault::ResetBeforeSend),
                _ => None,
            }
        }
    }
}

/// Breaks a piece of work at its first call to the database, at its second, and so on until it makes no such call,
/// in each [`Break`]'s way. A round sets up its own world, does the work over a client with the strike's plan,
/// repeats it over a sound one, and asserts what has to be true. How many breaks there were. The calls are counted
/// where they are sent: one that is added to the work is broken too.
pub async fn break_every_call<F: Future<Output = ()>>(round: impl Fn(Strike) -> F) -> usize {
    let mut breaks = 0;
    for call in 0.. {
        for how in Break::ALL {
            let strike = Strike { how, call, struck: Arc::default() };
            round(strike.clone()).await;
            if !strike.has_struck() {
                return breaks;
            }
            breaks += 1;
        }
    }
    breaks
}

type Plan = Arc<dyn Fn(&str, usize) -> Option<Fault> + Send + Sync>;

#[derive(Clone)]
pub struct Faulty<C> {
    inner: C,
    plan: Plan,
    calls: Arc<AtomicUsize>,
}

impl<C> fmt::Debug for Faulty<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

impl Faulty<SharedHttpClient> {
    pub fn new(inner: SharedHttpClient, plan: impl Fn(&str, usize) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self { inner, plan: Arc::new(plan), calls: Arc::default() }
    }
}

impl HttpClient for Faulty<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Faulty { inner, plan: self.plan.clone(), calls: self.calls.clone() })
    }
}

impl HttpConnector for Faulty<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let fault = (self.plan)(operation, self.calls.fetch_add(1, Ordering::SeqCst));
        let inner = self.inner.clone();
        if let Some(reason) = roles::refusal(operation, &asked(&request)) {
            return HttpConnectorFuture::ready(Ok(refusal(400, "AccessDeniedException", json!({"Message": reason}))));
        }
        HttpConnectorFuture::new(async move {
            match fault {
                None => inner.call(request).await,
                Some(Fault::ResetBeforeSend) => Err(reset()),
                Some(Fault::ResetAfterCommit) => inner.call(request).await.and_then(|_| Err(reset())),
                Some(Fault::Stall(time)) => {
                    let answer = inner.call(request).await;
                    tokio::time::sleep(time).await;
                    answer
                }
                Some(Fault::Throttled) => Ok(refusal(400, "ThrottlingException", json!({}))),
                Some(Fault::InternalError) => Ok(refusal(500, "InternalServerError", json!({}))),
                Some(Fault::ItemConflict) => Ok(refusal(400, "TransactionConflictException", json!({}))),
                Some(Fault::Conflict { parts }) => {
                    Ok(cancelled(parts.into_iter().map(|met| if met { "TransactionConflict" } else { "None" })))
                }
                Some(Fault::Cancelled { reasons }) => {
                    let parts = parts(&request);
                    Ok(cancelled(reasons.iter().copied().chain(std::iter::repeat("None")).take(parts)))
                }
                Some(Fault::LeftUndone) => Ok(left_undone(&request)),
                Some(Fault::AmongConflicts) => among_conflicts(inner.call(request).await?).await,
            }
        })
    }
}

/// A transaction's cancellation, by a reason for each part.
fn cancelled<'a>(reasons: impl Iterator<Item = &'a str>) -> HttpResponse {
    let reasons: Vec<_> = reasons.map(|code| json!({"Code": code})).collect();
    refusal(400, "TransactionCanceledException", json!({"CancellationReasons": reasons}))
}

/// How many parts a transaction has.
fn parts(request: &HttpRequest) -> usize {
    asked(request)["TransactItems"].as_array().map(Vec::len).unwrap_or_default()
}

/// The answer to a batch of which nothing was done.
fn left_undone(request: &HttpRequest) -> HttpResponse {
    let items = asked(request)["RequestItems"].take();
    answer(200, &json!({"Responses": {}, "UnprocessedKeys": items, "UnprocessedItems": items}))
}

/// What a call says.
fn asked(request: &HttpRequest) -> serde_json::Value {
    let body = request.body().bytes().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or_default()
}

/// The answer to a transaction, where it is refused with conflicts in place of the parts that passed.
async fn among_conflicts(mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let other = |error| ConnectorError::other(Box::new(error), None);
    let body = ByteStream::new(response.take_body()).collect().await.map_err(other)?.to_vec();
    let mut answer: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(reasons) = answer["CancellationReasons"].as_array_mut() else {
        *response.body_mut() = SdkBody::from(body);
        return Ok(response);
    };
    for reason in reasons.iter_mut().filter(|reason| reason["Code"] == "None") {
        *reason = json!({"Code": "TransactionConflict"});
    }
    Ok(refusal(400, "TransactionCanceledException", json!({"CancellationReasons": reasons})))
}

fn reset() -> ConnectorError {
    ConnectorError::io("connection reset by the test".into())
}

fn refusal(status: u16, kind: &str, mut body: serde_json::Value) -> HttpResponse {
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{kind}"));
    answer(status, &body)
}

fn answer(status: u16, body: &serde_json::Value) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
