//! The papers say nothing that no test carries.
//!
//! A claim is a paragraph of `docs/*.md` that begins with its number, `**T-07**`,
//! and ends in a line `Tests:` with the tests that would fail if it were untrue,
//! each as `crate::module::test_name` (below `tests/`: `crate::tests::file::test_name`).
//! What has no number claims nothing. A claim of which every test carries another claim too says which, `(T-29)`: the
//! same promise told to another reader, and not one test made to stand for two.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

mod named;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The papers with numbered claims, and the letter of each.
const LETTERS: [(&str, char); 5] = [
    ("docs/THREAT_MODEL.md", 'T'),
    ("docs/CRYPTOGRAPHY.md", 'C'),
    ("docs/LIFECYCLE.md", 'L'),
    ("docs/OPERATIONS.md", 'O'),
    ("docs/SCOPE.md", 'S'),
];

/// Gives a file's text by its path from the root, if there is such a file.
type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// One paper: its path from the root, and its text.
struct Paper {
    path: String,
    text: String,
}

/// A numbered claim and the tests that it names.
struct Claim {
    number: String,
    text: String,
    tests: Vec<String>,
}

impl Paper {
    fn claims(&self) -> impl Iterator<Item = Claim> {
        self.text.split("\n\n").filter_map(claim)
    }
}

fn claim(paragraph: &str) -> Option<Claim> {
    let (number, rest) = paragraph.trim_start().strip_prefix("**")?.split_once("**")?;
    let (text, tests) = rest.split_once("\nTests:").unwrap_or((rest, ""));
    is_number(number).then(|| Claim {
        number: number.to_owned(),
        text: text.to_owned(),
        tests: between_backticks(tests),
    })
}

fn is_number(text: &str) -> bool {
    matches!(text.as_bytes(), [b'T' | b'C' | b'L' | b'O' | b'S', b'-', digits @ ..]
        if digits.len() == 2 && digits.iter().all(u8::is_ascii_digit))
}

fn between_backticks(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every number that a text mentions.
fn mentioned(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| is_number(word)).collect()
}

/// Where a text's links lead, within this project. Pictures are not links.
fn links(text: &str) -> Vec<&str> {
    let targets = text.match_indices("](").filter(|(at, _)| !is_picture(&text[..*at]));
    let targets = targets.filter_map(|(at, _)| Some(text[at + 2..].split_once(')')?.0));
    targets.map(|link| link.split('#').next().unwrap()).filter(|link| !link.is_empty() && !link.contains(':')).collect()
}

fn is_picture(before: &str) -> bool {
    before.rfind('[').is_some_and(|open| before[..open].ends_with('!'))
}

/// What is wrong with the papers, one line each.
fn faults(papers: &[Paper], read: Read<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut numbers = BTreeSet::new();
    for paper in papers {
        for claim in paper.claims() {
            let at = format!("{}, {}", paper.path, claim.number);
            faults.extend(faults_of(&claim, read).into_iter().map(|fault| format!("{at}: {fault}")));
            if !numbers.insert(claim.number) {
                faults.push(format!("{at}: the number is taken"));
            }
        }
    }
    faults.extend(papers.iter().flat_map(|paper| loose_ends(paper, &numbers, read)));
    faults.extend(borrowed(papers));
    faults
}

/// Claims that have no test of their own and don't say whose they borrow.
fn borrowed(papers: &[Paper]) -> Vec<String> {
    let claims: Vec<_> = papers.iter().flat_map(Paper::claims).collect();
    claims.iter().filter(|claim| !claim.tests.is_empty()).filter_map(|claim| borrows(claim, &claims)).collect()
}

