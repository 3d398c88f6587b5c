//! Whose cart a request speaks for: the customer's whose access token it has, or the guest's whose cart token it has.

use access::Guard;
use kernel::Error;
use kernel::caller::Caller;
use web::http::Request;
use web::token::Verifier;

use crate::owner::{self, Owner, Token};

/// The header that carries a guest's token, in requests and once in an answer.
pub const HEADER: &str = "Cart-Token";

/// The owner whose cart a request reads. An access token takes precedence over a guest's token.
///
/// # Errors
/// 401 when an access token was sent that is not accepted: never a guest then · 401 when the request names nobody · 404 for
/// a guest's token that cannot be one.
pub fn reader(tokens: &Verifier, request: &Request) -> Result<Owner, Error> {
    named(tokens.anyone(request)?, request)?.ok_or_else(unnamed)
}

/// The owner whose cart a request changes, if it names one. One consistent read for a customer.
///
/// # Errors
/// As [`reader`], but for a request that names nobody; 401 also when the customer's token was revoked.
pub async fn writer_if_named(guard: &Guard, request: &Request) -> Result<Option<Owner>, Error> {
    named(guard.caller_or_guest(request).await?, request)
}

/// The owner whose cart a request changes.
///
/// # Errors
/// As [`writer_if_named`]; 401 when the request names nobody.
pub async fn writer(guard: &Guard, request: &Request) -> Result<Owner, Error> {
    writer_if_named(guard, request).await?.ok_or_else(unnamed)
}

fn named(caller: Option<Caller>, request: &Request) -> Result<Option<Owner>, Error> {
    match caller {
        Some(caller) => Ok(Some(Owner::Customer(caller.id))),
        None if request.has_header(HEADER) => guest(request).map(Some),
        None => Ok(None),
    }
}

fn unnamed() -> Error {
    Error::unauthenticated("Sign in, or send the header `Cart-Token` that came with a guest's cart.")
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
