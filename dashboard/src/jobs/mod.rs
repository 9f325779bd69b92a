//! What is worked out of the list of jobs.

pub mod entries;
pub mod filter;
