//! Whose cart it is: a customer's, by the access token; or a guest's, by a token of the cart itself, of which only
//! its digest is stored.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use kernel::{Error, ids};
use sha2::{Digest, Sha256};

/// The length of a token: 256 bits in base64url.
const LENGTH: usize = 43;

/// Who has a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user's id.
    Customer(String),
    /// The digest of the guest's token.
    Guest(String),
}

/// A token for a guest's cart, made for a guest who has none: 256 random bits. Whoever has it has the cart.
pub struct Token(pub String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// `Internal` when the system gives no random bits.
    pub fn new() -> Result<Self, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(Error::internal)?;
        Ok(Self(BASE64.encode(secret)))
    }

    /// The token that a guest sent.
    ///
    /// # Errors
    /// 404 for what cannot be one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_token = text.len() == LENGTH && BASE64.decode(text).is_ok();
        is_token.then(|| Self(text.to_owned())).ok_or_else(unknown)
    }

    /// The guest who has it.
    pub fn guest(&self) -> Owner {
        Owner::Guest(BASE64.encode(Sha256::digest(&self.0)))
    }
}

impl Owner {
    /// The key of the owner's cart in the table.
    pub fn key(&self) -> String {
        match self {
            Self::Customer(id) => format!("user#{id}"),
            Self::Guest(digest) => format!("guest#{digest}"),
        }
    }

    /// The id of the owner's cart, which reveals neither the user nor the token.
    pub fn cart_id(&self) -> String {
        ids::derived(&["carts", &self.key()])
    }
}

/// 404: a guest's cart that was never there, has expired, or was merged.
pub fn unknown() -> Error {
    Error::not_found("There is no cart with this token any more. Begin a new one without it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_different_and_cannot_be_found_from_what_is_stored() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!((one.0.len(), one.guest()), (LENGTH, Token(one.0.clone()).guest()));
        assert_ne!(one.guest(), other.guest());
        assert!(!one.guest().key().contains(&one.0) && !one.guest().cart_id().contains(&one.0));
    }
}
