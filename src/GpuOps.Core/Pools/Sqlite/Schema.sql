-- What the host's GPUs are; seldom written.
CREATE TABLE gpus (
    host TEXT NOT NULL, id INTEGER NOT NULL,
    device TEXT NOT NULL, uuid TEXT NOT NULL, model TEXT NOT NULL, memory INTEGER NOT NULL, provider INTEGER NOT NULL,
    disabled_reason TEXT, disabled_by TEXT, disabled_since INTEGER NOT NULL,
    PRIMARY KEY (host, id)
) STRICT, WITHOUT ROWID;

-- What the steps write, of four kinds in one table: a commit costs what pages it touches, and so they share one.
--   0 counters  the pool's: fence, place, clock, offset, boot, ticks
--   1 claim     id; a request in line, or the grant it became: fence is 0 while it waits
--   2 use       gpu; returned, in_use_by, in_use_seen; left out for a GPU of which nothing is known
--   3 last use  id is the user; gpu, returned
CREATE TABLE state (
    kind INTEGER NOT NULL, host TEXT NOT NULL, id TEXT NOT NULL, gpu INTEGER NOT NULL,
    fence INTEGER, place INTEGER, clock INTEGER, offset INTEGER, boot TEXT, ticks INTEGER,
    returned INTEGER, in_use_by TEXT, in_use_seen INTEGER,
    heartbeat INTEGER, granted INTEGER, expires INTEGER, held TEXT, fixed INTEGER, since INTEGER,
    user TEXT, actual_user TEXT, claim_kind INTEGER, note TEXT, duration INTEGER, lease INTEGER, force INTEGER, wait INTEGER,
    count INTEGER, ids TEXT, share TEXT, memory INTEGER, machine TEXT, process INTEGER, started INTEGER,
    PRIMARY KEY (kind, host, id, gpu)
) STRICT, WITHOUT ROWID;
INSERT INTO state (kind, host, id, gpu, fence, place, clock, offset, boot, ticks) VALUES (0, '', '', 0, 0, 0, 0, 0, '', 0);

-- Finished use; fence tells apart what ended at the same moment.
CREATE TABLE usage (
    ended INTEGER NOT NULL, fence INTEGER NOT NULL, gpu INTEGER NOT NULL, host TEXT NOT NULL,
    reservation TEXT NOT NULL, user TEXT NOT NULL, kind INTEGER NOT NULL, units INTEGER NOT NULL, started INTEGER NOT NULL,
    PRIMARY KEY (ended, fence, gpu)
) STRICT, WITHOUT ROWID;
