//! What is known of a job's time, in numbers and in words.

use super::{
    data::Times,
    rate::{Rate, TimeLeft},
};
use crate::{
    browser::{date_time, number},
    progress::Progress,
    text,
};
use contract::JobStatus;
use leptos::prelude::*;

/// What stands where nothing is known.
const UNKNOWN: &str = "—";

/// What is known of a job's time.
#[derive(Clone, Copy)]
pub struct Timing {
    /// How far it is.
    pub progress: Signal<Progress>,
    /// When what happened.
    pub times: RwSignal<Option<Times>>,
    /// How fast it was while it was watched.
    pub rate: RwSignal<Rate>,
    /// In milliseconds since 1970; moves once a second while the job runs.
    pub now: RwSignal<f64>,
}

impl Timing {
    /// Whether the job is through.
    pub fn is_final(self) -> bool {
        self.progress.get().status.is_final()
    }

    /// How fast it is, or was on average once it is through.
    pub fn speed(self) -> String {
        self.per_second().map_or(UNKNOWN.to_owned(), per_second)
    }

    /// When its first item was begun, in milliseconds since 1970, as far as that is known.
    pub fn began(self) -> Option<f64> {
        self.times.get()?.started
    }

    /// When a job that is not through will be.
    pub fn left(self) -> String {
        let progress = self.progress.get();
        if progress.status == JobStatus::Pending {
            return "not begun".to_owned();
        }
        match self.rate.with(|rate| rate.time_left(self.now.get(), progress.remaining())) {
            TimeLeft::Unknown => "estimating…".to_owned(),
            TimeLeft::Stalled => "stalled".to_owned(),
            TimeLeft::Seconds(seconds) => text::about(seconds),
        }
    }

    /// How long it has run.
    pub fn elapsed(self) -> String {
        match self.seconds() {
            None => UNKNOWN.to_owned(),
            Some(seconds) if seconds < 1.0 && self.is_final() => "less than 1 s".to_owned(),
            Some(seconds) => text::duration(seconds),
        }
    }

    /// When its first item was begun.
    pub fn started(self) -> String {
        self.began().map_or(UNKNOWN.to_owned(), date_time)
    }

    fn seconds(self) -> Option<f64> {
        let times = self.times.get()?;
        let end = if self.is_final() { times.finished? } else { self.now.get() };
        Some(((end - times.started?) / 1_000.0).max(0.0))
    }

    /// The same as a number, in items a second; `None` where it is not known.
    pub fn per_second(self) -> Option<f64> {
        if self.is_final() {
            // An average over less than this would be a made-up number.
            let seconds = self.seconds().filter(|seconds| *seconds >= 0.1);
            return seconds.map(|seconds| f64::from(self.progress.get().done()) / seconds);
        }
        self.rate.with(|rate| (rate.points().len() > 0).then(|| rate.per_second()))
    }
}

/// A speed in items a second.
pub fn per_second(speed: f64) -> String {
    if speed >= 10.0 {
        return format!("{} /s", number(speed.round() as u32));
    }
    let tenths = (speed * 10.0).round() as u32;
    format!("{}.{} /s", tenths / 10, tenths % 10)
}
