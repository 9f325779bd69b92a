//! Starting an import from a file: read and checked here row by row, sent in batches.

mod found;
mod mapping;
pub mod page;
mod review;
pub mod send;
pub mod sent;
mod take;
