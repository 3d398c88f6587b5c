//! The rules of stock and sales: the sum of a product's movements is its stock, sold pieces have their
//! movements and cancelled ones their reversals, totals are the sums of their lines, sales have a customer.

use std::collections::HashMap;

use inventory::movement::{Kind, Movement, SoldIn};
use inventory::store::Books;
use kernel::sequence;
use sales::sale::Sale;
use sales::status::Status;
use serde::Serialize;

/// Something that does not balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which of the rules is broken.
    pub rule: Rule,
    /// The product or the sale.
    pub id: String,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Stock is the sum of its movements, and never below zero.
    Stock,
    /// Each line of a sale that was confirmed has the movement of its pieces.
    Movement,
    /// Each line of a confirmed sale that was cancelled has the movement that brings them back.
    Reversal,
    /// The total is the sum of the lines.
    Total,
    /// The customer is or was a user of the shop.
    Customer,
}

/// What is wrong with the books of a product, if anything is.
pub fn of_product(id: &str, books: &Books) -> Option<Difference> {
    let Books { available, movements, moved, .. } = books;
    let difference = |detail| Some(Difference { rule: Rule::Stock, id: id.to_owned(), detail });
    match available {
        Some(available) if *available < 0 => difference(format!("{available} pieces are in stock")),
        Some(available) if available != moved => {
            difference(format!("{available} pieces are in stock, and its {movements} movements add up to {moved}"))
        }
        None if *moved != 0 => difference(format!("no stock item, and its {movements} movements add up to {moved}")),
        _ => None,
    }
}

/// The movements that a sale has to have left: of what it took, and of what came back.
pub fn movements(sale: &Sale) -> Vec<Movement> {
    let kinds: &[Kind] = match sale.status {
        Status::Confirmed | Status::Shipped | Status::Delivered => &[Kind::Sale],
        // Cancelled before it was confirmed, it took nothing, and has no total.
        Status::Cancelled if sale.total.is_some() => &[Kind::Sale, Kind::Cancellation],
        Status::Pending | Status::Rejected | Status::Cancelled => &[],
    };
    let sequence = sale.sequence();
    let (made, at) = (sequence::made(&sequence), sale.updated_at);
    let sold_in = SoldIn { id: &sale.id, made, number: &sale.number, by: &sale.customer_id, at };
    let of_line = |kind: &Kind| {
        let lines = sale.lines.iter();
        lines.map(|line| Movement::of_sale(&sold_in, *kind, &line.product_id, line.quantity)).collect::<Vec<_>>()
    };
    kinds.iter().flat_map(of_line).collect()
}

/// What is wrong with a sale. `entered` are quantities of movements by id, of all that [`movements`] names and that
/// are there; `known` says whether its customer is or was a user.
pub fn of_sale(sale: &Sale, entered: &HashMap<String, i64>, known: bool) -> Vec<Difference> {
    let difference = |rule, detail| Difference { rule, id: sale.id.clone(), detail };
    let mut found = Vec::new();
    if !known {
        found.push(difference(Rule::Customer, format!("sale {} is of nobody: {:?}", sale.number, sale.customer_id)));
    }
    if let Some(detail) = wrong_total(sale) {
        found.push(difference(Rule::Total, detail));
    }
    for movement in movements(sale) {
        let rule = if movement.kind == Kind::Cancellation { Rule::Reversal } else { Rule::Movement };
        let (product, quantity) = (&movement.product_id, movement.quantity);
        match entered.get(&movement.id) {
            Some(entered) if *entered == quantity => {}
            Some(entered) => {
                found.push(difference(rule, format!("{entered} pieces of {product} moved, not {quantity}")))
            }
            None => found.push(difference(rule, format!("no movement of {quantity} pieces of {product}"))),
        }
    }
    found
}

fn wrong_total(sale: &Sale) -> Option<String> {
    let Some(total) = &sale.total else {
        return sale.status.has_taken_stock().then(|| format!("sale {} was sold and has no total", sale.number));
    };
    let lines = sale.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total()?));
    match lines {
        Some(sum) if sum == total.amount => None,
        Some(sum) => {
            Some(format!("sale {} has the total {}, and its lines add up to {sum}", sale.number, total.amount))
        }
        None => Some(format!("sale {} has a total, and a line without a price", sale.number)),
    }
}
