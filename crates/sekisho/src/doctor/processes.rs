//! What confines the processes that run: what they said when they confined themselves, and what the kernel says of them.

use std::{collections::BTreeMap, fs, os::unix::fs::MetadataExt, path::Path};

use crate::supervisor::{ProcessReport, Role, Standing};

use super::{
    machine::Machine,
    remark::{CannotTell, Fixed, Remark, Row, Severity, Told},
};

pub(super) const KERNEL: Row = Row {
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

pub(super) const OLD_KERNEL: Row = Row {
    id: "D-kernel-old",
    severity: Severity::Note,
    why: Fixed {
        en: "Ports (Linux 6.7) or signals and abstract sockets (6.12) are not limited a second time; seccomp carries it alone.",
        ja: "ポート(Linux 6.7)やシグナル・抽象ソケット(6.12)の制限が二重になりません。seccomp だけで守ります。",
    },
    mend: Fixed { en: "Run Linux 6.12 or later.", ja: "Linux 6.12 以降を使ってください。" },
};

pub(super) const STOPPED: Row = Row {
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

pub(super) const UNCONFINED: Row = Row {
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

pub(super) const PROCESS: Row = Row {
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

pub(super) const SHARED_USER: Row = Row {
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

pub(super) const KEY_MEMORY: Row = Row {
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

pub(super) const DOWN: Row = Row {
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

pub(super) const RESTARTED: Row = Row {
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

/// What the kernel says of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    /// seccomp filters its system calls.
    filtered: bool,
    no_new_privs: bool,
    user: u32,
}

/// What this kernel gives, as far as it matters before anything runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    /// Landlock's ABI, 0 for none.
    pub landlock: u32,
    /// Whether it has memory that it can't read itself.
    pub secret_memory: bool,
}

/// Who has the lock of `data`, if anybody; and what was left there about it.
pub(super) fn running(machine: &Machine, data: &Path) -> Told<Option<(u32, Told<Standing>)>> {
    let Some(supervisor) = holder(machine, &data.join("lock"))? else { return Ok(None) };
    let told = |error: &std::io::Error| CannotTell::at(&data.join("running.json"), error);
    let standing = match Standing::read(data) {
        Ok(Some(standing)) if standing.supervisor == supervisor => Ok(standing),
        Ok(_) => Err(CannotTell::new(
            "there is no running.json of the one that runs",
            "動いているものの running.json がありません",
        )),
        Err(error) => Err(told(&error)),
    };
    Ok(Some((supervisor, standing)))
}

/// The process that holds a file's lock (`/proc/locks`, proc(5)).
fn holder(machine: &Machine, file: &Path) -> Told<Option<u32>> {
    let seen = match fs::metadata(file) {
        Ok(seen) => seen,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CannotTell::at(file, &error)),
    };
    let (major, minor) = (rustix::fs::major(seen.dev()), rustix::fs::minor(seen.dev()));
    let wanted = format!("{major:02x}:{minor:02x}:{}", seen.ino());
    let locks = machine.text("/proc/locks")?.unwrap_or_default();
    Ok(locks.lines().find_map(|line| holder_of(line, &wanted)))
}

// `2: FLOCK  ADVISORY  WRITE 22501 fe:00:10051674 0 EOF`
fn holder_of(line: &str, wanted: &str) -> Option<u32> {
    let words: Vec<_> = line.split_whitespace().collect();
    let matches = words.get(1) == Some(&"FLOCK") && words.get(5) == Some(&wanted);
    words.get(4).filter(|_| matches)?.parse().ok()
}

/// Looks at what the kernel gives and, if something runs, at what its processes hold.
pub(super) fn examine(machine: &Machine, kernel: Kernel, running: &Told<Option<(u32, Told<Standing>)>>) -> Vec<Remark> {
    let mut remarks: Vec<_> = judge_kernel(kernel).into_iter().collect();
    match running {
        Ok(Some((supervisor, standing))) => remarks.extend(examine_running(machine, *supervisor, standing)),
        Ok(None) => {
            remarks.push(
                STOPPED
                    .seen("nobody has the lock of the data folder", "データのフォルダーを使っているものがありません"),
            );
            remarks.extend((!kernel.secret_memory).then(|| KEY_MEMORY.seen(NO_SECRET.0, NO_SECRET.1)));
        }
        Err(why) => remarks.push(PROCESS.untold(why)),
    }
    remarks
}

const NO_SECRET: (&str, &str) = ("this kernel has no memfd_secret", "このカーネルには memfd_secret がありません");

fn judge_kernel(kernel: Kernel) -> Option<Remark> {
    let abi = kernel.landlock;
    match abi {
        0 => Some(KERNEL.seen("this kernel has no Landlock", "このカーネルには Landlock がありません")),
        1..6 => Some(OLD_KERNEL.seen(format!("Landlock ABI {abi}"), format!("Landlock の ABI が {abi} です"))),
        _ => None,
    }
}

fn examine_running(machine: &Machine, supervisor: u32, standing: &Told<Standing>) -> Vec<Remark> {
    let kept = kept(machine, supervisor);
    let mut remarks = judge_kept(&kept);
    match standing {
        Ok(standing) => remarks.extend(judge_standing(standing)),
        Err(why) => remarks.push(PROCESS.untold(why)),
    }
    remarks
}

/// The roles' processes, by their parent and their command line.
fn kept(machine: &Machine, supervisor: u32) -> BTreeMap<Role, Kept> {
    let pids = machine.names("/proc").into_iter().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
    pids.filter_map(|pid| {
        let status = machine.line(&format!("/proc/{pid}/status"))?;
        let (role, kept) = (role(machine, &pid)?, parse(&status, supervisor)?);
        Some((role, kept))
    })
    .collect()
}

fn role(machine: &Machine, pid: &str) -> Option<Role> {
    let line = machine.line(&format!("/proc/{pid}/cmdline"))?;
    let words: Vec<_> = line.split('\0').collect();
    (words.get(1) == Some(&"role")).then(|| Role::from_name(words.get(2)?))?
}

/// What its status says, if it is a child of `supervisor`.
fn parse(status: &str, supervisor: u32) -> Option<Kept> {
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":"));
    let first = |name: &str| field(name)?.split_whitespace().next()?.parse::<u32>().ok();
    (first("PPid")? == supervisor).then_some(())?;
    Some(Kept {
        filtered: first("Seccomp") == Some(2),
        no_new_privs: first("NoNewPrivs") == Some(1),
        user: first("Uid")?,
    })
}

fn judge_kept(kept: &BTreeMap<Role, Kept>) -> Vec<Remark> {
    if kept.is_empty() {
        let why = CannotTell::new("its processes are not to be seen from here", "プロセスがここからは見えません");
        return vec![PROCESS.untold(&why)];
    }
    let bare = kept.iter().filter(|(_, kept)| !kept.filtered || !kept.no_new_privs);
    let mut remarks: Vec<_> = bare
        .map(|(role, _)| {
            PROCESS.seen(
                format!("the kernel says that {role} has no filter or may gain privileges"),
                format!("カーネルによると、{role} にフィルターがないか、権限を得られます"),
            )
        })
        .collect();
    let users: std::collections::BTreeSet<_> = kept.values().map(|kept| kept.user).collect();
    if users.len() < kept.len() {
        let (processes, users) = (kept.len(), users.len());
        remarks.push(SHARED_USER.seen(
            format!("{processes} processes share {users} user ids"),
            format!("{processes}個のプロセスの利用者番号が{users}個です"),
        ));
    }
    remarks
}

fn judge_standing(standing: &Standing) -> Vec<Remark> {
    let mut remarks = Vec::new();
    if standing.danger_unconfined {
        remarks
            .push(UNCONFINED.seen("it was started with --danger-unconfined", "--danger-unconfined で起動されています"));
    }
    for role in Role::ALL {
        match standing.processes.iter().find(|process| process.role == role) {
            Some(process) => remarks.extend(judge_process(process)),
            None => remarks.push(down(role)),
        }
    }
    remarks
}

fn down(role: Role) -> Remark {
    DOWN.seen(format!("{role} does not run"), format!("{role} が動いていません"))
}

fn judge_process(process: &ProcessReport) -> Vec<Remark> {
    let (role, grade) = (process.role, &process.grade);
    let mut remarks = Vec::new();
    if !grade.at_floor() {
        let missing = grade.missing().join(", ");
        remarks.push(PROCESS.seen(format!("{role} lacks {missing}"), format!("{role} に {missing} がありません")));
    }
    if grade.missing().contains(&"secret_memory") {
        remarks.push(KEY_MEMORY.seen(NO_SECRET.0, NO_SECRET.1));
    }
    if !process.ready {
        remarks.push(down(role));
    }
    if process.restarts > 0 {
        let count = process.restarts;
        remarks.push(
            RESTARTED.seen(
                format!("{role} was started again {count} times"),
                format!("{role} が{count}回起動し直されました"),
            ),
        );
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::testing::Made, remark::testing::ids, serving::testing::standing},
        *,
    };
    use sekisho_sys::confine::Grade;

    fn status(parent: u32, seccomp: u8, user: u32) -> String {
        format!(
            "Name:\tx\nPPid:\t{parent}\nUid:\t{user}\t{user}\t{user}\t{user}\nNoNewPrivs:\t1\nSeccomp:\t{seccomp}\n"
        )
    }

    fn with(made: Made, pid: u32, role: &str, status: &str) -> Made {
        made.with(&format!("/proc/{pid}/status"), status)
            .with(&format!("/proc/{pid}/cmdline"), &format!("sekisho\0role\0{role}\0"))
    }

    fn full() -> Grade {
        Grade {
            seccomp: true,
            no_new_privs: true,
            landlock_files: true,
            landlock_ports: true,
            landlock_scopes: true,
            landlock_abi: 7,
            not_dumpable: true,
            core_dumps_off: true,
            own_user: true,
            secret_memory: None,
        }
    }

    fn all() -> Vec<ProcessReport> {
        let report = |role| ProcessReport { role, pid: 1, grade: full(), restarts: 0, ready: true };
        Role::ALL.into_iter().map(report).collect()
    }

    #[test]
    fn a_kernel_without_the_means_is_found_and_an_old_one_noted() {
        let found = |landlock| judge_kernel(Kernel { landlock, secret_memory: true }).map(|remark| remark.row.id);
        assert_eq!([found(0), found(3), found(6)], [Some("D-kernel"), Some("D-kernel-old"), None]);
    }

    #[test]
    fn what_the_kernel_says_of_a_process_counts() {
        let made = with(Made::new(), 11, "keeper", &status(10, 2, 1));
        let made = with(made, 12, "gate", &status(10, 0, 2));
        let made = with(made, 13, "desk", &status(99, 0, 3));
        let kept = kept(&made.machine(), 10);
        assert_eq!(kept.keys().collect::<Vec<_>>(), [&Role::Keeper, &Role::Gate], "another's children are not ours");
        let remarks = judge_kept(&kept);
        assert_eq!(ids(&remarks), ["D-process"]);
        assert!(remarks[0].seen.en.contains("gate"));
        let made = with(with(Made::new(), 11, "keeper", &status(10, 2, 5)), 12, "gate", &status(10, 2, 5));
        assert_eq!(ids(&judge_kept(&super::kept(&made.machine(), 10))), ["D-shared-user"]);
        assert_eq!(ids(&judge_kept(&BTreeMap::new())), ["D-process?"], "what isn't seen is not called fine");
    }

    #[test]
    fn what_the_processes_said_of_themselves_counts() {
        let found = |change: &dyn Fn(&mut Standing)| {
            let mut standing = Standing { processes: all(), ..standing() };
            change(&mut standing);
            ids(&judge_standing(&standing))
        };
        assert_eq!(found(&|_| {}), [""; 0]);
        assert_eq!(found(&|standing| standing.danger_unconfined = true), ["D-unconfined"]);
        assert_eq!(found(&|standing| standing.processes[0].grade.landlock_files = false), ["D-process"]);
        assert_eq!(found(&|standing| standing.processes[3].restarts = 2), ["D-restarts"]);
        assert_eq!(found(&|standing| standing.processes[3].ready = false), ["D-process-down"]);
        assert_eq!(found(&|standing| standing.processes.truncate(5)), ["D-process-down"]);
        let locked = Some(sekisho_sys::secret::SecretKind::Locked);
        assert_eq!(found(&|standing| standing.processes[0].grade.secret_memory = locked), ["D-key-memory"]);
    }

    #[test]
    fn who_has_the_lock_is_known_without_asking_it() {
        let line = "2: FLOCK  ADVISORY  WRITE 22501 fe:00:10051674 0 EOF";
        assert_eq!(holder_of(line, "fe:00:10051674"), Some(22501));
        assert_eq!(holder_of(line, "fe:00:1005167"), None);
        assert_eq!(holder_of(&line.replace("FLOCK", "POSIX"), "fe:00:10051674"), None);
        let data = tempfile::tempdir().unwrap();
        assert_eq!(holder(&Machine::here(), &data.path().join("lock")), Ok(None));
        let _lock = crate::supervisor::Lock::take(data.path()).unwrap();
        assert_eq!(holder(&Machine::here(), &data.path().join("lock")), Ok(Some(std::process::id())));
    }
}
