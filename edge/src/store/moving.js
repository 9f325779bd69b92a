// How an account moves to another database while it is read and written to.
//
// `npm run accounts -- move` writes an order down, and the cron carries it out, in bounded steps of which each may break off
// and be done again. Where the move has come to stands in `moves` of the first database; where a copy has come to, in the
// copy. The account's memories, which never change, are copied while it is written to. Then its writes are refused
// (databases.rs), the rest is copied and compared, the new place can be read, the old one leads there, and only then the new
// one can be written to. So at every moment there is one place to write to, and all that can be read are alike.
//
// In JavaScript, since all of it is statements and the text that passes between them: as Rust it would be 7 KiB more to upload.

import { ask } from "../http/http.js";

// So many milliseconds an invocation is at it: the next cron goes on.
const PATIENCE = 40 * 1000;

// For so many milliseconds nobody else is at it, were it to break off without a word.
const HELD = 3 * 60 * 1000;

// For at most so many milliseconds the writes of an account are refused because it moves. What is not done by then stays where
// it was.
const FENCED = 60 * 60 * 1000;

// D1 allows an invocation 1,000 statements, of which the sweep takes some.
const STATEMENTS = 600;

// The most rows of one copy or removal.
const ROWS = 500;

// The most bytes of one removal, but for a single row that is longer: a statement has 30 seconds.
const REMOVED = 16_000_000;

// The most bytes of one copy, but for a single row that is longer: as JSON they take six times as much at most, and a value
// of D1 ends at 2,000,000.
const BYTES = 300_000;

const ITEM = "COALESCE(octet_length(content), 0) + COALESCE(octet_length(metadata), 0)";

// All that an account has, but for what triggers sum up: the columns behind the account by which a table's rows are in order,
// all columns but the account, and what a row weighs in bytes, where that is much. The first are in the order of their rows,
// whose numbers are other ones in the copy.
const TABLES = [
  ["memories", "rowid", "id, user_id, agent_id, run_id, kind, timestamp, created_at, metadata, content", ITEM],
  ["agents", "agent_id", "agent_id"],
  ["usage", "month", "month, writes, received"],
  ["idempotency", "key", "key, body_hash, job_id, expires_at"],
  ["admissions", "id", "id, admitted_at"],
  [
    "batch_jobs",
    "id",
    "id, status, received, imported, failed, version, created_at, started_at, finished_at, monthly_writes, agents, \
moved_at, label, group_id, lines",
  ],
  [
    "batch_items",
    "job_id, item_index",
    "job_id, item_index, outcome, agent_id, user_id, run_id, kind, timestamp, metadata, content",
    ITEM,
  ],
  [
    "batch_errors",
    "job_id, item_index",
    "job_id, item_index, error, item, retried_by",
    "COALESCE(octet_length(item), 0)",
  ],
  ["webhooks", "id", "id, url, events, status, secret, old_secret, old_secret_until, created_at"],
  [
    "webhook_deliveries",
    "webhook_id, job_id",
    "webhook_id, job_id, type, payload, status, attempts, response, error, created_at, attempted_at, next_at",
  ],
];

// The next rows, each as a JSON array, behind the last one of the copy, which is ?2.
function next([table, key, columns, weight = "0"]) {
  const above =
    key === "rowid"
      ? "COALESCE((SELECT rowid FROM memories WHERE account_id = ?1 AND id = ?2 ->> 0), 0)"
      : key.includes(",")
        ? "COALESCE(?2 ->> 0, ''), COALESCE(?2 ->> 1, -1)"
        : "COALESCE(?2 ->> 0, '')";
  return `SELECT json_array(${columns}) FROM ${table} WHERE account_id = ?1 AND (${key}) IN (SELECT ${key} FROM
    (SELECT ${key}, weight, SUM(weight) OVER (ORDER BY ${key} ROWS UNBOUNDED PRECEDING) AS upto FROM
      (SELECT ${key}, ${weight} AS weight FROM ${table} WHERE account_id = ?1 AND (${key}) > (${above})
        ORDER BY ${key} LIMIT ${ROWS}))
    WHERE upto <= ${BYTES} OR upto = weight) ORDER BY ${key}`;
}

