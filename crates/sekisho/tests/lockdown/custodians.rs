//! Custodians: a ceremony, a lockdown, shares that travel sealed, and the end; with the commands that people type.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use sekisho::demo::{House, Picture};
use serde_json::Value;
use tempfile::TempDir;

use super::{house, lock_down, refused::refused, sekisho, stops::lift_all, told, unlock};

fn program(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sekisho"));
    program.args(arguments);
    program
}

/// Where custodians' papers lie, in a test.
struct Papers(TempDir);

impl Papers {
    fn new(house: &House) -> Self {
        let papers = Self(tempfile::tempdir().unwrap());
        fs::write(papers.at("passphrase"), [&house.passphrase().0[..], b"\n"].concat()).unwrap();
        papers
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn split(&self, house: &House, arguments: &[&str], out: Option<&Path>) -> Output {
        let mut split = program(&["keys", "split", "--passphrase-fd", "0", "--data"]);
        split.arg(house.data());
        split.arg("--keystore").arg(house.keystore()).args(arguments);
        if let Some(out) = out {
            split.arg("--json").arg("--out").arg(out);
        }
        split.stdin(File::open(self.at("passphrase")).unwrap()).output().unwrap()
    }

    /// What the keeper's key is, written to a file that is carried to custodians; its fingerprint.
    fn request(&self, house: &House) -> String {
        let told: Value = told(&program(&["keys", "request", "--json", "--data"]).arg(house.data()).output().unwrap());
        fs::write(self.at("request.txt"), told["request"].as_str().unwrap()).unwrap();
        told["fingerprint"].as_str().unwrap().to_owned()
    }

    /// On a custodian's device.
    fn seal(&self, number: u8, fingerprint: &str) -> Output {
        let mut share = program(&["keys", "share", "--fingerprint", fingerprint, "--share-fd", "0"]);
        share.arg(self.at("request.txt"));
        let paper = File::open(self.at(&format!("sekisho-share-{number}.txt"))).unwrap();
        let sealed = share.stdin(paper).output().unwrap();
        fs::write(self.at(&format!("answer-{number}.txt")), &sealed.stdout).unwrap();
        sealed
    }

    fn unlock(&self, house: &House, numbers: &[u8]) -> Command {
        let mut unlock = sekisho(house, "unlock");
        for number in numbers {
            unlock.arg("--share").arg(self.at(&format!("answer-{number}.txt")));
        }
        unlock.arg("--json");
        unlock
    }

    /// How an unlocking is refused.
    fn refusal(&self, house: &House, numbers: &[u8]) -> String {
        let output = self.unlock(house, numbers).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

/// M26: two of three end it and the passphrase does not; what is refused is refused with its reason.
#[test]
fn two_of_three_custodians_end_a_lockdown_and_the_passphrase_does_not() {
    let mut house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    let papers = Papers::new(&house);
    house.rest();
    let dealt = papers.split(&house, &["--needed", "2", "--of", "3"], Some(papers.0.path()));
    assert_eq!(told(&dealt)["of"], 3);
    house.revive().unwrap();
    assert!(house.officer_sees("/watch").unwrap().contains("分散鍵が配られました"));
    assert!(lock_down(&house).status.success());
    let passphrase = house.passphrase().0.clone();
    assert_eq!(unlock(&house, &passphrase).status.code(), Some(2), "the passphrase alone ends nothing");
    let canary = {
        let mut canary = program(&["canary", "list", "--passphrase-fd", "0", "--data"]);
        canary.arg(house.data());
        canary.arg("--keystore").arg(house.keystore()).stdin(File::open(papers.at("passphrase")).unwrap());
        canary.output().unwrap()
    };
    assert_eq!(canary.status.code(), Some(2));
    let told_what_to_do = String::from_utf8_lossy(&canary.stderr).into_owned();
    assert!(told_what_to_do.contains("sekisho unlock --share"), "{told_what_to_do}");
    let earlier = papers.request(&house);
    papers.seal(2, &earlier);
    let fingerprint = papers.request(&house);
    assert_eq!(papers.seal(1, "ABCD").status.code(), Some(2), "another key than the one that was told");
    for number in [1, 3] {
        let sealed = papers.seal(number, &fingerprint);
        assert!(sealed.status.success(), "{}", String::from_utf8_lossy(&sealed.stderr));
    }
    assert!(papers.refusal(&house, &[1]).contains("2 different shares are needed, and 1 were given"));
    assert!(papers.refusal(&house, &[3, 3]).contains("2 different shares are needed, and 1 were given"));
    assert!(
        papers.refusal(&house, &[1, 2]).contains("share 2 was sealed for another keeper or for an earlier request")
    );
    assert_eq!(refused(&house), Some(503));
    assert_eq!(told(&papers.unlock(&house, &[1, 3]).output().unwrap())["locked"], false);
    assert!(house.officer_sees("/watch").unwrap().contains("3 人の保管者のうち 2 人の分散鍵で解錠されました"));
    lift_all(&house);
    assert!(house.look(Some("old_enough")).is_ok());
    house.clear_away().unwrap();
}

/// A firm of one: the passphrase is lost, the printed share opens, and another passphrase is chosen, for every command.
#[test]
fn a_printed_recovery_share_stands_in_for_a_lost_passphrase() {
    let mut house = house();
    house.submit("card.jpg", &Picture::specimen()).unwrap();
    let papers = Papers::new(&house);
    house.rest();
    assert_eq!(told(&papers.split(&house, &["--needed", "1", "--of", "1"], Some(papers.0.path())))["needed"], 1);
    house.revive().unwrap();
    assert!(lock_down(&house).status.success());
    papers.seal(1, &papers.request(&house));
    fs::write(papers.at("chosen"), "another passphrase\n").unwrap();
    let unlock = || {
        let mut unlock = papers.unlock(&house, &[1]);
        unlock.args(["--new-passphrase-fd", "0"]).stdin(Stdio::from(File::open(papers.at("chosen")).unwrap()));
        unlock.output().unwrap()
    };
    assert_eq!(told(&unlock())["locked"], false);
    let at_work = unlock();
    let why = String::from_utf8_lossy(&at_work.stderr).into_owned();
    assert!(at_work.status.code() == Some(2) && why.contains("no new passphrase was set"), "{why}");
    let board = house.officer_sees("/watch").unwrap();
    assert!(board.contains("分散鍵で、合言葉が変えられました"), "{board}");
    lift_all(&house);
    assert!(house.look(Some("old_enough")).is_ok());
    house.rest();
    let again = papers.split(&house, &["--needed", "1", "--of", "1"], Some(papers.0.path()));
    assert_eq!(again.status.code(), Some(2), "the lost passphrase opens nothing");
    fs::copy(papers.at("chosen"), papers.at("passphrase")).unwrap();
    fs::remove_file(papers.at("sekisho-share-1.txt")).unwrap();
    assert_eq!(told(&papers.split(&house, &["--needed", "1", "--of", "1"], Some(papers.0.path())))["of"], 1);
    house.clear_away().unwrap();
}

/// Whoever goes away in the midst of a ceremony has changed nothing; nor has one whose files can't be written.
#[test]
fn a_ceremony_that_is_broken_off_changes_nothing() {
    let mut house = house();
    let papers = Papers::new(&house);
    let running = papers.split(&house, &["--needed", "2", "--of", "3"], None);
    assert_eq!(running.status.code(), Some(2), "the service runs");
    house.rest();
    let before = fs::read(house.keystore()).unwrap();
    // Standard input ends with the passphrase: nobody types the first share back.
    let gone = papers.split(&house, &["--needed", "2", "--of", "3"], None);
    let said = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert!(gone.status.code() == Some(2) && said.contains("nothing was dealt"), "{said}");
    fs::write(papers.at("sekisho-share-2.txt"), "in the way").unwrap();
    let full = papers.split(&house, &["--needed", "2", "--of", "3"], Some(papers.0.path()));
    assert_eq!(full.status.code(), Some(2));
    assert!(papers.at("sekisho-share-1.txt").exists(), "the control: it came that far");
    assert!(fs::read(house.keystore()).unwrap() == before, "the keystore was written to");
    house.revive().unwrap();
    assert!(house.overview().is_ok());
    house.clear_away().unwrap();
}
