//! Guessing passwords from many addresses of the network, and of many accounts: what it costs the shop in units, and where
//! it stops.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::time::Instant;

use identity::testing::Shop;
use kernel::clock;
use kernel::error::Kind;
use kernel::usage::{Meter, Usage};
use testing::{figure, row};

/// Tries passwords, each of an account from an address: how many were compared with a hash, and what all cost.
async fn sprayed(shop: &Shop, tries: &[(String, String)]) -> (usize, Usage) {
    let spraying = async {
        let mut compared = 0;
        for (email, address) in tries {
            let answer = shop.passwords.prove(email, "wrong horse", address, clock::now()).await;
            compared += usize::from(answer.is_err_and(|error| error.kind == Kind::Unauthenticated));
        }
        compared
    };
    Meter::measure(spraying).await
}

fn reached(tries: usize, compared: usize, usage: &Usage) -> String {
    let (writes, reads) = (usage.write_units, usage.read_units);
    format!("of {tries} guesses {compared} were compared; all cost {writes} write and {reads} read units")
}

#[tokio::test]
async fn proof_an_account_that_is_guessed_from_many_addresses_waits_after_a_hundred_and_its_owner_does_not() {
    let (tries, started) = (figure(150, 1_000), Instant::now());
    let shop = Shop::with(&["ana"]).await;
    // The owner has signed in from home before.
    shop.sign_in("ana").await;
    let from = |number: usize| format!("198.51.{}.{}", number / 250, number % 250);
    let guesses: Vec<_> = (0..tries).map(|number| ("ana@shop.example".to_owned(), from(number))).collect();
    let (compared, usage) = sprayed(&shop, &guesses).await;
    assert!((100..=102).contains(&compared), "{compared}");
    shop.sign_in("ana").await;
    row("abuse: guessing one account", "100 guesses, then each waits", &reached(tries, compared, &usage), started);
}

#[tokio::test]
async fn proof_an_address_that_guesses_many_accounts_waits_after_fifty() {
    let (tries, started) = (figure(80, 1_000), Instant::now());
    let shop = Shop::with(&[]).await;
    let guesses: Vec<_> =
        (0..tries).map(|number| (format!("user{number}@shop.example"), "192.0.2.7".to_owned())).collect();
    let (compared, usage) = sprayed(&shop, &guesses).await;
    assert!((50..=52).contains(&compared), "{compared}");
    row("abuse: guessing many accounts", "50 guesses, then each waits", &reached(tries, compared, &usage), started);
}
