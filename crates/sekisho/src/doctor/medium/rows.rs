//! What is looked for in what the keystore lies on.

use crate::doctor::remark::{Fixed, Row, Severity};

pub(in super::super) const COPY_ON_WRITE: Row = Row {
    id: "D-keystore-cow",
    severity: Severity::Finding,
    why: Fixed {
        en: "This file system writes changes to another place: a key that was overwritten stays readable for a while.",
        ja: "このファイルシステムは変更を別の場所に書くため、上書きした鍵がしばらく読めるまま残ります。",
    },
    mend: Fixed {
        en: "Keep the keystore on ext4 or xfs on a partition of its own; on btrfs at least in a folder with `chattr +C` \
             (before the file is made).",
        ja: "専用のパーティションの ext4 か xfs に置いてください。btrfs なら、少なくとも `chattr +C` したフォルダーに(作る前に)。",
    },
};

pub(in super::super) const SNAPSHOT: Row = Row {
    id: "D-keystore-snapshot",
    severity: Severity::Finding,
    why: Fixed {
        en: "Snapshots keep keys that were overwritten since: with the passphrase they open what was undecided then.",
        ja: "スナップショットに、その後上書きされた鍵が残ります。パスフレーズがあれば、その時点の未判定のものが開きます。",
    },
    mend: Fixed {
        en: "Take this volume out of the snapshot plan and delete the snapshots that exist (`snapper delete`, \
             `lvremove`, `zfs destroy`).",
        ja: "このボリュームをスナップショットの対象から外し、今あるものを消してください(`snapper delete`、`lvremove`、`zfs destroy`)。",
    },
};

pub(in super::super) const NETWORK: Row = Row {
    id: "D-keystore-network",
    severity: Severity::Finding,
    why: Fixed {
        en: "The keys lie on another machine: whoever runs it can copy them, and its disk decides how they are forgotten.",
        ja: "鍵が別の機械にあり、その管理者が複製でき、忘れ方もその機械次第です。",
    },
    mend: Fixed {
        en: "Keep the keystore on a disk of this machine.", ja: "この機械のディスクに置いてください。"
    },
};

pub(in super::super) const FLEETING: Row = Row {
    id: "D-keystore-memory",
    severity: Severity::Finding,
    why: Fixed {
        en: "The keystore lies in memory: after a restart of the machine the keeper's identity and every undecided \
             document are lost.",
        ja: "鍵ファイルがメモリ上にあり、機械の再起動でキーパーの身元と未判定の書類がすべて失われます。",
    },
    mend: Fixed {
        en: "Keep the keystore on a disk of this machine.", ja: "この機械のディスクに置いてください。"
    },
};

pub(in super::super) const FLASH: Row = Row {
    id: "D-keystore-flash",
    severity: Severity::Note,
    why: Fixed {
        en: "Flash writes to another cell and keeps the old one for a while: who takes the chips apart may find \
             overwritten keys (sealed under the passphrase).",
        ja: "フラッシュは別のセルに書き、古い方がしばらく残ります。チップを分解すれば、上書きした鍵(パスフレーズで封じてある)が見つかることがあります。",
    },
    mend: Fixed {
        en: "Encrypt the disk below (LUKS), choose a long passphrase, destroy the disk when it is retired.",
        ja: "下のディスクを暗号化し(LUKS)、長いパスフレーズを選び、廃棄の時は物理的に壊してください。",
    },
};

pub(in super::super) const LENT: Row = Row {
    id: "D-keystore-virtual",
    severity: Severity::Note,
    why: Fixed {
        en: "The disk is lent by a hypervisor: whether it is copied, moved or snapshotted is not to be seen from here.",
        ja: "ディスクは仮想化基盤のもので、複製・移動・スナップショットの有無がここからは見えません。",
    },
    mend: Fixed {
        en: "Ask who runs it to leave this volume out of snapshots and images; keep the passphrase off the machine.",
        ja: "基盤の管理者に、このボリュームをスナップショットやイメージから外すよう頼み、パスフレーズをこの機械に置かないでください。",
    },
};

pub(in super::super) const SAME_DISK: Row = Row {
    id: "D-keystore-same-disk",
    severity: Severity::Finding,
    why: Fixed {
        en: "One image of one disk holds both the data and the keys: with the passphrase, had at any later time, it opens \
             what was undecided.",
        ja: "1つのディスクのイメージに、データと鍵の両方が入ります。後からでもパスフレーズがあれば、未判定だったものが開きます。",
    },
    mend: Fixed {
        en: "Move the keystore to another disk (stop, move, start with the new --keystore), and never image that one.",
        ja: "鍵ファイルを別のディスクに移し(止めて移し、新しい --keystore で起動)、そのディスクのイメージを取らないでください。",
    },
};

pub(in super::super) const BACKED_UP: Row = Row {
    id: "D-keystore-in-backup",
    severity: Severity::Note,
    why: Fixed {
        en: "Backup tools commonly take this folder; a backed-up keystore never forgets.",
        ja: "このあたりのフォルダーはバックアップの対象になりがちです。バックアップされた鍵は忘れられません。",
    },
    mend: Fixed {
        en: "Exclude the folder in every backup tool, and put a CACHEDIR.TAG into it for those that honour one.",
        ja: "すべてのバックアップから除外し、対応しているもののために CACHEDIR.TAG を置いてください。",
    },
};
