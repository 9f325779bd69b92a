//! The dashboard: one page in the browser that shows a running import and what did not land.
//!
//! - [`app`]: routes and the frame around every page
//! - [`api`]: the only place that speaks HTTP
//! - [`poll`]: the only timer; [`pace`] says when it asks
//! - [`session`]: the API key, which [`sign_in`] asks for
//! - [`jobs`], [`job`], [`import`]: a page each; [`screen`]: what is shown where a page has nothing to show
//! - [`files`]: what [`import`] reads, from bytes to memories
//! - [`errors`]: what did not land, as the largest part of the page of a job
//!
//! Pages are built with [`dom`], which says why. Where something can be decided without a browser it is a plain function in a file of its own, with its tests below.

// Numbers here are counts of what is on the page; one that wraps is a wrong word, and ends nobody else's request.
#![allow(clippy::arithmetic_side_effects)]

mod api;
mod app;
mod browser;
mod components;
mod controls;
mod dom;
mod errors;
mod files;
mod import;
mod job;
mod keys;
mod outcome;
mod pace;
mod pages;
mod poll;
mod progress;
mod recent;
mod screen;
mod session;
mod text;
mod toast;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
