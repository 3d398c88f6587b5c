//! Cursor pagination (the JSON:API cursor pagination profile,
//! <https://jsonapi.org/profiles/ethanresnick/cursor-pagination/>).
//!
//! A cursor is the position of an item in its listing, signed together with the listing it belongs
//! to: a cursor of another listing, or one that was tampered with, is refused.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::{self, StartupError};
use crate::error::Error;
use crate::query::Query;

/// The query parameters of a page; a listing names its own beside them.
pub const PARAMETERS: [&str; 3] = ["page[size]", "page[after]", "page[before]"];

const DEFAULT_SIZE: usize = 20;
const MAX_SIZE: usize = 100;
/// Bytes of the signature kept: 128 bits cannot be guessed within a cursor's use.
const SIGNATURE_BYTES: usize = 16;

/// Signs and checks cursors.
#[derive(Clone)]
pub struct Cursors {
    key: String,
}

impl Cursors {
    /// With the shop's cursor key, from `CURSOR_KEY`.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env() -> Result<Self, StartupError> {
        Ok(Self::new(config::required::<String>("CURSOR_KEY")?))
    }

    /// With a key.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }

    /// Reads which page is asked for. `listing` names what is listed: its path, its filters, its
    /// order, and whose it is when that decides what is in it.
    ///
    /// # Errors
    /// 400 naming the parameter: a size out of 1 to 100, a cursor that is not of this listing, or
    /// both cursors at once.
    pub fn page(&self, query: &Query, listing: &str) -> Result<PageRequest, Error> {
        let size = match query.get("page[size]") {
            None => DEFAULT_SIZE,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=MAX_SIZE).contains(size))
                .ok_or_else(|| Error::parameter("page[size]", format!("Ask for 1 to {MAX_SIZE} items a page.")))?,
        };
        let position = |name| {
            query.get(name).map(|cursor| {
                self.open(cursor, listing).ok_or_else(|| {
                    Error::parameter(
                        name,
                        "This cursor does not belong to this listing. Follow the links of an answer.",
                    )
                })
            })
        };
        let start = match (position("page[after]").transpose()?, position("page[before]").transpose()?) {
            (Some(_), Some(_)) => {
                return Err(Error::parameter("page[before]", "Give either page[after] or page[before]."));
            }
            (Some(after), None) => Start::After(after),
            (None, Some(before)) => Start::Before(before),
            (None, None) => Start::First,
        };
        Ok(PageRequest { size, start, listing: listing.to_owned(), cursors: self.clone() })
    }

    fn seal(&self, position: &str, listing: &str) -> String {
        let mut bytes = self.sign(position, listing);
        bytes.extend_from_slice(position.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn open(&self, cursor: &str, listing: &str) -> Option<String> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, position) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        let position = std::str::from_utf8(position).ok()?;
        self.mac(position, listing)?.verify_truncated_left(signature).ok()?;
        Some(position.to_owned())
    }

    fn sign(&self, position: &str, listing: &str) -> Vec<u8> {
        let tag = self.mac(position, listing).map(|mac| mac.finalize().into_bytes().to_vec());
        tag.map(|tag| tag[..SIGNATURE_BYTES].to_vec()).unwrap_or_default()
    }

    /// `None` never: HMAC takes a key of any length.
    fn mac(&self, position: &str, listing: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).ok()?;
        mac.update(listing.as_bytes());
        mac.update(&[0]);
        mac.update(position.as_bytes());
        Some(mac)
    }
}

/// What a cursor begins with whose own position belongs to the page. No position begins with it.
const INCLUSIVE: char = '=';

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    First,
    After(String),
    Before(String),
}

/// Which page of a listing is asked for.
pub struct PageRequest {
    size: usize,
    start: Start,
    listing: String,
    cursors: Cursors,
}

impl PageRequest {
    /// How many items to read: one more than the page has shows whether there is another page.
    pub fn limit(&self) -> usize {
        self.size + 1
    }

    /// The position to read from; `None` from the listing's end.
    pub fn position(&self) -> Option<&str> {
        match &self.start {
            Start::First => None,
            Start::After(at) | Start::Before(at) => Some(at.strip_prefix(INCLUSIVE).unwrap_or(at)),
        }
    }

    /// Whether what is at the position itself belongs to the page.
    pub fn inclusive(&self) -> bool {
        matches!(&self.start, Start::After(at) | Start::Before(at) if at.starts_with(INCLUSIVE))
    }

    /// Whether to read against the listing's order: towards the items before a position.
    pub fn backwards(&self) -> bool {
        matches!(self.start, Start::Before(_))
    }

