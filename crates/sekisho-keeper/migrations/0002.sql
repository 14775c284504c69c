-- Witnesses. One that is forgotten keeps its row, so that everybody sees that there was one.
CREATE TABLE witness (
    name          TEXT PRIMARY KEY,
    key           TEXT NOT NULL,       -- its verifier key, C2SP tlog-cosignature
    url           TEXT NOT NULL,
    registered    INTEGER NOT NULL,
    forgotten     INTEGER,
    known         INTEGER NOT NULL,    -- the size that it last cosigned, as far as it said; 0 for none
    cosigned      INTEGER,             -- the newest size of ours that it cosigned
    cosigned_at   INTEGER,             -- the time that it stated
    contradiction TEXT,                -- core::event::Contradiction
    contradicted  INTEGER              -- the size that it knows then
) STRICT, WITHOUT ROWID;
