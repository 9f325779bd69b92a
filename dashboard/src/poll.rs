//! The only timer of the dashboard. It asks at the server's pace, never twice at once, not while the page is hidden and
//! not once the answer is final; what it has, it keeps. Where the server can hold an answer back until there are news, it lets
//! it, and hears of them at once.

use crate::{
    api::{self, Answer, Error},
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
/// The same where the answer may be held back.
const PATIENCE_TO_WAIT: f64 = PATIENCE + api::WAIT as f64 * 1_000.0;
/// An answer without news that comes sooner than this, in milliseconds, was not held back, whatever it says.
const TOO_SOON: f64 = 1_000.0;
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
    /// Whether a request is under way that is answered at once.
    pub busy: RwSignal<bool>,
    /// Whether the server tells of news by itself: it holds a request until there are some.
    pub live: RwSignal<bool>,
    /// Whether the reader has stopped it.
    pub paused: RwSignal<bool>,
    /// Whether nothing will be asked any more: the answer is final, or asking again cannot help.
    pub over: RwSignal<bool>,
    /// Whether to go on while the page is hidden, because the reader wants to be told of the end.
    pub insist: RwSignal<bool>,
    /// When it is asked next.
    pub due: RwSignal<Option<f64>>,
    /// Until when the server asked to be left alone, if it did.
    pub left_alone: RwSignal<Option<f64>>,
    /// When the last good answer came.
    pub updated: RwSignal<Option<f64>>,
    /// The time that the page shows; moves about once a second.
    pub now: RwSignal<f64>,
    inner: StoredValue<Inner, LocalStorage>,
}

type Asking = Pin<Box<dyn Future<Output = Result<Heard, Error>>>>;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Ask {
    /// The version that is known.
    pub known: Option<u64>,
    /// Whether the answer may be held back until there is another.
    pub waits: bool,
}

/// What the timer has to know of a good answer.
struct Heard {
    retry_after: Option<u32>,
    is_final: bool,
    is_new: bool,
    waited: bool,
}

struct Inner {
    ask: Rc<dyn Fn(bool, AbortSignal) -> Asking>,
    can_wait: bool,
    failures: u32,
    asked_at: f64,
    /// Whether the newest request may be held back.
    waits: bool,
    /// Whether the newest request took too long.
    gave_up: bool,
    /// The number of the newest request: what an earlier one brings is no longer wanted.
    turn: u32,
    timer: Option<TimeoutHandle>,
    /// There while a request is under way.
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
    begin(false, move |wanted, abort| ask(wanted.known, abort), also)
}

/// [`start`] for what the server can hold back until there are news.
pub fn watch<T: Polled, F, G>(
    ask: impl Fn(Ask, AbortSignal) -> F + 'static,
    also: impl Fn(AbortSignal) -> G + 'static,
) -> (RwSignal<Option<T>>, Poll)
where
    F: Future<Output = Result<Answer<T>, Error>> + 'static,
    G: Future<Output = ()> + 'static,
{
    begin(true, ask, also)
}

fn begin<T: Polled, F, G>(
    can_wait: bool,
    ask: impl Fn(Ask, AbortSignal) -> F + 'static,
    also: impl Fn(AbortSignal) -> G + 'static,
) -> (RwSignal<Option<T>>, Poll)
where
    F: Future<Output = Result<Answer<T>, Error>> + 'static,
    G: Future<Output = ()> + 'static,
{
    let (data, known, also) = (RwSignal::new(None), Rc::new(Cell::new(None)), Rc::new(also));
    let ask = move |waits, abort: AbortSignal| {
        let wanted = Ask { known: known.get(), waits };
        let (asking, known, also) = (ask(wanted, abort.clone()), known.clone(), also.clone());
        Box::pin(async move {
            let heard = keep(data, &known, asking.await?);
            also(abort).await;
            Ok(heard)
        }) as Asking
    };
    (data, Poll::start(Rc::new(ask), can_wait))
}

