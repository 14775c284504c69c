use sekisho_core::ledger::Hash;

use super::{super::testing::Bench, *};

fn entry(row: &StoredEntry) -> [u8; 32] {
    leaf::entry(&row.salt, &row.body)
}

fn verified(bench: &Bench, writer: &mut Writer, index: u64) -> Checkpoint {
    let proof: TlogProof = writer.prove(index).unwrap().parse().unwrap();
    proof.verify(&entry(&bench.rows[index as usize]), writer.vkey()).unwrap()
}

#[test]
fn positions_come_in_the_order_of_staging_after_one_append() {
    let mut bench = Bench::default();
    let mut writer = bench.open().unwrap();
    bench.write(&mut writer, 2);
    bench.stage(&mut writer, 3);
    let positions = writer.commit().unwrap();
    assert_eq!(positions.iter().map(Position::index).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(bench.files.state().appends, 2);
    assert_eq!(writer.commit().unwrap(), []);
    assert_eq!(bench.files.state().appends, 2);
}

#[test]
fn every_entry_is_proven_under_the_published_checkpoint() {
    let mut bench = Bench::default();
    let mut writer = bench.open().unwrap();
    for (step, size) in [(1, 1), (255, 256), (1, 257), (300, 557), (211, 768)] {
        bench.write(&mut writer, step);
        writer.publish().unwrap();
        assert_eq!(writer.published_size(), size);
        for index in (0..size).step_by(37).chain([size - 1]) {
            assert_eq!(verified(&bench, &mut writer, index).size(), size);
        }
    }
}

#[test]
fn a_proof_is_of_what_is_published_also_while_more_is_written() {
    let mut bench = Bench::published(600);
    let mut writer = bench.open().unwrap();
    bench.write(&mut writer, 500);
    assert_eq!(verified(&bench, &mut writer, 599).size(), 600);
    assert!(matches!(writer.prove(600), Err(ProveEntryError::NotPublished(600))));
    assert!(matches!(writer.prove(u64::MAX), Err(ProveEntryError::NotPublished(_))));
}

#[test]
fn publishing_again_without_news_touches_nothing() {
    let bench = Bench::published(3);
    let mut writer = bench.open().unwrap();
    bench.files.state().files.clear();
    writer.publish().unwrap();
    assert!(bench.files.state().files.is_empty());
    let mut empty = Bench::default().open().unwrap();
    empty.publish().unwrap();
    assert_eq!(empty.published_checkpoint(), None);
}

#[test]
fn what_is_rolled_back_leaves_no_place() {
    let mut bench = Bench::default();
    let mut writer = bench.open().unwrap();
    bench.stage(&mut writer, 2);
    let mark = writer.mark();
    writer.stage(b"{}".to_vec(), [9; 32]).unwrap();
    writer.rollback_to(mark);
    bench.stage(&mut writer, 1);
    assert_eq!(writer.commit().unwrap().len(), 3);
    writer.stage(b"{}".to_vec(), [9; 32]).unwrap();
    writer.abandon();
    assert_eq!(writer.commit().unwrap(), []);
    assert_eq!(bench.open().unwrap().size(), 3);
}

#[test]
fn after_a_failed_append_nothing_is_taken_until_it_is_opened_anew() {
    let mut bench = Bench::published(3);
    let mut writer = bench.open().unwrap();
    bench.stage(&mut writer, 2);
    bench.files.state().tear_after = Some(70);
    assert!(matches!(writer.commit(), Err(CommitError::Io(_))));
    assert!(matches!(writer.commit(), Err(CommitError::Broken)));
    assert_eq!(writer.stage(b"{}".to_vec(), [0; 32]), Err(StageError::Broken));
    let again = bench.open().unwrap();
    assert_eq!((again.size(), again.published_size()), (5, 3));
}

#[test]
fn a_publication_that_failed_is_made_up_for() {
    for failing in ["tile/0/000.p/5", "tile/entries/000.p/5", "checkpoint"] {
        let mut bench = Bench::published(3);
        let mut writer = bench.open().unwrap();
        bench.write(&mut writer, 2);
        bench.files.state().fail_put = Some(failing);
        assert!(matches!(writer.publish(), Err(PublishError::Io(_))), "{failing}");
        assert_eq!(verified(&bench, &mut writer, 2).size(), 3);
        writer.publish().unwrap();
        assert_eq!(verified(&bench, &mut writer, 4).size(), 5);
    }
}

#[test]
fn a_damaged_tile_gives_no_proof() {
    let mut bench = Bench::published(600);
    let mut writer = bench.open().unwrap();
    bench.files.state().files.get_mut("tile/0/000").unwrap()[0] ^= 1;
    assert!(matches!(writer.prove(1), Err(ProveEntryError::Damaged(_))));
    bench.files.state().files.remove("tile/0/000");
    assert!(matches!(writer.prove(1), Err(ProveEntryError::Tile(TileError::Missing(_)))));
    // The left half is proven by the tile above; the damage lies elsewhere.
    assert_eq!(verified(&bench, &mut writer, 599).size(), 600);
    bench.rows.clear();
}

#[test]
fn full_tiles_take_the_place_of_partial_ones() {
    let mut bench = Bench::published(200);
    let mut writer = bench.open().unwrap();
    bench.write(&mut writer, 100);
    writer.publish().unwrap();
    let names: Vec<_> = bench.files.state().files.keys().cloned().collect();
    let expected =
        ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"];
    assert_eq!(names, expected);
}

#[test]
fn a_body_too_long_is_refused_before_it_takes_a_place() {
    let mut writer = Bench::default().open().unwrap();
    assert_eq!(writer.stage(vec![0; MAX_BODY + 1], [0; 32]), Err(StageError::TooLong(MAX_BODY + 1)));
    assert_eq!(writer.next_index(), 0);
}

#[test]
fn the_checkpoint_in_place_is_the_one_that_is_proven_against() {
    let bench = Bench::published(2);
    let writer = bench.open().unwrap();
    let note = bench.files.text(CHECKPOINT);
    let checkpoint = Checkpoint::open(&note, writer.vkey()).unwrap();
    let leaves = [0, 1].map(|index: usize| Hash::leaf(&entry(&bench.rows[index])));
    assert_eq!(checkpoint.head, Head { size: 2, root: Hash::node(&leaves[0], &leaves[1]) });
    assert_eq!(writer.published_checkpoint(), Some(note.as_str()));
}
