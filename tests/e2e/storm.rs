//! Everything goes wrong at once.

use tests::storm::{Extent, run};

#[test]
#[ignore = "wants the machine to itself: npm test runs it last"]
fn forty_clients_lose_nothing_while_everything_goes_wrong() {
    match run(&Extent::SHORT) {
        Ok(survived) => println!("{survived}"),
        Err(lost) => panic!("{lost}"),
    }
}
