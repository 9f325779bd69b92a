use base64::{Engine, prelude::BASE64_STANDARD};
use chromiumoxide::cdp::browser_protocol::{
    emulation::SetDeviceMetricsOverrideParams,
    page::{CaptureScreenshotFormat, CaptureScreenshotParams},
};
use contract::Tier;
use tests::{Account, Database, Running, browser::{Tab, server}, job};

fn shot(tab: &Tab, name: &str) {
    tab.until("document.getAnimations().every(it => it.playState !== 'running' || it.effect.getComputedTiming().iterations === Infinity)");
    let photograph = CaptureScreenshotParams { format: Some(CaptureScreenshotFormat::Png), ..Default::default() };
    let png = BASE64_STANDARD.decode(tab.run(photograph).data).unwrap();
    std::fs::create_dir_all("/tmp/shots-list").unwrap();
    std::fs::write(format!("/tmp/shots-list/{name}.png"), png).unwrap();
}

#[test]
fn shots() {
    let account = Account::new(Tier::Scale);
    let name = &account.name;
    Database::of(server().state()).execute(&format!(
        "WITH RECURSIVE job(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM job WHERE n < 20) \
         INSERT INTO batch_jobs (account_id, id, status, received, imported, failed, created_at, started_at, finished_at, label, group_id) \
         SELECT '{name}', printf('%032x', n * 99991 + 4096), CASE WHEN n = 7 THEN 'failed' ELSE 'completed' END, 500, CASE WHEN n % 3 = 1 THEN 480 ELSE 500 END, CASE WHEN n % 3 = 1 THEN 20 ELSE 0 END, 1793577600000 + n * 100000000, 0, 0, \
         CASE WHEN n < 6 THEN 'customers-of-the-north-and-of-the-south-2026.csv' WHEN n % 2 = 0 THEN 'notes ' || n || '.json' END, CASE WHEN n < 6 THEN '0b9f6f6e-6c1b-4a52-9d3c-6f0a5c1d2e3f' WHEN n > 17 THEN '1b9f6f6e-6c1b-4a52-9d3c-6f0a5c1d2e3f' END FROM job"
    ));
    let running = Running::start(&account, 480);
    running.set("imported = 200, failed = 3, label = 'today.csv'");
    let tab = Tab::signed_in("/", &account.key);
    tab.sees(&job::row(job::EXAMPLE), "");
    shot(&tab, "list-light");
    tab.click_on("tr[data-group] button");
    tab.prefer("dark");
    shot(&tab, "list-dark-open");
    tab.prefer("light");
    tab.click_on("[popovertarget=account]");
    tab.sees("#account:popover-open", "of 1,000,000");
    shot(&tab, "account");
    tab.press(&["Escape"]);
    for (width, height) in [(320, 800), (768, 900), (1000, 800)] {
        tab.run(SetDeviceMetricsOverrideParams::new(width, height, 1.0, false));
        shot(&tab, &format!("list-{width}"));
        assert!(tab.js::<bool>("document.documentElement.scrollWidth <= innerWidth"), "{width}");
        tab.click_on("[popovertarget=account]");
        tab.sees("#account:popover-open", "of 1,000,000");
        shot(&tab, &format!("account-{width}"));
        tab.press(&["Escape"]);
    }
    tab.run(SetDeviceMetricsOverrideParams::new(1280, 900, 1.0, false));
    tab.go("/?status=failed&created_after=2026-12-24&has_failures=true");
    tab.sign_in(&account.key);
    tab.sees("[data-screen=no-match]", "Take");
    shot(&tab, "no-match");
    tab.go("/?status=done");
    tab.sign_in(&account.key);
    tab.sees("[data-screen=no-such-page]", "cannot");
    shot(&tab, "refused");
    let tab = Tab::signed_in("/", &account.write_only);
    tab.sees("[data-screen=missing-scope]", "");
    tab.click_on("[popovertarget=account]");
    tab.sees("#account:popover-open .failure", "");
    shot(&tab, "write-only");
}
