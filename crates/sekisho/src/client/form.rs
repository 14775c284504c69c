//! What browsers make of a form.

use std::fmt::Write;

/// One field of a `multipart/form-data` body (RFC 7578).
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The field's name.
    pub name: &'a str,
    /// A file's name and media type, if it is one.
    pub file: Option<(&'a str, &'a str)>,
    /// The value.
    pub value: &'a [u8],
}

/// `application/x-www-form-urlencoded`.
pub fn urlencoded(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The value that the first field `name` of a page comes with.
pub fn field_value(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_owned)
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            // Writing to a string can't fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// A `multipart/form-data` body and its content type. Names must be free of quotes and line ends.
pub fn multipart(parts: &[Part<'_>]) -> (String, Vec<u8>) {
    let boundary = boundary(parts);
    let mut body = Vec::new();
    for part in parts {
        body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", part.name).bytes());
        if let Some((file, kind)) = part.file {
            body.extend(format!("; filename=\"{file}\"\r\nContent-Type: {kind}").bytes());
        }
        body.extend(b"\r\n\r\n");
        body.extend(part.value);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A line that occurs in no value.
fn boundary(parts: &[Part<'_>]) -> String {
    let occurs = |line: &str| parts.iter().any(|part| part.value.windows(line.len()).any(|at| at == line.as_bytes()));
    let mut boundary = String::from("sekisho-form");
    while occurs(&boundary) {
        boundary.push('x');
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_as_browsers_do() {
        assert_eq!(urlencoded(&[("a b", "1&2=3"), ("名", "é~*")]), "a+b=1%262%3D3&%E5%90%8D=%C3%A9%7E*");
    }

    #[test]
    fn a_value_never_holds_the_boundary() {
        let value = b"--sekisho-form\r\nsekisho-formx";
        let (kind, body) = multipart(&[Part { name: "a", file: Some(("f.jpg", "image/jpeg")), value }]);
        assert!(kind.ends_with("boundary=sekisho-formxx"));
        let text = String::from_utf8(body).unwrap();
        assert!(
            text.starts_with("--sekisho-formxx\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f.jpg\"\r\n")
        );
        assert!(text.contains("Content-Type: image/jpeg\r\n\r\n--sekisho-form\r\n"));
        assert!(text.ends_with("\r\n--sekisho-formxx--\r\n"));
    }
}
