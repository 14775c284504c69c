//! Walls between the rooms of the one binary, crate `sekisho`.

use crate::{
    Breach, assert_none,
    tree::{File, lies_within, member},
};

/// One wall: what certain modules must not name.
struct Wall {
    /// Why it stands, as it is said when it is broken.
    why: &'static str,
    /// The modules it holds for, with all below them.
    within: &'static [&'static str],
    /// Modules among those for which it does not hold.
    apart: &'static [&'static str],
    /// Paths that must not be named, nor anything below them.
    never: &'static [&'static str],
    /// Paths among those that may be.
    but: &'static [&'static str],
    /// A file and a text in it that break the wall, to see that it holds.
    planted: (&'static str, &'static str),
}

const DATABASES: &[&str] = &["rusqlite", "sqlx", "tokio_postgres", "object_store"];

const WALLS: &[Wall] = &[
    Wall {
        why: "only `app` names concrete back ends",
        within: &["crate"],
        apart: &["crate::app", "crate::store", "crate::vault", "crate::testing"],
        never: &["crate::store", "crate::vault"],
        but: &[],
        planted: ("gate/state.rs", "use crate::{service::ports::Blobs, vault::fs::Folder};"),
    },
    Wall {
        why: "databases are spoken to in `store` and `vault`",
        within: &["crate"],
        // A drill reads what an attacker who holds the files would read.
        apart: &["crate::store", "crate::vault", "crate::drill", "crate::testing"],
        never: DATABASES,
        but: &[],
        planted: ("desk/staff/list.rs", "fn f(db: &rusqlite::Connection) {}"),
    },
    Wall {
        why: "`service` knows no HTTP",
        within: &["crate::service"],
        apart: &[],
        never: &["axum", "hyper", "hyper_util", "http", "askama", "tower"],
        but: &[],
        planted: ("service/submit.rs", "use axum::extract::State;"),
    },
    Wall {
        why: "`service` lies below the rooms that use it",
        within: &["crate::service"],
        apart: &[],
        never: &["crate::gate", "crate::desk", "crate::courier", "crate::supervisor", "crate::app", "crate::cli"],
        but: &[],
        planted: ("service/member.rs", "use super::super::gate::state::Gate;"),
    },
    Wall {
        why: "back ends know the ports, not the rooms",
        within: &["crate::store", "crate::vault"],
        apart: &[],
        never: &[
            "crate::gate",
            "crate::desk",
            "crate::courier",
            "crate::supervisor",
            "crate::app",
            "crate::cli",
            "axum",
        ],
        but: &[],
        planted: ("store/gate_sqlite.rs", "use crate::gate::state::Gate;"),
    },
    Wall {
        why: "of the keeper, a handler knows what is said to it, and why a signature was refused",
        within: &["crate::gate", "crate::desk", "crate::courier"],
        apart: &[],
        never: &["sekisho_keeper"],
        but: &["sekisho_keeper::wire", "sekisho_keeper::jose"],
        planted: ("desk/work/view.rs", "use sekisho_keeper::{wire::Picture, custody::Custody};"),
    },
    Wall {
        why: "of the keeper, a use case knows what is said to it and how it is verified",
        within: &["crate::service"],
        apart: &[],
        never: &["sekisho_keeper"],
        but: &["sekisho_keeper::wire", "sekisho_keeper::jose", "sekisho_keeper::intake"],
        planted: ("service/submit.rs", "use sekisho_keeper::keystore::Root;"),
    },
    Wall {
        why: "handlers name no keys",
        within: &["crate::gate", "crate::desk", "crate::courier"],
        apart: &[],
        never: &["sekisho_seal", "aws_lc_rs::aead", "aws_lc_rs::hkdf", "aws_lc_rs::agreement", "hpke"],
        but: &[],
        planted: ("gate/member/picture.rs", "fn f() { sekisho_seal::seal_document(key, context, plain, entropy) }"),
    },
    Wall {
        why: "no public process can open what was sealed",
        within: &["crate::gate", "crate::desk", "crate::courier", "crate::service"],
        apart: &[],
        never: &[
            "sekisho_seal::IntakeSecret",
            "sekisho_seal::open_key",
            "sekisho_seal::open_document",
            "sekisho_seal::open_document_in_place",
        ],
        but: &[],
        planted: ("service/submit.rs", "use sekisho_seal::{DocumentKey, open_key};"),
    },
    Wall {
        why: "the gate, the desk and the courier do not know each other",
        within: &["crate::gate"],
        apart: &[],
        never: &["crate::desk", "crate::courier"],
        but: &[],
        planted: ("gate/guard.rs", "use crate::desk::session::Session;"),
    },
    Wall {
        why: "the gate, the desk and the courier do not know each other",
        within: &["crate::desk"],
        apart: &[],
        never: &["crate::gate", "crate::courier"],
        but: &[],
        planted: ("desk/guard.rs", "use crate::gate::cookie;"),
    },
    Wall {
        why: "the gate, the desk and the courier do not know each other",
        within: &["crate::courier"],
        apart: &[],
        never: &["crate::gate", "crate::desk"],
        but: &[],
        planted: ("courier/mod.rs", "use crate::gate::problem::Problem;"),
    },
    Wall {
        why: "threads that wipe their stacks are begun in `threads`",
        within: &["crate"],
        // A demo's site holds what is its own.
        apart: &["crate::threads", "crate::demo"],
        never: &[
            "tokio::task::spawn_blocking",
            "tokio::task::block_in_place",
            "tokio::runtime::Builder::new_multi_thread",
            "tokio::runtime::Runtime::new",
        ],
        but: &[],
        planted: ("forked_reader.rs", "fn f() { tokio::task::spawn_blocking(work) }"),
    },
    Wall {
        why: "a witness knows nothing of what it witnesses",
        within: &["crate::witness"],
        apart: &[],
        never: &["sekisho_keeper", "sekisho_seal", "crate::gate", "crate::desk", "crate::courier", "crate::service"],
        but: &[],
        planted: ("witness/judge.rs", "use sekisho_keeper::ledger::Writer;"),
    },
];

