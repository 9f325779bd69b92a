//! temp
use base64::{Engine, prelude::BASE64_STANDARD};
use chromiumoxide::cdp::browser_protocol::{emulation::{MediaFeature, SetEmulatedMediaParams, SetDeviceMetricsOverrideParams}, page::{CaptureScreenshotFormat, CaptureScreenshotParams}};
use contract::Tier;
use serde_json::json;
use tests::{Account, Running, browser::Tab, importing, importing_server, job};

fn shot(tab: &Tab, name: &str) {
    tab.js::<bool>("new Promise(done => setTimeout(done, 700)).then(() => true)");
    let photograph = CaptureScreenshotParams { format: Some(CaptureScreenshotFormat::Png), ..Default::default() };
    let png = BASE64_STANDARD.decode(tab.run(photograph).data).unwrap();
    std::fs::create_dir_all("/tmp/shots").unwrap();
    std::fs::write(format!("/tmp/shots/{name}.png"), png).unwrap();
}

#[test]
fn shots() {
    let account = Account::new(Tier::Scale);
    let job = Running::start(&account, 1_000);
    job.set("imported = 200, started_at = started_at - 30000");
    for i in 0..20 { job.fail(i, if i % 2 == 0 { "agent cap reached (500)" } else { "content must not be empty" }); }
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.run(SetDeviceMetricsOverrideParams::new(1366, 768, 1.0, false));
    tab.sees("[data-next]", "live");
    for n in [230, 290, 310, 400] {
        job.set(&format!("imported = {n}"));
        tab.sees("[data-count=imported]", &n.to_string());
    }
    shot(&tab, "running");
    let feature = MediaFeature::new("forced-colors", "active");
    tab.run(SetEmulatedMediaParams { features: Some(vec![feature]), ..Default::default() });
    shot(&tab, "forced");
    tab.prefer("dark");
    tab.click("button", "Cancel");
    shot(&tab, "cancel-dark");
    tab.press(&["Escape"]);
    tab.prefer("light");
    tab.run(SetDeviceMetricsOverrideParams::new(320, 700, 1.0, true));
    shot(&tab, "running-320");

    let account = Account::new(Tier::Developer);
    let memories: Vec<_> = (0..40).map(|n| json!({ "content": if n % 5 == 1 { " " } else { "Ann said that she likes the small blue notebook better." }, "user_id": "ann", "metadata": { "source": "notes.csv", "n": n }, "agent_id": format!("agent {}", n) })).collect();
    let id = importing().import(&account.key, &memories);
    importing().finished(id, &account.key);
    let tab = Tab::open_at(importing_server().url(), &format!("/jobs/{id}"));
    tab.sign_in(&account.key);
    tab.run(SetDeviceMetricsOverrideParams::new(1366, 768, 1.0, false));
    tab.sees("[data-retry]", "agents.");
    shot(&tab, "finished");
    tab.press(&["G"]);
    tab.until("document.activeElement.closest('.row') !== null");
    tab.press(&["Enter"]);
    tab.sees(".sent", "Ann said");
    shot(&tab, "expanded-last");
    tab.press(&["e"]);
    shot(&tab, "export");
    tab.press(&["Escape"]);
    tab.run(SetDeviceMetricsOverrideParams::new(320, 700, 1.0, true));
    shot(&tab, "expanded-320");
    tab.js::<bool>("scrollTo(0, 0); true");
    shot(&tab, "finished-320");
    let tab = Tab::signed_in(&format!("/jobs/{}", job::ERRORS_50000), &Account::other().key);
    tab.run(SetDeviceMetricsOverrideParams::new(1366, 768, 1.0, false));
    tab.sees("[data-matches]", "50,000 failures");
    tab.js::<bool>("scrollTo(0, 100000); true");
    shot(&tab, "large");
}
