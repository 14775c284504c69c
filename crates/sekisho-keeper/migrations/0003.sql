-- Which documents have not ended is asked all the time, and by their deadlines; their keys are wrapped anew every
-- hour. An index whose condition names the wrapped key would be rewritten with every key, so it names the end instead:
-- a document's key is dropped and its end is written in one statement.
DROP INDEX document_undecided;
CREATE INDEX document_undecided ON document (deadline) WHERE shredded IS NULL;
-- In the order in which the rows lie, so that wrapping all keys anew goes through the file once. The deadline stands
-- here too, so that what is overdue is passed over without being read.
CREATE INDEX document_held ON document (id, deadline) WHERE shredded IS NULL;
CREATE INDEX document_to_warn ON document (warn_at) WHERE warn_at IS NOT NULL;
