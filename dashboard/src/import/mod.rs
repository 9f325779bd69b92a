//! Starting an import from a file: read and checked here row by row, sent in batches.

pub mod batch;
pub mod checking;
pub mod choosing;
pub mod fit;
pub mod kept;
pub mod land;
mod retry;
pub mod send;
pub mod take;
