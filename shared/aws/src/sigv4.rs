//! AWS Signature Version 4 for plain HTTP requests: calls to an AWS service without its SDK (`ssm`), and calls to an
//! API Gateway endpoint that asks for IAM (`execute-api`).

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use reqwest::Request;
use reqwest::header::{HeaderName, HeaderValue};

use kernel::clock::Timestamp;
use kernel::config::StartupError;
use kernel::error::Error;

/// Signs the requests to one service.
pub struct RequestSigner {
    identity: Identity,
    region: String,
    service: &'static str,
}

impl RequestSigner {
    /// Signs requests to a service, by the name that signatures have for it, with the credentials and the region of
    /// the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env(service: &'static str) -> Result<Self, StartupError> {
        Ok(Self::new(crate::credentials_from_env()?, crate::region_from_env()?, service))
    }

    /// Signs requests to a service of a region with given credentials.
    pub fn new(credentials: Credentials, region: impl Into<String>, service: &'static str) -> Self {
        Self { identity: credentials.into(), region: region.into(), service }
    }

    /// Adds the headers that authorise a request: `x-amz-date`, `authorization` and, for temporary credentials,
    /// `x-amz-security-token`. The signature covers the method, the URL, the headers and the body as they are now, and
    /// AWS accepts it for five minutes: the last thing to do before each try. A space in the query has to be `%20`; a
    /// `+` is not the same to every service.
    ///
    /// # Errors
    /// `Internal` when the body is a stream or a header is not text.
    pub fn sign(&self, request: &mut Request, now: Timestamp) -> Result<(), Error> {
        let mut headers = Vec::with_capacity(request.headers().len());
        for (name, value) in request.headers() {
            headers.push((name.as_str(), value.to_str().map_err(Error::internal)?));
        }
        let body = match request.body() {
            Some(body) => body.as_bytes().ok_or_else(|| Error::internal("a streamed body cannot be signed"))?,
            None => &[],
        };
        let (method, url) = (request.method().as_str(), request.url().as_str());
        let signable = SignableRequest::new(method, url, headers.into_iter(), SignableBody::Bytes(body));
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::from(now))
            .settings(SigningSettings::default());
        let parameters = parameters.build().map_err(Error::internal)?.into();
        let signed = http_request::sign(signable.map_err(Error::internal)?, &parameters).map_err(Error::internal)?;
        let (added, _) = signed.into_parts().0.into_parts();
        for header in added {
            let mut value = HeaderValue::from_str(header.value()).map_err(Error::internal)?;
            value.set_sensitive(header.sensitive());
            request.headers_mut().insert(HeaderName::from_static(header.name()), value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, Url};

    use super::*;

    const TIME: &str = "2015-08-30T12:36:00Z";
    /// Of AWS's `get-vanilla-with-session-token`.
    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

    /// Signs as the examples of AWS's Signature Version 4 test suite are signed.
    fn signed(mut request: Request, token: Option<&str>) -> Request {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIDEXAMPLE", secret, token.map(str::to_owned), None, "test");
        let signer = RequestSigner::new(credentials, "us-east-1", "service");
        signer.sign(&mut request, TIME.parse().unwrap()).unwrap();
        request
    }

    fn request(method: Method, path_and_query: &str) -> Request {
        Request::new(method, Url::parse(&format!("https://example.amazonaws.com{path_and_query}")).unwrap())
    }

    fn authorization(request: &Request) -> &str {
        request.headers()["authorization"].to_str().unwrap()
    }

    fn expected(headers: &str, signature: &str) -> String {
        let scope = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
    }

    #[test]
    fn a_request_is_signed_as_in_aws_s_example_get_vanilla() {
        let signed = signed(request(Method::GET, "/"), None);
        let signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(authorization(&signed), expected("host;x-amz-date", signature));
        assert_eq!(signed.headers()["x-amz-date"], "20150830T123600Z");
        assert!(!signed.headers().contains_key("x-amz-security-token"));
    }

    #[test]
    fn a_query_is_signed_as_in_aws_s_example_get_vanilla_query_order_encoded() {
        let signed = signed(request(Method::GET, "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1"), None);
        let signature = "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac";
        assert_eq!(authorization(&signed), expected("host;x-amz-date", signature));
    }

    #[test]
    fn temporary_credentials_are_signed_as_in_aws_s_example_and_not_printed() {
        let signed = signed(request(Method::GET, "/"), Some(TOKEN));
        let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
        assert_eq!(authorization(&signed), expected("host;x-amz-date;x-amz-security-token", signature));
        assert_eq!(signed.headers()["x-amz-security-token"], TOKEN);
        assert!(!format!("{signed:?}").contains(TOKEN));
    }

    #[test]
    fn headers_and_body_are_signed_as_in_aws_s_example_post_x_www_form_urlencoded() {
        let mut form = request(Method::POST, "/");
        // What AWS's example sends for S3's sake, and the signature covers.
        let digest = "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e";
        for (name, value) in [
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", "13"),
            ("x-amz-content-sha256", digest),
        ] {
            form.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        *form.body_mut() = Some("Param1=value1".into());
        let headers = "content-length;content-type;host;x-amz-content-sha256;x-amz-date";
        let signature = "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b";
        assert_eq!(authorization(&signed(form, None)), expected(headers, signature));
    }

    #[test]
    fn a_request_that_was_signed_before_is_signed_anew() {
        let once = signed(request(Method::GET, "/"), Some(TOKEN));
        let again = signed(once.try_clone().unwrap(), Some(TOKEN));
        assert_eq!(once.headers(), again.headers());
    }
}