/// A test is a claim's own where whoever else names it says that it is that claim's.
fn borrows(claim: &Claim, claims: &[Claim]) -> Option<String> {
    let others = |test: &String| -> Vec<&Claim> {
        claims.iter().filter(|other| other.number != claim.number && other.tests.contains(test)).collect()
    };
    let names = |one: &Claim, other: &Claim| mentioned(&one.text).contains(other.number.as_str());
    let has_own = claim.tests.iter().any(|test| others(test).into_iter().all(|other| names(other, claim)));
    let lenders: Vec<&Claim> = claim.tests.iter().flat_map(others).collect();
    if has_own || lenders.iter().any(|lender| names(claim, lender)) {
        return None;
    }
    let lenders: BTreeSet<_> = lenders.iter().map(|lender| lender.number.as_str()).collect();
    let lenders = lenders.into_iter().collect::<Vec<_>>().join(", ");
    Some(format!("{}: every test of it carries {lenders} too, and none of them says so", claim.number))
}

fn faults_of(claim: &Claim, read: Read<'_>) -> Vec<String> {
    if claim.tests.is_empty() {
        return vec!["no test carries it".into()];
    }
    claim.tests.iter().filter_map(|test| Some(format!("`{test}` {}", named::unsound(test, read)?))).collect()
}

/// Mentions of claims that don't exist, and links that lead nowhere.
fn loose_ends(paper: &Paper, numbers: &BTreeSet<String>, read: Read<'_>) -> Vec<String> {
    let folder = Path::new(&paper.path).parent().unwrap();
    let unknown = mentioned(&paper.text).into_iter().filter(|number| !numbers.contains(*number));
    let unknown = unknown.map(|number| format!("{}: there is no {number}", paper.path));
    let lost = links(&paper.text).into_iter().filter(|link| read(&plain(&folder.join(link))).is_none());
    unknown.chain(lost.map(|link| format!("{}: {link} leads nowhere", paper.path))).collect()
}

/// A path without `..`.
fn plain(path: &Path) -> String {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => _ = out.pop(),
            part => out.push(part),
        }
    }
    out.to_str().unwrap().to_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file's text; for a folder that exists, nothing but that it does.
fn read(path: &str) -> Option<String> {
    let path = root().join(path);
    if path.is_dir() { Some(String::new()) } else { fs::read_to_string(path).ok() }
}

fn papers() -> Vec<Paper> {
    let in_docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let in_docs = in_docs.map(|name| format!("docs/{}", name.to_str().unwrap()));
    let outside = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(String::from);
    let mut paths: Vec<_> = in_docs.chain(outside).filter(|path| path.ends_with(".md")).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| Paper { text: read(&path).unwrap_or_else(|| panic!("{path} is gone")), path })
        .collect()
}

#[test]
fn every_claim_of_the_papers_is_carried_by_a_test() {
    let faults = faults(&papers(), &read);
    assert!(faults.is_empty(), "the papers claim too much:\n  {}", faults.join("\n  "));
}

/// A reader that finds no claims would find no faults either.
#[test]
fn each_paper_has_its_claims_numbered_from_one_without_a_gap() {
    for (path, letter) in LETTERS {
        let paper = Paper { path: path.into(), text: read(path).unwrap() };
        let mut numbers: Vec<String> = paper.claims().map(|claim| claim.number).collect();
        numbers.sort();
        let expected: Vec<String> = (1..=numbers.len()).map(|n| format!("{letter}-{n:02}")).collect();
        assert!(numbers.len() >= 8, "{path} has {} claims", numbers.len());
        assert_eq!(numbers, expected, "{path}");
    }
}

/// A house of two files, and what is wrong with one paper in it.
fn faults_in(text: &str) -> Vec<String> {
    let house = BTreeMap::from([
        ("crates/sekisho-core/src/lib.rs", "pub mod tree;\nmod wood;"),
        ("crates/sekisho-core/src/wood/mod.rs", "#[cfg(test)]\nmod tests;"),
        (
            "crates/sekisho-core/src/tree.rs",
            "mod tests {\n    /// Says so.\n    #[test]\n    // Why.\n    fn it_holds() {}\n    fn helper() {}\n    \
             #[test]\n    #[ignore]\n    fn it_sleeps() {}\n    fn it_holds_too_long() {}",
        ),
        ("crates/sekisho-core/src/wood/tests.rs", "mod oak {\n    #[test]\n    fn it_grows() {}\n}"),
        ("crates/sekisho/tests/walls/main.rs", "#[tokio::test]\nasync fn they_stand() {}"),
        ("docs/A.md", ""),
    ]);
    let paper = Paper { path: "docs/T.md".into(), text: text.into() };
    faults(&[paper], &|path| house.get(path).map(|text| (*text).to_owned()))
}

