//! `GET /v1/openapi.json`: the API as OpenAPI 3.1, made from the code.

use std::sync::LazyLock;

use axum::{http::header, response::IntoResponse};
use utoipa::OpenApi;

use super::{announce, healthz, jwks, left, list, one, receipt, well_known, withdraw};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Sekisho",
        description = "Age checks that leave nothing to steal. No answer holds a picture of a document, nor what is \
                       written on it: a site learns a signed claim and nothing else.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    paths(
        announce::post,
        list::get,
        one::get,
        withdraw::post,
        receipt::get,
        left::post,
        jwks::get,
        well_known::get,
        healthz::get,
    )
)]
struct Document;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut document = Document::openapi();
    document.info.version = "1".into();
    // Only a map with keys that are no strings could fail here.
    document.to_pretty_json().unwrap_or_default() + "\n"
});

/// The document, as it is served and as it lies in `docs/openapi.json`.
pub fn document() -> &'static str {
    &TEXT
}

/// Serves the document.
pub(super) async fn get() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], document())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use serde_json::Value;

    use super::document;

    fn parsed() -> Value {
        serde_json::from_str(document()).unwrap()
    }

    /// Every key of every object below `value`.
    fn keys(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                found.insert(key.to_lowercase());
                keys(value, found);
            }),
            Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }

    #[test]
    fn the_committed_document_is_what_the_code_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        if std::env::var_os("SEKISHO_WRITE_OPENAPI").is_some() {
            fs::write(&path, document()).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap();
        assert!(committed == document(), "run this test with SEKISHO_WRITE_OPENAPI=1 and commit docs/openapi.json");
    }

    /// M1, M11: the API has no field, parameter or media type for either.
    #[test]
    fn nothing_is_for_a_picture_or_a_birth_date() {
        let mut found = BTreeSet::new();
        keys(&parsed(), &mut found);
        let forbidden = ["picture", "image", "photo", "birth", "dob", "scan", "thumbnail", "portrait", "octet", "name"];
        for key in &found {
            assert!(forbidden.iter().all(|word| !key.contains(word) || *key == "name"), "{key}");
        }
        assert!(found.contains("attestation"), "the walk must reach the schemas");
    }

    /// M1: `name` occurs as OpenAPI's own word only, never as a property of an answer.
    #[test]
    fn no_schema_has_a_name() {
        let document = parsed();
        for (schema, body) in document["components"]["schemas"].as_object().unwrap() {
            let properties = body["properties"].as_object();
            assert!(properties.is_none_or(|map| !map.keys().any(|key| key.contains("name"))), "{schema}");
        }
    }

    #[test]
    fn every_route_of_the_api_is_described() {
        let routes = include_str!("mod.rs").lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
        let routes: BTreeSet<_> = routes.filter_map(|rest| rest.split('"').next()).collect();
        let document = parsed();
        let mut described: BTreeSet<_> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        described.insert("/v1/openapi.json");
        assert_eq!(routes, described);
    }
}
