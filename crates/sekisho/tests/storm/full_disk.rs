//! A disk that fills up: what can't be kept is refused, what was acknowledged stays, and with space all goes on.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    books::Books,
    ground::{Ground, until},
    member::Member,
    pictures,
    reviewer::Reviewer,
    site::Site,
    snag::Snag,
    verify::{Verifier, waiting},
};
use sekisho_core::check::Reason;

/// What uploads leave free, in bytes.
const RESERVE: usize = 128 << 20;

/// A small disk in memory, mounted for one test.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// Mounts one of so many MiB; nothing where that is not allowed.
    fn mount(at: &Path, mib: u32) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let size = format!("size={mib}m,mode=755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

/// Fills the disk but for about `free` bytes.
fn fill(ground: &Ground, free: usize) -> PathBuf {
    let path = ground.data("ballast");
    let mut ballast = File::create(&path).unwrap();
    while ballast.write_all(&[1; 64 << 10]).is_ok() {}
    let length = ballast.metadata().unwrap().len();
    ballast.set_len(length.saturating_sub(free as u64)).unwrap();
    path
}

/// One member's try, from the site's question to the picture. What was acknowledged goes on the books.
fn attempt(ground: &Ground, books: &Books) -> Result<(), Snag> {
    let asked = Site::new(ground).ask()?;
    books.announced(asked.check);
    let mut member = Member::new(ground, 1);
    member.enter(&asked.link)?;
    member.send(&pictures::card())?;
    books.uploaded(asked.check);
    Ok(())
}

fn review(ground: &Ground, books: &Books) -> Result<bool, Snag> {
    let mut reviewer = Reviewer::new(ground, 0);
    reviewer.prove()?;
    let Some(assignment) = reviewer.next()? else { return Ok(false) };
    let viewing = reviewer.view(assignment)?;
    books.saw(assignment, viewing);
    reviewer.decide(assignment, Reason::OldEnough)?;
    books.decided(assignment, Reason::OldEnough);
    Ok(true)
}

/// M45: nothing that was acknowledged is lost to a full disk, and nothing is acknowledged that it can't hold.
#[test]
fn a_full_disk_refuses_and_loses_nothing_and_goes_on_by_itself_with_space() {
    let place = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(&place.path().join("data"), 200) else {
        assert!(std::env::var_os("SEKISHO_REQUIRE_DISK").is_none(), "a disk can't be mounted here");
        crate::campaign::say("not run: a small disk can't be mounted by this user");
        return;
    };
    let ground = Ground::found_on(disk, place, 1);
    ground.serve();
    ground.until_well();
    let (books, mut verifier) = (Books::default(), Verifier::new(&ground));
    uploads_leave_room_for_decisions(&ground, &books);
    for free in [0, 16 << 10, 160 << 10] {
        let ballast = fill(&ground, free);
        for _ in 0..3 {
            assert!(attempt(&ground, &books).is_err_and(|snag| snag.will_pass()));
            let seen = review(&ground, &books);
            assert!(seen.is_ok() || seen.as_ref().is_err_and(Snag::will_pass), "{seen:?} {}", ground.log());
        }
        fs::remove_file(ballast).unwrap();
        until("it goes on by itself", || attempt(&ground, &books).is_ok());
    }
    until("everything is decided", || review(&ground, &books).is_ok() && waiting(&ground) == 0);
    let finding = verifier.verify(&books);
    assert!(finding.losses.is_empty() && finding.unlogged_viewings == 0, "{finding:#?} {}", ground.log());
}

/// Uploads stop while there is still room to decide on what came in.
fn uploads_leave_room_for_decisions(ground: &Ground, books: &Books) {
    let ballast = fill(ground, RESERVE + (2 << 20));
    let refused = std::iter::repeat_with(|| attempt(ground, books)).take(40).find_map(Result::err);
    assert_eq!(refused, Some(Snag::Status(503, "no_space".into())));
    assert!(waiting(ground) > 0);
    while waiting(ground) > 0 {
        assert_eq!(review(ground, books), Ok(true));
    }
    fs::remove_file(ballast).unwrap();
}
