//! How every AWS client is set up, for a quick cold start: region and credentials straight from the
//! environment that Lambda sets, five root certificates instead of the system's 145, time-outs and
//! retries said explicitly. `AWS_ENDPOINT_URL` (or `AWS_ENDPOINT_URL_<SERVICE>`) and
//! `AWS_CA_BUNDLE` mean what they mean to every AWS tool.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::config::{self, StartupError};

/// The root certificates behind every AWS endpoint (Amazon Trust Services: Amazon Root CA 1 to 4 and
/// Starfield Services Root CA G2), PEM. Also right for API Gateway and for certificates of ACM.
pub const ROOTS: &str = include_str!("aws-roots.pem");

/// The set-up of the clients of a service (`DYNAMODB`, `SSM`), from the environment.
///
/// # Errors
/// Names the variable that is missing or cannot be used.
pub fn config_from_env(service: &str) -> Result<SdkConfig, StartupError> {
    let roots = match config::optional::<String>("AWS_CA_BUNDLE")? {
        Some(path) => std::fs::read(&path).map_err(|error| StartupError(format!("AWS_CA_BUNDLE: {path}: {error}")))?,
        None => ROOTS.as_bytes().to_vec(),
    };
    let tls = TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(roots)).build();
    let tls = tls.map_err(|error| StartupError(format!("TLS cannot be set up: {error}")))?;
    // One connector for all calls: the SDK's own builder makes one to check the configuration and another
    // for the first call, and parses the roots for both.
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    let connector = SharedHttpConnector::new(connector);
    let credentials = Credentials::new(
        config::required::<String>("AWS_ACCESS_KEY_ID")?,
        config::required::<String>("AWS_SECRET_ACCESS_KEY")?,
        config::optional::<String>("AWS_SESSION_TOKEN")?,
        None,
        "environment",
    );
    let endpoint = match config::optional::<String>(&format!("AWS_ENDPOINT_URL_{service}"))? {
        Some(endpoint) => Some(endpoint),
        None => config::optional("AWS_ENDPOINT_URL")?,
    };
    let mut builder = builder()
        .region(Region::new(config::required::<String>("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client_fn(move |_, _| connector.clone()));
    builder.set_endpoint_url(endpoint);
    Ok(builder.build())
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// What all clients share wherever they run. A call may take 2 seconds and is tried 3 times within
/// 5 seconds: an answer comes well before the function's own time-out of 10 seconds.
pub(crate) fn builder() -> aws_types::sdk_config::Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .retry_config(RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(50)))
        .timeout_config(timeouts.build())
}
