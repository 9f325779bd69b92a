//! A request's body, piece by piece, and the room that all bodies of an isolate share.

use super::Incoming;
use crate::error::ApiError;
use std::cell::Cell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/http/http.js")]
extern "C" {
    #[wasm_bindgen(js_name = openBody)]
    fn open_body(request: &web_sys::Request, encoding: Option<&str>) -> JsValue;

    #[wasm_bindgen(catch, js_name = readBody)]
    async fn read_body(reader: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = closeBody)]
    fn close_body(reader: &JsValue);
}

/// What the bodies under way in an isolate may take together, in bytes. One takes up what it holds; and while a portion of it
/// goes to D1 there are several copies of that, in JavaScript too.
const ROOM: usize = 44 << 20;

/// What a body takes up beside its bytes, as far as it has them: the copies of a portion.
const COPIES: usize = 4 << 20;

thread_local! {
    static TAKEN: Cell<usize> = const { Cell::new(0) };
}

/// Some of the room, for as long as it lives.
struct Room(usize);

impl Room {
    /// Makes it large enough for `length` bytes of a body.
    fn fit(&mut self, length: usize) -> Result<(), ApiError> {
        let more = length.saturating_add(length.min(COPIES)).saturating_sub(self.0);
        let taken = TAKEN.get().saturating_add(more);
        if taken > ROOM {
            return Err(ApiError::Busy);
        }
        TAKEN.set(taken);
        self.0 = self.0.saturating_add(more);
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        TAKEN.set(TAKEN.get().saturating_sub(self.0));
    }
}

/// A body that is being read. It holds its room until it is dropped: by then what was made of it must be gone.
pub struct Body {
    /// `null` where there is no body.
    reader: JsValue,
    room: Room,
    /// Bytes that came, unpacked.
    length: usize,
    most: u32,
}

impl Body {
    /// Begins to read the body of `incoming`, which may have `most` bytes, unpacked.
    pub fn open(incoming: &Incoming, most: u32) -> Result<Self, ApiError> {
        let encoding = incoming.header("content-encoding").map(|encoding| encoding.trim().to_ascii_lowercase());
        let encoding = encoding.filter(|encoding| !encoding.is_empty() && encoding != "identity");
        let announced = incoming.header("content-length").and_then(|length| length.parse::<u64>().ok());
        // What is packed will hardly be smaller when it is unpacked.
        if announced.is_some_and(|length| length > most.into()) {
            return Err(ApiError::PayloadTooLarge(most));
        }
        let mut room = Room(0);
        // Rather refused at once than when half of it has come.
        room.fit(announced.and_then(|length| usize::try_from(length).ok()).unwrap_or_default())?;
        let reader = open_body(&incoming.request, encoding.as_deref());
        if reader.is_undefined() {
            return Err(ApiError::UnsupportedEncoding);
        }
        Ok(Self { reader, room, length: 0, most })
    }

    /// The next piece; `None` behind the last one.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ApiError> {
        if self.reader.is_null() {
            return Ok(None);
        }
        let piece = read_body(&self.reader).await;
        let piece = piece.map_err(|_| ApiError::InvalidRequest("The body broke off. Send it again.".to_owned()))?;
        if piece.is_undefined() {
            self.reader = JsValue::NULL;
            return Ok(None);
        }
        let piece = js_sys::Uint8Array::from(piece);
        let length = usize::try_from(piece.length()).unwrap_or(usize::MAX);
        self.length = self.length.saturating_add(length);
        if u32::try_from(self.length).is_ok_and(|length| length <= self.most) {
            self.room.fit(self.length)?;
            Ok(Some(piece.to_vec()))
        } else {
            Err(ApiError::PayloadTooLarge(self.most))
        }
    }

    /// All of it.
    pub async fn text(&mut self) -> Result<String, ApiError> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        String::from_utf8(all).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            ApiError::InvalidRequest(format!("The body must be UTF-8: it is not at byte {at}."))
        })
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if !self.reader.is_null() {
            close_body(&self.reader);
        }
    }
}
