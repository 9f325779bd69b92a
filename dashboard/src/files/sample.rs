//! A small file that can be imported as it is, to begin with.

/// What it is called.
pub const NAME: &str = "sample.csv";

/// What is in it: each field once, a comma and a quote within quotes, and a cell of two lines.
pub const SAMPLE: &str = "\u{feff}content,user_id,agent_id,run_id,timestamp,kind,metadata\n\
    Ada prefers tea,ada,notes,,2026-05-04T10:30:00Z,note,\"{\"\"source\"\":\"\"chat\"\"}\"\n\
    \"Bob said: \"\"Fridays, please\"\"\",bob,notes,run-1,2026-05-05,note,\n\
    \"A session\nof two lines\",ada,notes,run-1,,session,\n";
