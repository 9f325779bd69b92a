//! What the reader chooses for the columns of a file.

use crate::files::{columns::Field, plan::Plan};
use leptos::prelude::*;

/// The choices for a file.
#[derive(Clone, Copy)]
pub struct Choosing {
    /// What becomes of the columns.
    pub plan: RwSignal<Plan>,
    /// The plan as it was when the keyboard came to the choice that it is at.
    before: StoredValue<Option<Plan>>,
}

impl Choosing {
    /// Begins with `plan`.
    pub fn new(plan: Plan) -> Self {
        Self { plan: RwSignal::new(plan), before: StoredValue::new(None) }
    }

    /// The keyboard comes to a choice.
    pub fn begin(self) {
        self.before.set_value(Some(self.plan.get_untracked()));
    }

    /// The keyboard leaves it.
    pub fn end(self) {
        self.before.set_value(None);
    }

    /// Has `column` hold `field`. For no column the plan is as it was before the choice.
    pub fn choose(self, column: Option<usize>, field: Option<Field>) {
        let before = self.before.get_value();
        self.plan.update(|plan| *plan = chosen(plan, before, column, field));
    }
}

/// The plan once `column` holds `field`. An arrow key goes through the fields one by one: one that is only passed is not taken from
/// the column that held it before.
fn chosen(now: &Plan, before: Option<Plan>, column: Option<usize>, field: Option<Field>) -> Plan {
    let before = before.filter(|before| before.has_header == now.has_header);
    let fields = before.map_or_else(|| now.fields.clone(), |before| before.fields);
    let mut plan = Plan { fields, ..now.clone() };
    if let Some(column) = column {
        plan.set(column, field);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(fields: [Option<Field>; 3]) -> Plan {
        Plan { has_header: true, fields: fields.to_vec(), keeps_rest: false }
    }

    #[test]
    fn fields_that_the_keyboard_passes_stay_where_they_are() {
        let before = plan([Some(Field::Content), Some(Field::UserId), None]);
        let mut now = before.clone();
        for (passed, expected) in [
            (Field::Content, [None, Some(Field::UserId), Some(Field::Content)]),
            (Field::UserId, [Some(Field::Content), None, Some(Field::UserId)]),
            (Field::AgentId, [Some(Field::Content), Some(Field::UserId), Some(Field::AgentId)]),
        ] {
            now = chosen(&now, Some(before.clone()), Some(2), Some(passed));
            assert_eq!(now, plan(expected));
        }
        assert_eq!(chosen(&now, Some(before.clone()), None, None), before);
    }

    #[test]
    fn without_the_keyboard_a_choice_is_made_at_once_and_keeps_the_rest_of_the_plan() {
        let now = Plan { keeps_rest: true, ..plan([Some(Field::Content), None, None]) };
        let expected = Plan { keeps_rest: true, ..plan([None, Some(Field::Content), None]) };
        assert_eq!(chosen(&now, None, Some(1), Some(Field::Content)), expected);
        let of_other_names = Plan { has_header: false, ..plan([None; 3]) };
        assert_eq!(chosen(&now, Some(of_other_names), Some(1), Some(Field::Content)), expected);
    }
}
