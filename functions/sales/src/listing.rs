//! Which sales a list shows.

use kernel::caller::Caller;
use kernel::period::period;
use kernel::query::Query;
use kernel::{Error, ids};

use crate::status::Status;

/// The filters of a list of sales.
pub const FILTERS: [&str; 3] = ["filter[status]", "filter[customer]", "filter[createdAt]"];

/// Which sales a query asks for, in which order.
#[derive(Debug)]
pub struct ListQuery {
    /// A customer's, or everybody's.
    pub customer: Option<String>,
    pub status: Option<Status>,
    /// The first and the last position, both within.
    created: Option<(String, String)>,
    pub ascending: bool,
}

impl ListQuery {
    /// Reads the filters and the order of a list. Customers see their own sales.
    ///
    /// # Errors
    /// 400 naming the parameter that cannot be used · 403 when customers ask for others' sales.
    pub fn parse(query: &Query, caller: &Caller) -> Result<Self, Error> {
        let named = query.get("filter[customer]").map(ids::known_or_none);
        let customer = match caller.is_staff() {
            true => named,
            false if named.as_ref().is_none_or(|id| *id == caller.id) => Some(caller.id.clone()),
            false => return Err(Error::forbidden("Only the shop's staff lists the sales of others.")),
        };
        let status = query.word("filter[status]", &Status::NAMES)?;
        let created = query.get("filter[createdAt]").map(|text| period("filter[createdAt]", text)).transpose()?;
        let newest_first = query.sort(&[("createdAt", ())])?.is_none_or(|((), descending)| descending);
        Ok(Self { customer, status, created, ascending: !newest_first })
    }

    /// The states of everybody's sales that are asked for.
    pub fn states(&self) -> Vec<String> {
        let all = Status::NAMES.iter().filter(|(_, status)| self.status.is_none_or(|asked| *status == asked));
        all.map(|(name, _)| (*name).to_owned()).collect()
    }

    /// The first and the last position, when a time is asked for.
    pub fn positions(&self) -> Option<(String, String)> {
        self.created.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::caller::Role;
    use testing::customer;

    fn parse(caller: &Caller, pairs: &[(&str, &str)]) -> Result<ListQuery, Error> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ListQuery::parse(&Query::new(pairs), caller)
    }

    #[test]
    fn customers_list_their_own_and_staff_whose_they_name() {
        let (ana, eva) = (customer("ana"), Caller { role: Role::Staff, ..customer("eva") });
        let other = ids::new();
        assert_eq!(parse(&ana, &[]).unwrap().customer.as_deref(), Some("ana"));
        assert_eq!(parse(&ana, &[("filter[customer]", &other)]).unwrap_err().code, "forbidden");
        assert_eq!(parse(&eva, &[("filter[customer]", &other)]).unwrap().customer, Some(other));
        assert_eq!(parse(&eva, &[]).unwrap().customer, None);
    }
}
