//! What did not land: all errors of a job, to be filtered, grouped, read and taken away.

pub mod export;
pub mod filter;
pub mod items;
pub mod reading;
mod reason;
pub mod retryable;
pub mod set;
pub mod window;
