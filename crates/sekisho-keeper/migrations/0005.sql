-- The wrapped keys of undecided documents, 48 to a row, and a row to a page of the file: wrapping all of them anew goes
-- through this table alone, in its order, and writes each of its pages once. db/key_page.rs says what a body is.
CREATE TABLE key_page (
    number    INTEGER PRIMARY KEY,
    root_hour INTEGER NOT NULL,        -- which root its keys hang on
    body      BLOB NOT NULL
) STRICT;
-- Where the key lies: 48 times the number of its page, and its place in it. NULL once shredded.
ALTER TABLE document ADD COLUMN key_place INTEGER;

CREATE TEMP TABLE moving (
    id   BLOB PRIMARY KEY,
    page INTEGER NOT NULL,
    nth  INTEGER NOT NULL,
    root_hour INTEGER NOT NULL,
    entry TEXT NOT NULL
) WITHOUT ROWID;
-- A key of another length was damaged; zeros are found to be so as well, by the next change of root.
INSERT INTO moving
    SELECT id, dense_rank() OVER (ORDER BY root_hour, nth / 48), nth % 48, root_hour,
           hex(id) || printf('%016X', deadline / 3600)
                   || CASE length(wrapped) WHEN 60 THEN hex(wrapped) ELSE hex(zeroblob(60)) END
    FROM (SELECT id, deadline, wrapped, coalesce(root_hour, 0) AS root_hour,
                 row_number() OVER (PARTITION BY root_hour ORDER BY id) - 1 AS nth
          FROM document WHERE wrapped IS NOT NULL);
INSERT INTO key_page (number, root_hour, body)
    SELECT page, max(root_hour), unhex(group_concat(entry, '' ORDER BY nth) || hex(zeroblob((48 - count(*)) * 84)))
    FROM moving GROUP BY page;
UPDATE document SET key_place = (SELECT page * 48 + nth FROM moving WHERE moving.id = document.id)
    WHERE wrapped IS NOT NULL;
DROP TABLE moving;

DROP INDEX document_held;
ALTER TABLE document DROP COLUMN wrapped;
ALTER TABLE document DROP COLUMN root_hour;

-- A document's key as it lies in its page, for whoever looks for one.
CREATE VIEW document_key (document, deadline, root_hour, wrapped) AS
    SELECT d.id, d.deadline, k.root_hour, substr(k.body, d.key_place % 48 * 84 + 25, 60)
    FROM document AS d JOIN key_page AS k ON k.number = d.key_place / 48
    WHERE substr(k.body, d.key_place % 48 * 84 + 1, 16) = d.id;
