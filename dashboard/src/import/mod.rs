//! Starting an import from a file: read and checked here row by row, sent in batches.

mod check;
mod columns;
pub mod page;
mod read;
mod review;
pub mod send;
pub mod sent;
