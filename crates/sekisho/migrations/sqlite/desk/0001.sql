-- Who is signed in. Times are seconds since 1970, ids and hashes are bytes.
-- The shift's secret is not here: the desk holds it in memory only.
CREATE TABLE session (
    hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    staff BLOB    NOT NULL CHECK (length(staff) = 16),
    role  TEXT    NOT NULL CHECK (role IN ('administrator', 'reviewer', 'officer')),
    began INTEGER NOT NULL,
    until INTEGER NOT NULL CHECK (until > began)
) STRICT, WITHOUT ROWID;

CREATE INDEX session_until ON session (until);
