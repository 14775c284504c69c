//! The workspace as it lies on disk.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::source::Source;

/// One source file.
pub(crate) struct File {
    /// Its path from the workspace's root.
    pub(crate) path: String,
    /// Its module, written `crate::gate::state`.
    pub(crate) module: String,
    /// What it names.
    pub(crate) source: Source,
    /// Its text.
    pub(crate) text: String,
}

impl File {
    /// Reads `text` as the file at `within`, a path below the `src` folder of `folder`.
    pub(crate) fn parse(folder: &str, within: &str, text: &str) -> Self {
        let source = Source::parse(text);
        Self { path: format!("{folder}/src/{within}"), module: module(within), source, text: text.into() }
    }
}

fn module(within: &str) -> String {
    let stem = within.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if matches!(stem, "lib" | "main") { "crate".into() } else { format!("crate::{}", stem.replace('/', "::")) }
}

/// One member of the workspace.
pub(crate) struct Member {
    /// The package's name.
    pub(crate) name: String,
    /// Its folder, from the workspace's root.
    pub(crate) folder: String,
    /// Its manifest.
    pub(crate) manifest: toml::Table,
    /// Its sources, but for modules that are built for tests alone.
    pub(crate) files: Vec<File>,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every member of the workspace.
pub(crate) fn members() -> Vec<Member> {
    let crates = fs::read_dir(root().join("crates")).expect("the workspace has crates");
    let mut folders: Vec<_> =
        crates.map(|entry| format!("crates/{}", entry.expect("readable").file_name().display())).collect();
    folders.push("xtask".into());
    folders.sort();
    folders.iter().filter(|folder| root().join(folder).join("Cargo.toml").exists()).map(|f| member(f)).collect()
}

/// The member in `folder`.
pub(crate) fn member(folder: &str) -> Member {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("a member has a manifest");
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
    let src = root().join(folder).join("src");
    let files = without_tests(sources(&src).iter().map(|path| file(folder, &src, path)).collect());
    Member { name, folder: folder.into(), manifest, files }
}

/// The files that are built into something.
pub(crate) fn without_tests(files: Vec<File>) -> Vec<File> {
    let declared = |file: &File| {
        let full = |name: &String| format!("{}::{name}", file.module);
        file.source.test_modules.iter().map(full).collect::<Vec<_>>()
    };
    let tests: Vec<String> = files.iter().flat_map(declared).collect();
    let is_test = |file: &File| tests.iter().any(|test| lies_within(&file.module, test));
    files.into_iter().filter(|file| !is_test(file)).collect()
}

/// The same or below: `a::b` lies within `a`, `ab` does not.
pub(crate) fn lies_within(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn file(folder: &str, src: &Path, path: &Path) -> File {
    let within = path.strip_prefix(src).expect("found below it").display().to_string();
    File::parse(folder, &within, &fs::read_to_string(path).expect("a source is text"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a member has sources") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn files_know_their_modules() {
    for (within, expected) in
        [("main.rs", "crate"), ("gate/mod.rs", "crate::gate"), ("gate/v1/get.rs", "crate::gate::v1::get")]
    {
        assert_eq!(module(within), expected);
    }
}

#[test]
fn files_of_a_module_for_tests_are_left_out_and_others_stay() {
    let files =
        [("gate/mod.rs", "#[cfg(test)] mod fakes; mod fakery;"), ("gate/fakes/a.rs", ""), ("gate/fakery.rs", "")];
    let kept = without_tests(files.map(|(within, text)| File::parse("x", within, text)).into());
    assert_eq!(kept.iter().map(|file| &file.module[..]).collect::<Vec<_>>(), ["crate::gate", "crate::gate::fakery"]);
}

#[test]
fn the_whole_workspace_is_read() {
    let members = members();
    let read = |name: &str| members.iter().find(|member| member.name == name).map_or(0, |member| member.files.len());
    assert!(read("sekisho-core") > 3 && read("sekisho-keeper") > 3 && read("sekisho") > 1 && read("xtask") > 0);
}
