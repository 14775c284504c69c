//! The clock: deadlines are no better than it.

use sekisho_core::time::{HOUR, Timestamp};
use sekisho_sys::clock::Discipline;

use super::{
    machine::Machine,
    remark::{CannotTell, Fixed, Remark, Row, Severity, Told},
};

pub(super) const UNKEPT: Row = Row {
    id: "D-clock",
    severity: Severity::Finding,
    why: Fixed {
        en: "Pictures die by this clock: one that goes slow lets them live longer than was promised, one that leaps stops \
             the reviewing.",
        ja: "画像はこの時計で消えます。遅れれば約束より長く残り、飛べば審査が止まります。",
    },
    mend: Fixed {
        en: "Run an NTP client: `apt-get install chrony`, or `timedatectl set-ntp true`.",
        ja: "NTPクライアントを動かしてください: `apt-get install chrony` または `timedatectl set-ntp true`。",
    },
};

pub(super) const BEHIND: Row = Row {
    id: "D-clock-behind",
    severity: Severity::Finding,
    why: Fixed {
        en: "The clock is behind a time that was confirmed earlier; the keeper works by the later one, and deadlines wait.",
        ja: "時計が、以前に確かめた時刻より遅れています。キーパーは新しい方の時刻で動き、期限が待たされます。",
    },
    mend: Fixed {
        en: "Set the clock right (NTP) and start again.", ja: "時計を合わせて(NTP)、起動し直してください。"
    },
};

pub(super) const GAP: Row = Row {
    id: "D-clock-gap",
    severity: Severity::Note,
    why: Fixed {
        en: "It is more than a day since this installation last knew the time: after a start nothing opens until a \
             witness or an officer confirms it.",
        ja: "最後に時刻を確かめてから1日より長くたっています。起動のあと、証人か責任者が時刻を確かめるまで何も開きません。",
    },
    mend: Fixed {
        en: "Start it, and confirm the time at the desk's page \"Watch\" after comparing it with a watch.",
        ja: "起動し、デスクの「見守り」のページで、手元の時計と比べてから時刻を確かめてください。",
    },
};

pub(super) const LOCAL_RTC: Row = Row {
    id: "D-clock-local",
    severity: Severity::Note,
    why: Fixed {
        en: "The hardware clock keeps local time, so a start may begin hours away from the truth.",
        ja: "ハードウェアの時計が地方時なので、起動の直後に時刻が何時間もずれることがあります。",
    },
    mend: Fixed {
        en: "`timedatectl set-local-rtc 0`", ja: "`timedatectl set-local-rtc 0` を実行してください。"
    },
};

/// How far a confirmed time may lie ahead of the clock before it is more than the unsteadiness of clocks. In seconds.
const UNSTEADY: u64 = 300;

/// Looks at the kernel's word on its clock, and at the last time that the installation knew, if that could be read.
pub(super) fn examine(
    machine: &Machine,
    kept: std::io::Result<Discipline>,
    confirmed: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Remark> {
    let kept = kept.map_err(|error| CannotTell::new(format!("adjtimex: {error}"), format!("adjtimex: {error}")));
    let known = confirmed.and_then(|confirmed| judge_known(confirmed, now));
    [judge_kept(kept), known, local(machine)].into_iter().flatten().collect()
}

fn judge_kept(kept: Told<Discipline>) -> Option<Remark> {
    match kept {
        Ok(Discipline { synchronised: true, .. }) => None,
        Ok(Discipline { max_error, .. }) => Some(UNKEPT.seen(
            format!("nothing keeps this clock right (it may be off by {} s or more)", max_error / 1_000_000),
            format!("この時計を合わせているものがありません({}秒以上ずれているかもしれません)", max_error / 1_000_000),
        )),
        Err(why) => Some(UNKEPT.untold(&why)),
    }
}

fn judge_known(confirmed: Timestamp, now: Timestamp) -> Option<Remark> {
    let (ahead, past) = (confirmed.since(now), now.since(confirmed));
    let (hours, minutes) = (past / HOUR, ahead / 60);
    match () {
        () if ahead > UNSTEADY => Some(BEHIND.seen(
            format!("the clock is {minutes} minutes behind the confirmed time"),
            format!("時計が、確かめた時刻より{minutes}分遅れています"),
        )),
        () if past > 24 * HOUR => Some(GAP.seen(
            format!("the last confirmed time is {hours} hours ago"),
            format!("最後に確かめた時刻は{hours}時間前です"),
        )),
        () => None,
    }
}

// The third line of /etc/adjtime is `UTC` or `LOCAL` (hwclock(8)).
fn local(machine: &Machine) -> Option<Remark> {
    let text = machine.text("/etc/adjtime").ok().flatten()?;
    (text.lines().nth(2) == Some("LOCAL"))
        .then(|| LOCAL_RTC.seen("/etc/adjtime says LOCAL", "/etc/adjtime に LOCAL とあります"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{machine::testing::Made, remark::testing::ids},
        *,
    };

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const KEPT: Discipline = Discipline { synchronised: true, max_error: 9000 };

    fn found(synchronised: bool, confirmed: Option<Timestamp>) -> Vec<String> {
        ids(&examine(&Made::new().machine(), Ok(Discipline { synchronised, ..KEPT }), confirmed, NOW))
    }

    #[test]
    fn a_clock_that_nobody_keeps_is_found() {
        assert_eq!(found(false, None), ["D-clock"]);
        assert_eq!(found(true, None), [""; 0]);
        let refused = Err(std::io::ErrorKind::PermissionDenied.into());
        assert_eq!(ids(&examine(&Made::new().machine(), refused, None, NOW)), ["D-clock?"]);
    }

    #[test]
    fn a_clock_behind_what_was_confirmed_is_found_and_a_day_without_word_noted() {
        assert_eq!(found(true, Some(NOW + 301)), ["D-clock-behind"]);
        assert_eq!(found(true, Some(NOW + 300)), [""; 0]);
        assert_eq!(found(true, Some(NOW - 24 * HOUR)), [""; 0]);
        assert_eq!(found(true, Some(NOW - 25 * HOUR)), ["D-clock-gap"]);
    }

    #[test]
    fn a_hardware_clock_in_local_time_is_noted() {
        let made = |third: &str| Made::new().with("/etc/adjtime", &format!("0.0 0 0.0\n0\n{third}\n"));
        assert_eq!(ids(&examine(&made("LOCAL").machine(), Ok(KEPT), None, NOW)), ["D-clock-local"]);
        assert_eq!(ids(&examine(&made("UTC").machine(), Ok(KEPT), None, NOW)), [""; 0]);
    }
}
