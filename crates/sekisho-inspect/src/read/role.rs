//! What a date on a document is: somebody's birth, an expiry, an issue.

use super::{
    date::{Written, dates},
    fold::folded,
    label::{may_differ, places},
};

/// What a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Somebody's birth.
    Birth,
    /// The document's last day, or a permission's.
    Expiry,
    /// Its first day, or the day on which something was obtained.
    Issue,
}

/// Labels that stand before a date or above it, most telling first. Spaces are left out, capitals taken for small.
const LABELS: [(&str, Role); 20] = [
    ("生年月日", Role::Birth),
    // As it is often misread.
    ("主年月日", Role::Birth),
    ("牛年月日", Role::Birth),
    ("誕生日", Role::Birth),
    ("dateofbirth", Role::Birth),
    ("birth", Role::Birth),
    ("naissance", Role::Birth),
    ("有効期限", Role::Expiry),
    ("有効期間", Role::Expiry),
    ("満了日", Role::Expiry),
    ("expir", Role::Expiry),
    ("validuntil", Role::Expiry),
    ("交付", Role::Issue),
    ("発行", Role::Issue),
    ("取得", Role::Issue),
    ("認定", Role::Issue),
    ("許可", Role::Issue),
    ("適用開始", Role::Issue),
    ("issue", Role::Issue),
    ("delivrance", Role::Issue),
];

/// The dates of a line, each with what the same line says that it is.
pub fn roles(text: &str) -> Vec<(Written, Option<Role>)> {
    let letters = folded(text);
    let mut from = 0;
    let role = |date: Written| {
        let before = &letters[from..date.letters.start];
        from = date.letters.end;
        let role = said_after(&letters[date.letters.end..]).or_else(|| label(before));
        (date, role)
    };
    dates(text).into_iter().map(role).collect()
}

/// 生 and まで stand behind their date.
fn said_after(letters: &[char]) -> Option<Role> {
    let mut after = letters.iter().filter(|letter| **letter != ' ');
    let (first, second) = (after.next()?, after.next());
    match (first, second) {
        // 生年月日 is the label of the next date.
        ('生', second) => (second != Some(&'年')).then_some(Role::Birth),
        ('ま', Some('で')) => Some(Role::Expiry),
        ('交', Some('付')) | ('発', Some('行')) => Some(Role::Issue),
        _ => None,
    }
}

/// What the last label in `letters` says; nothing if there is none.
pub fn label(letters: &[char]) -> Option<Role> {
    let plain: Vec<char> = letters.iter().filter(|letter| **letter != ' ').map(char::to_ascii_lowercase).collect();
    let found = LABELS.iter().filter_map(|(label, role)| Some((last(&plain, label)?, *role)));
    found.max_by_key(|(place, _)| *place).map(|(_, role)| role)
}

/// Where `label` begins for the last time. One letter of four or more in Japanese may be misread, but not the first: with
/// another one before it, 年月日 is a label of its own.
fn last(letters: &[char], label: &str) -> Option<usize> {
    let first = label.chars().next();
    places(letters, label, may_differ(label)).rfind(|place| letters.get(*place).copied() == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(String, Option<Role>)> {
        roles(text).into_iter().map(|(date, role)| (date.expiry().unwrap().to_string(), role)).collect()
    }

    #[test]
    fn labels_before_and_words_behind_say_what_a_date_is() {
        for (text, day, role) in [
            ("生年月日 平成2年4月1日", "1990-04-01", Role::Birth),
            ("氏名 日本 花子 昭和61年3月31日生", "1986-03-31", Role::Birth),
            ("主年月日 1990年4月1日", "1990-04-01", Role::Birth),
            ("Date of birth 01 APR 1990", "1990-04-01", Role::Birth),
            ("2025年03月31日まで有効", "2025-03-31", Role::Expiry),
            ("有効期限 平成33年3月3日", "2021-03-03", Role::Expiry),
            ("在留期間(満了日) 4年3月(2018年10月20日)", "2018-10-20", Role::Expiry),
            ("交付 令和01年05月07日 12345", "2019-05-07", Role::Issue),
            ("資格取得年月日 令和2年4月1日", "2020-04-01", Role::Issue),
            ("令和2年4月1日 交付", "2020-04-01", Role::Issue),
        ] {
            assert_eq!(said(text), [(day.to_owned(), Some(role))], "{text}");
        }
    }

    #[test]
    fn a_label_speaks_of_the_date_that_follows_it() {
        let text = "交付 令和01年05月07日 生年月日 平成2年4月1日 有効期限 2024年4月1日";
        let roles: Vec<_> = said(text).into_iter().map(|(_, role)| role).collect();
        assert_eq!(roles, [Some(Role::Issue), Some(Role::Birth), Some(Role::Expiry)]);
    }

    #[test]
    fn a_date_that_nothing_speaks_of_has_no_role() {
        assert_eq!(said("平成2年4月1日"), [("1990-04-01".to_owned(), None)]);
        assert_eq!(said("学生証 平成2年4月1日"), [("1990-04-01".to_owned(), None)], "生 in another word");
    }
}