// Takes some rows away.
function remove([table, key, , weight = "0"]) {
  return `DELETE FROM ${table} WHERE account_id = ?1 AND (${key}) IN (SELECT ${key} FROM
    (SELECT ${key}, weight, SUM(weight) OVER (ROWS UNBOUNDED PRECEDING) AS upto FROM
      (SELECT ${key}, ${weight} AS weight FROM ${table} WHERE account_id = ?1 LIMIT ${ROWS}))
    WHERE upto <= ${REMOVED} OR upto = weight) RETURNING ''`;
}

// Puts rows where they are not yet: ?2 is an array of them.
function put([table, , columns]) {
  const values = columns.split(",").map((_, at) => `, value ->> ${at}`);
  return `INSERT OR IGNORE INTO ${table} (account_id, ${columns})
    SELECT ?1${values.join("")} FROM json_each(?2) ORDER BY key`;
}

// The last row that is there.
function last([table, key]) {
  const order = key.replace(",", " DESC,");
  return `SELECT json_array(${key === "rowid" ? "id" : key}) FROM ${table} WHERE account_id = ?1
    ORDER BY ${order} DESC LIMIT 1`;
}

// Of each table how many rows there are, and what all of them weigh, by whatever is in them; of the memories and their agents
// what triggers have summed up.
const SUMS = `SELECT json_array(
  json_array((SELECT memories FROM account_totals WHERE account_id = ?1),
    (SELECT json_array(sessions, agents) FROM account_totals WHERE account_id = ?1),
    (SELECT json_array(COUNT(*), SUM(memories), SUM(sessions)) FROM scope_totals WHERE account_id = ?1)), ${TABLES.slice(1)
      .map(
        ([table, , columns]) =>
          `json((SELECT json_array(COUNT(*), SUM(octet_length(json_array(${columns})))) FROM ${table} WHERE account_id = ?1))`,
      )
      .join(", ")})`;

// Whether there is such an account, and where, as the first database knows.
const SOURCE = `SELECT COALESCE((SELECT database FROM placements WHERE account_id = ?1), 0) WHERE
  EXISTS (SELECT 1 FROM placements WHERE account_id = ?1) OR ${TABLES.map(
    ([table]) => `EXISTS (SELECT 1 FROM ${table} WHERE account_id = ?1)`,
  ).join(" OR ")}`;

const PUT = `INSERT INTO placements (account_id, database) VALUES (?1, ?2)
  ON CONFLICT DO UPDATE SET database = excluded.database`;

// Nothing where a database says nothing of it: once the account has been opened there, that is how it stays.
const LEAD = "UPDATE placements SET database = ?2 WHERE account_id = ?1";

const REMOVE = "DELETE FROM placements WHERE account_id = ?1";

const HOLD = `UPDATE moves SET held_until = ?2 WHERE account_id = (SELECT account_id FROM moves
    WHERE state NOT IN ('done', 'failed') AND held_until <= ?1 ORDER BY held_until LIMIT 1)
  RETURNING json_object('account', account_id, 'target', target, 'source', source, 'state', state, 'fenced_at', fenced_at,
    'error', error)`;

const RELEASE = "UPDATE moves SET held_until = ?2, rows = rows + ?3 WHERE account_id = ?1";

// Carries out what was ordered, one account at a time, for as long as an invocation may. `count` databases are there.
export function moveAccounts(env, count) {
  return ask(() => moveAll(env, count));
}

