// The border to D1. A statement is an array: its SQL, then the values for its parameters.

import { ask, count } from "../http/http.js";

// The first column of each row, which is text.
export function select(env, binding, statement) {
  count(env, "d1");
  return ask(async () => (await prepare(env[binding], statement).raw()).map(([first]) => first ?? ""));
}

// Runs statements as one transaction. The column `json` of each row, statement by statement.
export function transact(env, binding, statements) {
  count(env, "d1", statements.length);
  return ask(async () => {
    const results = await env[binding].batch(statements.map((statement) => prepare(env[binding], statement)));
    return results.map(({ results }) => results.map(({ json }) => json));
  });
}

// How many databases there are: `DB`, `DB_1`, `DB_2` and so on.
export function databases(env) {
  let number = 1;
  while (env[`DB_${number}`] !== undefined) number += 1;
  return number;
}

function prepare(db, [sql, ...values]) {
  return db.prepare(sql).bind(...values);
}
