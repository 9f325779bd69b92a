//! `npm run demo`, against a server that runs.

use std::{
    net::TcpListener,
    process::{Command, Output},
};
use tests::{imported, importing_server, place};

fn demo(arguments: &[&str]) -> Output {
    Command::new(place("XTASK")).arg("demo").args(arguments).output().unwrap()
}

#[test]
fn the_demo_follows_a_batch_from_pending_to_its_end_and_explains_each_failure() {
    let server = importing_server();
    let port = server.url().rsplit_once(':').unwrap().1;
    let done = demo(&["--port", port, "--persist-to", &server.state().folder().display().to_string()]);
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    for part in [
        " 0 of 360: 0 imported, 0 failed\n",
        " 360 of 360: 300 imported, 60 failed\n",
        "Completed with 60 failures: 300 of 360 memories landed.\n",
        "41 × monthly write quota reached (300) (items 318 to 359)\n",
        "12 × content must not be empty (items 17 to 347)\n",
        "7 × agent cap reached (4) (items 59 to 275)\n",
    ] {
        assert!(told.contains(part), "{told}");
    }
    // In the dashboard it is found by what was printed: the job's page and a key.
    let job = told.split_once(&format!("http://localhost:{port}/jobs/job_")).unwrap().1;
    let job = job.split_whitespace().next().unwrap();
    let account: String = imported().one("SELECT account_id FROM batch_jobs WHERE id = ?1", [job]);
    assert_eq!(imported().assert_adds_up(&account, 0).imported, 300);
    assert!(told.contains("  with key    kor_self_"));
}

#[test]
fn without_a_server_the_demo_says_what_to_run_first() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let done = demo(&["--port", &free.to_string()]);
    assert_eq!(done.status.code(), Some(1));
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(
        told,
        format!("error: nothing answers on port {free}: run `npm start` first, or name its port with --port\n")
    );
}
