//! Logs that are made for these tests, with a bit of everything in them.

use std::{fs, path::Path};

/// A log with a bit of everything.
pub(super) fn log(path: &Path) {
    let (mut text, mut below) = (String::new(), chance(7));
    for at in 0..20_000u64 {
        let client = match below(20) {
            0 => "crawler.example.com".into(),
            1 => format!("2001:db8::{:x}", below(99)),
            2..12 => format!("203.0.{}.{}", 112 + below(4), below(256)),
            _ => format!("198.51.100.{}", below(256)),
        };
        let method = ["GET", "GET", "GET", "GET", "POST", "HEAD", "PUT"][below(7) as usize];
        let status = [200, 200, 200, 200, 206, 304, 404, 499][below(8) as usize];
        let bytes = if status == 304 { 0 } else { 500 + below(3) * 100 };
        let agent = ["curl/7", "it's \\x22 \\ '", "-"][below(3) as usize];
        let (day, hour, minute, second) = (20 + at / 4000, at / 170 % 24, at % 60, below(60));
        let object = below(3000);
        text += &match below(200) {
            0 => "nonsense\n".into(),
            1 => format!(
                "{client} - - [{day}/Apr/2021:{hour:02}:{minute:02}:{second:02} +0900] \"\\x16\\x03\" 400 157 \"-\" \"-\"\n"
            ),
            2 => format!(
                "{client} - - [{day}/Apx/2021:{hour:02}:{minute:02}:{second:02} +0900] \"GET / HTTP/1.1\" 200 157 \"-\" \"-\"\n"
            ),
            3 => format!(
                "{client} - eve [{day}/Apr/2021:{hour:02}:{minute:02}:{second:02} +0900] \"{method} https://a.example.com:443/photo/{object}?w=0 HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"\n"
            ),
            _ => format!(
                "{client} - eve [{day}/Apr/2021:{hour:02}:{minute:02}:{second:02} +0900] \"{method} /photo/{object}?w={} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"\n",
                below(2)
            ),
        };
    }
    fs::write(path, text).unwrap();
}

/// Numbers below a bound, the same for the same seed.
fn chance(mut state: u64) -> impl FnMut(u64) -> u64 {
    move |bound| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    }
}

/// S3's lines with a bit of everything: identifiers twice, sizes, copies, keys that are encoded, dashes.
pub(super) fn s3_log(path: &Path) {
    let (mut text, mut below) = (String::new(), chance(11));
    for at in 0..20_000u64 {
        let client = match below(20) {
            0 => "-".into(),
            1..12 => format!("203.0.{}.{}", 112 + below(4), below(256)),
            _ => format!("198.51.100.{}", below(256)),
        };
        let operation = [
            "REST.GET.OBJECT",
            "REST.GET.OBJECT",
            "REST.GET.OBJECT",
            "WEBSITE.GET.OBJECT",
            "REST.HEAD.OBJECT",
            "REST.PUT.PART",
            "REST.COPY.OBJECT_GET",
            "REST.GET.ACL",
            "REST.POST.OBJECT",
            "REST.SELECT.OBJECT",
            "S3.EXPIRE.OBJECT",
        ][below(11) as usize];
        let status = ["200", "200", "200", "206", "304", "404", "-", "204"][below(8) as usize];
        let object = below(3000);
        let size = ["500", "600", "0", "-"][(object % 4) as usize];
        let sent = ["0", "-", "500", "600", "600", "600"][below(6) as usize];
        let key = ["photo", "photo%2520a", "ph%2525+o", "%25E5%25B1%25B1", "bad%2"][(object / 5 % 5) as usize];
        let who = ["-", "eve", "arn:aws:iam::1:user/eve"][below(3) as usize];
        let agent = ["\"curl/7\"", "\"it's \\x22 \\ '\"", "\"-\"", "-"][below(4) as usize];
        let asked = ["-", "\"GET /b/a\"b HTTP/1.1\"", "\"GET /b/photo HTTP/1.1\""][below(3) as usize];
        let id = if below(9) == 0 { "-".into() } else { format!("{:04X}", below(15_000)) };
        let time = format!("{}/Apr/2021:{:02}:{:02}:{:02} +0000", 19 + at / 4000, at / 170 % 24, at % 60, below(60));
        text += &match below(100) {
            0 => "nonsense\n".into(),
            1 => format!("o b [{time}] {client} {who} {id} {operation} {key} \"never closed 200 - 5 5 1 1 \"-\n"),
            _ => format!(
                "o b [{time}] {client} {who} {id} {operation} {key}/{object} {asked} {status} - {sent} {size} 7 6 \"-\" \
                 {agent} - s9lz= SigV4 ECDHE AuthHeader b.s3.amazonaws.com TLSv1.2 - -\n"
            ),
        };
    }
    fs::write(path, text).unwrap();
}

