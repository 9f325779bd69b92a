//! The only timer of the dashboard. It asks at the server's pace, never twice at once, not while the page is hidden and
//! not once the answer is final; what it has, it keeps.

use crate::{
    api::{Answer, Error},
    pace,
};
use contract::Code;
use js_sys::{Date, Math};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::{cell::Cell, future::Future, pin::Pin, rc::Rc, time::Duration};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

/// Milliseconds after which an answer is no longer waited for.
const PATIENCE: f64 = 25_000.0;
/// The shortest wait between two attempts of a hidden page, in milliseconds.
const HIDDEN_PACE: f64 = 30_000.0;

/// What can be asked again and again.
pub trait Polled: PartialEq + Send + Sync + 'static {
    /// Whether it will never change again.
    fn is_final(&self) -> bool;
}

/// Something that is asked again and again. All times are in milliseconds since 1970.
#[derive(Clone, Copy)]
pub struct Poll {
    /// Why the last attempt failed, until one succeeds.
    pub problem: RwSignal<Option<Error>>,
    /// Whether a request is under way.
    pub busy: RwSignal<bool>,
    /// Whether the reader has stopped it.
    pub paused: RwSignal<bool>,
    /// Whether nothing will be asked any more: the answer is final, or asking again cannot help.
    pub over: RwSignal<bool>,
    /// Whether to go on while the page is hidden, because the reader wants to be told of the end.
    pub insist: RwSignal<bool>,
    /// When it is asked next.
    pub due: RwSignal<Option<f64>>,
    /// When the last good answer came.
    pub updated: RwSignal<Option<f64>>,
    /// The time that the page shows; moves about once a second.
    pub now: RwSignal<f64>,
    inner: StoredValue<Inner, LocalStorage>,
}

type Asking = Pin<Box<dyn Future<Output = Result<Heard, Error>>>>;

/// What the timer has to know of a good answer.
struct Heard {
    retry_after: Option<u32>,
    is_final: bool,
}

struct Inner {
    ask: Rc<dyn Fn(AbortSignal) -> Asking>,
    failures: u32,
    asked_at: f64,
    timer: Option<TimeoutHandle>,
    abort: Option<AbortController>,
}

/// Asks now, and goes on for as long as the component lives. `ask` takes the version that is known. The signal holds the
/// newest good answer; it stays while later attempts fail. `also` asks for what goes with an answer once that is shown,
/// and before anything else is asked: there is never more than one request under way.
pub fn start<T: Polled, F, G>(
    ask: impl Fn(Option<u64>, AbortSignal) -> F + 'static,
    also: impl Fn(AbortSignal) -> G + 'static,
) -> (RwSignal<Option<T>>, Poll)
where
    F: Future<Output = Result<Answer<T>, Error>> + 'static,
    G: Future<Output = ()> + 'static,
{
    let (data, known, also) = (RwSignal::new(None), Rc::new(Cell::new(None)), Rc::new(also));
    let ask = move |abort: AbortSignal| {
        let (asking, known, also) = (ask(known.get(), abort.clone()), known.clone(), also.clone());
        Box::pin(async move {
            let heard = keep(data, &known, asking.await?);
            also(abort).await;
            Ok(heard)
        }) as Asking
    };
    (data, Poll::start(Rc::new(ask)))
}

/// Takes the answer over unless it is older than what is known: answers of several machines may cross.
fn keep<T: Polled>(data: RwSignal<Option<T>>, known: &Cell<Option<u64>>, answer: Answer<T>) -> Heard {
    let is_older = matches!((answer.version, known.get()), (Some(version), Some(known)) if version < known);
    if let Some(body) = answer.body.filter(|_| !is_older) {
        known.set(answer.version);
        // Nothing to keep it in when the component is gone.
        if data.try_with_untracked(|data| data.as_ref() != Some(&body)) == Some(true) {
            data.set(Some(body));
        }
    }
    let is_final = data.try_with_untracked(|data| data.as_ref().is_some_and(Polled::is_final));
    Heard { retry_after: answer.retry_after, is_final: is_final.unwrap_or(true) }
}

