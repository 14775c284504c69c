//! The papers say nothing that no test carries.
//!
//! A claim is a paragraph of `docs/*.md` that begins with its number, `**T-07**`,
//! and ends in a line `Tests:` with the tests that would fail if it were untrue,
//! each as `crate::module::test_name` (below `tests/`: `crate::tests::file::test_name`).
//! What has no number claims nothing.

#![allow(clippy::unwrap_used)] // Helpers of tests, too.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The papers with numbered claims, and the letter of each.
const LETTERS: [(&str, char); 4] = [
    ("docs/THREAT_MODEL.md", 'T'),
    ("docs/CRYPTOGRAPHY.md", 'C'),
    ("docs/LIFECYCLE.md", 'L'),
    ("docs/OPERATIONS.md", 'O'),
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
    tests: Vec<String>,
}

impl Paper {
    fn claims(&self) -> impl Iterator<Item = Claim> {
        self.text.split("\n\n").filter_map(claim)
    }
}

fn claim(paragraph: &str) -> Option<Claim> {
    let (number, rest) = paragraph.trim_start().strip_prefix("**")?.split_once("**")?;
    let tests = rest.split_once("\nTests:").map_or_else(Vec::new, |(_, named)| between_backticks(named));
    is_number(number).then(|| Claim { number: number.to_owned(), tests })
}

fn is_number(text: &str) -> bool {
    matches!(text.as_bytes(), [b'T' | b'C' | b'L' | b'O', b'-', digits @ ..]
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
    faults
}

fn faults_of(claim: &Claim, read: Read<'_>) -> Vec<String> {
    if claim.tests.is_empty() {
        return vec!["no test carries it".into()];
    }
    claim.tests.iter().filter_map(|test| Some(format!("`{test}` {}", unsound(test, read)?))).collect()
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

/// Why a named test carries nothing, if so.
fn unsound(test: &str, read: Read<'_>) -> Option<&'static str> {
    let Some(places) = places(test) else { return Some("is not written crate::module::test_name") };
    let name = test.rsplit("::").next().unwrap();
    let found = places.iter().filter_map(|place| read(place)).find_map(|text| attributes(&text, name));
    match found {
        None => Some("does not exist"),
        Some(attributes) if attributes.iter().any(|a| a.starts_with("#[ignore")) => Some("is ignored"),
        Some(attributes) if attributes.iter().any(|a| is_test(a)) => None,
        Some(_) => Some("is no test"),
    }
}

fn is_test(attribute: &str) -> bool {
    attribute == "#[test]" || attribute.starts_with("#[tokio::test")
}

/// The files in which a test of this path may stand.
fn places(test: &str) -> Option<Vec<String>> {
    let mut parts: Vec<&str> = test.split("::").collect();
    let (_, crate_name) = (parts.pop()?, (!parts.is_empty()).then(|| parts.remove(0))?);
    let folder =
        if crate_name == "xtask" { "xtask".into() } else { format!("crates/{}", crate_name.replace('_', "-")) };
    if let ["tests", modules @ ..] = &parts[..] {
        return Some(files(&format!("{folder}/tests"), modules, "main"));
    }
    let src = format!("{folder}/src");
    let mut places = files(&src, &parts, "mod");
    // Modules for tests often stand within another file, and have modules within themselves.
    if let Some(at) = parts.iter().position(|part| *part == "tests") {
        places.extend(files(&src, &parts[..=at], "mod"));
        places.extend(files(&src, &parts[..at], "mod"));
    }
    Some(places)
}

fn files(folder: &str, modules: &[&str], index: &str) -> Vec<String> {
    let path = modules.join("/");
    if path.is_empty() {
        Vec::new()
    } else {
        vec![format!("{folder}/{path}.rs"), format!("{folder}/{path}/{index}.rs")]
    }
}

/// The attributes before the function of that name.
fn attributes(text: &str, name: &str) -> Option<Vec<String>> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let head = format!("fn {name}(");
    let at = lines.iter().position(|line| line.strip_prefix("async ").unwrap_or(line).starts_with(&head))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    Some(above.filter(|line| line.starts_with("#[")).map(|line| (*line).to_owned()).collect())
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
        (
            "crates/sekisho-core/src/tree.rs",
            "/// Says so.\n    #[test]\n    // Why.\n    fn it_holds() {}\n    fn helper() {}\n    \
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
        ("sekisho_core::tree::tests::it_sleeps", "is ignored"),
        ("it_holds", "is not written crate::module::test_name"),
    ] {
        let found = faults_in(&format!("**T-01** So it is.\nTests: `sekisho::tests::walls::they_stand`, `{test}`."));
        assert_eq!(found, [format!("docs/T.md, T-01: `{test}` {why}")]);
    }
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
