//! The numbers beside the bar: counts, speed, time left, started, elapsed.

use super::{
    chart::chart,
    data::Times,
    rate::{Rate, TimeLeft},
};
use crate::{
    browser::{date_time, number},
    outcome::Progress,
    text,
};
use contract::JobStatus;
use leptos::prelude::*;

/// The counts, each with its share.
pub fn counts(progress: Signal<Progress>) -> AnyView {
    let count = move |name: &'static str, label: &'static str, of: fn(Progress) -> u32| {
        let share = Signal::derive(move || {
            let now = progress.get();
            if name == "received" { String::new() } else { format!("{}%", text::percent(of(now), now.received)) }
        });
        let value = Signal::derive(move || number(of(progress.get())));
        view! {
            <div data-count=name>
                <dt>{label}</dt>
                <dd><span class="figure">{value}</span>" "<small>{share}</small></dd>
            </div>
        }
    };
    view! {
        <dl class="counts">
            {count("imported", "Imported", |progress| progress.imported)}
            {count("failed", "Failed", |progress| progress.failed)}
            {count("remaining", "Remaining", Progress::remaining)}
            {count("received", "Received", |progress| progress.received)}
        </dl>
    }
    .into_any()
}

/// Speed and times. `now` moves once a second while the job runs.
pub fn times(
    progress: Signal<Progress>,
    times: Signal<Option<Times>>,
    rate: RwSignal<Rate>,
    now: RwSignal<f64>,
) -> AnyView {
    let elapsed = move || {
        let times = times.get()?;
        let end = if progress.get().status.is_final() { times.finished? } else { now.get() };
        Some(((end - times.started?) / 1_000.0).max(0.0))
    };
    let speed = move || {
        let progress = progress.get();
        if progress.status.is_final() {
            // An average over less than the clock's own step would be a made-up number.
            let elapsed = elapsed().filter(|elapsed| *elapsed >= 0.1);
            return elapsed.map(|elapsed| f64::from(progress.done()) / elapsed);
        }
        rate.with(|rate| (rate.points().len() > 0).then(|| rate.per_second()))
    };
    let speed = Signal::derive(move || match speed() {
        None => "—".to_owned(),
        Some(speed) if speed >= 10.0 => format!("{} /s", number(speed.round() as u32)),
        Some(speed) => format!("{speed:.1} /s"),
    });
    let left = Signal::derive(move || {
        let progress = progress.get();
        match progress.status {
            JobStatus::Completed | JobStatus::Failed => "—".to_owned(),
            JobStatus::Pending => "not begun".to_owned(),
            JobStatus::Processing => match rate.with(|rate| rate.time_left(now.get(), progress.remaining())) {
                TimeLeft::Unknown => "estimating…".to_owned(),
                TimeLeft::Stalled => "stalled".to_owned(),
                TimeLeft::Seconds(seconds) => text::about(seconds),
            },
        }
    });
    let started = Signal::derive(move || times.get()?.started);
    let started_text = Signal::derive(move || started.get().map_or("—".to_owned(), date_time));
    let elapsed = Signal::derive(move || elapsed().map_or("—".to_owned(), text::duration));
    let speed_label =
        Signal::derive(move || if progress.get().status.is_final() { "Average speed" } else { "Speed" }.to_owned());
    let chart_label = Signal::derive(move || format!("{} over time: {}", speed_label.get(), speed.get()));
    let fact = |name: &'static str, label: Signal<String>, value: Signal<String>| {
        view! { <div data-fact=name><dt>{label}</dt><dd>{value}</dd></div> }
    };
    let fixed = |label: &'static str| Signal::derive(move || label.to_owned());
    view! {
        <div class="speed">
            <dl class="facts">
                {fact("speed", speed_label, speed)}
                {fact("left", fixed("Time left"), left)}
                {fact("started", fixed("Started"), started_text)}
                {fact("elapsed", fixed("Elapsed"), elapsed)}
            </dl>
            {chart(rate, chart_label)}
        </div>
    }
    .into_any()
}
