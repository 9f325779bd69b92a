//! The client against the real Worker, and against servers that are not the API.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "clippy knows a test by its attribute, and what tests share has none"
)]

mod hostile;
mod service;

use batch_client::Error;
use std::future::Future;

/// Runs what a test does to its end.
fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

/// What the answer of the API said.
#[track_caller]
fn refused<T: std::fmt::Debug>(done: Result<T, Error>) -> (u16, batch_client::Code, String) {
    match done.unwrap_err() {
        Error::Api { status, body, request_id } => {
            assert!(request_id.is_some_and(|id| !id.is_empty()));
            (status, body.code, body.message)
        }
        error => panic!("{error:?}"),
    }
}
