//! The numbers beside the bar: counts, speed, time left, started, elapsed.

use super::{
    chart::chart,
    data::Times,
    rate::{Rate, TimeLeft},
};
use crate::{
    browser::{date_time, number},
    dom::{El, el},
    outcome::Progress,
    text,
};
use contract::JobStatus;
use leptos::prelude::*;

/// The counts, each with its share.
pub fn counts(progress: Signal<Progress>) -> El {
    let count = |name: &'static str, label: &str, of: fn(Progress) -> u32| {
        let share = move || {
            let now = progress.get();
            if name == "received" { String::new() } else { format!("{}%", text::percent(of(now), now.received)) }
        };
        let figure = el("span").class("figure").text_of(move || number(of(progress.get())));
        el("div")
            .attr("data-count", name)
            .child(el("dt").text(label))
            .child(el("dd").child(figure).text(" ").child(el("small").text_of(share)))
    };
    el("dl").class("counts").children([
        count("imported", "Imported", |progress| progress.imported),
        count("failed", "Failed", |progress| progress.failed),
        count("remaining", "Remaining", Progress::remaining),
        count("received", "Received", |progress| progress.received),
    ])
}

/// What is known of a job's time. `now` moves once a second while the job runs.
#[derive(Clone, Copy)]
pub struct Pace {
    /// How far it is.
    pub progress: Signal<Progress>,
    /// When what happened.
    pub times: RwSignal<Option<Times>>,
    /// How fast it was while it was watched.
    pub rate: RwSignal<Rate>,
    /// In milliseconds since 1970.
    pub now: RwSignal<f64>,
}

impl Pace {
    fn is_final(self) -> bool {
        self.progress.get().status.is_final()
    }

    /// In seconds.
    fn elapsed(self) -> Option<f64> {
        let times = self.times.get()?;
        let end = if self.is_final() { times.finished? } else { self.now.get() };
        Some(((end - times.started?) / 1_000.0).max(0.0))
    }

    /// In items a second: as it is, or the average once the job is through.
    fn speed(self) -> Option<f64> {
        if self.is_final() {
            // An average over less than this would be a made-up number.
            let elapsed = self.elapsed().filter(|elapsed| *elapsed >= 0.1);
            return elapsed.map(|elapsed| f64::from(self.progress.get().done()) / elapsed);
        }
        self.rate.with(|rate| (rate.points().len() > 0).then(|| rate.per_second()))
    }

    fn speed_in_words(self) -> String {
        match self.speed() {
            None => "—".to_owned(),
            Some(speed) if speed >= 10.0 => format!("{} /s", number(speed.round() as u32)),
            Some(speed) => {
                let tenths = (speed * 10.0).round() as u32;
                format!("{}.{} /s", tenths / 10, tenths % 10)
            }
        }
    }

    fn left_in_words(self) -> String {
        let progress = self.progress.get();
        match progress.status {
            JobStatus::Completed | JobStatus::Failed => "—".to_owned(),
            JobStatus::Pending => "not begun".to_owned(),
            JobStatus::Processing => {
                match self.rate.with(|rate| rate.time_left(self.now.get(), progress.remaining())) {
                    TimeLeft::Unknown => "estimating…".to_owned(),
                    TimeLeft::Stalled => "stalled".to_owned(),
                    TimeLeft::Seconds(seconds) => text::about(seconds),
                }
            }
        }
    }

    /// Times, as a list of facts.
    pub fn facts(self) -> El {
        let started = move || self.times.get().and_then(|times| times.started).map_or("—".to_owned(), date_time);
        let fact = |name: &str, label: &str, value: Box<dyn Fn() -> String>| {
            el("div").attr("data-fact", name).child(el("dt").text(label)).child(el("dd").text_of(value))
        };
        el("dl").class("facts").children([
            fact("left", "Time left", Box::new(move || self.left_in_words())),
            fact("elapsed", "Elapsed", Box::new(move || self.elapsed().map_or("—".to_owned(), text::duration))),
            fact("started", "Started", Box::new(started)),
        ])
    }

    /// The speed, and how it was over time.
    pub fn speed_over_time(self) -> El {
        let label = move || if self.is_final() { "Average speed" } else { "Speed" };
        let says = move || format!("{} over time: {}", label(), self.speed_in_words());
        let none = move || {
            let text = if self.is_final() { "Charted while a job runs and this page is open." } else { "" };
            text.to_owned()
        };
        let head = el("p")
            .attr("data-fact", "speed")
            .child(el("span").class("soft").text_of(move || label().to_owned()))
            .text(" ")
            .child(el("strong").text_of(move || self.speed_in_words()));
        let has_none = move || self.rate.with(|rate| rate.points().len() == 0);
        let none = move || el("p").class("soft").text_of(none);
        el("div").class("speed").child(head).child(chart(self.rate, says)).when(has_none, none)
    }
}
