//! Walls between crates.

use crate::{
    Breach, assert_none,
    tree::{File, Member, members},
};

/// Which of our crates each of them may know. Nobody may know `sekisho`.
const MAY_KNOW: [(&str, &[&str]); 11] = [
    ("sekisho-core", &[]),
    ("sekisho-sys", &["sekisho-core"]),
    ("sekisho-seal", &["sekisho-core"]),
    ("sekisho-keeper", &["sekisho-core", "sekisho-seal", "sekisho-sys"]),
    ("sekisho-inspect", &["sekisho-core", "sekisho-sys"]),
    ("sekisho-scope", &["sekisho-core"]),
    // Papers in its tests alone.
    (
        "sekisho",
        &[
            "sekisho-core",
            "sekisho-inspect",
            "sekisho-keeper",
            "sekisho-papers",
            "sekisho-scope",
            "sekisho-seal",
            "sekisho-sys",
        ],
    ),
    ("sekisho-papers", &["sekisho-core"]),
    ("sekisho-replay", &["sekisho-core"]),
    ("sekisho-simulation", &["sekisho-core", "sekisho-keeper", "sekisho-seal"]),
    ("xtask", &[]),
];

fn may_know(name: &str) -> Option<&'static [&'static str]> {
    MAY_KNOW.iter().find(|(known, _)| *known == name).map(|(_, others)| *others)
}

/// The package that a path's first segment names, if it is one of ours.
fn package(segment: &str) -> Option<String> {
    let name = segment.replace('_', "-");
    may_know(&name).map(|_| name)
}

fn in_sources(member: &Member) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for file in &member.files {
        for path in &file.source.paths {
            let named = package(&path[0]).filter(|named| !allowed(&member.name, named));
            breaches.extend(
                named.map(|named| {
                    Breach::new(&file.path, format!("names `{}`; {}", path.join("::"), may(member, &named)))
                }),
            );
        }
    }
    breaches
}

fn in_manifest(member: &Member) -> Vec<Breach> {
    let at = format!("{}/Cargo.toml", member.folder);
    let forbidden = dependencies(&member.manifest).into_iter().filter(|named| !allowed(&member.name, named));
    forbidden.map(|named| Breach::new(&at, format!("depends on `{named}`; {}", may(member, &named)))).collect()
}

fn may(member: &Member, named: &str) -> String {
    format!("{} may not know {named}", member.name)
}

fn allowed(member: &str, named: &str) -> bool {
    member == named || may_know(member).is_some_and(|others| others.contains(&named))
}

/// Our crates among all the tables of dependencies, tests' and targets' included.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let mut found = Vec::new();
    for (key, value) in manifest {
        let Some(table) = value.as_table() else { continue };
        if key.ends_with("dependencies") {
            let real_name = |(name, entry): (&String, &toml::Value)| {
                entry.get("package").and_then(|package| package.as_str()).unwrap_or(name).to_owned()
            };
            found.extend(table.iter().map(real_name).filter(|name| may_know(name).is_some()));
        } else if key != "package" {
            found.extend(dependencies(table));
        }
    }
    found
}

/// The roots of a crate: each is a program or a library of its own for `forbid`.
fn unsafe_allowed(file: &File) -> bool {
    file.module == "crate" && !file.text.lines().any(|line| line == "#![forbid(unsafe_code)]")
}

fn without_forbid(member: &Member) -> Vec<Breach> {
    let exempt = member.name == "sekisho-sys";
    let roots = member.files.iter().filter(|file| !exempt && unsafe_allowed(file));
    roots.map(|file| Breach::new(&file.path, "does not `#![forbid(unsafe_code)]`".into())).collect()
}

fn unplaced(member: &Member) -> Option<Breach> {
    may_know(&member.name).is_none().then(|| Breach::new(&member.folder, "has no place in the layout yet".into()))
}

#[test]
fn no_crate_names_one_that_it_may_not_know() {
    assert_none(&members().iter().flat_map(in_sources).collect::<Vec<_>>());
}

#[test]
fn no_manifest_depends_on_a_crate_that_it_may_not_know() {
    assert_none(&members().iter().flat_map(in_manifest).collect::<Vec<_>>());
}

#[test]
fn only_sekisho_sys_may_be_unsafe() {
    assert_none(&members().iter().flat_map(without_forbid).collect::<Vec<_>>());
}

#[test]
fn every_crate_has_its_place() {
    assert_none(&members().iter().filter_map(unplaced).collect::<Vec<_>>());
}

/// A member with one source and one manifest, for planting.
fn planted(name: &str, source: &str, manifest: &str) -> Member {
    let files = vec![File::parse(name, "lib.rs", source)];
    Member { name: name.into(), folder: name.into(), manifest: manifest.parse().expect("TOML"), files }
}

#[test]
fn every_forbidden_pair_of_crates_is_found_when_planted() {
    for (member, others) in MAY_KNOW {
        for (named, _) in MAY_KNOW.iter().filter(|(named, _)| *named != member) {
            let source = format!("fn f() {{ {}::g() }}", named.replace('-', "_"));
            let manifest = format!("[dependencies]\n{named} = {{ workspace = true }}");
            let member = planted(member, &source, &manifest);
            let expected = usize::from(!others.contains(named));
            assert_eq!((in_sources(&member).len(), in_manifest(&member).len()), (expected, expected), "{named}");
        }
    }
}

#[test]
fn a_renamed_or_hidden_dependency_is_found() {
    for manifest in [
        "[dependencies]\nx = { package = \"sekisho-keeper\", path = \"..\" }",
        "[dev-dependencies]\nsekisho-keeper = \"1\"",
        "[target.'cfg(unix)'.dependencies]\nsekisho-keeper = \"1\"",
        "[build-dependencies.sekisho-keeper]\npath = \"..\"",
    ] {
        assert_eq!(in_manifest(&planted("sekisho-inspect", "", manifest)).len(), 1, "{manifest}");
    }
}

#[test]
fn a_root_without_forbid_is_found_and_a_comment_does_not_stand_for_it() {
    for source in ["", "// #![forbid(unsafe_code)]", "#![deny(unsafe_code)]"] {
        assert_eq!(without_forbid(&planted("sekisho-core", source, "")).len(), 1, "{source}");
    }
    assert!(without_forbid(&planted("sekisho-core", "//! Doc.\n\n#![forbid(unsafe_code)]\n", "")).is_empty());
}

#[test]
fn a_crate_nobody_placed_is_found() {
    assert!(unplaced(&planted("sekisho-new", "", "")).is_some());
}
