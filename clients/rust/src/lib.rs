//! A client of the batch API: imports memories in batches of at most 500, waits for what becomes of them at the server's
//! pace, and tells what did not land and why.
//!
//! What goes over the wire has the types of the [`contract`], which are here too. Whatever goes wrong is an [`Error`] that
//! says whose fault it was. Nothing goes on without end: each call has the [patience](Client::with_patience) of its client.

mod batch;
mod client;
mod error;
mod http;
mod import;
mod items;
mod pace;
pub mod webhook;

pub use batch::Batch;
pub use client::Client;
pub use contract::{
    BatchStatus, Code, ErrorBody, Event, EventType, Forecast, Item, ItemError, ItemStatus, JobId, JobStatus, Kind,
    MemoryInput, Usage,
};
pub use error::Error;
pub use import::{Import, Part, Stopped};
pub use items::Items;
