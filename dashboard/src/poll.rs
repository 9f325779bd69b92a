//! The only timer of the dashboard. It asks at the server's pace, never twice at once, not while the page is hidden and
//! not once the answer is final; what it has, it keeps.

use crate::{
    api::{Answer, Error},
    pace,
};
use js_sys::{Date, Math};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin, rc::Rc, time::Duration};
use web_sys::{AbortController, AbortSignal};

/// Milliseconds after which an answer is no longer waited for.
const PATIENCE: f64 = 20_000.0;

type Asking<T> = Pin<Box<dyn Future<Output = Result<Answer<T>, Error>>>>;

/// What can be asked again and again.
pub trait Polled: Clone + PartialEq + Send + Sync + 'static {
    /// Whether it will never change again.
    fn is_final(&self) -> bool;
}

/// Something that is asked again and again, and what is known of it.
pub struct Poll<T: Polled> {
    /// The last good answer; it stays while later attempts fail.
    pub data: RwSignal<Option<T>>,
    /// Why the last attempt failed, until one succeeds.
    pub problem: RwSignal<Option<Error>>,
    /// Whether a request is under way.
    pub busy: RwSignal<bool>,
    /// Whether the reader has stopped it.
    pub paused: RwSignal<bool>,
    /// When it is asked next, in milliseconds since 1970.
    pub due: RwSignal<Option<f64>>,
    /// When the last good answer came, in milliseconds since 1970.
    pub updated: RwSignal<Option<f64>>,
    /// The time that the page shows, in milliseconds since 1970; moves about once a second.
    pub now: RwSignal<f64>,
    inner: StoredValue<Inner<T>, LocalStorage>,
}

struct Inner<T> {
    ask: Rc<dyn Fn(Option<u64>, AbortSignal) -> Asking<T>>,
    version: Option<u64>,
    failures: u32,
    asked_at: f64,
    timer: Option<TimeoutHandle>,
    abort: Option<AbortController>,
}

