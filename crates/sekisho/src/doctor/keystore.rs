//! The keystore's file: who may touch it, and what it was made with.

use std::{
    fs, io,
    os::unix::fs::{FileTypeExt, MetadataExt},
    path::{Path, PathBuf},
};

use sekisho_core::{calendar::text, id::KeeperId};
use sekisho_keeper::keystore::{Cost, Label, label};

use super::remark::{CannotTell, Fixed, Remark, Row, Severity, Told};

pub(super) const MODE: Row = Row {
    id: "D-keystore-mode",
    severity: Severity::Finding,
    why: Fixed {
        en: "Others than the keeper can copy or replace the keys; a copy and the passphrase open what was undecided.",
        ja: "キーパー以外が鍵を複製・交換できます。複製とパスフレーズがあれば、その時点で未判定だったものが開きます。",
    },
    mend: Fixed {
        en: "`chmod 600` the file and `chmod go-w` its folder; started as root, `serve` gives the file its owner.",
        ja: "ファイルに `chmod 600`、フォルダーに `chmod go-w` を実行してください。root で起動した `serve` は所有者を直します。",
    },
};

pub(super) const LINKS: Row = Row {
    id: "D-keystore-links",
    severity: Severity::Finding,
    why: Fixed {
        en: "The same file has a second name somewhere, where a backup may find it.",
        ja: "同じファイルに別の名前があり、そこからバックアップに入ることがあります。",
    },
    mend: Fixed {
        en: "Find the other name (`find / -xdev -samefile KEYSTORE`) and remove it.",
        ja: "`find / -xdev -samefile KEYSTORE` で別の名前を探し、消してください。",
    },
};

pub(super) const SPARSE: Row = Row {
    id: "D-keystore-sparse",
    severity: Severity::Finding,
    why: Fixed {
        en: "Parts of the file have no place on the disk of their own, so overwriting does not happen in place.",
        ja: "ファイルの一部にディスク上の固有の場所がなく、上書きがその場で行われません。",
    },
    mend: Fixed {
        en: "Stop the service, copy the file with `cp --sparse=never`, put the copy in its place, `shred -u` the old one.",
        ja: "止めてから `cp --sparse=never` で複製し、元と置き換え、古い方を `shred -u` してください。",
    },
};

pub(super) const INSIDE: Row = Row {
    id: "D-keystore-in-data",
    severity: Severity::Finding,
    why: Fixed {
        en: "The keys lie below the data: every backup of the data holds them.",
        ja: "鍵がデータの下にあり、データのバックアップに必ず入ります。",
    },
    mend: Fixed {
        en: "Stop the service, move the file elsewhere, start with the new --keystore; destroy backups made since.",
        ja: "止めてファイルを別の場所に移し、新しい --keystore で起動し、それまでのバックアップを処分してください。",
    },
};

pub(super) const COST: Row = Row {
    id: "D-passphrase-cost",
    severity: Severity::Finding,
    why: Fixed {
        en: "Guessing the passphrase of a copied keystore is cheaper than it should be.",
        ja: "複製された鍵ファイルのパスフレーズの総当たりが、あるべきより安くできます。",
    },
    mend: Fixed {
        en: "Found anew with this version when nothing is undecided; the cost is fixed at the founding.",
        ja: "未判定のものがない時に、この版で新しく設置し直してください(設置の時に決まります)。",
    },
};

pub(super) const CUSTODIANS: Row = Row {
    id: "D-custodians",
    severity: Severity::Note,
    why: Fixed {
        en: "Whoever has the keystore and its passphrase ends a lockdown alone; a lost passphrase is the end of every document under way.",
        ja: "鍵ファイルとパスフレーズを持つ人が、1人で施錠を解けます。パスフレーズを失うと、途中の書類はすべて失われます。",
    },
    mend: Fixed {
        en: "`sekisho keys split` deals shares to custodians; a firm of one or two prints a recovery share with it.",
        ja: "`sekisho keys split` で保管者に分散鍵を配るか、1〜2人の会社なら回復用の鍵を印刷してください。",
    },
};

pub(super) const SHARES_USED: Row = Row {
    id: "D-shares-used",
    severity: Severity::Finding,
    why: Fixed {
        en: "The shares were given to end a lockdown: who was there, or on that machine, may know them by now.",
        ja: "分散鍵は解錠に使われました。その場にいた人やその機械にいた者が、知っているかもしれません。",
    },
    mend: Fixed {
        en: "Stop the service, deal anew with `sekisho keys split`, start it again.",
        ja: "止めてから `sekisho keys split` で配り直し、起動してください。",
    },
};

