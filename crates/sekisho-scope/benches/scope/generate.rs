//! Logs as they might have been in April 2021, from a seed: the same seed gives the same bytes.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::chance::{Chance, mix};

/// There are so many objects.
const OBJECTS: u64 = 2_400_000;

/// One request, before it is written in a format.
struct Request {
    /// Seconds since the first of April 2021 in Japan.
    second: u64,
    client: [u64; 4],
    object: u64,
    status: u16,
    method: &'static str,
    bytes: u64,
    size: u64,
    id: u64,
}

const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 14_4 like Mac OS X) AppleWebKit/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.72 Safari/537.36",
    "okhttp/4.9.1",
];

/// Out of order by up to five seconds; a thief in 203.0.113.0/24 among others.
fn request(chance: &mut Chance, at: u64, all: u64) -> Request {
    let second = 17 * 86_400 + at * (12 * 86_400) / all + chance.below(5);
    let is_thief = chance.below(100) < 60;
    let client =
        if is_thief { [203, 0, 113, 1 + chance.below(250)] } else { [198, 51, chance.below(256), chance.below(256)] };
    let object = chance.below(OBJECTS);
    let size = 60_000 + mix(object) % 400_000;
    let (status, method) = match chance.below(100) {
        0 => (404, "GET"),
        1 => (304, "GET"),
        2 => (206, "GET"),
        3 => (200, "HEAD"),
        4 => (200, "POST"),
        _ => (200, "GET"),
    };
    let bytes = match (status, method, chance.below(500)) {
        (404, ..) => 162,
        (304, ..) | (_, "HEAD", _) => 0,
        (206, ..) | (_, _, 0) => 1 + chance.below(size - 1),
        _ => size,
    };
    Request { second, client, object, status, method, bytes, size, id: chance.next() }
}

/// Which objects the question is about: those that GET got with 200 by 203.0.113.0/24 from 20 April 0:00:00 to 26 April
/// 11:59:59. Whoever makes the log counts them, with nothing of `sekisho_scope`.
struct Known(Vec<bool>);

impl Known {
    fn new() -> Self {
        Self(vec![false; OBJECTS as usize])
    }

    fn see(&mut self, request: &Request, is_got: bool) {
        let is_within = (19 * 86_400..25 * 86_400 + 43_200).contains(&request.second);
        self.0[request.object as usize] |= is_got && is_within && request.client[..3] == [203, 0, 113];
    }

    fn count(&self) -> u64 {
        self.0.iter().filter(|is_asked| **is_asked).count() as u64
    }
}

impl Request {
    fn common_time(&self) -> String {
        let (day, of_day) = (self.second / 86_400 + 1, self.second % 86_400);
        format!("{day:02}/Apr/2021:{:02}:{:02}:{:02} +0900", of_day / 3600, of_day / 60 % 60, of_day % 60)
    }

