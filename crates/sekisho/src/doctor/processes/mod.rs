//! What confines the processes that run: what they said when they confined themselves, and what the kernel says of them.

mod rows;
mod seen;

use std::{collections::BTreeMap, path::Path};

use crate::supervisor::{ProcessReport, Role, Standing};

pub(super) use rows::*;
use seen::{Kept, holder, kept};

use super::{
    machine::Machine,
    remark::{CannotTell, Remark, Told},
};

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
    use seen::kept as kept_of;
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
        let kept = kept_of(&made.machine(), 10);
        assert_eq!(kept.keys().collect::<Vec<_>>(), [&Role::Keeper, &Role::Gate], "another's children are not ours");
        let remarks = judge_kept(&kept);
        assert_eq!(ids(&remarks), ["D-process"]);
        assert!(remarks[0].seen.en.contains("gate"));
        let made = with(with(Made::new(), 11, "keeper", &status(10, 2, 5)), 12, "gate", &status(10, 2, 5));
        assert_eq!(ids(&judge_kept(&kept_of(&made.machine(), 10))), ["D-shared-user"]);
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
}