pub(super) const LOCKED_DOWN: Row = Row {
    id: "D-locked-down",
    severity: Severity::Finding,
    why: Fixed {
        en: "Nothing opens, also after a start, and deadlines go on: what passes them is destroyed unseen.",
        ja: "起動し直しても何も開かず、期限は進みます。過ぎた書類は見られないまま消えます。",
    },
    mend: Fixed {
        en: "Once the cause is known and mended: `sekisho unlock`. The ledger says who ordered it and why.",
        ja: "原因が分かり、直したら `sekisho unlock` を実行してください。誰がなぜ命じたかは台帳にあります。",
    },
};

pub(super) const STRANGER: Row = Row {
    id: "D-keystore-other",
    severity: Severity::Finding,
    why: Fixed {
        en: "This keystore belongs to another installation, or to a test: the keeper will refuse it.",
        ja: "この鍵ファイルは別の設置か試験のもので、キーパーは受け付けません。",
    },
    mend: Fixed {
        en: "Start with the --keystore that was founded together with this --data.",
        ja: "この --data と一緒に設置された --keystore で起動してください。",
    },
};

/// What is seen of the file without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    mode: u32,
    owner: u32,
    links: u64,
    bytes: u64,
    /// As far as the file system says; some count late.
    allocated: u64,
    folder_mode: u32,
}

/// Whose data it goes with, as far as that could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    /// Which keeper.
    pub(super) keeper: KeeperId,
    /// Whether it is a test installation.
    pub(super) test: bool,
}

/// Looks at the file at `keystore`, which goes with the data at `data`. Both paths are resolved.
pub(super) fn examine(keystore: &Path, data: &Path, owner: Option<Owner>) -> Vec<Remark> {
    let mut remarks = match shape(keystore) {
        Ok(shape) => judge_shape(&shape, keeper_of(data)),
        Err(why) => vec![MODE.untold(&why)],
    };
    if keystore.starts_with(data) {
        remarks.push(INSIDE.seen(
            format!("{} lies below {}", keystore.display(), data.display()),
            format!("{} が {} の下にあります", keystore.display(), data.display()),
        ));
    }
    match label_of(keystore) {
        Ok(label) => remarks.extend(judge_label(&label, owner)),
        Err(why) => remarks.push(COST.untold(&why)),
    }
    remarks
}

fn shape(path: &Path) -> Told<Shape> {
    let told = |path: &Path| fs::metadata(path).map_err(|error| CannotTell::at(path, &error));
    let (file, folder) = (told(path)?, told(path.parent().unwrap_or(path))?);
    if file.file_type().is_char_device() || file.file_type().is_block_device() {
        return Err(CannotTell::new("it is a device, not a file", "ファイルではなくデバイスです"));
    }
    Ok(Shape {
        mode: file.mode() & 0o7777,
        owner: file.uid(),
        links: file.nlink(),
        bytes: file.len(),
        allocated: file.blocks() * 512,
        folder_mode: folder.mode() & 0o7777,
    })
}

/// Whose folder the keeper's is: the keystore should be the same user's.
fn keeper_of(data: &Path) -> Option<u32> {
    fs::metadata(data.join("keeper")).ok().map(|folder| folder.uid())
}

fn judge_shape(shape: &Shape, keeper: Option<u32>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if shape.mode & 0o077 != 0 {
        remarks.push(mode("its mode", "ファイルの許可", shape.mode));
    }
    // In a sticky folder nobody replaces another's file.
    if shape.folder_mode & 0o022 != 0 && shape.folder_mode & 0o1000 == 0 {
        remarks.push(mode("its folder's mode", "フォルダーの許可", shape.folder_mode));
    }
    if let Some(keeper) = keeper.filter(|keeper| *keeper != shape.owner) {
        remarks.push(MODE.seen(
            format!("user {} owns the file, user {keeper} the keeper's folder", shape.owner),
            format!("ファイルの所有者は {}、キーパーのフォルダーの所有者は {keeper} です", shape.owner),
        ));
    }
    if shape.links > 1 {
        let count = shape.links;
        remarks.push(
            LINKS.seen(format!("the file has {count} names"), format!("このファイルには名前が{count}個あります")),
        );
    }
    if shape.allocated < shape.bytes {
        let (has, of) = (shape.allocated, shape.bytes);
        remarks.push(SPARSE.seen(
            format!("{has} of its {of} bytes have a place"),
            format!("{of}バイトのうち{has}バイトにしか場所がありません"),
        ));
    }
    remarks
}

fn mode(en: &str, ja: &str, mode: u32) -> Remark {
    MODE.seen(format!("{en} is {mode:04o}"), format!("{ja}が {mode:04o} です"))
}

fn label_of(path: &Path) -> Told<Label> {
    let read = |path: &Path| label(&mut fs::File::open(path)?);
    let found = read(path).map_err(|error: io::Error| CannotTell::at(path, &error))?;
    let name = PathBuf::from(path.file_name().unwrap_or_default());
    found.ok_or_else(|| {
        let name = name.display();
        CannotTell::new(
            format!("{name} is no keystore of this version"),
            format!("{name} はこの版の鍵ファイルではありません"),
        )
    })
}