/// Waits without asking anything: `milliseconds` from now it goes on.
pub async fn wait(milliseconds: f64) {
    let elapsed = js_sys::Promise::new(&mut |resolve, _| {
        let resolved = move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        };
        set_timeout(resolved, Duration::from_secs_f64(milliseconds.max(0.0) / 1_000.0));
    });
    let _ = JsFuture::from(elapsed).await;
}

impl Poll {
    fn start(ask: Rc<dyn Fn(AbortSignal) -> Asking>) -> Self {
        let inner = Inner { ask, failures: 0, asked_at: 0.0, timer: None, abort: None };
        let poll = Self {
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            paused: RwSignal::new(false),
            over: RwSignal::new(false),
            insist: RwSignal::new(false),
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
            poll.inner.try_update_value(|inner| {
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
        if self.over.get_untracked() {
            return;
        }
        self.paused.update(|paused| *paused = !*paused);
        if self.paused.get_untracked() {
            self.due.set(None);
        } else {
            self.refresh();
        }
        self.arm();
    }

    fn is_limited(self) -> bool {
        let code = self.problem.with_untracked(|problem| problem.as_ref().and_then(Error::code));
        code == Some(Code::RateLimitExceeded) && self.due.get_untracked().is_some_and(|due| due > Date::now())
    }

    /// After the page was shown or hidden, or the network came back.
    fn wake(self) {
        if !document().hidden() {
            self.now.set(Date::now());
            if !self.paused.get_untracked() && !self.over.get_untracked() {
                self.refresh();
            }
        }
        self.arm();
    }

    /// Sets the timer for the next attempt, or for the next second where the page shows one.
    fn arm(self) {
        let (now, due, hidden) = (Date::now(), self.due.get_untracked(), document().hidden());
        let wait = if self.over.get_untracked() && !self.busy.get_untracked() {
            None
        } else if hidden {
            due.filter(|_| self.insist.get_untracked()).map(|due| (due - now).max(HIDDEN_PACE))
        } else {
            Some(due.map_or(1_000.0, |due| (due - now).clamp(0.0, 1_000.0)))
        };
        self.inner.try_update_value(|inner| {
            inner.stop_timer();
            let wait = wait.map(|wait| Duration::from_secs_f64(wait / 1_000.0));
            inner.timer = wait.and_then(|wait| set_timeout_with_handle(move || self.tick(), wait).ok());
        });
    }

    fn tick(self) {
        let now = Date::now();
        self.now.set(now);
        if self.busy.get_untracked() {
            self.inner.update_value(|inner| {
                if now - inner.asked_at > PATIENCE {
                    inner.stop_request();
                }
            });
        } else if self.due.get_untracked().is_some_and(|due| due <= now) {
            self.ask_now();
        }
        self.arm();
    }

    fn ask_now(self) {
        let Ok(abort) = AbortController::new() else { return };
        let asking = self.inner.try_update_value(|inner| {
            inner.stop_timer();
            inner.asked_at = Date::now();
            let asking = (inner.ask)(abort.signal());
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
            let gave_up = self.inner.try_update_value(|inner| inner.abort.take().is_none());
            match (gave_up, result) {
                (None, _) => {}
                (Some(true), Err(_)) => {
                    self.settle(Err(Error::Fetch("The server took too long to answer.".to_owned())));
                }
                (_, result) => self.settle(result),
            }
        });
    }

    fn settle(self, result: Result<Heard, Error>) {
        let now = Date::now();
        let failures = self.inner.try_update_value(|inner| {
            inner.failures = if result.is_ok() { 0 } else { inner.failures.saturating_add(1) };
            inner.failures
        });
        let (wait, problem) = match result {
            Ok(heard) => {
                self.updated.set(Some(now));
                ((!heard.is_final).then(|| pace::after_answer(heard.retry_after)), None)
            }
            Err(problem) => (pace::after_failure(&problem, failures.unwrap_or(1), Math::random()), Some(problem)),
        };
        if self.problem.with_untracked(|known| *known != problem) {
            self.problem.set(problem);
        }
        self.now.set(now);
        self.busy.set(false);
        self.over.set(wait.is_none());
        self.due.set(wait.filter(|_| !self.paused.get_untracked()).map(|wait| now + wait));
        self.arm();
    }
}

impl Inner {
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
