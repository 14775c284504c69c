-- keeper.db. No picture, no name of a member, no birth date. What ties a check
-- to a person is `sub`, an HMAC that the site made; it is erased with the member.
-- Times are seconds since 1970, ids are their sixteen bytes.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The bodies behind the ledger's leaves. Written in the transaction of what they tell.
CREATE TABLE event (
    place    INTEGER PRIMARY KEY,      -- its index in the ledger
    salt     BLOB NOT NULL,
    body     BLOB NOT NULL,            -- JSON, byte for byte what the leaf commits to
    check_id BLOB
) STRICT;
CREATE INDEX event_by_check ON event (check_id, place) WHERE check_id IS NOT NULL;

CREATE TABLE site (
    name  TEXT PRIMARY KEY,
    view  BLOB NOT NULL                -- postcard of wire::SiteView
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    BLOB NOT NULL,             -- postcard of core::policy::Policy
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE staff (
    id         BLOB PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    credential BLOB NOT NULL UNIQUE,
    passkey    BLOB NOT NULL,          -- postcard of webauthn::Credential
    counter    INTEGER NOT NULL,
    enrolled   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invitation (
    sha256 BLOB PRIMARY KEY,
    staff  BLOB NOT NULL,
    name   TEXT NOT NULL,
    role   TEXT NOT NULL,
    until  INTEGER NOT NULL,
    by     BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
    id              BLOB PRIMARY KEY,
    site            TEXT NOT NULL,
    jti             TEXT NOT NULL,
    sub             TEXT,              -- NULL once the member is erased
    policy          TEXT NOT NULL,
    policy_version  INTEGER NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT,
    arrivals        INTEGER NOT NULL,
    created         INTEGER NOT NULL,
    attestation     TEXT,
    withdraw_sha256 BLOB,
    erase_at        INTEGER,
    UNIQUE (site, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX checks_by_sub ON checks (site, sub) WHERE sub IS NOT NULL;
CREATE INDEX checks_by_erasure ON checks (erase_at) WHERE erase_at IS NOT NULL;

CREATE TABLE document (
    id         BLOB PRIMARY KEY,
    check_id   BLOB NOT NULL REFERENCES checks (id),
    site       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    state      TEXT NOT NULL,
    received   INTEGER NOT NULL,
    deadline   INTEGER NOT NULL,       -- nothing opens it from here on
    sealed_deadline INTEGER NOT NULL,  -- the deadline that its context is bound to; never earlier
    warn_at    INTEGER,                -- NULL once warned
    sha256     BLOB NOT NULL,          -- of the ciphertext, fixed on arrival
    length     INTEGER NOT NULL,
    root_hour  INTEGER,                -- which root the wrapped key hangs on
    wrapped    BLOB,                   -- NULL once shredded
    shredded   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_check ON document (check_id);
CREATE INDEX document_waiting ON document (site, received) WHERE state = 'waiting';
CREATE INDEX document_undecided ON document (deadline) WHERE wrapped IS NOT NULL;
CREATE INDEX document_shredding ON document (id) WHERE state = 'shredding';

CREATE TABLE assignment (
    id       BLOB PRIMARY KEY,
    check_id BLOB NOT NULL,
    document BLOB NOT NULL REFERENCES document (id),
    staff    BLOB NOT NULL,
    shift    BLOB NOT NULL,
    until    INTEGER NOT NULL,
    viewed   INTEGER NOT NULL DEFAULT 0,
    state    TEXT NOT NULL             -- 'open', 'lapsed', 'decided', 'void'
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX assignment_open_by_staff ON assignment (staff) WHERE state = 'open';
CREATE UNIQUE INDEX assignment_open_by_document ON assignment (document) WHERE state = 'open';
CREATE INDEX assignment_by_document ON assignment (document, staff, state);

CREATE TABLE viewing (
    id       BLOB PRIMARY KEY,
    check_id BLOB NOT NULL,
    document BLOB NOT NULL,
    staff    BLOB NOT NULL,
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX viewing_by_check ON viewing (check_id, at);

CREATE TABLE intake_key (
    id        BLOB PRIMARY KEY,
    hour      INTEGER NOT NULL UNIQUE,
    public    BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    id      BLOB PRIMARY KEY,
    check_id BLOB NOT NULL,
    site    TEXT NOT NULL,
    url     TEXT NOT NULL,
    body    TEXT NOT NULL,
    created INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due);

-- A signed call is good once.
CREATE TABLE used_call (
    site  TEXT NOT NULL,
    jti   TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (site, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX used_call_until ON used_call (until);
