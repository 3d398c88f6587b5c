//! How every call to AWS is set up, by its SDK or as plain HTTP, for a quick cold start: region and credentials
//! straight from the environment that Lambda sets, five root certificates instead of the system's 145, time-outs and
//! retries said explicitly. `AWS_ENDPOINT_URL` (or `AWS_ENDPOINT_URL_<SERVICE>`) and `AWS_CA_BUNDLE` mean what they
//! mean to every AWS tool.

mod connections;
pub mod sigv4;

use std::fmt;
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
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use backon::ExponentialBuilder;
use connections::Bounded;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Url};

use kernel::config::{self, StartupError};
use kernel::error::{self, Error};

/// The root certificates behind every AWS endpoint (Amazon Trust Services: Amazon Root CA 1 to 4 and
/// Starfield Services Root CA G2), PEM. Also right for API Gateway and for certificates of ACM.
pub const ROOTS: &str = include_str!("aws-roots.pem");

/// How long a call to AWS may take to connect.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long one try of a call may take.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long all tries may take: an answer comes well before the function's own time-out of 10 seconds.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

const TRIES: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(50);

/// The set-up of the clients of a service (`DYNAMODB`, `SNS`), from the environment.
///
/// # Errors
/// Names the variable that is missing or cannot be used.
pub fn config_from_env(service: &str) -> Result<SdkConfig, StartupError> {
    let roots = TrustStore::empty().with_pem_certificate(roots_from_env()?);
    let tls = TlsContext::builder().with_trust_store(roots).build();
    let tls = tls.map_err(|error| StartupError(format!("TLS cannot be set up: {error}")))?;
    // One connector for all calls: the SDK's own builder makes one to check the configuration and another
    // for the first call, and parses the roots for both.
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    let connector = SharedHttpConnector::new(Bounded::new(SharedHttpConnector::new(connector)));
    let mut builder = builder()
        .region(Region::new(region_from_env()?))
        .credentials_provider(SharedCredentialsProvider::new(credentials_from_env()?))
        .http_client(http_client_fn(move |_, _| connector.clone()));
    builder.set_endpoint_url(endpoint_from_env(service)?);
    Ok(builder.build())
}

/// A client for plain HTTP calls, with the time that a connection and a whole call may take. It follows no redirect:
/// what authorises a call is for one host.
///
/// # Errors
/// When the root certificates cannot be used.
pub fn http_client(connect_timeout: Duration, timeout: Duration) -> Result<reqwest::Client, StartupError> {
    let unusable = |error: reqwest::Error| StartupError(format!("TLS cannot be set up: {}", error::chain(&error)));
    let roots = Certificate::from_pem_bundle(&roots_from_env()?).map_err(unusable)?;
    let client = reqwest::Client::builder().tls_certs_only(roots).redirect(Policy::none());
    client.connect_timeout(connect_timeout).timeout(timeout).build().map_err(unusable)
}

/// When a plain HTTP call that failed is made again: twice, with jitter. The SDK's clients do the same.
pub fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(FIRST_DELAY).with_max_times(TRIES as usize - 1).with_jitter()
}

/// The URL of a service's endpoint (`ssm`): the one that the environment names, or that of its region.
///
/// # Errors
/// Names the variable that is missing or cannot be used.
pub fn service_url_from_env(service: &str) -> Result<Url, StartupError> {
    let url = match endpoint_from_env(&service.to_uppercase())? {
        Some(endpoint) => endpoint,
        None => regional_url(service, &region_from_env()?),
    };
    url.parse().map_err(|error| StartupError(format!("the endpoint {url} of {service} is no URL: {error}")))
}

/// The public endpoint of a service in a region. Regions of other partitions than the commercial one have another
/// domain.
fn regional_url(service: &str, region: &str) -> String {
    let domain = match region {
        region if region.starts_with("cn-") => "amazonaws.com.cn",
        region if region.starts_with("us-iso-") => "c2s.ic.gov",
        region if region.starts_with("us-isob-") => "sc2s.sgov.gov",
        _ => "amazonaws.com",
    };
    format!("https://{service}.{region}.{domain}/")
}

/// The region, from `AWS_REGION`.
pub(crate) fn region_from_env() -> Result<String, StartupError> {
    config::required("AWS_REGION")
}

/// The credentials, as Lambda sets them.
pub(crate) fn credentials_from_env() -> Result<Credentials, StartupError> {
    Ok(Credentials::new(
        config::required::<String>("AWS_ACCESS_KEY_ID")?,
        config::required::<String>("AWS_SECRET_ACCESS_KEY")?,
        config::optional::<String>("AWS_SESSION_TOKEN")?,
        None,
        "environment",
    ))
}

/// The endpoint of a service (`SSM`), when it is not AWS's own.
fn endpoint_from_env(service: &str) -> Result<Option<String>, StartupError> {
    match config::optional(&format!("AWS_ENDPOINT_URL_{service}"))? {
        Some(endpoint) => Ok(Some(endpoint)),
        None => config::optional("AWS_ENDPOINT_URL"),
    }
}

/// The root certificates that are trusted, PEM: those of `AWS_CA_BUNDLE`, or Amazon's.
fn roots_from_env() -> Result<Vec<u8>, StartupError> {
    match config::optional::<String>("AWS_CA_BUNDLE")? {
        Some(path) => std::fs::read(&path).map_err(|error| StartupError(format!("AWS_CA_BUNDLE: {path}: {error}"))),
        None => Ok(ROOTS.as_bytes().to_vec()),
    }
}

/// What all of the SDK's clients share wherever they run.
pub fn builder() -> aws_types::sdk_config::Builder {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .sleep_impl(TokioSleep::new())
        .time_source(SystemTimeSource::new())
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES).with_initial_backoff(FIRST_DELAY))
        .timeout_config(timeouts.build())
}

/// What a failed call means to the caller: an outage or throttling is worth another try, anything
/// else is our defect. Conditions that failed are answers and never come here.
pub fn failed<E, R>(error: SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: fmt::Debug + Send + Sync + 'static,
{
    let passing = match &error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(service) => matches!(
            service.err().code(),
            Some(
                "InternalServerError"
                    | "LimitExceededException"
                    | "ProvisionedThroughputExceededException"
                    | "RequestLimitExceeded"
                    | "ServiceUnavailable"
                    | "ThrottlingException"
                    | "TransactionConflictException"
                    | "TransactionInProgressException"
            )
        ),
        _ => true,
    };
    if passing { Error::unavailable(error) } else { Error::internal(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_in_the_domain_of_its_partition() {
        assert_eq!(regional_url("ssm", "us-east-1"), "https://ssm.us-east-1.amazonaws.com/");
        assert_eq!(regional_url("ssm", "us-gov-west-1"), "https://ssm.us-gov-west-1.amazonaws.com/");
        assert_eq!(regional_url("ssm", "cn-north-1"), "https://ssm.cn-north-1.amazonaws.com.cn/");
    }

    #[test]
    fn a_client_is_made_with_the_five_roots() {
        assert!(http_client(CONNECT_TIMEOUT, ATTEMPT_TIMEOUT).is_ok());
    }
}
