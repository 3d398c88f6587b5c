//! The changes that a `PATCH` asks for, also when it sends everything back that was read.

use kernel::error::{Error, Kind};
use kernel::input::Body;

use crate::jsonapi::Resource;
use crate::request::Request;

/// The changes of a resource that a request asks for, as `parse` reads them. Members that a change cannot have are
/// accepted when they are as the resource has them `current`ly: clients read a resource, change some of it, and send all of
/// it back. The resource is read only when there is such a member.
///
/// # Errors
/// As `parse` · as `current`.
pub async fn changes_of<R: Resource, T, F: Future<Output = Result<Option<R>, Error>>>(
    request: &Request,
    id: &str,
    parse: impl Fn(Body) -> Result<T, Error>,
    current: impl FnOnce() -> F,
) -> Result<T, Error> {
    let mut body = request.update_of(R::TYPE, id)?;
    let mut refused = match parse(body.clone()) {
        Err(error) if error.kind == Kind::Unprocessable => error,
        parsed => return parsed,
    };
    let Some(resource) = current().await? else { return Err(refused) };
    let linkages = resource.relationships().into_iter().map(|one| (one.name.to_owned(), one.linkage)).collect();
    let attributes = resource.attributes();
    // Without what was refused and is unchanged, other members may be refused.
    loop {
        let rest = body.without_unchanged(&attributes, &linkages, Some(&refused));
        if rest == body {
            // What is unchanged may also want something beside it, as an address the password.
            let changed = body.without_unchanged(&attributes, &linkages, None);
            return parse(changed).map_err(|_| refused);
        }
        match parse(rest.clone()) {
            Err(error) if error.kind == Kind::Unprocessable => (body, refused) = (rest, error),
            parsed => return parsed,
        }
    }
}
