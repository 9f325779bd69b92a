//! A batch as a support team might bring it along from an older system, with failures of every kind.

use contract::{Kind, MemoryInput};

/// Memories in the batch.
const ITEMS: usize = 360;
/// Memories that the demo's account may write in a month: fewer than there are.
pub const MONTHLY_WRITES: u64 = 300;
/// Agents that it may have: fewer than write.
pub const AGENTS: u64 = 4;

const CUSTOMERS: [&str; 12] = [
    "Ada Okafor",
    "Bruno Keller",
    "Chiara Conti",
    "Deniz Yılmaz",
    "Elif Aydın",
    "Farid Haddad",
    "Grace Lin",
    "Hugo Martin",
    "Ines Pereira",
    "Jonas Berg",
    "Keiko Mori",
    "Lars Nygård",
];
const WRITERS: [&str; 6] = ["support", "sales", "billing", "onboarding", "returns", "night-shift"];
const FACTS: [&str; 10] = [
    "prefers to be called in the morning, before ten",
    "moved to the yearly plan and wants the invoice as a PDF",
    "cannot log in with the company account since the domain changed",
    "asked twice for an export of all orders as CSV",
    "is allergic to nuts; never suggest the snack box",
    "runs the warehouse in Lyon and decides about renewals",
    "reported that the mobile app shows prices without tax",
    "would like a demo of the reporting page for three colleagues",
    "returned the blue lamp because the cable was too short",
    "speaks Portuguese and French, reads English",
];

/// The items. Every thirtieth has no content, and two in six of the agents that write late are one too many.
pub fn memories() -> Vec<MemoryInput<'static>> {
    (0..ITEMS).map(memory).collect()
}

fn memory(n: usize) -> MemoryInput<'static> {
    let pick = |from: &[&'static str], step: usize| from[n * step % from.len()];
    let (customer, fact) = (pick(&CUSTOMERS, 5), pick(&FACTS, 3));
    // New colleagues come late, and seldom.
    let agent = if n % 12 == 11 { WRITERS[n / 12 % WRITERS.len()] } else { WRITERS[n % AGENTS as usize] };
    let (month, day) = (n / 28 % 9 + 1, n % 28 + 1);
    MemoryInput {
        content: if n % 30 == 17 { " ".into() } else { format!("{customer} {fact} (ticket {}).", 4_100 + n).into() },
        user_id: Some(customer.to_lowercase().replace(' ', ".").into()),
        agent_id: Some(agent.into()),
        timestamp: Some(format!("2026-{month:02}-{day:02}T{:02}:30:00Z", 8 + n % 10).into()),
        kind: if n % 40 == 3 { Kind::Session } else { Kind::Note },
        ..MemoryInput::default()
    }
}
