//! In place of a list that the filters leave empty.

use crate::{
    browser,
    components::screen::Screen,
    jobs::filter::{Filter, Part},
    zone::{Times, Zone},
};
use leptos::prelude::*;

/// Says what was asked for, and takes it off again. `next` is where the page after this one begins, where there is one: only so
/// many jobs are looked at for a page.
#[component]
pub fn NoMatch(filter: Filter, next: Option<String>) -> impl IntoView {
    let Times(zone) = expect_context::<Times>();
    let parts = filter.parts();
    let title = if parts.is_empty() { "No older jobs" } else { "No jobs match" };
    let asked = filter.clone();
    let is_more = next.is_some();
    let says = Signal::derive(move || {
        let words: Vec<_> = asked.parts().into_iter().map(|part| in_words(&asked, part, zone.get())).collect();
        match (is_more, words.as_slice()) {
            (true, _) => "None on this page. Older jobs were not looked at yet.".to_owned(),
            (false, []) => "The list ends before this page.".to_owned(),
            (false, [only]) => format!("No job is there with the filter {only}. Take it off to see the others."),
            (false, words) => {
                format!("No job is there with all of these filters: {}. Take one of them off.", words.join(", "))
            }
        }
    });
    let older = next.map(
        |next| view! { <a class="button primary" href=filter.page(Some(next)).address()>"Look at older jobs"</a> },
    );
    let newest = (filter.after.is_some())
        .then(|| view! { <a class="button" href=filter.page(None).address()>"Newest jobs"</a> });
    let take_off: Vec<_> = parts
        .into_iter()
        .map(|part| {
            let (rest, asked) = (filter.without(part).address(), filter.clone());
            view! {
                <a class="button" data-noscroll="" href=rest>
                    {move || format!("Take off {}", in_words(&asked, part, zone.get()))}
                </a>
            }
        })
        .collect();
    view! {
        <Screen name="no-match" title=title says=says>
            {older}
            {take_off}
            {newest}
        </Screen>
    }
}

/// What readers call a filter that is on.
fn in_words(filter: &Filter, part: Part, zone: Zone) -> String {
    let day = |moment: &Option<String>, before: f64| {
        let moment = moment.as_deref().unwrap_or_default();
        browser::parse_time(moment).map_or(moment.to_owned(), |at| browser::day_of(at - before, zone))
    };
    match part {
        Part::Status => {
            let tab = filter.tab().map(|tab| tab.name().to_owned());
            format!("“{}”", tab.or(filter.status.clone()).unwrap_or_default())
        }
        Part::Failures => "“Has failures”".to_owned(),
        Part::From => format!("“From {}”", day(&filter.created_after, 0.0)),
        Part::To => format!("“To {}”", day(&filter.created_before, 1.0)),
    }
}
