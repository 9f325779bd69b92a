-- What a batch may say of itself: its name, the import that it is a part of, and where its items stand in their file.
ALTER TABLE batch_jobs ADD COLUMN label TEXT;
ALTER TABLE batch_jobs ADD COLUMN group_id TEXT; -- lower-case hyphenated UUID
ALTER TABLE batch_jobs ADD COLUMN lines TEXT;    -- JSON array, a number for each item

-- The list, newest first, narrowed to what is rare.
CREATE INDEX batch_jobs_by_group ON batch_jobs (account_id, group_id, created_at DESC, id DESC) WHERE group_id IS NOT NULL;
CREATE INDEX batch_jobs_broken ON batch_jobs (account_id, created_at DESC, id DESC) WHERE status = 'failed';
CREATE INDEX batch_jobs_with_failures ON batch_jobs (account_id, created_at DESC, id DESC) WHERE failed > 0;

-- What failed is kept with what was sent, until retention takes the job; and what a retry has taken is not taken again.
ALTER TABLE batch_errors ADD COLUMN item TEXT;       -- as it was sent, JSON; NULL where it failed before this column was there
ALTER TABLE batch_errors ADD COLUMN retried_by TEXT; -- the job that took it