/// Balancers' lines with a bit of everything: of every kind and of classic ones, without a target or a request, to lambda
/// functions, with and without what newer ones have behind the agent.
pub(super) fn alb_log(path: &Path) {
    let (mut text, mut below) = (String::new(), chance(13));
    for at in 0..20_000u64 {
        let client = match below(20) {
            0 => "-".into(),
            1 => format!("2001:db8::{:x}:{}", below(99), 1024 + below(999)),
            2..12 => format!("203.0.{}.{}:{}", 112 + below(4), below(256), 1024 + below(999)),
            _ => format!("198.51.100.{}:443", below(256)),
        };
        let kind = ["http ", "https ", "h2 ", "grpcs ", "ws ", "wss ", "", "tls "][below(8) as usize];
        let (day, hour, minute, second) = (19 + at / 4000, at / 170 % 24, at % 60, below(60));
        let month = if below(150) == 0 { 13 } else { 4 };
        let time = format!("2021-{month:02}-{day}T{hour:02}:{minute:02}:{second:02}.{:06}Z", below(1_000_000));
        let balancer = ["app/lb/50dc6c495c0c9188", "my-lb"][below(2) as usize];
        let (target, took, theirs) =
            [("10.0.0.1:80", "0.000 0.002 0.000", "200"), ("-", "-1 -1 -1", "-")][below(2) as usize];
        let status = ["200", "200", "200", "206", "304", "460", "101", "502", "-"][below(9) as usize];
        let sent = [0, 1, 600, 601, 700][below(5) as usize];
        let method = ["GET", "GET", "GET", "POST", "HEAD"][below(5) as usize];
        let host = ["http://a.example.com:80", "https://[2001:db8::1]:443"][below(2) as usize];
        let request = match below(30) {
            0 => format!("- {host}- -"),
            1 => format!("- {host}-/ "),
            2 => format!("{method} {host} HTTP/1.1"),
            3 => format!("{method} {host}/photo/{}?a=\"b HTTP/2.0", below(3000)),
            _ => format!("{method} {host}/photo/{}?w={} HTTP/2.0", below(3000), below(2)),
        };
        let agent = ["\"curl/7\"", "\"it's \\x22 \\ '\"", "\"-\""][below(3) as usize];
        let tail = match below(4) {
            0 if kind.is_empty() => String::new(),
            0 => format!(" {agent} - -"),
            1 => format!(
                " {agent} ECDHE TLSv1.2 arn:aws:a \"Root=1-5\" \"-\" \"-\" 1 {time} \"forward\" \"-\" \"LambdaTimeout\""
            ),
            _ => format!(
                " {agent} ECDHE TLSv1.2 - \"Root=1-5\" \"a b\" \"-\" - - \"waf,forward\" \"-\" \"-\" \"-\" \"-\" \"Ambiguous\" \"SpaceInUri\" TID_1"
            ),
        };
        text += &match below(200) {
            0 => "nonsense\n".into(),
            1 => {
                format!("{kind}{time} {balancer} {client} {target} {took} {status} {theirs} 34 {sent} \"never closed\n")
            }
            _ => format!(
                "{kind}{time} {balancer} {client} {target} {took} {status} {theirs} 34 {sent} \"{request}\"{tail}\n"
            ),
        };
    }
    fs::write(path, text).unwrap();
}
