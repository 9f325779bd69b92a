//! The section of the page that shows what did not land.

use super::{groups::Groups, list::List, reading::Reading, toolbar::Toolbar};
use crate::browser::number;
use contract::JobId;
use leptos::prelude::*;

/// The section.
#[component]
pub fn Errors(job: JobId, reading: Reading) -> impl IntoView {
    let total = Signal::derive(move || number(reading.shown.read().rows.len() as u32));
    let is_empty = Memo::new(move |_| reading.shown.read().rows.is_empty());
    let content = move || {
        if is_empty.get() {
            return view! { <p class="soft none">"No failures. Everything that was tried has landed."</p> }.into_any();
        }
        view! {
            <Groups reading=reading />
            <div class="reader">
                <Toolbar job=job reading=reading />
                <List reading=reading />
            </div>
        }
        .into_any()
    };
    view! {
        <section id="errors" class="card errors" aria-labelledby="errors-title" class:empty=is_empty>
            <h2 id="errors-title">"What did not land "<span class="figure soft">{total}</span></h2>
            {content}
        </section>
    }
}
