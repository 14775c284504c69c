//! `GET /assets/{name}`: style, scripts and the mark, embedded, under names that carry their hash.
//!
//! A name changes with its content, so browsers may keep them for ever. They are
//! the only answers of the desk that anything may keep.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use super::cause::Cause;

/// One embedded file.
struct Asset {
    /// `style-….css`.
    name: String,
    media_type: &'static str,
    bytes: &'static [u8],
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let hash = Base64UrlUnpadded::encode_string(&Sha256::digest(bytes)[..9]);
        Self { name: format!("{stem}-{hash}.{ending}"), media_type, bytes }
    }

    fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// Where the pages find each of them.
pub(crate) struct Paths {
    pub(crate) style: String,
    pub(crate) passkey: String,
    pub(crate) viewing: String,
    pub(crate) mark: String,
}

static ALL: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new("desk", "css", "text/css; charset=utf-8", include_bytes!("../../assets/desk/desk.css")),
        Asset::new("passkey", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/desk/passkey.js")),
        Asset::new("viewing", "js", "text/javascript; charset=utf-8", include_bytes!("../../assets/desk/viewing.js")),
        Asset::new("mark", "svg", "image/svg+xml", include_bytes!("../../assets/desk/mark.svg")),
    ]
});

/// The paths of all embedded files.
pub(crate) static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let [style, passkey, viewing, mark] = &*ALL;
    Paths { style: style.path(), passkey: passkey.path(), viewing: viewing.path(), mark: mark.path() }
});

/// Answers with the file of that name.
pub(crate) async fn get(Path(name): Path<String>) -> Result<Response, Cause> {
    let asset = ALL.iter().find(|asset| asset.name == name).ok_or(Cause::NoSuchPage)?;
    let keep = HeaderValue::from_static("public, max-age=31536000, immutable");
    let kind = HeaderValue::from_static(asset.media_type);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::testing::TestDesk;

    #[tokio::test]
    async fn files_are_kept_for_ever_under_their_hashed_names() {
        let desk = TestDesk::new();
        for path in [&PATHS.style, &PATHS.passkey, &PATHS.viewing, &PATHS.mark] {
            let answer = desk.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.header("cache-control").contains("immutable"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }

    #[tokio::test]
    async fn an_older_name_is_not_found() {
        assert_eq!(TestDesk::new().get("/assets/desk-AAAAAAAAAAAA.css").await.status, 404);
    }
}
