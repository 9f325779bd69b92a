// What each number under `[vars]` in `wrangler.toml` may be. The build checks it.
&[
    // At most what fits into one transaction of 30 seconds, whatever the items weigh.
    ("IMPORT_CHUNK_ITEMS", 1..=500),
    ("IMPORT_RETRY_SECONDS", 0..=600),
    // At most a day: so long a client would look at a job that nobody moves.
    ("IMPORT_STALLED_SECONDS", 0..=86_400),
    ("RETENTION_DAYS", 1..=3_650),
    // 0 or 1: no or yes.
    ("WEBHOOK_LOCAL", 0..=1),
]
