//! The place of a change among the changes of its item: text that sorts as the changes came. Events have it, and readers drop
//! what is older than what they have.

use jiff::Timestamp;

/// The place of a change among those of its item, as text that sorts: 15 digits of milliseconds of when the item was
/// made (something deleted and made again under the same id is newer), 10 digits of its version.
pub fn sequence(created_at: Option<Timestamp>, version: u64) -> String {
    format!("{:015}-{version:010}", created_at.map_or(0, Timestamp::as_millisecond))
}

/// When something was made, as its sequence has it: of two under the same id, one made after the other was deleted, it
/// says which.
pub fn made(sequence: &str) -> &str {
    sequence.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_changes_sort_after_earlier_ones_also_of_something_made_again() {
        let made = |seconds| Some(Timestamp::from_second(seconds).unwrap());
        let in_order = [sequence(None, 9), sequence(made(5), 2), sequence(made(5), 10), sequence(made(6), 1)];
        assert!(in_order.is_sorted());
    }
}
