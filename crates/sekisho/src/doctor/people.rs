//! Who may do what. Names are compared and never told.

use std::collections::BTreeMap;

use sekisho_core::{check::Role, time::Timestamp};
use sekisho_keeper::survey::Survey;

use super::remark::{Fixed, Remark, Row, Severity};

pub(super) const FOUNDING: Row = Row {
    id: "D-founding",
    severity: Severity::Note,
    why: Fixed {
        en: "There is no administrator yet: whoever has the founding link becomes the first.",
        ja: "まだ管理者がいません。最初のリンクを持つ人が管理者になります。",
    },
    mend: Fixed {
        en: "Open the link in DATA/keeper/founding-token on this machine and enrol a passkey.",
        ja: "この機械で DATA/keeper/founding-token のリンクを開き、パスキーを登録してください。",
    },
};

pub(super) const OFFICERS: Row = Row {
    id: "D-officers",
    severity: Severity::Finding,
    why: Fixed {
        en: "What two officers should decide is decided by one, or by nobody: lifting a pause, confirming the time.",
        ja: "責任者2人で決めるべきこと(一時停止の解除、時刻の確認)を、1人で決めるか、誰も決められません。",
    },
    mend: Fixed {
        en: "Invite a second officer at the desk's page /staff; after the first real check that waits for approval and a day.",
        ja: "デスクの /staff で2人目の責任者を招待してください。最初の本番の確認の後は、承認と24時間が要ります。",
    },
};

pub(super) const ADMINISTRATORS: Row = Row {
    id: "D-administrators",
    severity: Severity::Note,
    why: Fixed {
        en: "If the one administrator's passkey is lost, nobody can remove people or sites any more.",
        ja: "1人だけの管理者がパスキーを失うと、人やサイトを外せる人がいなくなります。",
    },
    mend: Fixed {
        en: "Invite a second administrator at the desk's page /staff; after the first real check that waits for approval and a day.",
        ja: "デスクの /staff で2人目の管理者を招待してください。最初の本番の確認の後は、承認と24時間が要ります。",
    },
};

pub(super) const REVIEWERS: Row = Row {
    id: "D-reviewers",
    severity: Severity::Finding,
    why: Fixed {
        en: "Checks come in and nobody may look: every picture dies unseen.",
        ja: "確認が届いても見る人がいないので、画像はすべて見られずに消えます。",
    },
    mend: Fixed {
        en: "Invite reviewers at the desk's page /staff; after the first real check that waits for approval and a day.",
        ja: "デスクの /staff で審査者を招待してください。最初の本番の確認の後は、承認と24時間が要ります。",
    },
};

pub(super) const ONE_PERSON: Row = Row {
    id: "D-one-person",
    severity: Severity::Finding,
    why: Fixed {
        en: "Roles are kept apart so that one person, or one stolen laptop, can't both let in and look.",
        ja: "1人(または盗まれた1台)で「入れる」と「見る」の両方ができないよう、役割を分けています。",
    },
    mend: Fixed {
        en: "Give each role to another person; remove the passkey that is too many at the desk's page /staff.",
        ja: "役割ごとに別の人にし、余分なパスキーをデスクの /staff で外してください。",
    },
};

pub(super) const INVITATIONS: Row = Row {
    id: "D-invitations",
    severity: Severity::Note,
    why: Fixed {
        en: "Whoever has the link of an open invitation becomes part of the staff.",
        ja: "開いている招待のリンクを持つ人は、スタッフになれます。",
    },
    mend: Fixed {
        en: "See that the invited person uses it now; it ends half an hour after it was made.",
        ja: "招待した本人にすぐ使ってもらってください。作ってから30分で終わります。",
    },
};

pub(super) const ROTA: Row = Row {
    id: "D-no-rota",
    severity: Severity::Finding,
    why: Fixed {
        en: "Whatever happens, nobody is called: alerts wait at the desk until somebody happens to look.",
        ja: "何が起きても誰も呼ばれません。通知は、誰かがデスクを見るまで待つだけです。",
    },
    mend: Fixed {
        en: "Say who is called, one after the other: `sekisho alert rota --data DATA alerts.toml`; its --help has an example.",
        ja: "`sekisho alert rota --data DATA alerts.toml` で、順に呼ばれる人を決めてください。例は --help にあります。",
    },
};

pub(super) const PAUSED: Row = Row {
    id: "D-paused",
    severity: Severity::Note,
    why: Fixed {
        en: "Nothing is reviewed while viewing is paused, and deadlines don't wait.",
        ja: "一時停止の間は審査が進まず、期限は待ちません。",
    },
    mend: Fixed {
        en: "It ends by itself; once its cause is known, two officers lift it at the desk's page /watch.",
        ja: "時間が来れば終わります。原因が分かれば、責任者2人がデスクの /watch で解除できます。",
    },
};

