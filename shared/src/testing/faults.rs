//! What can go wrong between a store and DynamoDB, put where a test wants it: an HTTP client around
//! the real one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::json;

/// What goes wrong with a call.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The transaction met others: one `TransactionConflict` per part named, `None` for the rest.
    Conflict { parts: Vec<bool> },
    /// DynamoDB throttles the call.
    Throttled,
    /// DynamoDB answers with an internal error.
    InternalError,
    /// The connection breaks before the call was sent.
    ResetBeforeSend,
    /// The call takes effect, then the connection breaks before the answer.
    ResetAfterCommit,
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
        HttpConnectorFuture::new(async move {
            match fault {
                None => inner.call(request).await,
                Some(Fault::ResetBeforeSend) => Err(reset()),
                Some(Fault::ResetAfterCommit) => inner.call(request).await.and_then(|_| Err(reset())),
                Some(Fault::Throttled) => Ok(refusal(400, "ThrottlingException", json!({}))),
                Some(Fault::InternalError) => Ok(refusal(500, "InternalServerError", json!({}))),
                Some(Fault::Conflict { parts }) => {
                    let reason = |met| json!({"Code": if met { "TransactionConflict" } else { "None" }});
                    let reasons: Vec<_> = parts.into_iter().map(reason).collect();
                    Ok(refusal(400, "TransactionCanceledException", json!({"CancellationReasons": reasons})))
                }
            }
        })
    }
}

fn reset() -> ConnectorError {
    ConnectorError::io("connection reset by the test".into())
}

fn refusal(status: u16, kind: &str, mut body: serde_json::Value) -> HttpResponse {
    body["__type"] = json!(format!("com.amazonaws.dynamodb.v20120810#{kind}"));
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
