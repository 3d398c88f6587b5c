//! A bound on what a function asks AWS for at the same time, in one place for all of them. A batch of 10 messages with 50
//! lines each would otherwise open 500 connections, each with a TLS handshake, at 128 MB of memory.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::sync::Semaphore;

/// The most calls that are under way at once. A function has one request or one batch at a time.
pub const MOST: usize = 4;

/// A connector that lets so many calls through at once; the others wait their turn, within their time-outs.
#[derive(Debug)]
pub struct Bounded {
    connector: SharedHttpConnector,
    free: Arc<Semaphore>,
}

impl Bounded {
    /// Bounds a connector.
    pub fn new(connector: SharedHttpConnector) -> Self {
        Self { connector, free: Arc::new(Semaphore::new(MOST)) }
    }
}

impl HttpConnector for Bounded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (connector, free) = (self.connector.clone(), Arc::clone(&self.free));
        HttpConnectorFuture::new(async move {
            let _turn = free.acquire_owned().await.map_err(|closed| ConnectorError::other(closed.into(), None))?;
            connector.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_types::body::SdkBody;
    use futures_util::future::join_all;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how many calls are under way at once, at most.
    #[derive(Clone, Debug, Default)]
    struct Counting(Arc<(AtomicUsize, AtomicUsize)>);

    impl HttpConnector for Counting {
        fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
            let counts = Arc::clone(&self.0);
            HttpConnectorFuture::new(async move {
                counts.1.fetch_max(counts.0.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                counts.0.fetch_sub(1, Ordering::Relaxed);
                Ok(HttpResponse::new(200.try_into().unwrap(), SdkBody::empty()))
            })
        }
    }

    #[tokio::test]
    async fn of_five_hundred_calls_at_once_four_are_under_way_and_all_are_answered() {
        let counting = Counting::default();
        let bounded = Bounded::new(SharedHttpConnector::new(counting.clone()));
        let calls = (0..500).map(|_| bounded.call(HttpRequest::new(SdkBody::empty())));
        assert!(join_all(calls).await.iter().all(Result::is_ok));
        assert_eq!(counting.0.1.load(Ordering::Relaxed), MOST);
    }
}
