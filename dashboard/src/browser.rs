//! What the browser does for the page: dates, numbers, the clipboard, files, storage, notifications.

use crate::zone::Zone;
use js_sys::{Array, Date, Number, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, HtmlAnchorElement, HtmlElement, Notification, NotificationPermission, ResizeObserver,
    ScrollIntoViewOptions, ScrollLogicalPosition, Storage, Url,
};

/// The language of the page, for numbers and dates.
const LANGUAGE: &str = "en";

/// `value` with its thousands set apart.
pub fn number(value: u32) -> String {
    Number::from(value).to_locale_string(LANGUAGE).into()
}

/// [`number`] of what may be larger; past its end it is the largest.
pub fn large(value: u64) -> String {
    number(u32::try_from(value).unwrap_or(u32::MAX))
}

/// An RFC 3339 time in milliseconds since 1970; `None` where it is none.
pub fn parse_time(text: &str) -> Option<f64> {
    Some(Date::parse(text)).filter(|time| time.is_finite())
}

/// Day and time of `at`, in milliseconds since 1970, where the reader is.
pub fn date_time(at: f64) -> String {
    in_words(at, &["dateStyle", "timeStyle"])
}

/// The time alone.
pub fn time(at: f64) -> String {
    in_words(at, &["timeStyle"])
}

fn in_words(at: f64, styles: &[&str]) -> String {
    let options = Object::new();
    for style in styles {
        let _ = Reflect::set(&options, &(*style).into(), &"medium".into());
    }
    Date::new(&at.into()).to_locale_string(LANGUAGE, &options).into()
}

/// Day and time of `at`, in milliseconds since 1970, by the clock of `zone`, which it names.
pub fn moment(at: f64, zone: Zone) -> String {
    let options = Object::new();
    let utc = (zone == Zone::Utc).then_some(("timeZone", "UTC"));
    for (name, value) in [("dateStyle", "medium"), ("timeStyle", "long")].into_iter().chain(utc) {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    Date::new(&at.into()).to_locale_string(LANGUAGE, &options).into()
}

/// The day that `at`, in milliseconds since 1970, is on by the clock of `zone`, as `YYYY-MM-DD`.
pub fn day_of(at: f64, zone: Zone) -> String {
    let date = Date::new(&at.into());
    let offset = if zone == Zone::Local { date.get_timezone_offset() * 60_000.0 } else { 0.0 };
    // What is read as UTC is the local day.
    let shifted = Date::new(&(at - offset).into());
    if !shifted.get_time().is_finite() {
        return String::new();
    }
    String::from(shifted.to_iso_string()).split('T').next().unwrap_or_default().to_owned()
}

/// The moment that the day `later` days after `day`, which is `YYYY-MM-DD`, begins by the clock of `zone`, in RFC 3339; `None`
/// where it is no day.
pub fn day_begins(day: &str, later: u32, zone: Zone) -> Option<String> {
    let date = Date::new(&format!("{day}T00:00:00{}", if zone == Zone::Utc { "Z" } else { "" }).into());
    if zone == Zone::Utc {
        date.set_utc_date(date.get_utc_date() + later);
    } else {
        // Not a day of 24 hours: some have one more or less.
        date.set_date(date.get_date() + later);
    }
    date.get_time().is_finite().then(|| date.to_iso_string().into())
}

/// The lower-case hex SHA-256 of `text`. None where the page is not served over HTTPS or from this machine.
pub async fn sha256(text: &str) -> Option<String> {
    let subtle = window().crypto().ok()?.subtle();
    // Absent, whatever its type says.
    if subtle.is_undefined() {
        return None;
    }
    let digest = subtle.digest_with_str_and_u8_array("SHA-256", text.as_bytes()).ok()?;
    let digest = Uint8Array::new(&JsFuture::from(digest).await.ok()?).to_vec();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The day of a date like `2026-12-01`, as people say it.
pub fn day(date: &str) -> String {
    let options = Object::new();
    for (name, value) in [("day", "numeric"), ("month", "long"), ("timeZone", "UTC")] {
        let _ = Reflect::set(&options, &name.into(), &value.into());
    }
    match parse_time(date) {
        Some(at) => Date::new(&at.into()).to_locale_date_string(LANGUAGE, &options).into(),
        None => date.to_owned(),
    }
}

/// Puts `text` on the clipboard; whether the browser let it.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    // Absent, whatever its type says, where the page is not served over HTTPS or from this machine.
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Hands the reader `text` as a file.
pub fn download(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    save(name, &Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?)
}

/// Hands the reader `file`.
pub fn save(name: &str, file: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(file)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&url)
}

/// A random UUID. The browser's own is absent where the page is not served over HTTPS or from this machine.
pub fn random_id() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Whether the machine has a network, as far as the browser knows.
pub fn is_online() -> bool {
    window().navigator().on_line()
}

/// What outlives the tab. Never holds a key.
pub fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What this tab keeps until it is closed.
pub fn session_storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Whether the reader has selected some text.
pub fn has_selection() -> bool {
    window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed())
}

/// Moves the keyboard to the first element that `selector` finds.
pub fn focus(selector: &str) {
    if let Some(element) = find(selector) {
        let _ = element.focus();
    }
}

/// The first element that `selector` finds.
pub fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Scrolls no further than it takes to see all of the first element that `selector` finds.
pub fn bring_into_view(selector: &str) {
    scroll_to(selector, ScrollLogicalPosition::Nearest);
}

/// Scrolls until the first element that `selector` finds is at the top.
pub fn bring_to_the_top(selector: &str) {
    scroll_to(selector, ScrollLogicalPosition::Start);
}

fn scroll_to(selector: &str, place: ScrollLogicalPosition) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(place);
    if let Some(element) = find(selector) {
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Tells `told` the height of `element`, now and whenever it changes, for as long as the component lives.
pub fn watch_height(element: HtmlElement, told: impl Fn(f64) + 'static) {
    let watched = element.clone();
    let tell = Closure::<dyn Fn()>::new(move || told(f64::from(watched.offset_height())));
    let Ok(observer) = ResizeObserver::new(tell.as_ref().unchecked_ref()) else { return };
    observer.observe(&element);
    let kept = StoredValue::new_local((observer, tell));
    on_cleanup(move || {
        kept.try_update_value(|(observer, _)| observer.disconnect());
    });
}

/// Asks whether the page may notify; whether it may.
pub async fn may_notify() -> bool {
    // Absent where the page is not served over HTTPS or from this machine.
    let Ok(asked) = Notification::request_permission() else { return false };
    let _ = JsFuture::from(asked).await;
    Notification::permission() == NotificationPermission::Granted
}

/// Tells the reader `title` even when the tab is not in front.
pub fn notify(title: &str) {
    let _ = Notification::new(title);
}

/// Runs `work` and leaves how long it took among the page's performance entries under `name`.
pub fn measured<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let Some(performance) = window().performance() else { return work() };
    let _ = performance.mark(name);
    let out = work();
    let _ = performance.measure_with_start_mark(name, name);
    out
}
