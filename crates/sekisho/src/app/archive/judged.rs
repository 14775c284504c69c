//! Everything that lies below `--data`, and what becomes of it in a backup.

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is copied.
    Copied,
    /// Its rows are copied as they were judged, see [`sekisho_keeper::archive`].
    Judged,
    /// It is made again at a restore, and from what.
    Derived(&'static str),
    /// It goes along only sealed under the passphrase, with `--with-identity`.
    Sealed(&'static str),
    /// It is left out, and why.
    LeftOut(&'static str),
}

/// Every file that an installation has, by how its path below `--data` begins. The first that fits counts.
pub const FILES: &[(&str, Fate)] = &[
    ("keeper/keeper.db-", Fate::Derived("a database's own journals; what they hold is read with it")),
    ("keeper/keeper.db", Fate::Judged),
    ("keeper/founding-token", Fate::LeftOut("it would let somebody in, and lasts half an hour")),
    ("ledger/public/checkpoint", Fate::Copied),
    ("ledger/public/tile/", Fate::Derived("from the entries in keeper.db")),
    ("ledger/journal", Fate::Derived("from the entries in keeper.db")),
    ("ledger/closed/", Fate::LeftOut("a ledger that ended at an earlier restore; keep a copy of your own")),
    ("blobs/", Fate::LeftOut("without the keystore they open to nobody, and with it they are pictures")),
    ("gate/gate.db-", Fate::Derived("a database's own journals; what they hold is read with it")),
    ("gate/gate.db", Fate::Judged),
    ("gate/pinned.json", Fate::Copied),
    ("desk/desk.db", Fate::LeftOut("sessions would let somebody in; whoever was signed in signs in again")),
    ("courier/secrets/", Fate::Sealed("whoever has one can pose as us to its site; each site has its own")),
    ("courier/alerts.toml", Fate::LeftOut("it has the mail server's password; keep the file that it was made from")),
    ("operator.sock", Fate::LeftOut("it is the door to the keeper that runs")),
    ("running.json", Fate::LeftOut("it says how this machine's processes were started and confined")),
    ("lock", Fate::LeftOut("it says that somebody serves this folder now")),
];

/// What becomes of the file at `path` below `--data`; nothing if nobody judged it.
pub fn fate(path: &str) -> Option<Fate> {
    FILES.iter().find(|(begins, _)| path.starts_with(begins)).map(|(_, fate)| *fate)
}
