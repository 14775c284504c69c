//! Public specimens that lie beside the checkout, where they do: others' pictures, which are in no repository of ours.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    answer::{Answer, Verdict},
    judge::{self, Judged, Told},
};
use crate::kinds::Kind;

/// A specimen and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Specimen {
    /// Its path below the folder.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its machine-readable lines, if it has some that a person can read and whose check digits are right.
    pub mrz: Option<Vec<String>>,
    /// Why its lines are not asked for, if it has some.
    pub left_out: Option<&'static str>,
    /// Whether it may be looked at while the program is made: PassportEye's part; SynthPass's is held out.
    pub development: bool,
}

/// Lines that the index has wrong or not at all, read by eye from the pictures on 2026-11-22. All check digits of these
/// are right but where it says so below.
const READ_BY_EYE: [(&str, &[&str]); 7] = [
    ("td3/Austria_Passport_Specimen.jpg", &["PPAUTSPECIMEN<<MARIA", "AP12345673AUT0012315F3311307<<<<<<<<<<<<<<<8"]),
    (
        "td3/Czechia_Passport_Specimen_specimen_Czech_2005_MRZ_data.jpg",
        &["P<CZESPECIMEN<<VZOR", "99006000<8CZE1102299F16090641152291111<<<<24"],
    ),
    ("td3/25_pass-uto.jpg", &["P<UTOERIKSSON<<ANNA<MARIA", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]),
    (
        "td3/China_Passport_Specimen_specimen_Chinese_2018.png",
        &["POCHNZHENGJIAN<<YANGBEN", "EF12608921CHN8503208F2901178NGKELMPONBPJB978"],
    ),
    ("td3/0_pass-lva.jpg", &["PALVAMOHAMADA<<FARIDA", "LT00000004XXC8605102F1210314111111<11648<<86"]),
    ("td1/France_ID_back.png", &["IDFRAX4RTBPFW46", "9007138F3002119FRA<<<<<<<<<<<6", "MARTIN<<MAELYS<GAELLE<MARIE"]),
    ("td2_visa/100_id-rou.jpg", &["IDROUSAVA<<SUPERMAN", "HD198025<51328505095M130509012049941"]),
];

/// Why lines are not asked for.
const LEFT_OUT: [(&str, &str); 3] = [
    ("td1/0_id-esp.png", "three of its four printed check digits are wrong"),
    ("td1/77_card-cmw.png", "the composite check digit printed on it is wrong"),
    ("td3/Serbia_Passport_Specimen_angled.jpg", "300 × 225 pixels: a person can't read its lines either"),
];

/// The specimens in `folder`, by its INDEX.md.
///
/// # Errors
/// When there is no index.
pub fn all(folder: &Path) -> io::Result<Vec<Specimen>> {
    let index = fs::read_to_string(folder.join("INDEX.md"))?;
    let listed = index.lines().filter_map(|line| row(folder, line));
    Ok(listed.filter(|specimen| specimen.path.is_file()).collect())
}

/// A row of the index: file, source, kind, truth.
fn row(folder: &Path, line: &str) -> Option<Specimen> {
    let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
    let [name, source, _, truth, ..] = cells[..] else { return None };
    if !["PE", "SP", "MG"].contains(&source) {
        return None;
    }
    let left_out = LEFT_OUT.iter().find(|(file, _)| *file == name).map(|(_, why)| *why);
    let by_eye = READ_BY_EYE.iter().find(|(file, _)| *file == name).map(|(_, lines)| filled(lines));
    let lines = by_eye.or_else(|| written(truth)).filter(|_| left_out.is_none());
    let development = source != "SP";
    Some(Specimen { name: name.into(), path: folder.join(name), mrz: lines, left_out, development })
}

/// Lines that were shortened, filled up to the length of the last.
fn filled(lines: &[&str]) -> Vec<String> {
    let length = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    lines.iter().map(|line| format!("{line:<<length$}")).collect()
}

/// The lines of a cell, each in its own backticks.
fn written(truth: &str) -> Option<Vec<String>> {
    let lines: Vec<String> = truth.strip_prefix("MRZ ok:")?.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    (lines.len() >= 2).then_some(lines)
}

impl Specimen {
    /// What kind of document it is, if it is one that is told here: a passport is one whoever issued it.
    fn kind(&self) -> Option<Kind> {
        match self.name.as_str() {
            "jp/driver_license_template.png" => Some(Kind::DrivingLicence),
            "jp/individual_number_card_template.png" => Some(Kind::MyNumberFront),
            name if name.starts_with("td3/") => Some(Kind::Passport),
            _ => None,
        }
    }

