//! What is looked for in the kernel and in the processes that run.

use crate::doctor::remark::{Fixed, Row, Severity};

pub(in super::super) const KERNEL: Row = Row {
    id: "D-kernel",
    severity: Severity::Finding,
    why: Fixed {
        en: "This kernel can't keep a process to its files: a bug in one process reaches what belongs to the others.",
        ja: "このカーネルはプロセスの触れるファイルを限れません。1つのプロセスの欠陥が他のものに及びます。",
    },
    mend: Fixed {
        en: "Run Linux 5.13 or later with `landlock` in CONFIG_LSM (or `lsm=` on the kernel's command line).",
        ja: "Linux 5.13 以降を、CONFIG_LSM(またはカーネルの `lsm=`)に `landlock` を入れて使ってください。",
    },
};

pub(in super::super) const OLD_KERNEL: Row = Row {
    id: "D-kernel-old",
    severity: Severity::Note,
    why: Fixed {
        en: "Ports (Linux 6.7) or signals and abstract sockets (6.12) are not limited a second time; seccomp carries it alone.",
        ja: "ポート(Linux 6.7)やシグナル・抽象ソケット(6.12)の制限が二重になりません。seccomp だけで守ります。",
    },
    mend: Fixed { en: "Run Linux 6.12 or later.", ja: "Linux 6.12 以降を使ってください。" },
};

pub(in super::super) const STOPPED: Row = Row {
    id: "D-stopped",
    severity: Severity::Note,
    why: Fixed {
        en: "Nothing runs on this data, so what confines the processes can't be seen; overdue keys are erased at the next \
             start, not before.",
        ja: "このデータでは何も動いていないので、プロセスの隔離は見えません。期限の過ぎた鍵は、次の起動まで消えません。",
    },
    mend: Fixed {
        en: "Start it, and run this again.", ja: "起動してから、もう一度実行してください。"
    },
};

pub(in super::super) const UNCONFINED: Row = Row {
    id: "D-unconfined",
    severity: Severity::Finding,
    why: Fixed {
        en: "It was told to go on below the floor: that a bug in one process stays in that process is given up.",
        ja: "隔離が足りなくても動くように起動されています。1つのプロセスの欠陥が、そのプロセスに留まりません。",
    },
    mend: Fixed {
        en: "Start without --danger-unconfined; it then says what the kernel lacks.",
        ja: "--danger-unconfined なしで起動してください。カーネルに足りないものが示されます。",
    },
};

pub(in super::super) const PROCESS: Row = Row {
    id: "D-process",
    severity: Severity::Finding,
    why: Fixed {
        en: "A process that is not confined can do whatever its user may, once somebody runs code in it.",
        ja: "隔離されていないプロセスは、乗っ取られると、その利用者にできることを何でもできます。",
    },
    mend: Fixed {
        en: "Stop, and start with this version on a kernel that D-kernel does not complain of.",
        ja: "止めて、D-kernel の出ないカーネルの上で、この版で起動し直してください。",
    },
};

pub(in super::super) const SHARED_USER: Row = Row {
    id: "D-shared-user",
    severity: Severity::Note,
    why: Fixed {
        en: "All processes have one user id: their files are kept apart by Landlock alone.",
        ja: "すべてのプロセスが同じ利用者番号なので、ファイルの分離は Landlock だけに頼ります。",
    },
    mend: Fixed {
        en: "Start `serve` as root: each process then gets a user id of its own and gives up the rest.",
        ja: "`serve` を root で起動してください。プロセスごとに利用者番号が分かれ、残りの権限は手放されます。",
    },
};

pub(in super::super) const KEY_MEMORY: Row = Row {
    id: "D-key-memory",
    severity: Severity::Note,
    why: Fixed {
        en: "The keys' own pages can be read by root and by the kernel.",
        ja: "鍵の置かれたページを、root とカーネルが読めます。",
    },
    mend: Fixed {
        en: "Run a kernel with memfd_secret (5.14 or later, `secretmem.enable=1` before 6.5).",
        ja: "memfd_secret のあるカーネル(5.14以降。6.5より前は `secretmem.enable=1`)を使ってください。",
    },
};

pub(in super::super) const DOWN: Row = Row {
    id: "D-process-down",
    severity: Severity::Finding,
    why: Fixed {
        en: "A part of the installation does not do its work.", ja: "一部のプロセスが働いていません。"
    },
    mend: Fixed {
        en: "Read its lines in the log: they say why it ended; it is started again by itself.",
        ja: "ログのその行に、終わった理由があります。自動で起動し直されます。",
    },
};

pub(in super::super) const RESTARTED: Row = Row {
    id: "D-restarts",
    severity: Severity::Note,
    why: Fixed {
        en: "A process that dies has a bug, or somebody tries something on it.",
        ja: "落ちるプロセスには、欠陥があるか、誰かが何かを試しています。",
    },
    mend: Fixed {
        en: "Read its lines in the log before the restart; \"a system call that no honest path makes\" deserves a closer look.",
        ja: "起動し直す前のログを読んでください。「禁じられたシステムコール」で終わっていれば、詳しく調べてください。",
    },
};
