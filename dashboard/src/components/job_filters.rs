//! What narrows the list down besides the tabs.

use crate::{
    browser,
    components::zone_choice::ZoneChoice,
    jobs::filter::{Filter, Part},
    zone::Times,
};
use leptos::{prelude::*, web_sys::Event};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// No job is older; a year that is being typed is.
const FIRST_DAY: &str = "2000-01-01";

/// The failures, the days, and by which clock the days are told.
#[component]
pub fn JobFilters(filter: Memo<Filter>) -> impl IntoView {
    let go = {
        let navigate = use_navigate();
        move |filter: Filter| {
            navigate(&filter.address(), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    let with_failures = {
        let go = go.clone();
        move |event: Event| {
            let has_failures = event_target_checked(&event);
            // Those of the partial ones are a tab's.
            let rest = filter.get_untracked().without(Part::Failures);
            go(Filter { has_failures, ..rest });
        }
    };
    view! {
        <div class="filters">
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || filter.read().has_failures
                    on:change=with_failures
                />
                <span>"Has failures"</span>
            </label>
            <Day label="From" part=Part::From filter=filter go=go.clone() />
            <Day label="To" part=Part::To filter=filter go=go />
            <ZoneChoice />
        </div>
    }
}

/// The first or the last day. The address has moments, which are on the same days for whoever reads by the same clock.
#[component]
fn Day(label: &'static str, part: Part, filter: Memo<Filter>, go: impl Fn(Filter) + 'static) -> impl IntoView {
    let Times(zone) = expect_context::<Times>();
    let is_last = part == Part::To;
    let shown = move || {
        let filter = filter.read();
        let moment = if is_last { &filter.created_before } else { &filter.created_after };
        let at = moment.as_deref().and_then(browser::parse_time)?;
        // The moment that ends a day is no more of it.
        Some(browser::day_of(if is_last { at - 1.0 } else { at }, zone.get()))
    };
    let chosen = move |event: Event| {
        let day = event_target_value(&event);
        let rest = filter.get_untracked().without(part);
        if day.is_empty() {
            return go(rest);
        }
        let moment = browser::day_begins(&day, u32::from(is_last), zone.get_untracked());
        if moment.is_none() || *day < *FIRST_DAY {
            return;
        }
        go(if is_last { Filter { created_before: moment, ..rest } } else { Filter { created_after: moment, ..rest } });
    };
    view! {
        <label class="day">
            <span>{label}</span>
            <input type="date" min=FIRST_DAY prop:value=move || shown().unwrap_or_default() on:change=chosen />
        </label>
    }
}
