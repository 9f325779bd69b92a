//! The end of the sending.

use super::send::Outbox;
use crate::{browser::number, components::toast::Toast, text::plural};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// What to do once all batches are taken: shows their progress to who waits for it, and tells it who is on another page.
pub fn land(outbox: Outbox) -> impl Fn() + Clone + Send + Sync + 'static {
    let (navigate, toast) = (use_navigate(), expect_context::<Toast>());
    move || {
        let (import, count) = (untrack(|| outbox.import()), untrack(|| outbox.taken()));
        outbox.clear();
        let Some(import) = import else { return };
        if window().location().pathname().is_ok_and(|path| path == "/import") {
            return navigate(&format!("/imports/{}", import.group), Default::default());
        }
        toast.say(format!("{} {} handed in", number(count), plural(count, "batch is", "batches are")));
    }
}
