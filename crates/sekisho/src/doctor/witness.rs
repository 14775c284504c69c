//! Whether anybody outside would notice that the ledger was rewritten or cut.

use sekisho_core::{calendar::DAY, time::Timestamp};
use sekisho_keeper::survey::{Survey, Witness};

use super::remark::{Fixed, Remark, Row, Severity};

pub(super) const NONE: Row = Row {
    id: "D-no-witness",
    severity: Severity::Finding,
    why: Fixed {
        en: "An operator who holds the log key could rewrite or shorten the ledger, or run a restored old state, and nobody \
             would see it.",
        ja: "記録の鍵を持つ運用者が、記録を書き換えたり短くしたり、古い状態で動かしたりしても、誰も気付きません。",
    },
    mend: Fixed {
        en: "Run `sekisho witness` on a machine of somebody else's, and start with `--witness 'VKEY URL'`.",
        ja: "別の管理者の機械で `sekisho witness` を動かし、`--witness 'VKEY URL'` を付けて起動してください。",
    },
};

pub(super) const SILENT: Row = Row {
    id: "D-witness-silent",
    severity: Severity::Finding,
    why: Fixed {
        en: "A witness that does not cosign notices nothing, and after the next start nothing opens until one does.",
        ja: "署名しない証人は何にも気付けません。次の起動の後、どれかの証人が署名するまで何も開きません。",
    },
    mend: Fixed {
        en: "See that the witness runs and is reached (its URL, its log), or register another one with `--witness`.",
        ja: "証人が動いていて届くか(URLとログ)を確かめるか、`--witness` で別の証人を登録してください。",
    },
};

pub(super) const CONTRADICTS: Row = Row {
    id: "D-witness-contradicts",
    severity: Severity::Finding,
    why: Fixed {
        en: "A witness knows another ledger under this name: this machine was restored or cloned, or the ledger was \
             rewritten. Nothing opens.",
        ja: "証人が、同じ名前の別の記録を知っています。この機械は復元か複製されたか、記録が書き換えられました。何も開きません。",
    },
    mend: Fixed {
        en: "Keep copies of everything, find out which machine has the true ledger, and go on with that one.",
        ja: "すべての控えを取り、どの機械の記録が正しいか調べ、それで続けてください。",
    },
};

pub(super) const FORGOTTEN: Row = Row {
    id: "D-witness-forgotten",
    severity: Severity::Note,
    why: Fixed {
        en: "A witness was taken away by an operator: from then on it notices nothing.",
        ja: "運用者が証人を外しました。以後、その証人は何にも気付きません。",
    },
    mend: Fixed {
        en: "Ask who did it and why; it stands in the ledger. Register it again with `--witness`.",
        ja: "誰がなぜ外したか確かめてください(記録にあります)。`--witness` で登録し直せます。",
    },
};

/// How long a witness may be silent, in seconds.
const LONGEST: u64 = DAY;

/// Looks at the witnesses. What the installation last knew for the time counts, not the clock: while it is stopped
/// nobody can cosign.
pub(super) fn examine(survey: &Survey, now: Timestamp) -> Vec<Remark> {
    let last_known = survey.confirmed.unwrap_or(now);
    let mut remarks: Vec<_> = survey.witnesses.iter().filter_map(|witness| judge(witness, last_known)).collect();
    if survey.witnesses.iter().all(|witness| witness.forgotten.is_some()) {
        remarks.push(NONE.seen("no witness is registered", "証人が登録されていません"));
    }
    remarks
}

fn judge(witness: &Witness, last_known: Timestamp) -> Option<Remark> {
    let name = &witness.name;
    if witness.forgotten.is_some() {
        return Some(FORGOTTEN.seen(format!("{name} is forgotten"), format!("{name} が外されています")));
    }
    if witness.contradicts {
        return Some(CONTRADICTS.seen(format!("{name} contradicts"), format!("{name} がこの記録を否認しています")));
    }
    let heard = witness.cosigned.unwrap_or(witness.registered);
    let hours = last_known.since(heard) / 3600;
    (last_known.since(heard) > LONGEST).then(|| {
        SILENT.seen(
            format!("{name} has not cosigned for {hours} hours"),
            format!("{name} が{hours}時間のあいだ署名していません"),
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

    fn found(witnesses: &[Witness], confirmed: Timestamp) -> Vec<String> {
        let survey = Survey { witnesses: witnesses.to_vec(), confirmed: Some(confirmed), ..survey_for_test() };
        ids(&examine(&survey, NOW))
    }

    fn good() -> Witness {
        let (name, registered) = ("witness.example".into(), NOW - 10 * DAY);
        Witness { name, registered, forgotten: None, cosigned: Some(NOW - 60), contradicts: false }
    }

    #[test]
    fn a_ledger_that_nobody_watches_is_found() {
        assert_eq!(found(&[], NOW), ["D-no-witness"]);
        let forgotten = Witness { forgotten: Some(NOW - DAY), ..good() };
        assert_eq!(found(std::slice::from_ref(&forgotten), NOW), ["D-witness-forgotten", "D-no-witness"]);
        assert_eq!(found(&[forgotten, good()], NOW), ["D-witness-forgotten"]);
        assert_eq!(found(&[good()], NOW), [""; 0]);
    }

    #[test]
    fn a_witness_that_is_silent_or_contradicts_is_found() {
        let silent = Witness { cosigned: Some(NOW - DAY - 1), ..good() };
        assert_eq!(found(std::slice::from_ref(&silent), NOW), ["D-witness-silent"]);
        assert_eq!(found(&[Witness { cosigned: None, ..good() }], NOW), ["D-witness-silent"]);
        assert_eq!(found(&[Witness { contradicts: true, ..good() }], NOW), ["D-witness-contradicts"]);
        assert_eq!(found(&[silent], NOW - DAY), [""; 0], "while the installation was stopped nobody could cosign");
    }
}
