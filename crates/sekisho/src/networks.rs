//! The networks that read print: where their files lie, and a reader made of them.

use std::{env, path::PathBuf};

use sekisho_inspect::ocr::{ModelFiles, ModelsError, WHEEL};

/// Names the folder with the networks' files.
pub const VARIABLE: &str = "SEKISHO_MODELS";

/// Opens the files: in the folder that [`VARIABLE`] names, else in the user's cache, where `cargo xtask` puts them.
/// Nothing, if none is named and none is there: then nothing is read, and only what the member drew stays visible.
///
/// # Errors
/// When a folder is named and lacks one of them.
pub fn open() -> Result<Option<ModelFiles>, ModelsError> {
    if !cfg!(feature = "ocr") {
        return Ok(None);
    }
    // Empty is how shells and service files say that nothing is named.
    match env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        Some(named) => ModelFiles::open(&PathBuf::from(named)).map(Some),
        None => Ok(cached().and_then(|folder| ModelFiles::open(&folder).ok())),
    }
}

/// Why there is no reader, for whoever runs this.
pub const fn absence() -> &'static str {
    if cfg!(feature = "ocr") {
        "print is not read: the networks are not here (`cargo xtask models` fetches them, SEKISHO_MODELS names their folder)"
    } else {
        "print is not read: this program was built without the feature `ocr`"
    }
}

fn cached() -> Option<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?;
    Some(cache.join("sekisho").join(WHEEL))
}
