-- Budgets: how many documents were opened, arrived and ended, by whose budget, until each second at which one was. Windows
-- are differences of two of these numbers. A row stands as long as a window can begin behind it.
CREATE TABLE series (
    id    INTEGER PRIMARY KEY,
    kind  TEXT NOT NULL,               -- core::budget::Kind
    whose TEXT NOT NULL,               -- 'person', 'device', 'site', 'vault'
    of    BLOB NOT NULL,               -- the id's bytes, the site's name, nothing
    UNIQUE (kind, whose, of)
) STRICT;
CREATE TABLE metered (
    series INTEGER NOT NULL REFERENCES series (id),
    at     INTEGER NOT NULL,
    nth    INTEGER NOT NULL,           -- how many there were until then, this second included
    PRIMARY KEY (series, at)
) STRICT, WITHOUT ROWID;

-- A second look costs, a third needs a reason: who looked at a document is asked at every viewing.
ALTER TABLE viewing ADD COLUMN device BLOB;   -- the passkey, by its hash; NULL for what was viewed before this
CREATE INDEX viewing_by_document ON viewing (document, staff, device);
-- What waits for long is divided among them.
CREATE INDEX staff_by_role ON staff (role);
-- A site's own budget, none so far: wire::SiteView has it as its last field, and zero is nothing in postcard.
UPDATE site SET view = unhex(hex(view) || '00');

-- What was there already counts: documents that are undecided, and what was looked at in the last 72 hours.
CREATE TEMP TABLE counted (kind TEXT, whose TEXT, of BLOB, at INTEGER);
INSERT INTO counted
    SELECT 'arrived', 'site', CAST(site AS BLOB), received FROM document WHERE shredded IS NULL
    UNION ALL SELECT 'arrived', 'vault', x'', received FROM document WHERE shredded IS NULL;
CREATE TEMP TABLE looked AS
    SELECT v.staff, CAST(d.site AS BLOB) AS site, v.at,
           row_number() OVER (PARTITION BY v.document, v.staff ORDER BY v.at, v.id) AS by_person,
           row_number() OVER (PARTITION BY v.document ORDER BY v.at, v.id) AS by_anybody
    FROM viewing AS v JOIN document AS d ON d.id = v.document
    WHERE v.at > (SELECT max(at) FROM viewing) - 259200;
INSERT INTO counted
    SELECT iif(by_person = 1, 'opened', 'again'), 'person', staff, at FROM looked
    UNION ALL SELECT iif(by_anybody = 1, 'opened', 'again'), 'site', site, at FROM looked
    UNION ALL SELECT iif(by_anybody = 1, 'opened', 'again'), 'vault', x'', at FROM looked;
INSERT INTO series (kind, whose, of) SELECT DISTINCT kind, whose, of FROM counted;
INSERT INTO metered (series, at, nth)
    SELECT s.id, c.at, max(c.nth)
    FROM (SELECT *, row_number() OVER (PARTITION BY kind, whose, of ORDER BY at) AS nth FROM counted) AS c
    JOIN series AS s ON s.kind = c.kind AND s.whose = c.whose AND s.of = c.of
    GROUP BY s.id, c.at;
DROP TABLE looked;
DROP TABLE counted;
