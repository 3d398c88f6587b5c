//! What a buyer asks for: lines of products and quantities, and the prices they saw.

use kernel::Error;
use kernel::error::Fault;
use kernel::input::{Body, Faults, Input};
use kernel::money::{Currency, Money};

/// The most products that one sale may have: what fits one transaction (100 items) with room to spare.
pub const MAX_PRODUCTS: usize = 50;
/// The most pieces of one product that one sale may have.
pub const MAX_QUANTITY: i64 = 1_000;
/// The most lines that are read, before lines of the same product are merged.
const MAX_LINES: usize = 500;

/// A sound order: 1 to 50 products, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub lines: Vec<OrderLine>,
}

/// One product of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    pub product_id: String,
    pub quantity: i64,
    /// The price that the buyer saw. If the product has another price now, nothing is sold.
    pub expected_unit_price: Option<Money>,
    /// Where the product first stands in the request.
    pub pointer: String,
}

impl Order {
    /// Reads an order; lines of the same product become one.
    ///
    /// # Errors
    /// 422 with a fault for every member that cannot be accepted.
    pub fn parse(body: Body, currency: &Currency) -> Result<Self, Error> {
        let read_only = ["number", "status", "total", "rejection", "createdAt", "updatedAt"];
        let mut fields = body.attributes()?.read_only(&read_only);
        let lines = fields.required("lines", |lines| merged(lines, currency));
        Ok(fields.finish(|| Some(Self { lines: lines? }))?)
    }
}

fn merged(input: Input, currency: &Currency) -> Result<Vec<OrderLine>, Faults> {
    let too_many = input.fault(format!("must have at most {MAX_PRODUCTS} different products"));
    let mut lines: Vec<OrderLine> = Vec::new();
    for line in input.list(1..=MAX_LINES, |line| self::line(line, currency))? {
        let Some(known) = lines.iter_mut().find(|known| known.product_id == line.product_id) else {
            lines.push(line);
            continue;
        };
        known.quantity += line.quantity;
        if known.quantity > MAX_QUANTITY {
            let detail = format!("the lines of this product ask for more than {MAX_QUANTITY} pieces together");
            return Err(Faults(vec![Fault::at(format!("{}/quantity", line.pointer), detail)]));
        }
        match (&known.expected_unit_price, line.expected_unit_price) {
            (Some(one), Some(other)) if *one != other => {
                let detail = "another line expects another price of this product";
                return Err(Faults(vec![Fault::at(format!("{}/expectedUnitPrice", line.pointer), detail)]));
            }
            (None, expected) => known.expected_unit_price = expected,
            _ => {}
        }
    }
    if lines.len() > MAX_PRODUCTS { Err(too_many) } else { Ok(lines) }
}

fn line(input: Input, currency: &Currency) -> Result<OrderLine, Faults> {
    let pointer = input.pointer().to_owned();
    let mut fields = input.object()?.read_only(&["sku", "name", "unitPrice", "lineTotal"]);
    let product_id = fields.required("productId", |id| id.line(1..=64));
    let quantity = fields.required("quantity", |quantity| quantity.integer(1..=MAX_QUANTITY));
    let expected_unit_price = fields.optional("expectedUnitPrice", |price| Money::unit_price(price, currency));
    fields.finish(|| Some(OrderLine { product_id: product_id?, quantity: quantity?, expected_unit_price, pointer }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::error::Source;
    use serde_json::{Value, json};

    fn parse(lines: &Value) -> Result<Vec<OrderLine>, Vec<String>> {
        let document = json!({"data": {"type": "sales", "attributes": {"lines": lines}}}).to_string();
        let pointer = |fault: Fault| match fault.source {
            Some(Source::Pointer(pointer)) => pointer,
            _ => fault.detail,
        };
        Body::new_resource(document.as_bytes(), "sales")
            .and_then(|body| Order::parse(body, &"USD".parse().unwrap()))
            .map(|order| order.lines)
            .map_err(|error| error.faults.into_iter().map(pointer).collect())
    }

    fn lines(count: usize) -> Value {
        (0..count).map(|index| json!({"productId": format!("p{index}"), "quantity": 1})).collect()
    }

    #[test]
    fn lines_of_the_same_product_are_merged() {
        let twice = json!([{"productId": "a", "quantity": 2}, {"productId": "b", "quantity": 1}, {"productId": "a", "quantity": 3}]);
        let quantities = parse(&twice).map(|lines| lines.iter().map(|line| line.quantity).collect::<Vec<_>>());
        assert_eq!(quantities, Ok(vec![5, 1]));
    }

    #[test]
    fn fifty_products_pass_and_fifty_one_are_refused_with_a_pointer() {
        assert_eq!(parse(&lines(50)).map(|lines| lines.len()), Ok(50));
        assert_eq!(parse(&lines(51)), Err(vec!["/data/attributes/lines".to_owned()]));
        assert_eq!(parse(&lines(0)), Err(vec!["/data/attributes/lines".to_owned()]));
    }

    #[test]
    fn quantities_go_from_1_to_1000_also_when_merged() {
        for quantity in [json!(0), json!(-1), json!(1.5), json!(1001), json!("1"), json!(9_007_199_254_740_993_i64)] {
            let line = json!([{"productId": "a", "quantity": quantity}]);
            assert_eq!(parse(&line), Err(vec!["/data/attributes/lines/0/quantity".to_owned()]), "{line}");
        }
        let merged = json!([{"productId": "a", "quantity": 600}, {"productId": "a", "quantity": 401}]);
        assert_eq!(parse(&merged), Err(vec!["/data/attributes/lines/1/quantity".to_owned()]));
    }

    #[test]
    fn a_price_is_never_taken_from_the_buyer_and_an_expected_one_has_to_be_clear() {
        let unit_price = json!([{"productId": "a", "quantity": 1, "unitPrice": {"amount": 1, "currency": "USD"}}]);
        assert_eq!(parse(&unit_price), Err(vec!["/data/attributes/lines/0/unitPrice".to_owned()]));
        let line = |amount: i64| json!({"productId": "a", "quantity": 1, "expectedUnitPrice": {"amount": amount, "currency": "USD"}});
        assert_eq!(
            parse(&json!([line(1), line(2)])),
            Err(vec!["/data/attributes/lines/1/expectedUnitPrice".to_owned()])
        );
        assert!(
            parse(&json!([{"productId": "a", "quantity": 1}, line(2)]))
                .is_ok_and(|lines| lines[0].expected_unit_price.is_some())
        );
    }
}
