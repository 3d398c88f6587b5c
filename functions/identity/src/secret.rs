//! Secrets in the parameter store: SSM SecureStrings that a function may read by name.
//!
//! It is one operation of one service, so it is a signed request of SSM's JSON protocol and not AWS's SDK for SSM,
//! which takes minutes to build.

use std::fmt;
use std::time::Duration;

use aws::sigv4::RequestSigner;
use backon::{ExponentialBuilder, Retryable};
use kernel::{Error, StartupError, clock, error};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};
use tokio::time;

/// The value of a secret. One call, and more for some two seconds when SSM is throttled or away: it takes 40 reads a second of
/// an account (AWS Systems Manager, "Service quotas"), and many functions may start at once.
///
/// # Errors
/// `Unavailable` when SSM does not answer in time · `Internal` when it refuses: the error names the parameter and the
/// type of AWS's error.
pub async fn read(name: &str) -> Result<String, Error> {
    ParameterStore::from_env().map_err(Error::internal)?.get(name).await
}

/// SSM, as far as a secret needs it.
struct ParameterStore {
    client: Client,
    signer: RequestSigner,
    url: Url,
    patience: ExponentialBuilder,
}

impl ParameterStore {
    fn from_env() -> Result<Self, StartupError> {
        let client = aws::http_client(aws::CONNECT_TIMEOUT, aws::ATTEMPT_TIMEOUT)?;
        let (signer, url) = (RequestSigner::from_env("ssm")?, aws::service_url_from_env("ssm")?);
        Ok(Self { client, signer, url, patience: patience(Duration::from_millis(100)) })
    }

    async fn get(&self, name: &str) -> Result<String, Error> {
        let attempt = || self.get_once(name);
        let tries = attempt.retry(self.patience).when(Failed::may_pass).notify(|failed, _| {
            tracing::warn!(parameter = name, %failed, "the parameter store did not answer, trying again");
        });
        let outcome = time::timeout(aws::OPERATION_TIMEOUT, tries).await.unwrap_or(Err(Failed::TooLate));
        outcome.map_err(|failed| {
            let cause = format!("the parameter {name}: {failed}");
            if failed.may_pass() { Error::unavailable(cause) } else { Error::internal(cause) }
        })
    }

    async fn get_once(&self, name: &str) -> Result<String, Failed> {
        let body = json!({"Name": name, "WithDecryption": true}).to_string();
        let request = self.client.post(self.url.clone()).header("x-amz-target", "AmazonSSM.GetParameter");
        let mut request = request.header(CONTENT_TYPE, "application/x-amz-json-1.1").body(body).build()?;
        self.signer.sign(&mut request, clock::now()).map_err(Failed::Unsigned)?;
        let response = self.client.execute(request).await?;
        let status = response.status();
        let header = response.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok());
        let header = header.map(str::to_owned);
        // What is not JSON is an answer without a value.
        let mut answer: Value = serde_json::from_slice(&response.bytes().await?).unwrap_or_default();
        if !status.is_success() {
            return Err(Failed::Refused(status, error_type(header.as_deref().or(answer["__type"].as_str()))));
        }
        match answer.pointer_mut("/Parameter/Value").map(Value::take) {
            Some(Value::String(value)) => Ok(value),
            _ => Err(Failed::NoValue),
        }
    }
}

/// Four more tries: a first wait, then twice as long each, up to twice that by chance. With 100 ms, 1.5 to 3 seconds in all.
fn patience(first: Duration) -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(first).with_max_times(4).with_jitter()
}

/// Why a secret was not read. None of it quotes an answer, which may have the secret in it.
#[derive(Debug)]
enum Failed {
    Unsigned(Error),
    NoAnswer(reqwest::Error),
    TooLate,
    /// An answer that is an error, with AWS's type of it.
    Refused(StatusCode, String),
    /// An answer that is none: not JSON, or without what was asked for.
    NoValue,
}

impl Failed {
    /// Whether the same call may succeed when it is made again. What is refused will not.
    fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) | Self::TooLate | Self::NoValue => true,
            Self::Refused(status, kind) => {
                let asked_too_often = *status == StatusCode::TOO_MANY_REQUESTS || kind.contains("Throttl");
                asked_too_often || status.is_server_error() || PASSING.contains(&kind.as_str())
            }
            Self::Unsigned(_) => false,
        }
    }
}

/// Errors with a status of 400 that pass, besides `ThrottlingException` and its likes; as in AWS's SDKs.
const PASSING: [&str; 5] =
    ["RequestLimitExceeded", "RequestTimeout", "RequestTimeoutException", "SlowDown", "TooManyRequestsException"];

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(error) => write!(f, "the call cannot be signed: {}", error.reason()),
            Self::NoAnswer(error) => f.write_str(&error::chain(error)),
            Self::TooLate => write!(f, "no answer within {} seconds", aws::OPERATION_TIMEOUT.as_secs()),
            Self::Refused(status, kind) => write!(f, "{kind} ({})", status.as_u16()),
            Self::NoValue => f.write_str("the answer has no value"),
        }
    }
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Self {
        Self::NoAnswer(error)
    }
}

