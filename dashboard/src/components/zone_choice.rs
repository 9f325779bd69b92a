//! Which clock times are told by.

use crate::zone::{Times, Zone};
use leptos::prelude::*;

/// Lets the reader choose.
#[component]
pub fn ZoneChoice() -> impl IntoView {
    let times = expect_context::<Times>();
    let value = move || if times.0.get() == Zone::Utc { "utc" } else { "local" };
    let choose = move |event| {
        times.choose(if event_target_value(&event) == "utc" { Zone::Utc } else { Zone::Local });
    };
    view! {
        <label class="day">
            <span>"Times"</span>
            <select prop:value=value on:change=choose>
                <option value="local">"Local"</option>
                <option value="utc">"UTC"</option>
            </select>
        </label>
    }
}