    /// Birth date and expiry date as the lines have them: `YYMMDD`.
    fn days(&self) -> Option<(&str, &str)> {
        let lines = self.mrz.as_ref()?;
        match &lines[..] {
            [_, second] => Some((second.get(13..19)?, second.get(21..27)?)),
            [_, second, _] => Some((second.get(..6)?, second.get(8..14)?)),
            _ => None,
        }
    }

    /// Judges what was said of it. Nothing of a stored picture is judged but its side data: what must be hidden isn't known.
    pub fn judge(&self, answer: &Answer, side_data: Vec<String>, stored: bool) -> Judged {
        let days = self.days();
        let birth = answer.birth_date.as_ref().map(|birth| short(&birth.value));
        let zone = answer.mrz.as_ref().filter(|zone| zone.check_digits_ok);
        let expiry = zone.and_then(|zone| zone.expiry_date.as_deref()).map(short);
        // Where no date is known, none is judged.
        let of =
            |told: Option<String>, so: Option<&str>| so.map_or(Told::Not, |so| judge::day(told.as_deref(), Some(so)));
        let (kind_told, kind_confidence) = judge::kind(self.kind(), answer);
        Judged {
            file: self.name.clone(),
            kind: self.kind(),
            severity: "specimen".into(),
            development: self.development,
            verdict: answer.verdict.unwrap_or(Verdict::Retake),
            reason: answer.reason.clone().unwrap_or_else(|| "reader_ended".into()),
            birth: of(birth, days.map(|days| days.0)),
            expiry: of(expiry, days.map(|days| days.1)),
            mrz: self.mrz.as_ref().map(|lines| judge::lines(answer, lines)),
            kind_told,
            kind_confidence,
            leak: None,
            seen: Vec::new(),
            side_data,
            stored,
            was_read: answer.was_read,
            ms: answer.ms,
            peak_mb: answer.peak_mb,
        }
    }
}

/// `1974-08-12` as `740812`.
fn short(day: &str) -> String {
    day.chars().filter(char::is_ascii_digit).skip(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "| file | source | kind | truth |\n|---|---|---|---|\n\
        | td3/a.jpg | PE | passport TD3 | MRZ ok: `P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<` / `L898902C36UTO7408122F1204159ZE184226B<<<<<10` |\n\
        | td1/0_id-esp.png | PE | ID card TD1 | unset |\n\
        | td3/Austria_Passport_Specimen.jpg | SP | passport TD3 | MRZ ok: `PPAUTSPECIMEN<<MARIAS<<K` / `AP` |\n\
        | td3/gone.jpg | SP | passport TD3 | unset |\n";

    fn specimens() -> (tempfile::TempDir, Vec<Specimen>) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["td1", "td3"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("INDEX.md"), INDEX).unwrap();
        for name in ["td3/a.jpg", "td1/0_id-esp.png", "td3/Austria_Passport_Specimen.jpg"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let all = all(folder.path()).unwrap();
        (folder, all)
    }

    #[test]
    fn the_index_is_read_and_what_was_read_by_eye_goes_before_it() {
        let (_folder, all) = specimens();
        assert_eq!(all.iter().map(|one| one.development).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(all[0].days(), Some(("740812", "120415")));
        assert!(all[1].mrz.is_none() && all[1].left_out.is_some());
        let austria = all[2].mrz.as_ref().unwrap();
        assert!(austria[0].starts_with("PPAUTSPECIMEN<<MARIA<<<") && austria.iter().all(|line| line.len() == 44));
    }

    #[test]
    fn every_line_read_by_eye_has_its_length() {
        for (file, lines) in READ_BY_EYE {
            let length = filled(lines)[0].len();
            assert!([30, 36, 44].contains(&length) && filled(lines).iter().all(|line| line.len() == length), "{file}");
        }
    }

    #[test]
    fn a_wrong_day_is_wrong_whatever_its_century() {
        let (_folder, all) = specimens();
        let said = |birth: &str| {
            let text = format!(r#"{{"file":"a","verdict":"accept","birth_date":{{"value":"{birth}"}}}}"#);
            all[0].judge(&serde_json::from_str(&text).unwrap(), Vec::new(), true).birth
        };
        assert_eq!((said("1974-08-12"), said("1974-08-13")), (Told::Right, Told::Wrong));
    }
}
