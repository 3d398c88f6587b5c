//! In which lists a product is and at which position, and which list a query asks for.
//!
//! A product's own item is in the list of its status. Copies of it, rows, are in the lists of its brand, of
//! each of its categories, of brand and category together, and of each of its words. A list of a category
//! with all below it merges the lists of those categories, so moving a category moves no product.

use std::collections::BTreeSet;

use kernel::query::Query;
use kernel::text::fold;
use kernel::{Error, ids};
use serde::{Deserialize, Serialize};

use crate::names::Link;
use crate::product::{Product, Status};
use crate::text;

/// The most words of a product that are found.
const MOST_WORDS: usize = 30;

/// Bytes of a folded name that it is sorted by.
const NAME_BYTES: usize = 900;

/// The fewest letters of a word that is looked for: a partition is what words begin with. In scripts that write words
/// with one character, such as `茶`, one is enough.
const SHORTEST_TERM: usize = 2;

/// The filters of a list of products.
pub const FILTERS: [&str; 8] = [
    "filter[status]",
    "filter[category]",
    "filter[brand]",
    "filter[text]",
    "filter[price]",
    "filter[sku]",
    "filter[tag]",
    "filter[inStock]",
];

/// What products are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    CreatedAt,
    Name,
    Price,
}

impl Order {
    /// The orders by their names in the API.
    pub const NAMES: [(&str, Self); 3] = [("createdAt", Self::CreatedAt), ("name", Self::Name), ("price", Self::Price)];

    /// The index that is in this order, and its sort key.
    pub fn index(self) -> (&'static str, &'static str) {
        match self {
            Self::CreatedAt => ("by-listing", dynamo::POSITION),
            Self::Name => ("by-name", "namePosition"),
            Self::Price => ("by-price", "pricePosition"),
        }
    }

    /// The position of a product in this order.
    pub fn position(self, product: &Product) -> String {
        match self {
            Self::CreatedAt => dynamo::position(product.created_at, &product.id),
            Self::Name => name_position(&product.name, &product.id),
            Self::Price => format!("{}#{}", price_key(product.price.amount), product.id),
        }
    }
}

/// The position of something by its name: accents and case do not matter. The separator is below the space, so
/// that `Tea` comes before `Tea cup`.
pub fn name_position(name: &str, id: &str) -> String {
    let mut folded = fold(name);
    // A few letters grow by folding, and a sort key has at most 1,024 bytes.
    folded.truncate(folded.floor_char_boundary(NAME_BYTES));
    format!("{folded}\u{1}{id}")
}

/// An amount as text of fixed width, so that text order is the order of amounts.
fn price_key(amount: i64) -> String {
    format!("{amount:012}")
}

/// The lists that a product's rows are in, besides the one of its status.
pub fn facets(product: &Product) -> Vec<String> {
    let brand = product.brand_id.as_deref();
    let categories = product.category_ids.iter();
    let of_both = categories.clone().filter_map(|category| Some(both(brand?, category)));
    brand.map(of_brand).into_iter().chain(categories.map(|id| of_category(id))).chain(of_both).collect()
}

/// The list of the products of a brand or a category, within their statuses.
pub fn of_link(link: &Link) -> String {
    match link {
        Link::Brand(id) => of_brand(id),
        Link::Category(id) => of_category(id),
    }
}

/// The words by which a product is found: of its name, its SKU (also whole) and its tags.
pub fn words(product: &Product) -> BTreeSet<String> {
    let sku = product.sku.as_str();
    let whole = fold(sku).replace(' ', "");
    // The most selective first: there may be more than are stored.
    let texts = [whole.as_str(), product.name.as_str(), sku].into_iter().chain(product.tags.iter().map(String::as_str));
    text::words(texts).into_iter().filter(|word| is_found(word)).take(MOST_WORDS).collect()
}

/// Whether products are found by a word.
fn is_found(word: &str) -> bool {
    word.chars().count() >= SHORTEST_TERM || !word.is_ascii()
}

/// The list of everything of a status.
pub fn of_status(status: Status) -> String {
    within(status, "all")
}

/// A list within a status.
pub fn within(status: Status, facet: &str) -> String {
    format!("{}#{facet}", status.name())
}

/// The list of the words that begin like this one.
pub fn of_word(word: &str) -> String {
    format!("word#{}", word.chars().take(SHORTEST_TERM).collect::<String>())
}

fn of_brand(brand: &str) -> String {
    format!("brand#{brand}")
}

fn of_category(category: &str) -> String {
    format!("category#{category}")
}

fn both(brand: &str, category: &str) -> String {
    format!("brand#{brand}#category#{category}")
}

/// Which products a query asks for, in which order.
#[derive(Debug)]
pub struct ListQuery {
    /// At least one.
    pub statuses: Vec<Status>,
    pub category: Option<String>,
    pub brand: Option<String>,
    /// Folded words, each the beginning of a word of the product. The longest first. With none of them, such as for `?`,
    /// nothing is found.
    pub terms: Option<Vec<String>>,
    /// From and to, minor units, both within.
    pub price: Option<(i64, i64)>,
    /// At most one product has it.
    pub sku: Option<String>,
    /// A folded tag; its words are among the terms.
    tag: Option<String>,
    pub in_stock: Option<bool>,
    pub order: Order,
    pub ascending: bool,
}

