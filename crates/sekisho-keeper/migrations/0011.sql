-- What is stopped now. A row goes when its stop is lifted, and an address with it; that it stood here is on the ledger.
CREATE TABLE stop (
    id     BLOB PRIMARY KEY,
    target TEXT NOT NULL,              -- core::stop::Target
    by     TEXT NOT NULL,              -- core::author::Author
    why    TEXT NOT NULL,
    since  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
