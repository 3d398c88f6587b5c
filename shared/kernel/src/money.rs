//! Money: an integer in minor units with the shop's ISO 4217 currency. No floating point, ever.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::input::{Faults, Input};

/// What one unit of a product may cost, in minor units. The bound keeps 50 lines of 1,000 pieces
/// below 2^53, the largest integer every JSON reader keeps exactly (RFC 8259, section 6).
pub const UNIT_PRICE: RangeInclusive<i64> = 0..=99_999_999_999;

/// The highest total, in minor units: what every JSON reader keeps exactly.
const TOTAL: RangeInclusive<i64> = 0..=(1 << 53) - 1;

/// An ISO 4217 alphabetic code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency(String);

impl FromStr for Currency {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        is_code.then(|| Self(text.to_owned())).ok_or("an ISO 4217 code has three capital letters")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount in minor units of a currency: `{"amount": 1999, "currency": "USD"}` is 19.99 dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

impl Money {
    /// Reads a unit price in the shop's currency from a request.
    ///
    /// # Errors
    /// Faults at `amount` and `currency` when they are not whole minor units or not the shop's currency.
    pub fn unit_price(input: Input, shop: &Currency) -> Result<Self, Faults> {
        Self::read(input, shop, UNIT_PRICE)
    }

    /// Reads a total in the shop's currency from a request.
    ///
    /// # Errors
    /// As [`unit_price`](Self::unit_price).
    pub fn total(input: Input, shop: &Currency) -> Result<Self, Faults> {
        Self::read(input, shop, TOTAL)
    }

    fn read(input: Input, shop: &Currency, amounts: RangeInclusive<i64>) -> Result<Self, Faults> {
        let mut fields = input.object()?;
        let amount = fields.required("amount", |amount| amount.integer(amounts));
        let currency = fields.required("currency", |currency| {
            let fault = currency.fault(format!("this shop's currency is {shop}"));
            if currency.any_text()? == shop.0 { Ok(shop.clone()) } else { Err(fault) }
        });
        fields.finish(|| Some(Self { amount: amount?, currency: currency? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> Result<Money, Vec<String>> {
        let shop = "USD".parse().map_err(|error: &str| vec![error.to_owned()])?;
        Money::unit_price(Input::new(value, "/price"), &shop)
            .map_err(|faults| faults.0.into_iter().map(|fault| fault.detail).collect())
    }

    #[test]
    fn a_price_is_whole_minor_units_in_the_shops_currency() {
        assert!(read(json!({"amount": 1999, "currency": "USD"})).is_ok_and(|price| price.amount == 1999));
        for amount in [json!(19.99), json!(-1), json!("1999"), json!(100_000_000_000_i64)] {
            assert!(read(json!({"amount": amount, "currency": "USD"})).is_err());
        }
        assert!(read(json!({"amount": 1, "currency": "EUR"})).is_err());
        assert!(read(json!({"amount": 1})).is_err());
    }

    #[test]
    fn the_dearest_basket_stays_exact_in_every_json_reader() {
        assert!(UNIT_PRICE.end() * 1_000 * 50 < 1 << 53);
    }
}