#[test]
fn a_claim_with_a_test_that_stands_passes() {
    assert_eq!(
        faults_in("**T-01** So it is.\nTests: `sekisho_core::tree::tests::it_holds`.\n\nAs T-01 says."),
        [""; 0]
    );
    assert_eq!(faults_in("**T-01** So it is.\nTests:\n`sekisho::tests::walls::they_stand`."), [""; 0]);
    assert_eq!(faults_in("**T-01** So it is.\nTests: `sekisho_core::wood::tests::oak::it_grows`."), [""; 0]);
}

#[test]
fn a_claim_without_a_test_is_found() {
    let none = ["docs/T.md, T-01: no test carries it"];
    assert_eq!(faults_in("Words.\n\n**T-01** So it is."), none);
    assert_eq!(faults_in("**T-01** So it is.\nTests: it holds."), none);
    assert_eq!(faults_in("**T-01** As `sekisho_core::tree::tests::it_holds` says."), none);
    // The next claim's tests are the next claim's.
    let next = "**T-02** Also.\nTests: `sekisho_core::tree::tests::it_holds`.";
    assert_eq!(faults_in(&format!("**T-01** So it is.\n\n{next}")), none);
}

#[test]
fn a_claim_whose_test_is_not_there_is_found() {
    for (test, why) in [
        ("sekisho_core::tree::tests::it_hold", "does not exist"),
        ("sekisho_core::forest::tests::it_holds", "does not exist"),
        ("sekisho_seal::tree::tests::it_holds", "does not exist"),
        ("sekisho::walls::they_stand", "does not exist"),
        ("sekisho_core::tree::tests::helper", "is no test"),
        ("sekisho_core::tree::tests::it_holds_too_long", "is no test"),
        ("sekisho_core::tree::tests::it_sleeps", "is ignored, or may be"),
        ("it_holds", "is not written crate::module::test_name"),
    ] {
        let found = faults_in(&format!("**T-01** So it is.\nTests: `sekisho::tests::walls::they_stand`, `{test}`."));
        assert_eq!(found, [format!("docs/T.md, T-01: `{test}` {why}")]);
    }
}

#[test]
fn a_test_that_is_made_to_stand_for_two_claims_is_found_unless_one_says_so() {
    let (one, other) = ("`sekisho_core::tree::tests::it_holds`", "`sekisho::tests::walls::they_stand`");
    let two = |first: &str, second: &str, tests: &str| {
        faults_in(&format!("**T-01** So it is{first}.\nTests: {one}.\n\n**T-02** And so{second}.\nTests: {tests}."))
    };
    let found = ["T-01: every test of it carries T-02 too, and none of them says so"];
    assert_eq!(two("", "", &format!("{one}, {other}")), found);
    assert_eq!(two("", " (T-01)", one), [""; 0]);
    assert_eq!(two(" (T-02)", "", one), [""; 0]);
    assert_eq!(two("", "", other), [""; 0]);
    assert_eq!(two("", "", one).len(), 2);
}

#[test]
fn a_number_used_twice_or_never_given_is_found() {
    let claim = "**T-01** So it is.\nTests: `sekisho_core::tree::tests::it_holds`.";
    assert_eq!(faults_in(&format!("{claim}\n\n{claim}")), ["docs/T.md, T-01: the number is taken"]);
    assert_eq!(faults_in("See C-07, and not C-7, AC-07 or C-071."), ["docs/T.md: there is no C-07"]);
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "[a](A.md#top), [b](../docs/A.md), [c](https://example.org), ![d](gone.png), [e](#here), [f](B.md)";
    assert_eq!(faults_in(text), ["docs/T.md: B.md leads nowhere"]);
}
