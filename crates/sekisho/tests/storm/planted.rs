//! The control: what is taken away or altered behind the installation's back is reported, each by its own name.

use std::{fs, time::Duration};

use rusqlite::Connection;
use sekisho_core::{
    check::Reason,
    id::{AssignmentId, CheckId, DocumentId, ViewingId},
};
use sekisho_keeper::blobs::relative_path;

use crate::{
    books::Books,
    ground::Ground,
    member::Member,
    pictures,
    reviewer::Reviewer,
    site::Site,
    verify::{Finding, Verifier},
};

/// An installation with one document that waits and one that was decided, at rest; and the books.
struct Scene {
    ground: Ground,
    books: Books,
    waiting: CheckId,
    decided: CheckId,
    assignment: AssignmentId,
    viewing: ViewingId,
}

fn upload(ground: &Ground, books: &Books) -> CheckId {
    let asked = Site::new(ground).ask().unwrap();
    let mut member = Member::new(ground, 1);
    member.enter(&asked.link).unwrap();
    member.send(&pictures::card()).unwrap();
    books.announced(asked.check);
    books.uploaded(asked.check);
    asked.check
}

impl Scene {
    fn set(ground: Ground) -> Self {
        let books = Books::default();
        let decided = upload(&ground, &books);
        let mut reviewer = Reviewer::new(&ground, 0);
        reviewer.prove().unwrap();
        let assignment = reviewer.next().unwrap().unwrap();
        let viewing = reviewer.view(assignment).unwrap();
        books.saw(assignment, viewing);
        reviewer.decide(assignment, Reason::OldEnough).unwrap();
        books.decided(assignment, Reason::OldEnough);
        let waiting = upload(&ground, &books);
        Self { ground, books, waiting, decided, assignment, viewing }
    }

    fn keeper(&self) -> Connection {
        Connection::open(self.ground.data("keeper/keeper.db")).unwrap()
    }

    fn document(&self, check: CheckId) -> DocumentId {
        let sql = "SELECT id FROM document WHERE check_id = ?1";
        DocumentId::from_bytes(self.keeper().query_row(sql, [check.as_bytes()], |row| row.get(0)).unwrap())
    }

    fn alter(&self, sql: &str, check: CheckId) {
        let db = self.keeper();
        db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        assert_eq!(db.execute(sql, [check.as_bytes()]).unwrap(), 1, "{sql}");
    }
}

fn names(finding: &Finding, what: &str) -> bool {
    finding.losses.iter().any(|loss| loss.contains(what))
}

/// M9: each planted loss is one that the verifier names, and without one it names none.
#[test]
fn a_planted_loss_is_reported_by_its_name() {
    let ground = Ground::found(1);
    ground.serve();
    let scene = Scene::set(ground);
    let mut verifier = Verifier::new(&scene.ground);
    let clean = verifier.verify(&scene.books);
    assert!(clean.losses.is_empty() && clean.unlogged_viewings == 0 && clean.checked >= 6, "{clean:#?}");
    scene.ground.rest();
    // Stopped in order, so that what is planted lies in the files themselves.
    assert!(verifier.verify(&scene.books).losses.is_empty());
    verifier.patience = Duration::ZERO;
    let (waiting, decided) = (scene.document(scene.waiting), scene.document(scene.decided));
    let blob = |document| scene.ground.data("blobs").join(relative_path(document));
    let mut after = |what: &str| {
        let finding = verifier.verify(&scene.books);
        assert!(names(&finding, what), "{what}: {finding:#?}");
        finding
    };

    fs::remove_file(blob(waiting)).unwrap();
    after("waits and its ciphertext is missing");
    fs::write(blob(decided), b"still there").unwrap();
    after("ended and its ciphertext is still there");
    scene.alter("UPDATE checks SET state = 'in_review', attestation = NULL WHERE id = ?1", scene.decided);
    after("is in_review after OldEnough");
    scene.alter("DELETE FROM document WHERE check_id = ?1", scene.waiting);
    after("has an acknowledged picture and no document");
    scene.ground.hook.post.lock().unwrap().messages.clear();
    after("the site never heard check.approved");
    // The first entry of the waiting check, under a body that its leaf does not commit to.
    scene.alter("UPDATE event SET salt = zeroblob(32) WHERE check_id = ?1", scene.waiting);
    after("journal and database differ");
    after("does not commit to its body");
    scene.books.saw(scene.assignment, scene.viewing);
    after("showed its picture 2 times");
    scene.books.saw(AssignmentId::from_bytes([7; 16]), scene.viewing);
    assert_eq!(after("showed its picture").unlogged_viewings, 1);
    let journal = scene.ground.data("ledger/journal");
    fs::write(&journal, []).unwrap();
    after("more was published than the journal holds");
    fs::write(scene.ground.data("ledger/public/checkpoint"), "cut").unwrap();
    after("the ledger does not hold");
}
