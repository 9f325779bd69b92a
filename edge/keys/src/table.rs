//! Keys in columns, for a person.

use crate::{Shown, time};

const HEAD: [&str; 6] = ["KEY ID", "ACCOUNT", "TIER", "SCOPES", "CREATED", "EXPIRES"];

/// A line for each of `keys` under a head.
pub fn table(keys: &[Shown]) -> String {
    let rows: Vec<[String; 6]> = std::iter::once(HEAD.map(str::to_owned)).chain(keys.iter().map(row)).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or_default());
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn row(Shown { id, record }: &Shown) -> [String; 6] {
    let scopes: Vec<&str> = record.scopes.iter().map(|scope| scope.name()).collect();
    let expires = match record.expires_at {
        None => "never".to_owned(),
        Some(end) if record.is_expired(time::now()) => format!("{} (over)", time::rfc3339(end)),
        Some(end) => time::rfc3339(end),
    };
    [
        id.clone(),
        record.account.clone(),
        record.tier.name().to_owned(),
        scopes.join(","),
        time::rfc3339(record.created_at),
        expires,
    ]
}