fn judge_label(label: &Label, owner: Option<Owner>) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let Cost { memory_kib, passes } = label.cost;
    if memory_kib < Cost::STANDARD.memory_kib || passes < Cost::STANDARD.passes {
        remarks.push(COST.seen(
            format!("Argon2id with {memory_kib} KiB and {passes} passes"),
            format!("Argon2id が {memory_kib} KiB・{passes}回です"),
        ));
    }
    match label.shares {
        None => remarks.push(CUSTODIANS.seen("no shares were dealt", "分散鍵は配られていません")),
        Some(_) if label.shares_used => remarks.push(SHARES_USED.seen("the shares were used", "分散鍵が使われました")),
        Some(_) => {}
    }
    if let Some(since) = label.locked_down {
        let since = text::rfc3339(since);
        remarks.push(LOCKED_DOWN.seen(format!("locked down since {since}"), format!("{since} から施錠されています")));
    }
    if let Some(owner) = owner.filter(|owner| (owner.keeper, owner.test) != (label.keeper, label.test)) {
        let (theirs, ours) = (label.keeper, owner.keeper);
        remarks.push(STRANGER.seen(
            format!("the keystore is {theirs}'s{}, the data {ours}'s{}", test(label.test), test(owner.test)),
            format!("鍵ファイルは {theirs}{}、データは {ours}{} のものです", test(label.test), test(owner.test)),
        ));
    }
    remarks
}

fn test(test: bool) -> &'static str {
    if test { " (test)" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, *};
    use sekisho_keeper::keystore::Terms;

    const GOOD: Shape = Shape { mode: 0o600, owner: 7, links: 1, bytes: 28_672, allocated: 28_672, folder_mode: 0o755 };

    fn found(shape: Shape) -> Vec<String> {
        ids(&judge_shape(&shape, Some(7)))
    }

    #[test]
    fn a_file_of_the_keepers_own_in_one_piece_is_in_order() {
        assert_eq!(found(GOOD), [""; 0]);
        assert_eq!(found(Shape { folder_mode: 0o1777, ..GOOD }), [""; 0]);
        assert_eq!(ids(&judge_shape(&Shape { owner: 8, ..GOOD }, None)), [""; 0], "an owner that isn't known");
    }

    #[test]
    fn whatever_lets_others_at_the_keys_is_found() {
        assert_eq!(found(Shape { mode: 0o640, ..GOOD }), ["D-keystore-mode"]);
        assert_eq!(found(Shape { folder_mode: 0o770, ..GOOD }), ["D-keystore-mode"]);
        assert_eq!(found(Shape { owner: 8, ..GOOD }), ["D-keystore-mode"]);
        assert_eq!(found(Shape { links: 2, ..GOOD }), ["D-keystore-links"]);
        assert_eq!(found(Shape { allocated: 4096, ..GOOD }), ["D-keystore-sparse"]);
    }

    /// M17
    #[test]
    fn a_keystore_of_another_sort_or_keeper_is_found() {
        let ours = Owner { keeper: KeeperId::from_bytes([1; 16]), test: false };
        let label = Label {
            keeper: ours.keeper,
            test: false,
            cost: Cost::STANDARD,
            locked_down: None,
            shares: Terms::new(2, 3),
            shares_used: false,
        };
        let found = |label: &Label| ids(&judge_label(label, Some(ours)));
        assert_eq!(found(&label), [""; 0]);
        assert_eq!(found(&Label { test: true, ..label }), ["D-keystore-other"]);
        assert_eq!(found(&Label { keeper: KeeperId::from_bytes([2; 16]), ..label }), ["D-keystore-other"]);
        let locked_down = Some(sekisho_core::time::Timestamp(1_800_000_000));
        assert_eq!(found(&Label { locked_down, ..label }), ["D-locked-down"]);
        assert_eq!(found(&Label { shares: None, ..label }), ["D-custodians"]);
        assert_eq!(found(&Label { shares_used: true, ..label }), ["D-shares-used"]);
        assert_eq!(found(&Label { cost: Cost::TEST, ..label }), ["D-passphrase-cost"]);
    }

    #[test]
    fn a_real_file_is_looked_at_without_a_byte_of_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let (data, keystore) = (folder.path().join("data"), folder.path().join("data/keystore"));
        fs::create_dir_all(data.join("keeper")).unwrap();
        fs::File::create(&keystore).unwrap().set_len(28_672).unwrap();
        fs::set_permissions(&keystore, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        let remarks = examine(&keystore, &data, None);
        assert_eq!(ids(&remarks), ["D-keystore-mode", "D-keystore-sparse", "D-keystore-in-data", "D-passphrase-cost?"]);
        assert_eq!(ids(&examine(&data.join("gone"), folder.path(), None))[0], "D-keystore-mode?");
    }
}
