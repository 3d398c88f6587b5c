//! The time of a sign-in shows nothing. `PROOF=full` measures (`make proof`); otherwise a few rounds
//! run, and nothing is concluded from their time.

use std::time::{Duration, Instant};

use identity::Passwords;
use identity::password::Hasher;
use identity::store::Users;
use identity::testing::{PASSWORD, Shop, limits, user};
use kernel::clock;
use testing::{figure, row};

/// How far the two medians may be apart.
const PERCENT: f64 = 5.0;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

#[test]
fn proof_a_password_is_hashed_in_some_twenty_milliseconds_of_a_processor() {
    let (rounds, started) = (figure(3, 101), Instant::now());
    let hasher = Hasher::new(19_456, 2).unwrap();
    let times = (0..rounds).map(|_| {
        let began = Instant::now();
        assert!(!hasher.hash(PASSWORD).unwrap().text.is_empty());
        began.elapsed()
    });
    let reached = format!("{:.1} ms", median(times.collect()));
    row("password hash", "argon2id, 19 MiB, 2 passes: 20 ms", &reached, started);
}

#[tokio::test]
async fn proof_p13_an_unknown_address_takes_as_long_as_a_wrong_password() {
    let (rounds, started) = (figure(5, 500), Instant::now());
    let shop = Shop::with(&[]).await;
    let passwords = Passwords {
        users: Users::new(shop.cloud.client(), "IdentityTable", "RevocationsTable"),
        // As the template has it.
        hasher: Hasher::new(19_456, 2).unwrap(),
        limits: limits(),
    };
    let ana = identity::account::Account::of(&user("ana"), passwords.hasher.hash(PASSWORD).unwrap());
    passwords.users.register(&user("ana"), &ana).await.unwrap();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // In turn, so that what else runs here slows both alike; each from an address of its own, and the counts
    // of attempts at the account forgotten, so that none has to wait.
    for round in 0..rounds {
        for (email, times) in [("ana@shop.example", &mut known), ("bob@shop.example", &mut unknown)] {
            let address = format!("198.51.{}.{}", round / 250, round % 250);
            let began = Instant::now();
            let answer = passwords.prove(email, "wrong horse", &address, clock::now()).await;
            times.push(began.elapsed());
            assert!(answer.is_err_and(|error| error.code == "unauthenticated"));
            let (_, attempts) = passwords.users.account_and_attempts(email, &address).await.unwrap();
            passwords.users.reset(&attempts, clock::now()).await.unwrap();
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    let apart = (known - unknown).abs() / known.max(unknown) * 100.0;
    if rounds == 500 {
        assert!(apart <= PERCENT, "{apart:.1} % apart: {known:.2} and {unknown:.2} ms");
    }
    let reached = format!("{known:.1} ms and {unknown:.1} ms, {apart:.1} % apart");
    row(
        "P13 sign-in time",
        &format!("known and unknown within {PERCENT} % of the median over {rounds} each"),
        &reached,
        started,
    );
}
