//! The networks that read print: where their files lie, and a reader made of them.

use std::{env, path::PathBuf, str::FromStr};

use sekisho_inspect::ocr::{ModelFiles, ModelsError, WHEEL};

/// Names the folder with the networks' files.
pub const VARIABLE: &str = "SEKISHO_MODELS";

/// Where an installation takes them from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// From nowhere: print is not read.
    #[default]
    Nowhere,
    /// From the folder that [`VARIABLE`] names, else from the user's cache, where `cargo xtask models` puts them.
    Found,
    /// From this folder.
    Folder(PathBuf),
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    /// `none`, or a folder.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "none" { Self::Nowhere } else { Self::Folder(text.into()) })
    }
}

impl Source {
    /// The folder in which both files lie. Nothing, if none is named and none is there, or if this program can't read
    /// print: then only what the member drew stays visible.
    ///
    /// # Errors
    /// When a folder is named and lacks one of them.
    pub fn folder(&self) -> Result<Option<PathBuf>, ModelsError> {
        if !cfg!(feature = "ocr") {
            return Ok(None);
        }
        // Empty is how shells and service files say that nothing is named.
        let variable = || env::var_os(VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from);
        let named = match self {
            Self::Nowhere => return Ok(None),
            Self::Folder(folder) => Some(folder.clone()),
            Self::Found => variable(),
        };
        match named {
            Some(folder) => ModelFiles::open(&folder).map(|_| Some(folder)),
            None => Ok(cached().filter(|folder| ModelFiles::open(folder).is_ok())),
        }
    }
}

/// Opens the files where [`Source::Found`] finds them.
///
/// # Errors
/// When a folder is named and lacks one of them.
pub fn open() -> Result<Option<ModelFiles>, ModelsError> {
    Source::Found.folder()?.map(|folder| ModelFiles::open(&folder)).transpose()
}

/// Why there is no reader, for whoever runs this.
pub const fn absence() -> &'static str {
    if cfg!(feature = "ocr") {
        "print is not read: the networks are not here or not wanted (`cargo xtask models` fetches them, --networks or \
         SEKISHO_MODELS names their folder)"
    } else {
        "print is not read: this program was built without the feature `ocr`"
    }
}

fn cached() -> Option<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?;
    Some(cache.join("sekisho").join(WHEEL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wants_none_gets_none_and_a_named_folder_must_hold_both() {
        assert_eq!("none".parse(), Ok(Source::Nowhere));
        assert!(Source::Nowhere.folder().is_ok_and(|folder| folder.is_none()));
        let empty = tempfile::tempdir().unwrap();
        let named: Source = empty.path().to_str().unwrap().parse().unwrap();
        assert_eq!(named.folder().is_err(), cfg!(feature = "ocr"));
    }
}
