//! Release 0.1.0 did not count the changes of purchase markers. A marker that does not count them has had none.

use dynamo::{Item, number};
use kernel::Error;

pub(super) fn apply(mut item: Item) -> Result<Item, Error> {
    let is_marker =
        item.get("sk").and_then(|key| key.as_s().ok()).is_some_and(|key| key.starts_with(crate::store::BOUGHT));
    if is_marker && !item.contains_key("changes") {
        item.insert("changes".to_owned(), number(0));
    }
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;
    use dynamo::text;

    fn migrated(item: &[(&str, &str)]) -> Item {
        apply(item.iter().map(|(name, value)| ((*name).to_owned(), text(*value))).collect()).unwrap()
    }

    #[test]
    fn a_marker_that_does_not_count_its_changes_has_had_none_and_others_stay_as_they_are() {
        assert_eq!(migrated(&[("pk", "customer#a"), ("sk", "bought#p")])["changes"], number(0));
        for other in [[("sk", "bought#p"), ("changes", "7")], [("pk", "customer#a"), ("sk", "gone")]] {
            assert_eq!(migrated(&other).len(), 2);
        }
    }
}
