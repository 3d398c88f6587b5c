//! Whose cart it is: a customer's, by the access token; or a guest's, by a token of the cart itself, of which only
//! the digest is kept.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};
use shared::auth::Verifier;
use shared::http::Request;
use shared::{Error, ids};

/// The header that carries a guest's token, in requests and once in an answer.
pub const HEADER: &str = "Cart-Token";

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

    /// The guest who has it.
    pub fn guest(&self) -> Owner {
        Owner::Guest(BASE64.encode(Sha256::digest(&self.0)))
    }
}

impl Owner {
    /// The owner that a request speaks for, if it names one. An access token goes before a guest's.
    ///
    /// # Errors
    /// 401 when an access token was sent that does not hold: never a guest then · 404 for a guest's token that
    /// cannot be one.
    pub fn named(tokens: &Verifier, request: &Request) -> Result<Option<Self>, Error> {
        if let Some(caller) = tokens.anyone(request)? {
            return Ok(Some(Self::Customer(caller.id)));
        }
        if request.has_header(HEADER) { Self::guest(request).map(Some) } else { Ok(None) }
    }

    /// The owner that a request has to name.
    ///
    /// # Errors
    /// As [`named`](Self::named); 401 when it names none.
    pub fn of(tokens: &Verifier, request: &Request) -> Result<Self, Error> {
        let unnamed =
            || Error::unauthenticated("Sign in, or send the header `Cart-Token` that came with a guest's cart.");
        Self::named(tokens, request)?.ok_or_else(unnamed)
    }

    /// The guest whose token a request carries.
    ///
    /// # Errors
    /// 400 without a token · 404 for what cannot be one.
    pub fn guest(request: &Request) -> Result<Self, Error> {
        if !request.has_header(HEADER) {
            return Err(Error::header(HEADER, "Send the token that came with the guest's cart."));
        }
        let is_token = |text: &&str| text.len() == LENGTH && BASE64.decode(text).is_ok();
        let token = request.header(HEADER).filter(is_token).ok_or_else(unknown)?;
        Ok(Token(token.to_owned()).guest())
    }

    /// The key of the owner's cart in the table.
    pub fn key(&self) -> String {
        match self {
            Self::Customer(id) => format!("user#{id}"),
            Self::Guest(digest) => format!("guest#{digest}"),
        }
    }

    /// The id of the owner's cart, from which neither can be told.
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
    fn tokens_are_long_different_and_not_to_be_told_from_what_is_kept() {
        let (one, other) = (Token::new().unwrap(), Token::new().unwrap());
        assert_eq!((one.0.len(), one.guest()), (LENGTH, Token(one.0.clone()).guest()));
        assert_ne!(one.guest(), other.guest());
        assert!(!one.guest().key().contains(&one.0) && !one.guest().cart_id().contains(&one.0));
    }
}
