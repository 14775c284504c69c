//! What a room must still be able to do: serve, and keep a database.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod common;

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    time::Duration,
};

use common::{Outcome, forked_aside, inside, plan, wait};
use rusqlite::Connection;
use sekisho_sys::confine::{Options, PathAccess, Profile, confine};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::Builder,
};

fn keep_a_database(folder: &Path) -> rusqlite::Result<()> {
    let mut database = Connection::open(folder.join("room.db"))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "secure_delete", true)?;
    database.execute_batch("CREATE TABLE IF NOT EXISTS t (v BLOB); PRAGMA wal_checkpoint(TRUNCATE);")?;
    let transaction = database.transaction()?;
    for round in 0..200_u32 {
        transaction.execute("INSERT INTO t VALUES (?1)", [vec![round as u8; 3000]])?;
    }
    transaction.commit()?;
    database.execute_batch("DELETE FROM t; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;")?;
    database.close().map_err(|(_, error)| error)
}

#[test]
fn every_server_keeps_a_database_in_its_own_folder() {
    for profile in [Profile::Gate, Profile::Desk, Profile::Keeper, Profile::Courier, Profile::Witness] {
        let place = tempfile::tempdir().unwrap();
        let room = plan(profile, &[(place.path(), PathAccess::ReadWriteDir)]);
        let outcome =
            inside(&room, || keep_a_database(place.path()).map_err(|_| io::Error::from_raw_os_error(libc::EIO)));
        assert_eq!(outcome, Outcome::Done, "{profile:?}");
    }
}

fn serve_one(listener: TcpListener, folder: &Path) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (mut caller, _) = listener.accept().await?;
        let mut asked = [0; 4];
        caller.read_exact(&mut asked).await?;
        tokio::fs::write(folder.join("asked"), asked).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        caller.write_all(&tokio::fs::read(folder.join("asked")).await?).await?;
        caller.shutdown().await
    })
}

#[test]
fn gate_desk_and_witness_serve_on_a_listener_that_was_handed_over() {
    for profile in [Profile::Gate, Profile::Desk, Profile::Witness] {
        let place = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let room = plan(profile, &[(place.path(), PathAccess::ReadWriteDir)]);
        let server = forked_aside(|| match confine(&room, Options::default()) {
            Ok(_) => i32::from(serve_one(listener.try_clone().unwrap(), place.path()).is_err()),
            Err(_) => 2,
        });
        let mut caller = TcpStream::connect(address).unwrap();
        caller.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        caller.write_all(b"echo").unwrap();
        let mut said = String::new();
        caller.read_to_string(&mut said).unwrap();
        assert_eq!((said.as_str(), wait(server).exit_status()), ("echo", Some(0)), "{profile:?}");
    }
}

#[test]
fn the_courier_resolves_a_name_and_dials_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut room = plan(Profile::Courier, &[(Path::new("/etc"), PathAccess::ReadDir)]);
    room.connect_ports = vec![port, 53];
    let outcome = inside(&room, || TcpStream::connect(("localhost", port)).map(drop));
    assert_eq!(outcome, Outcome::Done);
}
