//! The dashboard: one page in the browser that shows a running import and what did not land.
//!
//! - `app`: routes and the frame around every page
//! - `api`: the only place that speaks HTTP
//! - `poll`: the only timer; `pace` says when it fires
//! - `session`: the API key, and the page that asks for it
//! - a file for every page

mod api;
mod app;
mod job;
mod pace;
mod poll;
mod session;

fn main() {
    leptos::mount::mount_to_body(app::App);
}