/// The name of an error's type, without the namespace before it and the URL after it.
fn error_type(text: Option<&str>) -> String {
    let name = text.unwrap_or_default().split(':').next().unwrap_or_default();
    let name = name.rsplit('#').next().unwrap_or_default();
    let is_name = !name.is_empty() && name.chars().all(|character| character.is_ascii_alphanumeric());
    if is_name { name.to_owned() } else { "an error without a type".to_owned() }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use kernel::error::Kind;
    use testing::StandIn;

    use super::*;

    const NAME: &str = "/zoco/signing-key:3";
    const SECRET: &str = "the value that nobody may see";

    /// SSM with a script of answers.
    async fn ssm(script: Vec<(u16, Value)>) -> (StandIn, ParameterStore) {
        let ssm = StandIn::wanting("x-amz-target: AmazonSSM.GetParameter", script).await;
        let store = at(&ssm.url);
        (ssm, store)
    }

    fn at(url: &str) -> ParameterStore {
        let client = aws::http_client(aws::CONNECT_TIMEOUT, aws::ATTEMPT_TIMEOUT).unwrap();
        let credentials = Credentials::new("AKIDEXAMPLE", "key", Some("token".to_owned()), None, "test");
        let signer = RequestSigner::new(credentials, "sa-east-1", "ssm");
        ParameterStore { client, signer, url: url.parse().unwrap(), patience: patience(Duration::from_millis(1)) }
    }

    fn found() -> (u16, Value) {
        (
            200,
            json!({"Parameter": {"Name": "/zoco/signing-key", "Type": "SecureString", "Value": SECRET, "Version": 3}}),
        )
    }

    fn refusal(kind: &str) -> (u16, Value) {
        (400, json!({"__type": kind, "message": SECRET}))
    }

    fn outage() -> (u16, Value) {
        (500, json!({"__type": "InternalServerError"}))
    }

    #[tokio::test]
    async fn a_secret_is_read_by_one_signed_call() {
        let (ssm, store) = ssm(vec![found()]).await;
        assert_eq!(store.get(NAME).await.unwrap(), SECRET);
        let [request] = &ssm.requests()[..] else { panic!("one call") };
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST / HTTP/1.1"), "{head}");
        assert!(head.contains("content-type: application/x-amz-json-1.1"), "{head}");
        assert!(head.contains("x-amz-security-token: token"), "{head}");
        assert!(head.contains("authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{head}");
        let signed = "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ";
        assert!(head.contains("/sa-east-1/ssm/aws4_request") && head.contains(signed), "{head}");
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), json!({"Name": NAME, "WithDecryption": true}));
    }

    #[tokio::test]
    async fn a_call_that_is_throttled_or_lost_is_made_again() {
        let (throttled, too_many) = (refusal("ThrottlingException"), (429, json!({})));
        for first in [throttled, too_many, outage(), (StandIn::HANG_UP, Value::Null)] {
            let (ssm, store) = ssm(vec![first.clone(), first, found()]).await;
            assert_eq!(store.get(NAME).await.unwrap(), SECRET);
            assert_eq!(ssm.asked().len(), 3);
        }
    }

    #[tokio::test]
    async fn after_five_tries_the_secret_is_unavailable() {
        let (ssm, store) = ssm(vec![outage()]).await;
        let error = store.get(NAME).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert_eq!(error.reason(), format!("the parameter {NAME}: InternalServerError (500)"));
        assert_eq!(ssm.asked().len(), 5);
    }

    #[tokio::test]
    async fn a_refusal_is_reported_by_its_type_and_not_tried_again() {
        for (kind, name) in [
            ("AccessDeniedException", "AccessDeniedException"),
            ("com.amazonaws.ssm#ParameterNotFound", "ParameterNotFound"),
        ] {
            let (ssm, store) = ssm(vec![refusal(kind)]).await;
            let error = store.get(NAME).await.unwrap_err();
            assert_eq!(error.kind, Kind::Internal);
            assert_eq!(error.reason(), format!("the parameter {NAME}: {name} (400)"));
            assert_eq!(ssm.asked().len(), 1);
        }
    }

    #[tokio::test]
    async fn an_error_says_which_parameter_could_not_be_asked_for() {
        let closed = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let error = at(&closed).get(NAME).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(error.reason().starts_with(&format!("the parameter {NAME}: ")), "{error:?}");
    }

    #[tokio::test]
    async fn the_value_is_in_no_error() {
        for answer in [
            (200, json!(SECRET)),
            (200, json!({"Parameter": {"Value": [SECRET]}})),
            (200, json!({"Parameter": {"Name": SECRET}})),
            (500, json!({"Parameter": {"Value": SECRET}})),
            refusal(SECRET),
            refusal("AccessDeniedException"),
        ] {
            let (_ssm, store) = ssm(vec![answer]).await;
            let error = store.get(NAME).await.unwrap_err();
            assert!(!format!("{error} {error:?} {}", error.reason()).contains(SECRET), "{error:?}");
        }
    }

    #[test]
    fn an_error_s_type_is_named_without_its_surroundings() {
        for text in ["Denied", "com.amazonaws.ssm#Denied", "Denied:http://internal.amazon.com/coral/#x"] {
            assert_eq!(error_type(Some(text)), "Denied");
        }
        assert_eq!(error_type(None), "an error without a type");
    }
}