/// Looks at who there is. Budgets are not built; who lacks one is looked for here once they are.
pub(super) fn examine(survey: &Survey, now: Timestamp) -> Vec<Remark> {
    let mut remarks = match count(&survey.staff, Role::Administrator) {
        0 => vec![FOUNDING.seen("nobody is an administrator", "管理者が登録されていません")],
        administrators => numbers(survey, administrators),
    };
    remarks.extend(one_person(&survey.staff));
    let open = survey.invitations.iter().filter(|until| **until > now).count();
    if open > 0 {
        remarks.push(INVITATIONS.seen(format!("open invitations: {open}"), format!("開いている招待: {open}件")));
    }
    if !survey.has_rota && count(&survey.staff, Role::Administrator) > 0 {
        remarks.push(ROTA.seen("no rota is set", "当番が決まっていません"));
    }
    if survey.paused {
        remarks.push(PAUSED.seen("viewing is paused", "閲覧が一時停止されています"));
    }
    remarks
}

fn count(staff: &[(String, Role)], role: Role) -> usize {
    staff.iter().filter(|(_, has)| *has == role).count()
}

fn numbers(survey: &Survey, administrators: usize) -> Vec<Remark> {
    let (officers, reviewers) = (count(&survey.staff, Role::Officer), count(&survey.staff, Role::Reviewer));
    let mut remarks = Vec::new();
    if officers < 2 {
        remarks.push(OFFICERS.seen(format!("officers: {officers}"), format!("責任者: {officers}人")));
    }
    if administrators < 2 {
        remarks.push(ADMINISTRATORS.seen("administrators: 1", "管理者: 1人"));
    }
    if reviewers == 0 {
        remarks.push(REVIEWERS.seen("reviewers: 0", "審査者: 0人"));
    }
    remarks
}

/// The same name in two roles is taken for the same person.
fn one_person(staff: &[(String, Role)]) -> Option<Remark> {
    let mut roles: BTreeMap<String, Vec<Role>> = BTreeMap::new();
    for (name, role) in staff {
        let known = roles.entry(name.trim().to_lowercase()).or_default();
        if !known.contains(role) {
            known.push(*role);
        }
    }
    let many = roles.values().filter(|roles| roles.len() > 1).count();
    (many > 0).then(|| {
        ONE_PERSON.seen(
            format!("people who have several roles under one name: {many}"),
            format!("同じ名前で複数の役割を持つ人: {many}人"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{remark::testing::ids, survey_for_test},
        *,
    };

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn with(staff: &[(&str, Role)]) -> Survey {
        let staff = staff.iter().map(|(name, role)| ((*name).to_owned(), *role)).collect();
        Survey { staff, ..survey_for_test() }
    }

    const ENOUGH: [(&str, Role); 5] = [
        ("a", Role::Administrator),
        ("b", Role::Administrator),
        ("c", Role::Officer),
        ("d", Role::Officer),
        ("e", Role::Reviewer),
    ];

    #[test]
    fn enough_people_each_with_one_role_are_in_order() {
        assert_eq!(ids(&examine(&with(&ENOUGH), NOW)), [""; 0]);
        assert_eq!(ids(&examine(&with(&[]), NOW)), ["D-founding"]);
    }

    #[test]
    fn one_officer_one_administrator_and_no_reviewer_are_found() {
        let found = |staff: &[(&str, Role)]| ids(&examine(&with(staff), NOW));
        assert_eq!(found(&[ENOUGH[0], ENOUGH[2]]), ["D-officers", "D-administrators", "D-reviewers"]);
        assert_eq!(found(&ENOUGH[1..]), ["D-administrators"]);
    }

    /// M47: the evidence is a number, never a name.
    #[test]
    fn a_reviewer_who_also_administers_is_found_and_not_named() {
        let staff = [&ENOUGH[..], &[(" Jiro Tanaka", Role::Reviewer), ("jiro tanaka", Role::Administrator)]].concat();
        let remarks = examine(&with(&staff), NOW);
        assert_eq!(ids(&remarks), ["D-one-person"]);
        assert!(!format!("{remarks:?}").to_lowercase().contains("tanaka"));
    }

    /// M20
    #[test]
    fn that_nobody_is_called_is_found_once_there_is_somebody_to_call() {
        let without = |staff: &[(&str, Role)]| Survey { has_rota: false, ..with(staff) };
        assert_eq!(ids(&examine(&without(&ENOUGH), NOW)), ["D-no-rota"]);
        assert_eq!(ids(&examine(&without(&[]), NOW)), ["D-founding"]);
    }

    #[test]
    fn open_invitations_and_a_pause_are_noted() {
        let survey = Survey { invitations: vec![NOW + 60, NOW - 60], paused: true, ..with(&ENOUGH) };
        let remarks = examine(&survey, NOW);
        assert_eq!(ids(&remarks), ["D-invitations", "D-paused"]);
        assert!(remarks[0].seen.en.ends_with(": 1"));
    }
}
