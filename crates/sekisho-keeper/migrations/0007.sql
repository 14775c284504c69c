-- Alerts: raised in the transaction of the event that causes them. Those that wait are one of a kind.
CREATE TABLE alert (
    id       BLOB PRIMARY KEY,
    kind     TEXT NOT NULL,            -- core::alert::Kind
    urgency  TEXT NOT NULL,
    audience TEXT NOT NULL,
    words    TEXT NOT NULL,            -- JSON of core::alert::Words
    place    INTEGER NOT NULL,         -- the event that raised it
    newest   INTEGER NOT NULL,         -- the newest of its kind since
    count    INTEGER NOT NULL,
    raised   INTEGER NOT NULL,
    steps    INTEGER NOT NULL,         -- how many of the rota's steps were made
    due      INTEGER,                  -- when the next one is; NULL once acknowledged, and while there is no rota
    acknowledged    INTEGER,
    acknowledged_by TEXT               -- JSON of core::alert::Hand
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX alert_waiting ON alert (kind, urgency) WHERE acknowledged IS NULL;
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL;

-- Calls of people for alerts: what the courier fetches.
CREATE TABLE alert_call (
    id      BLOB PRIMARY KEY,
    alert   BLOB NOT NULL REFERENCES alert (id),
    contact TEXT NOT NULL,
    step    INTEGER NOT NULL,
    created INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    made    INTEGER                    -- when somebody was reached
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_call_due ON alert_call (due) WHERE made IS NULL;
CREATE INDEX alert_call_by_alert ON alert_call (alert, step);