impl ListQuery {
    /// Reads the filters and the order of a list.
    ///
    /// # Errors
    /// 400 naming the parameter that cannot be used, or not together with another.
    pub fn parse(query: &Query) -> Result<Self, Error> {
        let statuses = query.get("filter[status]").unwrap_or("active").split(',').map(Status::named);
        let statuses = statuses.collect::<Option<Vec<Status>>>().ok_or_else(|| {
            Error::parameter(
                "filter[status]",
                "A product is draft, active or archived; several are separated by commas.",
            )
        })?;
        let in_stock = query.word("filter[inStock]", &[("true", true), ("false", false)])?;
        let price = query.get("filter[price]").map(price_range).transpose()?;
        let sort = query.sort(&Order::NAMES)?;
        if price.is_some() && sort.is_some_and(|(order, _)| order != Order::Price) {
            return Err(Error::parameter(
                "sort",
                "A range of prices is sorted by price: leave `sort` out, or sort by it.",
            ));
        }
        let tag = query.get("filter[tag]").map(fold);
        let texts: Vec<&str> = query.get("filter[text]").into_iter().chain(tag.as_deref()).collect();
        let terms = (!texts.is_empty()).then(|| terms(&texts));
        if terms.is_some() && sort.is_some() {
            return Err(Error::parameter(
                "sort",
                "What is found by text or tag comes in the order of the words found.",
            ));
        }
        let default = if price.is_some() { (Order::Price, false) } else { (Order::CreatedAt, true) };
        let (order, descending) = sort.unwrap_or(default);
        let id = |name| query.get(name).map(ids::known_or_none);
        let (category, brand) = (id("filter[category]"), id("filter[brand]"));
        let sku = query.get("filter[sku]").map(str::to_owned);
        Ok(Self { statuses, category, brand, terms, price, sku, tag, in_stock, order, ascending: !descending })
    }

    /// The lists to read: one, or one for each of the categories.
    pub fn partitions(&self, categories: Option<&[String]>) -> Vec<String> {
        let facets = match (self.brand.as_deref(), categories) {
            (None, None) => return self.statuses.iter().map(|status| of_status(*status)).collect(),
            (Some(brand), None) => vec![of_brand(brand)],
            (None, Some(categories)) => categories.iter().map(|id| of_category(id)).collect(),
            (Some(brand), Some(categories)) => categories.iter().map(|id| both(brand, id)).collect(),
        };
        self.within_statuses(&facets)
    }

    /// Lists within each of the statuses.
    pub fn within_statuses(&self, facets: &[String]) -> Vec<String> {
        let of = |status: &Status| facets.iter().map(|facet| within(*status, facet)).collect::<Vec<_>>();
        self.statuses.iter().flat_map(of).collect()
    }

    /// The first and the last position, when a range of prices is asked for.
    pub fn positions(&self) -> Option<(String, String)> {
        // `$` is the character after `#`, which every position has behind the price.
        self.price.map(|(from, to)| (format!("{}#", price_key(from)), format!("{}$", price_key(to))))
    }

    /// Whether a product that was found by its word `word` belongs to the list: it was not found by an
    /// earlier word already, has all other words, and meets the other filters.
    pub fn matches(&self, word: &str, product: &Product, categories: Option<&[String]>) -> bool {
        let first = self.terms.iter().flatten().next();
        first.and_then(|term| begins(&words(product), term)).is_some_and(|first| first == word)
            && self.meets(product, categories)
    }

    /// Whether a product has all words that are asked for, and meets the other filters.
    pub fn meets(&self, product: &Product, categories: Option<&[String]>) -> bool {
        let words = words(product);
        self.terms.iter().flatten().all(|term| begins(&words, term).is_some())
            && self.statuses.contains(&product.status)
            && self.in_stock.is_none_or(|in_stock| product.stock.in_stock == in_stock)
            && self.tag.as_ref().is_none_or(|tag| product.tags.iter().any(|own| fold(own) == *tag))
            && self.brand.as_ref().is_none_or(|brand| product.brand_id.as_ref() == Some(brand))
            && categories.is_none_or(|categories| product.category_ids.iter().any(|id| categories.contains(id)))
            && self.price.is_none_or(|(from, to)| (from..=to).contains(&product.price.amount))
    }
}

/// The first word that begins so.
fn begins(words: &BTreeSet<String>, term: &str) -> Option<String> {
    words.iter().find(|word| word.starts_with(term)).cloned()
}

/// A row of a product in the list of one of its words.
#[derive(Serialize, Deserialize)]
pub struct Found {
    pub word: String,
    #[serde(flatten)]
    pub product: Product,
}

impl Found {
    /// Its position in the list of the words that begin alike.
    pub fn position(&self) -> String {
        format!("{}#{}", self.word, self.product.id)
    }
}

/// `1000..2000`, one end of which may be missing.
fn price_range(text: &str) -> Result<(i64, i64), Error> {
    let amount = |text: &str, missing: i64| if text.is_empty() { Some(missing) } else { text.parse().ok() };
    let range = text.split_once("..").and_then(|(from, to)| Some((amount(from, 0)?, amount(to, 999_999_999_999)?)));
    range.filter(|(from, to)| (0..=*to).contains(from) && *to <= 999_999_999_999).ok_or_else(|| {
        Error::parameter(
            "filter[price]",
            "A range of prices is written 1000..2000, in minor units; one end may be left out.",
        )
    })
}

/// The words to look for. Of a text between spaces whose parts are single characters, such as the SKU `A-1`, the parts
/// joined; else those parts are left out, as the `s` of `men's` is.
fn terms(texts: &[&str]) -> Vec<String> {
    let mut terms = BTreeSet::new();
    for written in texts.iter().flat_map(|text| text.split_whitespace()) {
        let words = text::words([written]);
        let before = terms.len();
        terms.extend(words.iter().filter(|word| is_found(word)).cloned());
        let joined = text::cut(&fold(written).replace(' ', ""));
        if terms.len() == before && is_found(&joined) {
            terms.insert(joined);
        }
    }
    let mut terms: Vec<String> = terms.into_iter().collect();
    terms.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
    terms.truncate(MOST_WORDS);
    terms
}
