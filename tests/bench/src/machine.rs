//! The machine that it was measured on.

use serde_json::{Value, json};
use std::{fs, process::Command};
use xtask::checkout;

/// On what, with what and when it was measured.
pub fn facts() -> Value {
    let read = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim().to_owned()));
        value.unwrap_or_else(|| "unknown".to_owned())
    };
    let said = |program: &mut Command| {
        let output = program.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        output.unwrap_or_else(|_| "unknown".to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    json!({
        "date": said(Command::new("date").args(["-u", "+%Y-%m-%d %H:%M UTC"])),
        "system": said(Command::new("uname").args(["-sm"])),
        "processor": read("/proc/cpuinfo", "model name"),
        "cores": cores,
        "memory": read("/proc/meminfo", "MemTotal"),
        "workerd": said(checkout::command(checkout::npm_program("workerd")).arg("--version")),
    })
}

/// The same for a person.
pub fn line() -> String {
    let machine = facts();
    let text = |name: &str| machine[name].as_str().unwrap_or_default().to_owned();
    format!(
        "{}, {} × {}, {} of memory, {}, {}",
        text("date"),
        machine["cores"],
        text("processor"),
        text("memory"),
        text("system"),
        text("workerd")
    )
}
