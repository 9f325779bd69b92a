//! What receivers know of the sender: a secret, and signed `POST`s.

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/webhooks/receiver.js")]
extern "C" {
    #[wasm_bindgen(js_name = post)]
    async fn post_signed(
        url: &str,
        body: &str,
        id: &str,
        timestamp: &str,
        secrets: Vec<String>,
        milliseconds: u32,
    ) -> JsValue;

    /// A new secret as it is shown: `whsec_` and base64.
    #[wasm_bindgen(js_name = newSecret)]
    pub fn new_secret() -> String;
}

/// How long a receiver may take, in seconds. The specification recommends 15 to 30.
pub const TIME_OUT: u32 = 15;

/// What came back.
pub enum Reply {
    Answer {
        status: u16,
        /// When the receiver wants to be asked again, in milliseconds since 1970 UTC.
        not_before: Option<u64>,
    },
    TimeOut,
    Unreachable,
}

/// Sends `body`, signed with each of the secrets. It follows no redirect, and takes [`TIME_OUT`] at most.
pub async fn post(url: &str, body: &str, id: &str, seconds: u64, secrets: Vec<String>) -> Reply {
    let answer = post_signed(url, body, id, &seconds.to_string(), secrets, TIME_OUT.saturating_mul(1_000)).await;
    match answer.as_string().as_deref() {
        Some("timeout") => Reply::TimeOut,
        Some(_) => Reply::Unreachable,
        None => {
            let answer = Array::from(&answer);
            // A status has three digits, and a moment that is finite becomes the nearest that there is.
            let status = answer.get(0).as_f64().unwrap_or_default() as u16;
            Reply::Answer { status, not_before: answer.get(1).as_f64().map(|at| at as u64) }
        }
    }
}
