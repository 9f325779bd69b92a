//! A file for each page.

pub mod group;
pub mod import;
pub mod job;
pub mod jobs;
pub mod later;
pub mod not_found;
pub mod sign_in;
