//! keeper.db: reading what the other judgements need, and whether this program is the one for it.

use std::path::Path;

use sekisho_keeper::survey::{Survey, SurveyError, survey};

use super::{
    clock, expiry, people,
    remark::{CannotTell, Fixed, Remark, Row, Severity},
    review, sites, witness,
};
use crate::app::places;

pub(super) const NEWER: Row = Row {
    id: "D-schema-newer",
    severity: Severity::Finding,
    why: Fixed {
        en: "A newer version wrote this database: this program would refuse to start on it.",
        ja: "新しい版が書いたデータベースです。このプログラムでは起動できません。",
    },
    mend: Fixed { en: "Install the newer version again.", ja: "新しい方の版を入れ直してください。" },
};

pub(super) const OLDER: Row = Row {
    id: "D-schema-older",
    severity: Severity::Note,
    why: Fixed {
        en: "The next start changes the database to this version's form; there is no way back but a backup.",
        ja: "次の起動でデータベースがこの版の形に変わります。戻すにはバックアップが要ります。",
    },
    mend: Fixed {
        en: "Take a backup before you start.", ja: "起動の前にバックアップを取ってください。"
    },
};

/// What can't be judged without the database.
const NEED_IT: [&Row; 6] =
    [&people::OFFICERS, &review::GAP, &expiry::POLICY, &sites::SECRET, &witness::NONE, &clock::BEHIND];

/// Reads it; without it, the remarks that say what could not be judged.
pub(super) fn read(data: &Path) -> Result<Survey, Vec<Remark>> {
    survey(&places::database(data)).map_err(|error| match error {
        SurveyError::TooNew(number) => {
            vec![NEWER.seen(format!("keeper.db has schema {number}"), format!("keeper.db の形式は第{number}版です"))]
        }
        error => {
            let why = CannotTell::new(error.to_string(), format!("keeper.db を読めません({error})"));
            NEED_IT.map(|row| row.untold(&why)).into()
        }
    })
}

/// Whether a start would change it.
pub(super) fn examine(survey: &Survey) -> Option<Remark> {
    let Survey { schema, newest_schema, .. } = survey;
    (schema < newest_schema).then(|| {
        OLDER.seen(
            format!("keeper.db has schema {schema}, this version {newest_schema}"),
            format!("keeper.db の形式は第{schema}版、このプログラムは第{newest_schema}版です"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, super::survey_for_test, *};

    #[test]
    fn without_a_database_nothing_that_needs_it_is_called_fine() {
        let data = tempfile::tempdir().unwrap();
        let remarks = read(data.path()).unwrap_err();
        assert_eq!(remarks.len(), 6);
        assert!(ids(&remarks).iter().all(|id| id.ends_with('?')), "{remarks:?}");
    }

    #[test]
    fn a_newer_and_an_older_form_are_told() {
        let data = tempfile::tempdir().unwrap();
        std::fs::create_dir(data.path().join("keeper")).unwrap();
        let db = sekisho_keeper::db::open(&places::database(data.path())).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        assert_eq!(ids(&read(data.path()).unwrap_err()), ["D-schema-newer"]);
        assert_eq!(examine(&survey_for_test()), None);
        let older = Survey { schema: 0, ..survey_for_test() };
        assert_eq!(examine(&older).unwrap().row, &OLDER);
    }
}
