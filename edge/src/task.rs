//! Runs what answers a request, without detours.
//!
//! The executor of wasm-bindgen queues every poll as a microtask, which workerd makes dear: a quarter of what an answer
//! from memory takes. Here a future is polled where it is made and where it is woken, and one that waits for nothing needs
//! no promise.

use js_sys::{Function, Promise};
use std::{
    cell::RefCell,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};
use wasm_bindgen::JsValue;
use worker::send::SendWrapper;

/// A waker must be able to cross threads. There is only one.
struct Task(SendWrapper<RefCell<State>>);

struct State {
    /// Taken out while it is polled, and for good once it is done.
    future: Option<Pin<Box<dyn Future<Output = JsValue>>>>,
    /// Woken while it was polled.
    woken: bool,
    /// Resolves the promise that was given out, if one was.
    resolve: Option<Function>,
}

/// The value of `future`, or a promise of it where it has to wait.
pub fn run(future: impl Future<Output = JsValue> + 'static) -> JsValue {
    let state = State { future: Some(Box::pin(future)), woken: false, resolve: None };
    let task = Arc::new(Task(SendWrapper::new(RefCell::new(state))));
    if let Some(value) = task.poll() {
        return value;
    }
    Promise::new(&mut |resolve, _| task.0.borrow_mut().resolve = Some(resolve)).into()
}

impl Task {
    fn poll(self: &Arc<Self>) -> Option<JsValue> {
        loop {
            let future = self.0.borrow_mut().future.take();
            let Some(mut future) = future else {
                self.0.borrow_mut().woken = true;
                return None;
            };
            let waker = Waker::from(self.clone());
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return Some(value);
            }
            let mut state = self.0.borrow_mut();
            state.future = Some(future);
            if !std::mem::take(&mut state.woken) {
                return None;
            }
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        if let Some(value) = self.poll()
            && let Some(resolve) = self.0.borrow_mut().resolve.take()
        {
            // A promise's own function does not throw.
            let _ = resolve.call1(&JsValue::UNDEFINED, &value);
        }
    }
}