impl<T> Inner<T> {
    fn stop_timer(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    fn stop_request(&mut self) {
        if let Some(abort) = self.abort.take() {
            abort.abort();
        }
    }
}

impl<T: Polled> Clone for Poll<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Polled> Copy for Poll<T> {}

impl<T: Polled> Poll<T> {
    /// Asks now and goes on for as long as the component lives. `ask` takes the version that is known.
    pub fn start<F>(ask: impl Fn(Option<u64>, AbortSignal) -> F + 'static) -> Self
    where
        F: Future<Output = Result<Answer<T>, Error>> + 'static,
    {
        let ask = Rc::new(move |version, signal| Box::pin(ask(version, signal)) as Asking<T>);
        let inner = Inner { ask, version: None, failures: 0, asked_at: 0.0, timer: None, abort: None };
        let poll = Self {
            data: RwSignal::new(None),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            paused: RwSignal::new(false),
            due: RwSignal::new(None),
            updated: RwSignal::new(None),
            now: RwSignal::new(Date::now()),
            inner: StoredValue::new_local(inner),
        };
        let shown = window_event_listener_untyped("visibilitychange", move |_| poll.wake());
        let online = window_event_listener(leptos::ev::online, move |_| poll.wake());
        on_cleanup(move || {
            shown.remove();
            online.remove();
            let _ = poll.inner.try_update_value(|inner| {
                inner.stop_timer();
                inner.stop_request();
            });
        });
        poll.ask_now();
        poll
    }

    /// Asks now, unless a request is under way or the server asked to be left alone.
    pub fn refresh(self) {
        if !self.busy.get_untracked() && !self.is_limited() {
            self.ask_now();
        }
    }

    /// Stops asking, or goes on.
    pub fn toggle_pause(self) {
        self.paused.update(|paused| *paused = !*paused);
        if self.paused.get_untracked() {
            self.due.set(None)
        } else {
            self.refresh()
        }
        self.arm();
    }

    /// Whether nothing will be asked any more, because the answer is final or asking again cannot help.
    pub fn is_over(self) -> bool {
        let refused = || {
            self.problem.with_untracked(|problem| {
                problem.as_ref().is_some_and(|problem| pace::after_failure(problem, 1, 0.0).is_none())
            })
        };
        self.data.with_untracked(|data| data.as_ref().is_some_and(Polled::is_final)) || refused()
    }

    fn is_limited(self) -> bool {
        let limited = |problem: &Error| matches!(problem, Error::Api(refusal) if refusal.status == 429);
        self.problem.with_untracked(|problem| problem.as_ref().is_some_and(limited))
            && self.due.get_untracked().is_some_and(|due| due > Date::now())
    }

    fn wake(self) {
        self.now.set(Date::now());
        if !document().hidden() && !self.paused.get_untracked() && !self.is_over() {
            self.refresh();
        }
        self.arm();
    }

    fn arm(self) {
        let _ = self.inner.try_update_value(|inner| {
            inner.stop_timer();
            if document().hidden() || (self.is_over() && !self.busy.get_untracked()) {
                return;
            }
            let until_due = self.due.get_untracked().map_or(1_000.0, |due| due - Date::now());
            let wait = Duration::from_secs_f64(until_due.clamp(10.0, 1_000.0) / 1_000.0);
            inner.timer = set_timeout_with_handle(move || self.tick(), wait).ok();
        });
    }

    fn tick(self) {
        let now = Date::now();
        self.now.set(now);
        let busy = self.busy.get_untracked();
        let waited = self.inner.with_value(|inner| now - inner.asked_at);
        if busy && waited > PATIENCE {
            self.inner.update_value(Inner::stop_request);
        }
        if !busy && self.due.get_untracked().is_some_and(|due| due <= now) { self.ask_now() } else { self.arm() }
    }

    fn ask_now(self) {
        let Ok(abort) = AbortController::new() else { return };
        let asking = self.inner.try_update_value(|inner| {
            inner.asked_at = Date::now();
            let asking = (inner.ask)(inner.version, abort.signal());
            inner.abort = Some(abort);
            asking
        });
        let Some(asking) = asking else { return };
        self.busy.set(true);
        self.due.set(None);
        self.arm();
        spawn_local(async move {
            let result = asking.await;
            // The component may be gone by now, and its signals with it.
            if self.inner.try_update_value(|inner| inner.abort = None).is_some() {
                self.settle(result);
                self.arm();
            }
        });
    }

    fn settle(self, result: Result<Answer<T>, Error>) {
        let now = Date::now();
        let wait = match result {
            Ok(answer) => {
                let wait = pace::after_answer(answer.retry_after);
                self.keep(answer);
                self.updated.set(Some(now));
                self.problem.maybe_update(|problem| problem.take().is_some());
                Some(wait)
            }
            Err(problem) => {
                let failures = self.inner.try_update_value(|inner| {
                    inner.failures = inner.failures.saturating_add(1);
                    inner.failures
                });
                let wait = pace::after_failure(&problem, failures.unwrap_or(1), Math::random());
                self.problem.set(Some(problem));
                wait
            }
        };
        self.now.set(now);
        self.busy.set(false);
        let stopped = self.paused.get_untracked() || self.is_over();
        self.due.set(wait.filter(|_| !stopped).map(|wait| now + wait));
    }

    /// Takes the answer over unless it is older than what is known: answers of several machines may cross.
    fn keep(self, answer: Answer<T>) {
        let newer = self.inner.try_update_value(|inner| {
            inner.failures = 0;
            let newer = answer.version.is_none_or(|version| inner.version.is_none_or(|known| version >= known));
            if newer && answer.body.is_some() {
                inner.version = answer.version;
            }
            newer
        });
        if let (Some(true), Some(body)) = (newer, answer.body) {
            self.data.maybe_update(|data| {
                let changed = data.as_ref() != Some(&body);
                *data = Some(body);
                changed
            });
        }
    }
}
