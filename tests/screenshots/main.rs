//! Takes the README's screenshots: a running job with errors, in both themes. `npm run screenshots` calls it.

use base64::{Engine, prelude::BASE64_STANDARD};
use chromiumoxide::cdp::browser_protocol::{
    emulation::SetScrollbarsHiddenParams,
    page::{CaptureScreenshotFormat, CaptureScreenshotParams},
};
use contract::Tier;
use std::fs;
use tests::{Account, Running, browser::Tab};
use xtask::checkout;

/// The most bytes of one: they are part of every clone.
const LARGEST: usize = 300_000;

fn main() {
    let account = Account::new(Tier::Team);
    let job = Running::start(&account, 480);
    for index in (3..360).step_by(9) {
        job.fail(
            index,
            match index % 4 {
                0 => "content must not be empty",
                1 => "monthly write quota reached (25000)",
                _ => "agent cap reached (10)",
            },
        );
    }
    let tab = Tab::signed_in(&job.page(), &account.key);
    // It moves until it was watched for long enough to tell the time left.
    let mut imported = 80;
    while !tab.text("[data-fact=left]").contains("about") {
        imported += 4 + imported % 3;
        job.set(&format!("imported = {imported}"));
        tab.sees("[data-count=imported]", &imported.to_string());
    }
    tab.run(SetScrollbarsHiddenParams::new(true));
    tab.js::<serde_json::Value>("{ document.activeElement.blur(); null }");
    for theme in ["light", "dark"] {
        tab.prefer("prefers-color-scheme", theme);
        tab.until("document.getAnimations().every(it => it.playState !== 'running' || it.effect.getComputedTiming().iterations === Infinity)");
        let photograph = CaptureScreenshotParams { format: Some(CaptureScreenshotFormat::Png), ..Default::default() };
        let png = BASE64_STANDARD.decode(tab.run(photograph).data).unwrap();
        assert!(png.len() < LARGEST, "{theme}: {} bytes", png.len());
        let folder = checkout::path("tests/screenshots");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{theme}.png")), png).unwrap();
    }
}