    fn agent(&self) -> &'static str {
        AGENTS[(self.object % 3) as usize]
    }

    fn nginx(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { client: [a, b, c, d], object, status, method, bytes, .. } = self;
        let (time, agent) = (self.common_time(), self.agent());
        writeln!(
            out,
            "{a}.{b}.{c}.{d} - - [{time}] \"{method} /img/{object:07}/age.jpg HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\""
        )
    }

    fn s3(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { client: [a, b, c, d], object, status, method, bytes, size, id, .. } = self;
        let (time, agent) = (self.common_time(), self.agent());
        writeln!(
            out,
            "79a59df900b949e55d96a1e698fbacedfd6e09d9 photos [{time}] {a}.{b}.{c}.{d} arn:aws:iam::123456789012:user/api \
             {id:016X} REST.{method}.OBJECT img/{object:07}/age.jpg \"{method} /photos/img/{object:07}/age.jpg HTTP/1.1\" \
             {status} - {bytes} {size} 17 16 \"-\" \"{agent}\" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa= SigV4 \
             ECDHE-RSA-AES128-GCM-SHA256 AuthHeader photos.s3.ap-northeast-1.amazonaws.com TLSv1.2 - -"
        )
    }

    fn cloudtrail(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { client: [a, b, c, d], object, method, bytes, id, second, .. } = self;
        let name = if *method == "HEAD" { "HeadObject" } else { "GetObject" };
        // UTC lies nine hours before Japan.
        let utc = second - 9 * 3600;
        let (day, hour, minute, second) = (utc / 86_400 + 1, utc / 3600 % 24, utc / 60 % 60, utc % 60);
        write!(
            out,
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:api","arn":"arn:aws:sts::123456789012:assumed-role/api/i-0a1b","accountId":"123456789012","accessKeyId":"ASIAEXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::123456789012:role/api","accountId":"123456789012","userName":"api"}},"attributes":{{"creationDate":"2021-04-17T00:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2021-04-{day:02}T{hour:02}:{minute:02}:{second:02}Z","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"ap-northeast-1","sourceIPAddress":"{a}.{b}.{c}.{d}","userAgent":"[{}]","requestParameters":{{"bucketName":"photos","Host":"photos.s3.ap-northeast-1.amazonaws.com","key":"img/{object:07}/age.jpg"}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"ECDHE-RSA-AES128-GCM-SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"hXxkzPSu8V9C/9RPBJqJAVcq9jhTfuMRJgmwC4ZK2lNL=","bytesTransferredOut":{bytes}}},"requestID":"{:016X}","eventID":"{id:016x}-4a7c-807e","readOnly":true,"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::photos/img/{object:07}/age.jpg"}}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"123456789012","eventCategory":"Data"}}"#,
            self.agent(),
            mix(*id),
        )
    }
}

/// A log of so many requests. Gives how many objects the question is about.
pub(crate) fn nginx(path: &Path, requests: u64) -> io::Result<u64> {
    lines(path, requests, |request, out| request.nginx(out))
}

/// The same requests as S3 tells them.
pub(crate) fn s3(path: &Path, requests: u64) -> io::Result<u64> {
    lines(path, requests, |request, out| request.s3(out))
}

fn lines(
    path: &Path,
    requests: u64,
    write: impl Fn(&Request, &mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<u64> {
    let (mut out, mut chance) = (BufWriter::with_capacity(1 << 20, File::create(path)?), Chance::new(2021));
    let mut known = Known::new();
    for at in 0..requests {
        let request = request(&mut chance, at, requests);
        known.see(&request, request.status == 200 && request.method == "GET");
        write(&request, &mut out)?;
    }
    out.flush().map(|()| known.count())
}

/// The same requests as documents of an audit trail, gzipped: so many in each. Gives their length unpacked and how many
/// objects the question is about.
pub(crate) fn cloudtrail(folder: &Path, requests: u64, each: u64) -> io::Result<(u64, u64)> {
    let (mut chance, mut decoded, mut known) = (Chance::new(2021), 0, Known::new());
    for first in (0..requests).step_by(each.max(1) as usize) {
        let mut text = b"{\"Records\":[".to_vec();
        for at in first..(first + each).min(requests) {
            if at > first {
                text.push(b',');
            }
            let request = request(&mut chance, at, requests);
            // Such an event knows neither method nor status: whatever sent bytes, got it.
            known.see(&request, request.method != "HEAD" && request.bytes > 0);
            request.cloudtrail(&mut text)?;
        }
        text.extend_from_slice(b"]}");
        decoded += text.len() as u64;
        pack(&text[..], &folder.join(format!("trail-{first:08}.json.gz")))?;
    }
    Ok((decoded, known.count()))
}

/// Gzips something, as log rotation does.
pub(crate) fn pack(mut from: impl io::Read, to: &Path) -> io::Result<()> {
    let mut out = flate2::write::GzEncoder::new(File::create(to)?, flate2::Compression::new(6));
    io::copy(&mut from, &mut out)?;
    out.finish().map(|_| ())
}