async function moveAll(env, count) {
  const until = Date.now() + PATIENCE;
  let statements = STATEMENTS;
  const mayGoOn = () => statements > 0 && Date.now() < until;
  // Runs a statement and gives the first column of its rows.
  const run = async (database, sql, ...values) => {
    statements -= 1;
    const rows = await env[database === 0 ? "DB" : `DB_${database}`].prepare(sql).bind(...values).raw();
    return rows.map(([text]) => text);
  };
  while (mayGoOn()) {
    const [held] = await run(0, HOLD, Date.now(), Date.now() + HELD);
    if (held === undefined) return;
    const order = { ...JSON.parse(held), count, copied: 0 };
    try {
      if (!(await move(order, run, mayGoOn))) return;
    } finally {
      // Were this to fail, the time would be waited for. What is not done waits until it is its turn again.
      await run(0, RELEASE, order.account, Date.now() + 1000, order.copied);
    }
  }
}

// Goes on until it is done. Gives whether it is.
async function move(order, run, mayGoOn) {
  const { account, target } = order;
  const note = (state, column, value) => {
    order.state = state;
    return run(0, `UPDATE moves SET state = '${state}', ${column} = ?2 WHERE account_id = ?1`, account, value);
  };
  const fail = (why) => note("failed", "error", why).then(() => true);

  if (order.state === "ordered") {
    if (target >= order.count) return fail("there is no such database");
    [order.source] = await run(0, SOURCE, account);
    if (order.source === undefined) return fail("there is no such account");
    if (order.source === target) return note("done", "error", null).then(() => true);
    await run(target, PUT, account, order.source);
    // Whatever is left of an earlier try is no part of the account.
    if (!(await clear(target, account, run, mayGoOn))) return false;
    await note("copying", "source", order.source);
  }
  const { source } = order;
  if (order.state === "copying") {
    if (!(await copy(TABLES.slice(0, 1), order, run, mayGoOn))) return false;
    await run(source, PUT, account, source);
    await note("fenced", "fenced_at", Date.now());
  }
  const giveUp = (why) => note("fenced", "error", (order.error = why));
  if (order.state === "fenced" && order.error === null && Date.now() > (order.fenced_at ?? Date.now()) + FENCED) {
    await giveUp("the copy was not done within an hour");
  }
  if (order.state === "fenced" && order.error === null) {
    if (!(await copy(TABLES, order, run, mayGoOn))) return false;
    const [[there], [here]] = [await run(source, SUMS, account), await run(target, SUMS, account)];
    if (there === here) {
      order.copied = 0;
      await note("verified", "rows", JSON.parse(here).reduce((rows, [count]) => rows + count, 0));
    } else {
      await giveUp("the copy is not like the account");
    }
  }
  if (order.error !== null) {
    // Written down by now: where this breaks off it is done again, and what is open is not copied any more.
    await run(source, REMOVE, account);
    if (!(await clear(target, account, run, mayGoOn))) return false;
    return fail(order.error);
  }
  if (order.state === "verified") {
    // In this order: it can be read there, nobody goes to the old place, it can be written to there.
    for (const database of [target, source, 0]) await run(database, LEAD, account, target);
    await run(target, REMOVE, account);
    await note("switched", "opened_at", Date.now());
  }
  if (!(await clear(source, account, run, mayGoOn))) return false;
  await note("done", "error", null);
  return true;
}

// Copies what is left of some tables. Gives whether that was all of it.
async function copy(tables, order, run, mayGoOn) {
  const { account, source, target } = order;
  for (const table of tables) {
    for (;;) {
      const [row = null] = await run(target, last(table), account);
      const rows = await run(source, next(table), account, row);
      if (rows.length === 0) break;
      await run(target, put(table), account, `[${rows.join(",")}]`);
      order.copied += rows.length;
      if (!mayGoOn()) return false;
    }
  }
  return true;
}

// Removes whatever the account has in a database. Gives whether that was all.
async function clear(database, account, run, mayGoOn) {
  for (const table of [...TABLES, ["scope_totals", "scope, value"], ["account_totals", "account_id"]]) {
    while ((await run(database, remove(table), account)).length > 0) if (!mayGoOn()) return false;
  }
  return true;
}
