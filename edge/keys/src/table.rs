//! Keys in columns, for a person.

use crate::{Shown, time};
use comfy_table::{Table, presets};

/// A line for each of `keys` under a head.
pub fn table(keys: &[Shown]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["KEY ID", "ENDS IN", "ACCOUNT", "TIER", "WRITES", "AGENTS", "SCOPES", "CREATED", "EXPIRES"]);
    table.add_rows(keys.iter().map(row));
    table.column_iter_mut().for_each(|column| _ = column.set_padding((0, 2)));
    table.trim_fmt()
}

/// Limits are shown where they are other than the tier's.
fn row(Shown { id, metadata }: &Shown) -> [String; 9] {
    let record = &metadata.record;
    let scopes: Vec<&str> = record.scopes.iter().map(|scope| scope.name()).collect();
    let own = |number: Option<u64>| number.map_or_else(|| "tier's".to_owned(), |number| number.to_string());
    let expires = match record.expires_at {
        None => "never".to_owned(),
        Some(end) if record.is_expired(time::now()) => format!("{} (over)", time::rfc3339(end)),
        Some(end) => time::rfc3339(end),
    };
    [
        id.clone(),
        metadata.ending.clone().unwrap_or_default(),
        record.account.clone(),
        record.tier.name().to_owned(),
        own(record.monthly_writes),
        own(record.agents),
        scopes.join(","),
        time::rfc3339(record.created_at),
        expires,
    ]
}
