//! Secrets in the parameter store: SSM SecureStrings that a function may read by name.

use aws_sdk_ssm::Client;
use shared::{Error, aws};

/// The value of a secret. One call.
///
/// # Errors
/// `Unavailable` when it cannot be read.
pub async fn read(name: &str) -> Result<String, Error> {
    let client = Client::new(&aws::config_from_env("SSM").map_err(Error::internal)?);
    let read = client.get_parameter().name(name).with_decryption(true).send().await?;
    let value = read.parameter.and_then(|parameter| parameter.value);
    value.ok_or_else(|| Error::unavailable(format!("the parameter {name} has no value")))
}