/// Takes the answer over unless it is older than what is known: answers of several machines may cross.
fn keep<T: Polled>(data: RwSignal<Option<T>>, known: &Cell<Option<u64>>, answer: Answer<T>) -> Heard {
    let is_older = matches!((answer.version, known.get()), (Some(version), Some(known)) if version < known);
    let (retry_after, waited) = (answer.retry_after, answer.waited);
    let body = answer.body.filter(|_| !is_older);
    let is_new = body.is_some();
    if let Some(body) = body {
        known.set(answer.version);
        // Nothing to keep it in when the component is gone.
        if data.try_with_untracked(|data| data.as_ref() != Some(&body)) == Some(true) {
            data.set(Some(body));
        }
    }
    let is_final = data.try_with_untracked(|data| data.as_ref().is_some_and(Polled::is_final));
    Heard { retry_after, is_final: is_final.unwrap_or(true), is_new, waited }
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
    fn start(ask: Rc<dyn Fn(bool, AbortSignal) -> Asking>, can_wait: bool) -> Self {
        let (failures, turn, asked_at, waits, gave_up, timer, abort) = (0, 0, 0.0, false, false, None, None);
        let inner = Inner { ask, can_wait, failures, asked_at, waits, gave_up, turn, timer, abort };
        let poll = Self {
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            live: RwSignal::new(false),
            paused: RwSignal::new(false),
            over: RwSignal::new(false),
            insist: RwSignal::new(false),
            due: RwSignal::new(None),
            left_alone: RwSignal::new(None),
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
        poll.ask_now(false);
        poll
    }

    /// Asks now, unless an answer is about to come or the server asked to be left alone. A request that is held back gives way
    /// to one that is not.
    pub fn refresh(self) {
        if !self.busy.get_untracked() && !self.is_limited() {
            self.ask_now(false);
        }
    }

    /// Stops asking, or goes on.
    pub fn toggle_pause(self) {
        if self.over.get_untracked() {
            return;
        }
        self.paused.update(|paused| *paused = !*paused);
        if self.paused.get_untracked() {
            self.stop_waiting();
            self.due.set(None);
        } else if self.is_limited() {
            self.due.set(self.left_alone.get_untracked());
        } else {
            self.refresh();
        }
        self.arm();
    }

    fn is_limited(self) -> bool {
        self.left_alone.get_untracked().is_some_and(|until| until > Date::now())
    }

    /// Lets go of a request that is held back; the next one is due at once.
    fn stop_waiting(self) {
        let stopped = self.inner.try_update_value(|inner| inner.waits && inner.stop_request());
        if stopped == Some(true) {
            self.live.set(false);
            self.due.set(Some(Date::now()));
        }
    }

    /// After the page was shown or hidden, or the network came back.
    fn wake(self) {
        if document().hidden() {
            self.stop_waiting();
        } else {
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
            // What is under way is given up when it takes too long, here as well.
            let asked_at = |inner: &Inner| inner.abort.as_ref().map(|_| inner.asked_at);
            let due = due.or_else(|| Some(self.inner.try_with_value(asked_at)?? + PATIENCE));
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
        let is_under_way = self.inner.try_update_value(|inner| {
            let patience = if inner.waits { PATIENCE_TO_WAIT } else { PATIENCE };
            if let Some(abort) = inner.abort.as_ref().filter(|_| now - inner.asked_at > patience) {
                inner.gave_up = true;
                abort.abort();
            }
            inner.abort.is_some()
        });
        if is_under_way == Some(false) && self.due.get_untracked().is_some_and(|due| due <= now) {
            self.ask_now(true);
        }
        self.arm();
    }

    /// Asks, whatever is under way. With `may_wait` the answer may be held back, if it can be and nothing is amiss.
    fn ask_now(self, may_wait: bool) {
        let Ok(abort) = AbortController::new() else { return };
        let is_well = self.updated.with_untracked(Option::is_some) && self.problem.with_untracked(Option::is_none);
        let begun = self.inner.try_update_value(|inner| {
            inner.stop_timer();
            inner.stop_request();
            inner.asked_at = Date::now();
            inner.waits = may_wait && inner.can_wait && is_well && !document().hidden();
            inner.gave_up = false;
            let asking = (inner.ask)(inner.waits, abort.signal());
            inner.abort = Some(abort);
            (inner.turn, inner.waits, asking)
        });
        let Some((turn, waits, asking)) = begun else { return };
        self.busy.set(!waits);
        self.live.set(waits);
        self.due.set(None);
        self.arm();
        spawn_local(async move {
            let result = asking.await;
            // The component may be gone by now, and its signals with it.
            let gave_up = self.inner.try_update_value(|inner| inner.end(turn));
            match (gave_up.flatten(), result) {
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
        let heard = result.as_ref().ok();
        let (failures, soon) = self
            .inner
            .try_update_value(|inner| {
                inner.failures = if heard.is_some() { 0 } else { inner.failures.saturating_add(1) };
                let since = now - inner.asked_at;
                let soon = heard.is_some_and(|heard| inner.can_wait && (!inner.waits || heard.was_held(since)));
                (inner.failures, soon.then(|| pace::until_the_next_wait(since)))
            })
            .unwrap_or((1, None));
        let (wait, problem) = match result {
            Ok(heard) => {
                self.updated.set(Some(now));
                let wait = soon.unwrap_or_else(|| pace::after_answer(heard.retry_after));
                ((!heard.is_final).then_some(wait), None)
            }
            Err(problem) => (pace::after_failure(&problem, failures, Math::random()), Some(problem)),
        };
        let is_limited = problem.as_ref().and_then(Error::code) == Some(Code::RateLimitExceeded);
        self.left_alone.set(wait.filter(|_| is_limited).map(|wait| now + wait));
        if self.problem.with_untracked(|known| *known != problem) {
            self.problem.set(problem);
        }
        self.now.set(now);
        self.busy.set(false);
        if soon.is_none() {
            self.live.set(false);
        }
        self.over.set(wait.is_none());
        self.due.set(wait.filter(|_| !self.paused.get_untracked()).map(|wait| now + wait));
        self.arm();
    }
}

impl Heard {
    /// Whether the server held the answer back, `since` milliseconds long, until there was something to tell.
    fn was_held(&self, since: f64) -> bool {
        self.waited && (self.is_new || since >= TOO_SOON)
    }
}

impl Inner {
    fn stop_timer(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }

    /// Lets go of what is under way; whether there was something.
    fn stop_request(&mut self) -> bool {
        self.turn = self.turn.wrapping_add(1);
        let stopped = self.abort.take();
        if let Some(abort) = &stopped {
            abort.abort();
        }
        stopped.is_some()
    }

    /// Notes the end of the request `turn`, unless another one was begun; whether it had taken too long.
    fn end(&mut self, turn: u32) -> Option<bool> {
        if self.turn != turn {
            return None;
        }
        self.abort = None;
        Some(self.gave_up)
    }
}
