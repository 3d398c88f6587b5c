//! Which entries of the audit log a list shows.

use kernel::Error;
use kernel::period::period;
use kernel::query::Query;

/// The filters of a list of entries.
pub const FILTERS: [&str; 4] = ["filter[subject]", "filter[resource]", "filter[createdAt]", "sort"];

/// Which entries a query asks for, in which order.
pub struct AuditQuery {
    /// Who made the change.
    pub subject: Option<String>,
    /// What was changed: `products/<id>`.
    pub resource: Option<String>,
    /// The first and the last position, both within.
    pub created: Option<(String, String)>,
    pub ascending: bool,
}

impl AuditQuery {
    /// Reads the filters and the order of a list.
    ///
    /// # Errors
    /// 400 naming the parameter that cannot be used.
    pub fn parse(query: &Query) -> Result<Self, Error> {
        let word = |name: &'static str| {
            let sound = |text: &&str| !text.is_empty() && text.len() <= 200;
            let text = |text: &str| Some(text).filter(sound).map(str::to_owned);
            query
                .get(name)
                .map(|given| {
                    text(given).ok_or_else(|| Error::parameter(name, "An id, or type and id, such as products/0193…."))
                })
                .transpose()
        };
        let created = query.get("filter[createdAt]").map(|text| period("filter[createdAt]", text)).transpose()?;
        let newest_first = query.sort(&[("createdAt", ())])?.is_none_or(|((), descending)| descending);
        let (subject, resource) = (word("filter[subject]")?, word("filter[resource]")?);
        Ok(Self { subject, resource, created, ascending: !newest_first })
    }
}
