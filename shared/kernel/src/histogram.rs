//! How often each of the values 1 to 5 was given. Count and mean follow from it, so they cannot disagree with it.

use serde::{Deserialize, Serialize};

/// Five counts, of the values 1 to 5. Written as `{"1": 0, …, "5": 3}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Named", into = "Named")]
pub struct Histogram(pub [u64; 5]);

#[derive(Serialize, Deserialize)]
struct Named {
    #[serde(rename = "1")]
    one: u64,
    #[serde(rename = "2")]
    two: u64,
    #[serde(rename = "3")]
    three: u64,
    #[serde(rename = "4")]
    four: u64,
    #[serde(rename = "5")]
    five: u64,
}

impl From<Named> for Histogram {
    fn from(named: Named) -> Self {
        Self([named.one, named.two, named.three, named.four, named.five])
    }
}

impl From<Histogram> for Named {
    fn from(Histogram([one, two, three, four, five]): Histogram) -> Self {
        Self { one, two, three, four, five }
    }
}

impl Histogram {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Their sum.
    pub fn sum(&self) -> u64 {
        self.0.iter().zip(1..).map(|(count, value)| count * value).sum()
    }

    /// Their mean to two digits, halves rounded up; `None` of no values. It is computed in whole hundredths: the
    /// number given is the one nearest to these two digits, and is written with no more of them.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        let hundredths = (self.sum() * 200 + count).checked_div(count * 2)?;
        u16::try_from(hundredths).ok().map(|hundredths| f64::from(hundredths) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_mean_has_two_digits_and_is_rounded_in_whole_numbers() {
        for (counts, mean) in [
            ([0, 0, 0, 0, 0], json!(null)),
            ([0, 0, 0, 0, 7], json!(5.0)),
            ([0, 0, 0, 2, 1], json!(4.33)),
            ([0, 0, 0, 1, 2], json!(4.67)),
            // 1.005 and 4.995, the halves that floats get wrong.
            ([199, 1, 0, 0, 0], json!(1.01)),
            ([0, 0, 0, 1, 199], json!(5.0)),
            ([1, 1, 1, 1, 1_000_000_000_000], json!(5.0)),
        ] {
            assert_eq!(json!(Histogram(counts).mean()), mean, "{counts:?}");
        }
    }

    #[test]
    fn every_mean_is_written_with_two_digits_at_most() {
        for ones in 0..60 {
            for fives in 0..60 {
                let text = json!(Histogram([ones, 0, 1, 0, fives]).mean()).to_string();
                assert!(text.split_once('.').is_some_and(|(_, digits)| digits.len() <= 2), "{text}");
            }
        }
    }

    #[test]
    fn it_is_written_by_the_names_of_its_values() {
        let written = json!({"1": 0, "2": 1, "3": 0, "4": 2, "5": 9});
        assert_eq!(serde_json::to_value(Histogram([0, 1, 0, 2, 9])).unwrap(), written);
        assert_eq!(serde_json::from_value::<Histogram>(written).unwrap(), Histogram([0, 1, 0, 2, 9]));
    }
}
