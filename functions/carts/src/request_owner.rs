//! Whose cart a request speaks for: the customer's whose access token it has, or the guest's whose cart token it has.

use kernel::Error;
use web::http::Request;
use web::token::Verifier;

use crate::owner::{self, Owner, Token};

/// The header that carries a guest's token, in requests and once in an answer.
pub const HEADER: &str = "Cart-Token";

/// The owner that a request speaks for, if it names one. An access token takes precedence over a guest's token.
///
/// # Errors
/// 401 when an access token was sent that is not accepted: never a guest then · 404 for a guest's token that cannot
/// be one.
pub fn owner_if_named(tokens: &Verifier, request: &Request) -> Result<Option<Owner>, Error> {
    if let Some(caller) = tokens.anyone(request)? {
        return Ok(Some(Owner::Customer(caller.id)));
    }
    if request.has_header(HEADER) { guest(request).map(Some) } else { Ok(None) }
}

/// The owner that a request has to name.
///
/// # Errors
/// As [`owner_if_named`]; 401 when it names none.
pub fn owner(tokens: &Verifier, request: &Request) -> Result<Owner, Error> {
    let unnamed = || Error::unauthenticated("Sign in, or send the header `Cart-Token` that came with a guest's cart.");
    owner_if_named(tokens, request)?.ok_or_else(unnamed)
}

/// The guest whose token a request carries.
///
/// # Errors
/// 400 without a token · 404 for what cannot be one.
pub fn guest(request: &Request) -> Result<Owner, Error> {
    if !request.has_header(HEADER) {
        return Err(Error::header(HEADER, "Send the token that came with the guest's cart."));
    }
    let token = request.header(HEADER).ok_or_else(owner::unknown)?;
    Ok(Token::parse(token)?.guest())
}
