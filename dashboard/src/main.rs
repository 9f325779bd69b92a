//! The dashboard: one page in the browser that shows a running import and what did not land.
//!
//! - [`app`]: routes, and what is known on every page
//! - [`pages`]: a file a page; [`components`]: what they are made of, a component a file
//! - [`api`]: the only place that speaks HTTP
//! - [`poll`]: the only timer; [`pace`] says when it asks
//! - [`session`]: the API key of this tab; [`tabs`]: what the tabs tell each other of it
//! - [`files`]: from what people drop to memories; [`import`]: from memories to jobs
//! - [`jobs`], [`job`], [`errors`]: what is worked out of the list of jobs, of a job and of what did not land
//! - [`zone`]: which clock times are told by
//! - [`group`]: what became of an import, and sending again what failed of it
//! - [`database`]: what outlives the tab, if the reader agrees
//!
//! Where something can be decided without a browser it is a plain function in a file of its own, with its tests below.

// Numbers here are counts of what is on the page; one that wraps is a wrong word, and ends nobody else's request.
#![allow(clippy::arithmetic_side_effects)]

mod api;
mod app;
mod browser;
mod components;
mod database;
mod errors;
mod files;
mod group;
mod import;
mod job;
mod jobs;
mod pace;
mod pages;
mod poll;
mod progress;
mod recent;
mod session;
mod tabs;
mod text;
mod zone;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
