//! gate.db and desk.db, judged: what of them leaves in a backup or an export. See [`sekisho_keeper::archive`].

use sekisho_keeper::archive::{Column, Form, Rows, Table};

const fn plain(name: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Plain, what)
}

const fn time(name: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Time, what)
}

/// Every table and column of gate.db, and what becomes of it.
pub const GATE_DB: &[Table] = &[
    Table {
        name: "checks",
        what: "the checks as the gate knows them",
        rows: Rows::All,
        columns: &[
            Column::taken("check_id", Form::Id("chk"), "the check"),
            plain("site", "the site that asked"),
            plain("jti", "the site's own id of its request"),
            plain("policy", "the policy"),
            plain("sub", "the site's HMAC of the member's id; NULL once the member is erased"),
            plain("request", "the request as the site signed it (JWS); empty once the member is erased"),
            plain("return_url", "where the member goes back to"),
            time("announced", "when the site asked"),
            time("expires", "until when the first document may come"),
            time("withdrawn", "when it was withdrawn"),
            time("erase_at", "when what ties it to a person goes"),
        ],
    },
    Table {
        name: "secrets",
        what: "members' secrets, by their SHA-256",
        rows: Rows::Where {
            holds: "kind = 2",
            why: "a link that was burnt and a session that ended must not be good again; the site gives a new link",
        },
        columns: &[
            Column::taken("hash", Form::Bytes, "SHA-256 of the secret"),
            plain("kind", "2: the link to the status page, with which a member withdraws and gets the receipt"),
            Column::taken("check_id", Form::Id("chk"), "the check"),
            time("until", "its end"),
        ],
    },
    Table {
        name: "calls",
        what: "signed calls that were used: each is good once, also after a restore",
        rows: Rows::All,
        columns: &[
            plain("site", "the site that called"),
            plain("jti", "the call's id"),
            time("until", "when a replay is refused anyway"),
        ],
    },
];

/// Every table and column of desk.db. Nothing of it is taken: whoever was signed in signs in again.
pub const DESK_DB: &[Table] = &[Table {
    name: "session",
    what: "who is signed in",
    rows: Rows::None { why: "a session would let somebody in" },
    columns: &[
        Column::taken("hash", Form::Bytes, "SHA-256 of the session's secret"),
        Column::taken("staff", Form::Id("stf"), "who"),
        plain("role", "as what"),
        time("began", "since when"),
        time("until", "its end"),
    ],
}];

#[cfg(test)]
mod tests {
    use super::{
        super::{desk_sqlite::SqliteDeskStore, gate_sqlite::GateSqlite},
        *,
    };
    use sekisho_keeper::archive::copy;

    /// Whoever adds a table or column to gate.db or desk.db has to say here what becomes of it.
    #[test]
    fn every_table_and_column_of_gate_and_desk_is_judged() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        drop(GateSqlite::open(&path("gate.db")).unwrap());
        drop(SqliteDeskStore::open(&path("desk.db")).unwrap());
        copy(&path("gate.db"), &path("1"), GATE_DB).unwrap();
        copy(&path("desk.db"), &path("2"), DESK_DB).unwrap();
        assert!(copy(&path("desk.db"), &path("3"), GATE_DB).is_err(), "the test sees what it claims to");
    }

    /// What would let somebody in is not taken, and the status link stays good for whoever holds it.
    #[test]
    fn burnt_links_and_sessions_do_not_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        drop(GateSqlite::open(&path("gate.db")).unwrap());
        let db = rusqlite::Connection::open(path("gate.db")).unwrap();
        db.execute_batch(
            "insert into checks values (zeroblob(16), 's', 'j', 'p', null, '', '', 1, 2, null, null);
             insert into secrets values (randomblob(32), 0, zeroblob(16), 9), (randomblob(32), 1, zeroblob(16), 9),
                                        (randomblob(32), 2, zeroblob(16), 9);",
        )
        .unwrap();
        copy(&path("gate.db"), &path("copy"), GATE_DB).unwrap();
        let copied = rusqlite::Connection::open(path("copy")).unwrap();
        let kinds: Vec<u8> = copied
            .prepare("select kind from secrets")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(kinds, [2]);
    }
}
