//! Release 0.1.0 did not note of a rating whether its product is a draft. Catalog's events say it when they are published again,
//! but for deleted products, which have none: these are no drafts.

use dynamo::{Item, boolean};
use kernel::Error;

pub(super) fn apply(mut item: Item) -> Result<Item, Error> {
    if item.get("gone") == Some(&boolean(true)) && !item.contains_key("draft") {
        item.insert("draft".to_owned(), boolean(false));
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_product_is_no_draft_and_of_others_nothing_is_said() {
        let of = |deleted| Item::from([("gone".to_owned(), boolean(deleted))]);
        assert_eq!(apply(of(true)).unwrap()["draft"], boolean(false));
        assert_eq!(apply(of(false)).unwrap(), of(false));
    }
}
