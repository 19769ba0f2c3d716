namespace GpuOps.Schedulers.Queue.Store;

/// <summary>How the store's tables came to be, a step a version. A step that was ever released is never changed.</summary>
internal static class QueueMigrations
{
    /// <summary>The steps; after the first n of them a file has version n.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        """
        -- AUTOINCREMENT: the number of a job that was removed is not given again.
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            request_id TEXT, user TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL,
            exit_code INTEGER, signal INTEGER, gpus TEXT NOT NULL,
            submitted INTEGER NOT NULL, started INTEGER, ended INTEGER,
            priority INTEGER NOT NULL, held INTEGER NOT NULL, cancelling INTEGER NOT NULL,
            starts INTEGER NOT NULL, waits TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX jobs_by_request ON jobs (user, request_id) WHERE request_id IS NOT NULL;
        CREATE INDEX jobs_by_state ON jobs (state, id);
        CREATE INDEX jobs_by_user ON jobs (user, state, id);
        CREATE INDEX jobs_by_priority ON jobs (priority DESC, id);
        CREATE INDEX jobs_by_end ON jobs (ended, id) WHERE ended IS NOT NULL;

        -- Apart, so that a change of state writes a short row.
        CREATE TABLE requests (job INTEGER PRIMARY KEY, request TEXT NOT NULL) STRICT;

        -- What waits for what; a row is gone as soon as the job it waits for is over.
        CREATE TABLE dependencies (on_job INTEGER NOT NULL, job INTEGER NOT NULL, type INTEGER NOT NULL, PRIMARY KEY (on_job, job)) STRICT, WITHOUT ROWID;

        -- The variables, sealed; a row is gone as soon as its job is over.
        CREATE TABLE secrets (job INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;

        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """,
    ];
}