    /// The page, from up to [`limit`](Self::limit) items in the order they were read, and the
    /// position of each.
    pub fn page<T>(&self, mut read: Vec<T>, position: impl Fn(&T) -> String) -> Page<T> {
        let more = read.len() > self.size;
        read.truncate(self.size);
        if self.backwards() {
            read.reverse();
        }
        // A page that was reached by a cursor has at least the cursor's own item on its other side.
        let (has_prev, has_next) = match self.start {
            Start::First => (false, more),
            Start::After(_) => (true, more),
            Start::Before(_) => (more, true),
        };
        let cursor = |item: Option<&T>| item.map(|item| self.cursors.seal(&position(item), &self.listing));
        let mut prev = has_prev.then(|| cursor(read.first())).flatten();
        let mut next = has_next.then(|| cursor(read.last())).flatten();
        // Where everything on this page was deleted by now, the way back begins with what the cursor was made from.
        if let (true, Some(at)) = (read.is_empty(), self.position()) {
            let back = Some(self.cursors.seal(&format!("{INCLUSIVE}{at}"), &self.listing));
            if self.backwards() { next = back } else { prev = back }
        }
        Page { items: read, prev, next }
    }
}

/// A page of a listing, with the cursors of its neighbours.
pub struct Page<T> {
    pub items: Vec<T>,
    pub prev: Option<String>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The page with its items as something else.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(show).collect(), prev: self.prev, next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> Query {
        Query::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn parameter(cursors: &Cursors, pairs: &[(&str, &str)]) -> Option<String> {
        cursors.page(&query(pairs), "/products").err().map(|error| format!("{:?}", error.faults[0].source))
    }

    #[test]
    fn a_cursor_leads_back_to_its_position_in_its_own_listing_only() {
        let cursors = Cursors::new("key");
        let cursor = cursors.seal("2026#7", "/products");
        assert_eq!(cursors.open(&cursor, "/products").as_deref(), Some("2026#7"));
        assert_eq!(cursors.open(&cursor, "/sales"), None);
        assert_eq!(Cursors::new("other").open(&cursor, "/products"), None);
        assert_eq!(cursors.open(&cursor[..cursor.len() - 1], "/products"), None);
        assert_eq!(cursors.open("", "/products"), None);
    }

    #[test]
    fn sizes_and_cursors_that_cannot_be_used_name_their_parameter() {
        let cursors = Cursors::new("key");
        assert_eq!(parameter(&cursors, &[("page[size]", "100")]), None);
        for size in ["0", "101", "-1", "ten", ""] {
            assert_eq!(
                parameter(&cursors, &[("page[size]", size)]).as_deref(),
                Some("Some(Parameter(\"page[size]\"))")
            );
        }
        assert!(parameter(&cursors, &[("page[after]", "AAAA")]).is_some());
        let cursor = cursors.seal("1", "/products");
        assert!(parameter(&cursors, &[("page[after]", &cursor), ("page[before]", &cursor)]).is_some());
    }

    #[test]
    fn walking_forwards_and_backwards_shows_every_item_once() {
        let cursors = Cursors::new("key");
        let items: Vec<u32> = (0..10).collect();
        let read = |request: &PageRequest| -> Vec<u32> {
            let at = request.position().and_then(|text| text.parse::<u32>().ok());
            let ordered: Vec<u32> =
                if request.backwards() { items.iter().rev().copied().collect() } else { items.clone() };
            let beyond = |item: &u32| at.is_none_or(|at| if request.backwards() { *item < at } else { *item > at });
            ordered.into_iter().filter(beyond).take(request.limit()).collect()
        };
        let page = |start| {
            let request = PageRequest { size: 4, start, listing: "l".to_owned(), cursors: cursors.clone() };
            request.page(read(&request), u32::to_string)
        };
        let first = page(Start::First);
        let second = page(Start::After("3".to_owned()));
        let last = page(Start::After("7".to_owned()));
        assert_eq!((first.items, first.prev.is_some(), first.next.is_some()), (vec![0, 1, 2, 3], false, true));
        assert_eq!((second.items, second.prev.is_some(), second.next.is_some()), (vec![4, 5, 6, 7], true, true));
        assert_eq!((last.items, last.prev.is_some(), last.next.is_some()), (vec![8, 9], true, false));
        let back = page(Start::Before("4".to_owned()));
        assert_eq!((back.items, back.prev.is_some(), back.next.is_some()), (vec![0, 1, 2, 3], false, true));
    }
}
