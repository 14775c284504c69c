-- What a look cost stands in its own row, in the transaction of its entry; the counts of budgets are kept in memory, and
-- a tick writes them down. So a viewing writes nowhere but where it wrote before there were budgets.
ALTER TABLE viewing ADD COLUMN cost BLOB;     -- core::budget::Cost; NULL for what was counted when it was entered
-- Who looked at a document is found by its check.
DROP INDEX viewing_by_document;
