//! What a reader can do about a job, and what the page says of one that runs and of one that has ended.

use crate::browser_accessibility::assert_clean;
use chromiumoxide::cdp::browser_protocol::emulation::SetDeviceMetricsOverrideParams;
use contract::{JobId, Tier, path};
use serde_json::{Value, json};
use tests::{Account, Running, bearer, browser::Tab, importing, importing_server, job, start, traffic::Reply};

fn refused(status: u16, code: &str) -> Reply {
    let body = json!({ "code": code, "message": "Why.", "used": 9, "limit": 9, "resets_at": "2026-12-01" });
    Reply::json(status, body.to_string())
}

#[test]
fn a_running_job_is_cancelled_once_that_is_confirmed_and_what_has_landed_stays() {
    let (server, account) = (start(), Account::new(Tier::Team));
    let job = Running::on(&server, &account, 10);
    for index in 4..10 {
        job.wait(index, "waits");
    }
    job.set("imported = 4");
    let tab = Tab::open_at(server.url(), &job.page());
    tab.sign_in(&account.key);
    tab.click("button", "Cancel");
    tab.sees("#cancel[open]", "What has landed stays: 4 memories have landed so far.");
    assert_eq!(tab.js::<String>("document.activeElement.textContent"), "Let it run", "not what cannot be undone");
    tab.click("button", "Let it run");
    tab.until("document.querySelector('dialog[open]') === null");
    let cancels = || tab.requests().into_iter().filter(|it| it.path.ends_with("/cancel")).count();
    assert_eq!(cancels(), 0);
    tab.answer(|url| if url.ends_with("/cancel") { refused(503, "unavailable") } else { Reply::Pass });
    tab.click("button", "Cancel");
    tab.click("button", "Cancel the job");
    tab.sees("#cancelled", "Why. The job may still run. Cancel it again: twice is as good as once.");
    tab.answer(|_| Reply::Pass);
    tab.click("button", "Cancel");
    tab.click("button", "Cancel the job");
    tab.sees("#cancelled", "Cancelled. What had landed stays; the rest is not imported.");
    tab.sees("h1", "The job failed: 4 of 10 were imported");
    tab.sees("[data-matches]", "6 failures");
    tab.sees("#error-rows", "cancelled");
    tab.sees("[data-retry]", "6 not tried before the job ended.");
    tab.find("button", "Retry 6 items");
    assert_clean(&tab, "a job that was cancelled");
    assert_eq!(cancels(), 2);
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing_and_says_so() {
    let (server, account) = (start(), Account::new(Tier::Team));
    let job = Running::on(&server, &account, 10);
    let tab = Tab::open_at(server.url(), &job.page());
    tab.sign_in(&account.key);
    tab.click("button", "Pause");
    tab.sees("[data-next]", "paused");
    job.complete();
    tab.click("button", "Cancel");
    tab.click("button", "Cancel the job");
    tab.sees("#cancelled", "The job had ended already. Nothing was changed.");
    tab.sees("h1", "Completed, everything imported");
}

#[test]
fn a_key_that_may_not_write_is_offered_neither() {
    let account = Account::new(Tier::Team);
    let running = Running::start(&account, 10);
    let tab = Tab::signed_in(&running.page(), &account.read_only);
    tab.find("button", "Refresh");
    assert!(!tab.text("main").contains("Cancel"));
    let tab = Tab::signed_in(&format!("/jobs/{}", job::FAILED), &account.read_only);
    tab.sees("h1", "The job failed");
    assert!(!tab.text("main").contains("Retry"));
}

/// The page of a job of twelve agents, in an account that may have ten.
fn with_two_too_many() -> (Account, JobId, Tab) {
    let account = Account::new(Tier::Developer);
    let memories: Vec<_> = (0..12).map(|n| json!({ "content": "hello", "agent_id": format!("agent {n}") })).collect();
    let job = importing().import(&account.key, &memories);
    importing().finished(job, &account.key);
    let tab = Tab::open_at(importing_server().url(), &format!("/jobs/{job}"));
    tab.sign_in(&account.key);
    (account, job, tab)
}

#[test]
fn what_failed_for_what_passes_is_retried_in_a_new_job_though_the_answer_got_lost() {
    let (account, job, tab) = with_two_too_many();
    tab.sees("main button", "Retry 2 items");
    let is_largest = "(() => { const area = it => it.offsetWidth * it.offsetHeight; const [first, ...rest] = document.querySelectorAll('main button'); \
        return rest.filter(it => !it.matches('.group')).every(it => area(it) < area(first)); })()";
    assert!(tab.js::<bool>(is_largest));
    tab.sees("[data-retry]", "2 failed by the cap of agents: 10 of 10 agents. New ones fail until the cap is raised.");
    let is_retry = |url: &str| url.ends_with("/retry");
    tab.answer(move |url| if is_retry(url) { refused(503, "unavailable") } else { Reply::Pass });
    tab.click("button", "Retry 2 items");
    tab.sees("[data-retry]", "Why. Retry again: nothing is imported twice.");
    assert_clean(&tab, "a retry that was refused");
    // It had arrived all the same.
    let sent = tab.requests().into_iter().find(|it| is_retry(&it.path)).unwrap();
    let headers =
        [("Authorization", &*bearer(&account.key)), ("Idempotency-Key", sent.header("Idempotency-Key").unwrap())];
    let retried = importing().send("POST", &path::retry(job), &headers, "").job().id;
    tab.answer(|_| Reply::Pass);
    tab.click("button", "Retry 2 items");
    tab.until(&format!("location.pathname === '/jobs/{retried}'"));
    tab.sees(".crumb", &retried.to_string());
    tab.sees("h1", "Completed, but nothing was imported");

    tab.go(&format!("/jobs/{job}"));
    tab.sign_in(&account.key);
    tab.click("button", "Retry 2 items");
    tab.sees(
        "[data-retry]",
        "Nothing is left to retry here: what could be was retried already, and is in a later job.",
    );
}

#[test]
fn a_filter_does_not_go_along_into_the_job_of_a_retry_and_is_there_again_behind_it() {
    let (_, job, tab) = with_two_too_many();
    tab.fill("searchbox", "Filter errors", "11-");
    tab.sees("[data-matches]", "1 of 2 failures");
    tab.until("location.search === '?q=11-'");
    tab.click("button", "Retry 2 items");
    tab.until(&format!("location.pathname !== '/jobs/{job}'"));
    tab.sees("h1", "Completed, but nothing was imported");
    tab.sees("[data-matches]", "2 failures");
    assert_eq!(tab.js::<String>("location.search"), "");
    tab.js::<Value>("history.back()");
    tab.sees("[data-matches]", "1 of 2 failures");
    tab.until(&format!("location.pathname + location.search === '/jobs/{job}?q=11-'"));
}

#[test]
fn a_retry_that_is_refused_says_what_to_do_and_may_be_pressed_again() {
    let account = Account::new(Tier::Team);
    let tab = Tab::signed_in(&format!("/jobs/{}", job::FAILED), &account.key);
    for (status, code, says) in [
        (409, "nothing_to_retry", "Nothing is left to retry here"),
        (409, "job_not_final", "The job still runs. Retry once it has ended."),
        (429, "too_many_batches", "Retry once one of them has ended."),
        (429, "quota_exceeded", "It begins anew on 2026-12-01: retry then."),
        (403, "forbidden", "Why."),
    ] {
        tab.answer(move |url| if url.ends_with("/retry") { refused(status, code) } else { Reply::Pass });
        tab.click("button", "Retry 3 items");
        tab.sees("[data-retry] .refused", says);
    }
    tab.answer(|_| Reply::Pass);
    tab.take_offline(true);
    tab.click("button", "Retry 3 items");
    tab.sees("[data-retry] .refused", "The server cannot be reached. Retry again: nothing is imported twice.");
}

#[test]
fn used_limit_and_reset_are_told_where_the_quota_was_it_and_left_out_where_they_are_unknown() {
    let account = Account::new(Tier::Team);
    let job = Running::start(&account, 10);
    job.fail(3, "monthly write quota reached (100000)");
    job.fail(4, "content must not be empty");
    job.complete();
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.find("button", "Retry 1 item");
    tab.sees("[data-retry]", "1 failed by the month's quota: 0 of 100,000 used, new on 2");
    let tab = Tab::open(&job.page());
    tab.answer(|url| if url.contains("/v1/usage") { refused(503, "unavailable") } else { Reply::Pass });
    tab.sign_in(&account.key);
    tab.sees("[data-retry]", "1 failed by the month's quota.");
}

#[test]
fn a_job_that_has_ended_is_summed_up_in_a_line_and_its_errors_begin_high_up() {
    let account = Account::new(Tier::Team);
    for id in [job::EXAMPLE, job::ERRORS_500, job::FAILED] {
        let tab = Tab::signed_in(&format!("/jobs/{id}"), &account.key);
        tab.run(SetDeviceMetricsOverrideParams::new(1366, 768, 1.0, false));
        tab.sees("#errors-title", "Errors");
        // Its times have come by then.
        tab.sees("[data-next]", "no more requests");
        tab.until("document.querySelector('#error-rows .row') !== null");
        let (line, top): (f64, f64) = tab.js(
            "[document.querySelector('.summary .line').offsetHeight, document.querySelector('#errors').getBoundingClientRect().top]",
        );
        assert!(line < 40.0, "{id}: {line} px are more than a line");
        assert!(top <= 310.0, "{id}: the errors begin at {top} px");
        let boxes: Vec<String> = tab
            .js("[...document.querySelectorAll('main *')].filter(it => it.scrollHeight > it.clientHeight + 1 && \
            ['auto', 'scroll'].includes(getComputedStyle(it).overflowY)).map(it => it.className)");
        assert!(boxes.is_empty(), "{id}: {boxes:?}");
        let shares: Vec<u32> = tab.js("[...document.querySelectorAll('[data-count] small')].map(it => parseInt(it.textContent)).filter(it => it >= 0)");
        assert_eq!(shares.iter().sum::<u32>(), 100, "{id}: {shares:?}");
        assert!(!tab.text("main").contains('—'), "{id}: {}", tab.text("main"));
    }
}

#[test]
fn the_speed_has_a_scale_and_an_axis_and_survives_a_reload() {
    let account = Account::new(Tier::Scale);
    let job = Running::start(&account, 1_000);
    let tab = Tab::signed_in(&job.page(), &account.key);
    tab.sees("h1", "Importing, 0%");
    assert_eq!(tab.js::<u32>("document.querySelectorAll('.chart').length"), 0, "nothing to draw");
    job.set("imported = 200");
    tab.sees(".chart .peak", "/s");
    let label = "document.querySelector('.chart').getAttribute('aria-label')";
    assert!(tab.js::<String>(label).contains("at most "), "{}", tab.js::<String>(label));
    job.set("started_at = started_at - 60000");
    tab.go(&job.page());
    tab.sign_in(&account.key);
    tab.until("document.querySelector('.chart .before')?.getAttribute('d').startsWith('M0 ')");
    // Two hundred in a minute and a little.
    tab.sees(".chart .peak", "3.");
    let ends =
        "[document.querySelector('.chart .begin').textContent, document.querySelector('.chart .end').textContent]";
    let (begin, end): (String, String) = tab.js(ends);
    assert!(begin != end && begin.contains(':') && end.contains(':'), "{begin} {end}");

    tab.prefer("forced-colors", "active");
    let colours: Vec<String> = tab.js("['.bar', '.bar .imported'].map(it => getComputedStyle(document.querySelector(it)).backgroundColor) \
        .concat(['imported', 'remaining'].map(it => getComputedStyle(document.querySelector(`[data-count=${it}] dt`), '::before').backgroundColor))");
    assert_eq!((&colours[0], &colours[1]), (&colours[3], &colours[2]), "bar and legend are alike");
    assert_ne!(colours[0], colours[1]);
}
