-- The book of canaries: one row in every installation, of one size, sealed, and sealed anew every hour whether
-- anything changed in it or not. Nothing here or elsewhere in this file says what is bait, or whether anything is.
CREATE TABLE canary_book (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    sealed BLOB NOT NULL               -- nonce, ciphertext, tag; canary/book.rs says of what
) STRICT;
