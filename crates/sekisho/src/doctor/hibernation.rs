//! Hibernation: all of memory goes to a disk.

use super::{
    machine::Machine,
    remark::{Fixed, Remark, Row, Severity},
};

pub(super) const HIBERNATION: Row = Row {
    id: "D-hibernation",
    severity: Severity::Finding,
    why: Fixed {
        en: "A machine that hibernates writes all of its memory to a disk, keys included.",
        ja: "休止状態(ハイバネーション)に入ると、鍵を含むメモリの全部がディスクに書かれます。",
    },
    mend: Fixed {
        en: "Start the kernel with `nohibernate` and without `resume=`; `systemctl mask hibernate.target \
             hybrid-sleep.target`.",
        ja: "カーネルを `nohibernate` 付き、`resume=` なしで起動し、`systemctl mask hibernate.target hybrid-sleep.target` を実行してください。",
    },
};

pub(super) fn examine(machine: &Machine) -> Vec<Remark> {
    match machine.text("/sys/power/state") {
        Ok(state) => judge(&state.unwrap_or_default(), resumes_from(machine).as_deref()).into_iter().collect(),
        Err(why) => vec![HIBERNATION.untold(&why)],
    }
}

// The kernel lists `disk` only while it could hibernate: not with `nohibernate`, and not while anybody holds pages of
// memfd_secret, so a running keeper mostly forbids it by itself. Without a place to wake up from nobody can ask for it.
fn judge(state: &str, resume: Option<&str>) -> Option<Remark> {
    let able = state.split_whitespace().any(|word| word == "disk");
    let from = resume.filter(|_| able)?;
    Some(
        HIBERNATION
            .seen(format!("this machine can hibernate, to {from}"), format!("この機械は {from} に休止状態を書けます")),
    )
}

fn resumes_from(machine: &Machine) -> Option<String> {
    let set = machine.line("/sys/power/resume").filter(|device| !device.is_empty() && device != "0:0");
    let line = machine.line("/proc/cmdline").unwrap_or_default();
    let asked = line.split_whitespace().find_map(|word| word.strip_prefix("resume=")).map(str::to_owned);
    set.or(asked)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::testing::Made, remark::testing::ids},
        *,
    };

    fn found(state: &str, resume: &str, line: &str) -> Vec<String> {
        let made = Made::new().with("/sys/power/state", state).with("/sys/power/resume", resume);
        ids(&examine(&made.with("/proc/cmdline", line).machine()))
    }

    #[test]
    fn a_machine_that_can_hibernate_is_found() {
        assert_eq!(found("freeze mem disk\n", "254:1\n", "quiet\n"), ["D-hibernation"]);
        assert_eq!(found("freeze mem disk\n", "0:0\n", "quiet resume=/dev/sda2\n"), ["D-hibernation"]);
    }

    #[test]
    fn one_that_can_not_or_has_nowhere_to_wake_up_from_is_not() {
        assert_eq!(found("freeze mem\n", "254:1\n", "resume=/dev/sda2\n"), [""; 0]);
        assert_eq!(found("freeze mem disk\n", "0:0\n", "quiet\n"), [""; 0]);
        assert_eq!(found("\n", "0:0\n", ""), [""; 0]);
    }
}
