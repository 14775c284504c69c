//! What a source file names: paths, written out in full, and texts.
//!
//! Tokens are read, not lines: comments say nothing, a `use` of several lines
//! is one `use`, and what stands inside a macro's call counts too. Items under
//! `#[cfg(test)]` are left out, as they are not built into anything; modules
//! that such a line declares are listed, so that their files can be left out.

use std::iter::Peekable;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

type Tokens = Peekable<proc_macro2::token_stream::IntoIter>;

/// What one file names.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Every path of two or more segments, and every single name after `use`.
    pub(crate) paths: Vec<Vec<String>>,
    /// Every string literal, as it is written, quotes included.
    pub(crate) texts: Vec<String>,
    /// Modules that are declared here for tests alone.
    pub(crate) test_modules: Vec<String>,
}

impl Source {
    /// Reads a file's text.
    pub(crate) fn parse(text: &str) -> Self {
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("not Rust: {error}"));
        let mut source = Self::default();
        source.read(tokens);
        source
    }

    fn read(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let mut after_use = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(hash) if hash.as_char() == '#' && is_for_tests(&mut tokens) => {
                    self.test_modules.extend(skip_item(&mut tokens));
                }
                // `extern crate x`; `crate::x` is a path like others.
                TokenTree::Ident(name) if name == "use" || name == "crate" && !is_colons(&mut tokens) => {
                    after_use = true;
                }
                TokenTree::Ident(name) => {
                    self.path(vec![name.to_string()], &mut tokens, after_use);
                    after_use = false;
                }
                TokenTree::Group(group) if after_use => {
                    self.branches(&[], group.stream());
                    after_use = false;
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(literal) => self.texts.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// Follows a path from its first segment to its ends.
    fn path(&mut self, mut path: Vec<String>, tokens: &mut Tokens, even_if_single: bool) {
        while is_colons(tokens) {
            tokens.nth(1);
            match tokens.peek() {
                Some(TokenTree::Ident(name)) => path.push(name.to_string()),
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => path.push("*".into()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let branches = group.stream();
                    tokens.next();
                    return self.branches(&path, branches);
                }
                _ => break,
            }
            tokens.next();
        }
        if path.len() > 1 || even_if_single {
            self.paths.push(path);
        }
    }

    /// The branches of `use prefix::{…}`.
    fn branches(&mut self, prefix: &[String], tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                // `x as y` names x.
                TokenTree::Ident(name) if name == "as" => drop(tokens.next()),
                TokenTree::Ident(name) => {
                    self.path([prefix, &[name.to_string()]].concat(), &mut tokens, true);
                }
                _ => {}
            }
        }
    }
}

fn is_colons(tokens: &mut Tokens) -> bool {
    let mut ahead = tokens.clone();
    (0..2).all(|_| matches!(ahead.next(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':'))
}

/// Whether the attribute whose `#` was read says that the item is for tests alone.
fn is_for_tests(tokens: &mut Tokens) -> bool {
    let Some(TokenTree::Group(attribute)) = tokens.peek() else { return false };
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// Skips to the end of an item: its first braces or its semicolon. Says which module it declared, if it did.
fn skip_item(tokens: &mut Tokens) -> Option<String> {
    let mut declared = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return None,
            TokenTree::Punct(end) if end.as_char() == ';' => break,
            TokenTree::Ident(name) if name == "mod" => declared = tokens.next().map(|name| name.to_string()),
            _ => {}
        }
    }
    declared
}

fn names(text: &str) -> Vec<String> {
    Source::parse(text).paths.iter().map(|path| path.join("::")).collect()
}

#[test]
fn a_use_tree_is_written_out_whole() {
    let found =
        names("use a::{b::{self, C as D}, e::*};\npub(crate) use f;\nuse {g, h::i};\nuse ::j;\nextern crate k;");
    assert_eq!(found, ["a::b::self", "a::b::C", "a::e::*", "f", "g", "h::i", "j", "k"]);
}

#[test]
fn a_path_is_found_wherever_it_stands() {
    let text = "fn f(x: a::B) -> c::D<e::F> { ::g::h(); println!(\"{}\", i::j::<k::L>()); x }";
    assert_eq!(names(text), ["a::B", "c::D", "e::F", "g::h", "i::j", "k::L"]);
}

#[test]
fn comments_texts_and_tests_name_nothing() {
    let text = "// use a::b;\n/* use a::b; */\n/// use a::b\nfn f() { \"use a::b\"; }\n\
                #[cfg(test)]\nmod tests { use a::b; }\n#[cfg(test)]\nuse a::b;\nuse c::d;";
    assert_eq!(names(text), ["c::d"]);
}

#[test]
fn a_module_for_tests_is_listed_and_another_is_not() {
    let text = "#[cfg(test)]\npub(crate) mod fakes;\nmod real;\n#[cfg(test)]\nmod tests { mod inner; }";
    assert_eq!(Source::parse(text).test_modules, ["fakes"]);
}

#[test]
fn texts_are_kept_beside_the_paths() {
    assert!(Source::parse("const Q: &str = \"SELECT 1\";").texts.contains(&"\"SELECT 1\"".to_owned()));
}