fn any_within(path: &str, roots: &[&str]) -> bool {
    roots.iter().any(|root| lies_within(path, root))
}

/// A path as the crate's root would write it: `super` and `self` followed, our own name taken as `crate`.
fn absolute(module: &str, path: &[String]) -> String {
    let mut at: Vec<&str> = module.split("::").collect();
    let mut rest = path.iter().map(String::as_str).peekable();
    match rest.peek() {
        Some(&"self") => drop(rest.next()),
        Some(&"super") => {}
        Some(&"crate" | &"sekisho") => {
            rest.next();
            at.truncate(1);
        }
        _ => at.clear(),
    }
    while rest.next_if_eq(&"super").is_some() {
        at.pop();
    }
    at.extend(rest.filter(|segment| *segment != "self"));
    at.join("::")
}

impl Wall {
    fn breaches(&self, file: &File) -> Vec<Breach> {
        if !any_within(&file.module, self.within) || any_within(&file.module, self.apart) {
            return Vec::new();
        }
        let named = file.source.paths.iter().map(|path| absolute(&file.module, path));
        let forbidden = named.filter(|path| self.forbids(path));
        forbidden.map(|path| Breach::new(&file.path, format!("names `{path}`; {}", self.why))).collect()
    }

    /// A name that stands above an allowed one is forbidden too: it would let the rest in.
    fn forbids(&self, path: &str) -> bool {
        let path = path.trim_end_matches("::*");
        any_within(path, self.never) && !any_within(path, self.but)
    }
}

/// SQL outside the store, by how its texts begin.
fn sql(file: &File) -> Vec<Breach> {
    if any_within(&file.module, &["crate::store", "crate::vault", "crate::testing", "crate::drill"]) {
        return Vec::new();
    }
    let begins = ["SELECT ", "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA "];
    let is_sql =
        |text: &&String| begins.iter().any(|verb| text.trim_start_matches(['r', '#', '"', ' ']).starts_with(verb));
    let found = file.source.texts.iter().filter(is_sql);
    found.map(|text| Breach::new(&file.path, format!("speaks SQL outside the store: {text}"))).collect()
}

fn breaches(file: &File) -> Vec<Breach> {
    WALLS.iter().flat_map(|wall| wall.breaches(file)).chain(sql(file)).collect()
}

#[test]
fn the_rooms_of_the_binary_keep_their_walls() {
    assert_none(&member("crates/sekisho").files.iter().flat_map(breaches).collect::<Vec<_>>());
}

#[test]
fn every_wall_finds_what_was_planted() {
    for wall in WALLS {
        let (within, text) = wall.planted;
        assert_eq!(wall.breaches(&File::parse("crates/sekisho", within, text)).len(), 1, "{}: {text}", wall.why);
    }
}

#[test]
fn what_is_allowed_is_not_called_a_breach() {
    for (within, text) in [
        ("app/mod.rs", "use crate::{store::gate_sqlite::Gate, vault::fs::Folder};"),
        ("gate/guard.rs", "use sekisho_keeper::wire::{self, Refusal};"),
        ("gate/guard.rs", "//! Not `rusqlite::Connection`.\nuse axum::Router; use super::state::Gate;"),
        ("gate/guard.rs", "#[cfg(test)] mod tests { use crate::vault::fs::Folder; }"),
        ("service/submit.rs", "use sekisho_seal::{Context, seal_document}; use crate::service::ports::Blobs;"),
        ("store/mod.rs", "use rusqlite::Connection; const Q: &str = \"SELECT 1\";"),
        ("desk/page.rs", "const TEXT: &str = \"SELECTED\";"),
    ] {
        assert_none(&breaches(&File::parse("crates/sekisho", within, text)));
    }
}

#[test]
fn roundabout_ways_to_a_back_end_are_found() {
    for text in [
        "use super::super::vault::fs;",
        "use sekisho::vault::fs::Folder;",
        "use crate::{vault::{self, fs}};",
        "use crate::vault::*;",
        "fn f() -> crate::vault::fs::Folder { todo() }",
        "vec![crate::vault::fs::open()];",
    ] {
        assert!(!breaches(&File::parse("crates/sekisho", "gate/guard.rs", text)).is_empty(), "{text}");
    }
}

#[test]
fn sql_in_a_handler_is_found() {
    for text in ["const Q: &str = \"SELECT 1\";", "f(r#\"DELETE FROM checks\"#);", "sql!(\"UPDATE checks SET x = 1\")"]
    {
        assert_eq!(sql(&File::parse("crates/sekisho", "gate/guard.rs", text)).len(), 1, "{text}");
    }
}
