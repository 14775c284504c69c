//! Whether a test that a claim names is one that runs: it exists, its module is built, and nothing leaves it out.

use super::Read;

/// Conditions under which `cargo xtask test` builds a test: the default features, on Linux.
const BUILT: [&str; 4] =
    ["#[cfg(test)]", "#[cfg(feature = \"ocr\")]", "#[cfg(feature = \"tls\")]", "#[cfg(target_os = \"linux\")]"];

/// Where a crate's tests lie: its folder, the file at the root of its modules, and the modules down to the test.
struct Way<'a> {
    folder: String,
    roots: Vec<String>,
    modules: Vec<&'a str>,
}

/// Why a named test carries nothing, if so.
pub(super) fn unsound(test: &str, read: Read<'_>) -> Option<&'static str> {
    let Some((way, name)) = way(test) else { return Some("is not written crate::module::test_name") };
    let found = way.places().iter().filter_map(|place| read(place)).find_map(|text| attributes(&text, name));
    let Some(attributes) = found else { return Some("does not exist") };
    if attributes.iter().any(|line| line.starts_with("#[ignore") || line.starts_with("#[cfg_attr")) {
        return Some("is ignored, or may be");
    }
    if !attributes.iter().any(|line| line == "#[test]" || line.starts_with("#[tokio::test")) {
        return Some("is no test");
    }
    let built = !is_left_out(&attributes) && way.is_built(read);
    (!built).then_some("lies in a module that is not built")
}

fn way(test: &str) -> Option<(Way<'_>, &str)> {
    let mut parts: Vec<&str> = test.split("::").collect();
    let (name, crate_name) = (parts.pop()?, (!parts.is_empty()).then(|| parts.remove(0))?);
    let folder =
        if crate_name == "xtask" { "xtask".into() } else { format!("crates/{}", crate_name.replace('_', "-")) };
    if parts.first() == Some(&"tests") {
        let root = parts.get(1).copied()?;
        let folder = format!("{folder}/tests");
        let roots = vec![format!("{folder}/{root}.rs"), format!("{folder}/{root}/main.rs")];
        return Some((Way { folder: format!("{folder}/{root}"), roots, modules: parts.split_off(2) }, name));
    }
    let folder = format!("{folder}/src");
    let roots = vec![format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
    Some((Way { folder, roots, modules: parts }, name))
}

impl Way<'_> {
    /// The files in which the test may stand: that of its module, or of any above it, since modules for tests often stand
    /// within another file and have modules within themselves.
    fn places(&self) -> Vec<String> {
        (0..=self.modules.len()).rev().flat_map(|depth| self.files(depth)).collect()
    }

    /// The files that may hold the module at this depth.
    fn files(&self, depth: usize) -> Vec<String> {
        if depth == 0 {
            return self.roots.clone();
        }
        let path = self.modules[..depth].join("/");
        vec![format!("{}/{path}.rs", self.folder), format!("{}/{path}/mod.rs", self.folder)]
    }

    /// Whether each module is declared by the one above it, for a build that tests are run with.
    fn is_built(&self, read: Read<'_>) -> bool {
        let text = |depth| self.files(depth).iter().filter_map(|file| read(file)).collect::<String>();
        let mut above = text(0);
        for (depth, module) in self.modules.iter().enumerate() {
            let Some(attributes) = declaration(&above, module) else { return false };
            if is_left_out(&attributes) {
                return false;
            }
            let own = text(depth + 1);
            // A module that has no file stands within the one above it.
            above = if own.is_empty() { above } else { own };
        }
        true
    }
}

fn is_left_out(attributes: &[String]) -> bool {
    attributes.iter().any(|line| line.starts_with("#[cfg(") && !BUILT.contains(&line.as_str()))
}

/// The attributes of the function of that name.
fn attributes(text: &str, name: &str) -> Option<Vec<String>> {
    let head = format!("fn {name}(");
    above(text, |line| line.strip_prefix("async ").unwrap_or(line).starts_with(&head))
}

/// The attributes of the declaration of that module.
fn declaration(text: &str, module: &str) -> Option<Vec<String>> {
    let (elsewhere, here) = (format!("mod {module};"), format!("mod {module} {{"));
    above(text, |line| {
        let line = line.strip_prefix("pub ").or_else(|| Some(line.strip_prefix("pub(")?.split_once(") ")?.1));
        line.is_some_and(|line| line == elsewhere || line == here)
    })
    .or_else(|| above(text, |line| line == elsewhere || line == here))
}

/// The attributes on the lines above the first that is meant.
fn above(text: &str, meant: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| meant(line))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    Some(above.filter(|line| line.starts_with("#[")).map(|line| (*line).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::unsound;

    /// Says of a test in a crate of these files why it carries nothing.
    fn found(files: &[(&str, &str)], test: &str) -> Option<&'static str> {
        let read = |path: &str| files.iter().find(|(at, _)| *at == path).map(|(_, text)| (*text).to_owned());
        unsound(test, &read)
    }

    const ROOT: &str = "crates/a/src/lib.rs";
    const TREE: &str = "crates/a/src/wood/tree.rs";
    const TEST: &str = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_holds() {}\n}";

    #[test]
    fn a_test_whose_modules_are_all_declared_runs() {
        let wood = ("crates/a/src/wood/mod.rs", "pub(crate) mod tree;");
        assert_eq!(found(&[(ROOT, "pub mod wood;"), wood, (TREE, TEST)], "a::wood::tree::tests::it_holds"), None);
        let tls = ("crates/a/src/wood/mod.rs", "#[cfg(feature = \"tls\")]\nmod tree;");
        assert_eq!(found(&[(ROOT, "mod wood;"), tls, (TREE, TEST)], "a::wood::tree::tests::it_holds"), None);
        assert_eq!(found(&[(ROOT, TEST)], "a::tests::it_holds"), Some("is not written crate::module::test_name"));
        let within = ("crates/a/tests/walls/main.rs", "mod rooms;");
        let rooms = ("crates/a/tests/walls/rooms.rs", "#[test]\nfn they_stand() {}");
        assert_eq!(found(&[within, rooms], "a::tests::walls::rooms::they_stand"), None);
    }

    #[test]
    fn a_test_in_a_file_that_nobody_declares_does_not_run() {
        let why = Some("lies in a module that is not built");
        let wood = ("crates/a/src/wood/mod.rs", "// mod tree;");
        assert_eq!(found(&[(ROOT, "mod wood;"), wood, (TREE, TEST)], "a::wood::tree::tests::it_holds"), why);
        let wood = ("crates/a/src/wood/mod.rs", "mod tree;");
        assert_eq!(found(&[(ROOT, ""), wood, (TREE, TEST)], "a::wood::tree::tests::it_holds"), why);
        let gated = ("crates/a/src/wood/mod.rs", "#[cfg(feature = \"pkcs11\")]\nmod tree;");
        assert_eq!(found(&[(ROOT, "mod wood;"), gated, (TREE, TEST)], "a::wood::tree::tests::it_holds"), why);
        let rooms = ("crates/a/tests/walls/rooms.rs", "#[test]\nfn they_stand() {}");
        assert_eq!(found(&[("crates/a/tests/walls/main.rs", ""), rooms], "a::tests::walls::rooms::they_stand"), why);
    }

    #[test]
    fn a_test_that_a_condition_leaves_out_does_not_run() {
        let with = |attribute: &str| {
            let text = format!("mod tests {{\n    {attribute}\n    #[test]\n    fn it_holds() {{}}\n}}");
            found(&[(ROOT, "mod tree;"), ("crates/a/src/tree.rs", &text)], "a::tree::tests::it_holds")
        };
        assert_eq!(with("// Why."), None);
        assert_eq!(with("#[ignore = \"slow\"]"), Some("is ignored, or may be"));
        assert_eq!(with("#[cfg_attr(debug_assertions, ignore)]"), Some("is ignored, or may be"));
        assert_eq!(with("#[cfg(target_os = \"windows\")]"), Some("lies in a module that is not built"));
    }
}
