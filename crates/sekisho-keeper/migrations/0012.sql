-- The key for what comes while the keeper is locked: its public half, signed. Made anew every hour while it is not.
CREATE TABLE waiting_key (
    only      INTEGER PRIMARY KEY CHECK (only = 1),
    id        BLOB NOT NULL,
    hour      INTEGER NOT NULL,
    public    BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;
-- What came while the keeper was locked, as the gate handed it in: the document's key is in it, sealed to that key. The
-- unlocking empties it, before anything is given out.
CREATE TABLE waiting (
    document BLOB PRIMARY KEY REFERENCES document (id),
    asked    BLOB NOT NULL             -- postcard of wire::Receive
) STRICT, WITHOUT ROWID;
