//! Seals national ids with the key in the parameter store.

use kernel::{Error, StartupError, config};
use tokio::sync::OnceCell;

use crate::national_id::{Country, NationalId, Plain};
use crate::secret;

/// Reads and seals the national ids of the shop's country.
pub struct NationalIds {
    pub country: Country,
    /// The name of the key in the parameter store.
    key_name: String,
    /// Read when the first national id is sealed: most requests have none.
    key: OnceCell<String>,
}

impl NationalIds {
    /// Of the country in `NATIONAL_ID_COUNTRY` (none: national ids are not accepted), with the key in the SSM SecureString
    /// named by `NATIONAL_ID_KEY`.
    ///
    /// # Errors
    /// When a variable is missing, or the country has no rule here.
    pub fn from_env() -> Result<Self, StartupError> {
        let code = config::optional::<String>("NATIONAL_ID_COUNTRY")?.unwrap_or_default();
        let country = Country::known(&code);
        let country =
            country.ok_or_else(|| StartupError(format!("NATIONAL_ID_COUNTRY: there is no rule for {code:?}")))?;
        Ok(Self { country, key_name: config::required("NATIONAL_ID_KEY")?, key: OnceCell::new() })
    }

    /// Of a country, with a key that is given.
    pub fn with_key(country: Country, key: &str) -> Self {
        Self { country, key_name: String::new(), key: OnceCell::new_with(Some(key.to_owned())) }
    }

    /// The form that is stored, of a national id that was sent. One call to the parameter store the first time.
    ///
    /// # Errors
    /// `Unavailable` when the key cannot be read.
    pub async fn seal(&self, plain: Option<&Plain>) -> Result<Option<NationalId>, Error> {
        let Some(plain) = plain else { return Ok(None) };
        let key = self.key.get_or_try_init(|| secret::read(&self.key_name)).await?;
        self.country.seal(plain, key).map(Some)
    }
}
