-- What the watch remembers, up to a place in the ledger. It follows from the entries: without the row, or with one that
-- is not understood, all of them are looked at once more.
CREATE TABLE watch (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    next  INTEGER NOT NULL,            -- the place of the next entry
    state TEXT NOT NULL                -- JSON of engine::watching::kept::Kept
) STRICT;
