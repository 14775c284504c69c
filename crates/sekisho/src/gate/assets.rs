//! Style and script, built in. Names carry a hash of the content, so browsers may keep them for ever.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::service::secret::sha256;

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static str,
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 5] = [
    Asset { name: "gate.css", kind: CSS, body: include_str!("../../assets/gate/gate.css") },
    Asset { name: "photo.js", kind: JS, body: include_str!("../../assets/gate/photo.js") },
    Asset { name: "boxes.js", kind: JS, body: include_str!("../../assets/gate/boxes.js") },
    Asset { name: "camera.js", kind: JS, body: include_str!("../../assets/gate/camera.js") },
    Asset { name: "paint.js", kind: JS, body: include_str!("../../assets/gate/paint.js") },
];

/// One hash over all: modules import one another by relative names, so they change address together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: String = ASSETS.iter().map(|asset| asset.body).collect();
    sha256(all.as_bytes())[..6].iter().map(|byte| format!("{byte:02x}")).collect()
});

/// The address of an asset.
pub(super) fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// `GET /assets/{version}/{name}`
pub(super) async fn get(Path((version, name)): Path<(String, String)>) -> Response {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    match found.filter(|_| version == *VERSION) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(asset) => {
            let keep = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, keep)], asset.body).into_response()
        }
    }
}

/// `GET /favicon.ico`: there is none, since the gate answers with no picture of any kind. Browsers ask all the same.
pub(super) async fn no_mark() -> Response {
    (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "public, max-age=86400")]).into_response()
}
