//! Dumps: memory that is written down when something crashes, or read by a debugger.

use super::{
    machine::Machine,
    remark::{Fixed, Remark, Row, Severity},
};

pub(super) const KERNEL_DUMP: Row = Row {
    id: "D-kernel-dump",
    severity: Severity::Finding,
    why: Fixed {
        en: "When the kernel crashes, all of memory, keys included, is written to a disk or sent away.",
        ja: "カーネルが落ちると、鍵を含むメモリの全部がディスクに書かれるか、外へ送られます。",
    },
    mend: Fixed {
        en: "`systemctl disable --now kdump` (kdump-tools on Debian), and start the kernel without `crashkernel=`.",
        ja: "`systemctl disable --now kdump`(Debian では kdump-tools)を実行し、カーネルを `crashkernel=` なしで起動してください。",
    },
};

pub(super) const CORE_PATTERN: Row = Row {
    id: "D-core-dumps",
    severity: Severity::Note,
    why: Fixed {
        en: "Sekisho's processes forbid dumps of themselves; whatever else on this machine handles a picture (a proxy) \
             may leave one.",
        ja: "関所のプロセスは自分のダンプを禁じていますが、画像を通す他のプログラム(プロキシなど)は残すことがあります。",
    },
    mend: Fixed {
        en: "`Storage=none` in /etc/systemd/coredump.conf, or `LimitCORE=0` in the proxy's unit.",
        ja: "/etc/systemd/coredump.conf に `Storage=none` と書くか、プロキシのユニットに `LimitCORE=0` と書いてください。",
    },
};

pub(super) const PTRACE: Row = Row {
    id: "D-ptrace",
    severity: Severity::Note,
    why: Fixed {
        en: "Any program of a user may read the memory of that user's other programs; Sekisho's processes are exempt, a \
             proxy or an operator's terminal is not.",
        ja: "同じ利用者のプログラムどうしでメモリを読めます。関所のプロセスは守られていますが、プロキシや運用者の端末はそうではありません。",
    },
    mend: Fixed {
        en: "`sysctl -w kernel.yama.ptrace_scope=1`, and the same in a file below /etc/sysctl.d/.",
        ja: "`sysctl -w kernel.yama.ptrace_scope=1` を実行し、/etc/sysctl.d/ の下のファイルにも書いてください。",
    },
};

pub(super) fn examine(machine: &Machine) -> Vec<Remark> {
    let parts = [kernel_dump(machine), core_pattern(machine), ptrace(machine)];
    parts.into_iter().flatten().collect()
}

fn kernel_dump(machine: &Machine) -> Option<Remark> {
    let line = match machine.text("/proc/cmdline") {
        Ok(line) => line.unwrap_or_default(),
        Err(why) => return Some(KERNEL_DUMP.untold(&why)),
    };
    let reserved = line.split_whitespace().find(|word| word.starts_with("crashkernel="));
    let loaded = machine.line("/sys/kernel/kexec_crash_loaded").is_some_and(|loaded| loaded == "1");
    let what = reserved.or(loaded.then_some("kexec_crash_loaded=1"))?;
    Some(KERNEL_DUMP.seen(
        format!("the kernel keeps memory for a crash dump: {what}"),
        format!("カーネルがクラッシュダンプの準備をしています: {what}"),
    ))
}

fn core_pattern(machine: &Machine) -> Option<Remark> {
    let pattern = machine.line("/proc/sys/kernel/core_pattern")?;
    let program = pattern.strip_prefix('|')?.split_whitespace().next()?.to_owned();
    Some(CORE_PATTERN.seen(
        format!("core dumps of other programs are collected by {program}"),
        format!("他のプログラムのコアダンプを {program} が集めています"),
    ))
}

fn ptrace(machine: &Machine) -> Option<Remark> {
    let scope = machine.line("/proc/sys/kernel/yama/ptrace_scope");
    let how = match scope.as_deref() {
        Some("0") => "kernel.yama.ptrace_scope is 0",
        Some(_) => return None,
        None => "this kernel has no Yama",
    };
    let ja = if scope.is_some() {
        "kernel.yama.ptrace_scope が0です"
    } else {
        "このカーネルには Yama がありません"
    };
    Some(PTRACE.seen(how, ja))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::testing::Made, remark::testing::ids},
        *,
    };

    fn quiet() -> Made {
        Made::new()
            .with("/proc/cmdline", "quiet root=/dev/sda1\n")
            .with("/sys/kernel/kexec_crash_loaded", "0\n")
            .with("/proc/sys/kernel/core_pattern", "core\n")
            .with("/proc/sys/kernel/yama/ptrace_scope", "1\n")
    }

    #[test]
    fn a_machine_that_keeps_nothing_of_a_crash_is_in_order() {
        assert_eq!(ids(&examine(&quiet().machine())), [""; 0]);
    }

    #[test]
    fn a_kernel_that_dumps_itself_is_found_by_either_sign() {
        let reserved = quiet().with("/proc/cmdline", "quiet crashkernel=256M root=/dev/sda1\n");
        let loaded = quiet().with("/sys/kernel/kexec_crash_loaded", "1\n");
        for made in [reserved, loaded] {
            assert_eq!(ids(&examine(&made.machine())), ["D-kernel-dump"]);
        }
    }

    #[test]
    fn a_collector_of_dumps_and_an_open_debugger_are_noted() {
        let made = quiet()
            .with("/proc/sys/kernel/core_pattern", "|/usr/lib/systemd/systemd-coredump %P %u\n")
            .with("/proc/sys/kernel/yama/ptrace_scope", "0\n");
        let remarks = examine(&made.machine());
        assert_eq!(ids(&remarks), ["D-core-dumps", "D-ptrace"]);
        assert!(remarks[0].seen.en.ends_with("/usr/lib/systemd/systemd-coredump"));
        assert_eq!(ids(&examine(&Made::new().machine())), ["D-ptrace"], "no Yama at all");
    }
}
