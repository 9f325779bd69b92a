export type JobStatus = "pending" | "processing" | "completed" | "failed";

export type Job = {
  status: JobStatus;
  received: number;
  imported: number;
  failed: number;
  version: number;
  created_at: number;
  errors: { index: number; error: string }[];
};

// The errors as JSON arrays of 1,000 indexes: a row for each would be slow, and one D1 value ends at 2,000,000 bytes.
const JOB = `
  SELECT j.status, j.received, j.imported, j.failed, j.version, j.created_at,
    json_group_array(json_object('index', e.item_index, 'error', e.error) ORDER BY e.item_index)
      FILTER (WHERE e.job_id IS NOT NULL) AS errors
  FROM batch_jobs j LEFT JOIN batch_errors e ON e.account_id = j.account_id AND e.job_id = j.id
  WHERE j.account_id = ?1 AND j.id = ?2
  GROUP BY e.item_index / 1000 ORDER BY e.item_index / 1000`;

type Row = Omit<Job, "errors"> & { errors: string };

export async function findJob(db: D1Database, account: string, id: string): Promise<Job | undefined> {
  const { results } = await db.prepare(JOB).bind(account, id).all<Row>();
  const [job] = results;
  return job && { ...job, errors: results.flatMap((row) => JSON.parse(row.errors)) };
}

export const isFinal = (status: JobStatus) => status === "completed" || status === "failed";

const JOB_ID = /^(?:(?:job_)?([0-9a-f]{32})|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))$/i;

export function parseJobId(text: string): string | undefined {
  const [, hex, uuid] = JOB_ID.exec(text) ?? [];
  return (hex ?? uuid?.replaceAll("-", ""))?.toLowerCase();
}
