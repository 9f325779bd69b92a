//! The end of the sending.

use super::send::Outbox;
use crate::{browser::number, components::toast::Toast, text::plural};
use contract::JobId;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// What to do once all batches are taken: shows their progress to who waits for it, and tells it who is on another page.
pub fn land(outbox: Outbox) -> impl Fn(Vec<JobId>) + Clone + Send + Sync + 'static {
    let (navigate, toast) = (use_navigate(), expect_context::<Toast>());
    move |jobs| {
        let waits = window().location().pathname().is_ok_and(|path| path == "/import");
        if !waits {
            let count = jobs.len() as u32;
            toast.say(format!("{} {} handed in", number(count), plural(count, "batch is", "batches are")));
            return outbox.clear();
        }
        let address = match jobs.as_slice() {
            [job] => format!("/jobs/{job}"),
            _ => "/".to_owned(),
        };
        navigate(&address, Default::default());
        outbox.clear();
    }
}
