//! CloudTrail: documents with `Records`, or an event a line. Only data events tell who fetched an object, and those are
//! recorded only if somebody switched them on.

use memchr::memmem;
use serde::Deserialize;

use super::{Fault, loose::Loose, scan::resolved};
use crate::{
    entry::{Entry, Sent},
    when,
};

/// What is read of an event; all else is skipped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    event_time: Loose<'a>,
    #[serde(borrow, default)]
    event_source: Loose<'a>,
    #[serde(borrow, default)]
    event_name: Loose<'a>,
    #[serde(borrow, default, rename = "sourceIPAddress")]
    source: Loose<'a>,
    #[serde(borrow, default)]
    user_agent: Loose<'a>,
    #[serde(borrow, default)]
    error_code: Loose<'a>,
    #[serde(borrow, default, rename = "eventID")]
    event_id: Loose<'a>,
    #[serde(borrow, default)]
    event_category: Loose<'a>,
    #[serde(borrow, default)]
    management_event: Loose<'a>,
    #[serde(borrow, default)]
    user_identity: Option<Identity<'a>>,
    #[serde(borrow, default)]
    request_parameters: Option<Parameters<'a>>,
    #[serde(borrow, default)]
    additional_event_data: Option<Additional<'a>>,
    /// Of a digest file, which lies among the others and holds no events.
    #[serde(borrow, default)]
    digest_end_time: Loose<'a>,
    /// The event, as a bus for events hands it on.
    #[serde(borrow, default)]
    detail: Option<Box<Event<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(borrow, default)]
    arn: Loose<'a>,
    #[serde(borrow, default)]
    user_name: Loose<'a>,
    #[serde(borrow, default)]
    access_key_id: Loose<'a>,
    #[serde(borrow, default)]
    principal_id: Loose<'a>,
    #[serde(borrow, default)]
    invoked_by: Loose<'a>,
    #[serde(borrow, default)]
    session_context: Option<Session<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    #[serde(borrow, default)]
    session_issuer: Option<Issuer<'a>>,
}

#[derive(Deserialize)]
struct Issuer<'a> {
    #[serde(borrow, default)]
    arn: Loose<'a>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Parameters<'a> {
    #[serde(borrow, default)]
    bucket_name: Loose<'a>,
    #[serde(borrow, default)]
    key: Loose<'a>,
    #[serde(borrow, default, rename = "x-amz-copy-source")]
    copied: Loose<'a>,
}

#[derive(Deserialize, Default)]
struct Additional<'a> {
    #[serde(borrow, default, rename = "bytesTransferredOut")]
    sent: Loose<'a>,
}

/// Services whose objects have keys: buckets, those of directories and of outposts, and what alters objects on their way.
const SOURCES: [&[u8]; 4] =
    [b"s3.amazonaws.com", b"s3express.amazonaws.com", b"s3-outposts.amazonaws.com", b"s3-object-lambda.amazonaws.com"];

/// Reads the event at the start of `text`, and says how long it is. `None`: there is more of it to come. With a fault
/// comes the length as well, 0 if nobody knows where the event ends.
pub(super) fn read(
    text: &[u8],
    scratch: &mut super::Scratch,
    see: &mut impl FnMut(&Entry<'_>),
) -> Result<Option<usize>, (usize, Fault)> {
    let mut events = serde_json::Deserializer::from_slice(text).into_iter::<Event<'_>>();
    match events.next() {
        Some(Ok(event)) => {
            let length = events.byte_offset();
            let event = event.detail.as_deref().unwrap_or(&event);
            event.tell(scratch, see).map_err(|fault| (length, fault))?;
            Ok(Some(length))
        }
        Some(Err(why)) if why.is_eof() => Ok(None),
        _ => Err((0, Fault::Json)),
    }
}

/// Reads a text that is an event and nothing else: of two only the first would be told.
pub(super) fn alone(text: &[u8], scratch: &mut super::Scratch, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
    let event: Event<'_> = serde_json::from_slice(text).map_err(|_| Fault::Json)?;
    event.detail.as_deref().unwrap_or(&event).tell(scratch, see)
}

impl Event<'_> {
    fn tell(&self, scratch: &mut super::Scratch, see: &mut impl FnMut(&Entry<'_>)) -> Result<(), Fault> {
        let time = if self.event_time == Loose::Else { &self.digest_end_time } else { &self.event_time };
        let at = when::rfc3339(time.text()).ok_or(Fault::Time)?;
        let (no_identity, no_parameters) = (Identity::default(), Parameters::default());
        let identity = self.user_identity.as_ref().unwrap_or(&no_identity);
        let asked = self.request_parameters.as_ref().unwrap_or(&no_parameters);
        let (method, elsewhere) = if SOURCES.contains(&self.event_source.text()) {
            scratch.bucket(asked.bucket_name.text());
            of_name(self.event_name.text())
        } else {
            (&b""[..], false)
        };
        let is_copy = elsewhere && asked.copied != Loose::Else;
        let key = if is_copy { source(asked.copied.text(), &mut scratch.text) } else { asked.key.text() };
        let sent = self.additional_event_data.as_ref().and_then(|data| data.sent.size());
        see(&Entry {
            at: Some(at),
            client: Some(self.source.text()),
            principals: Some(identity.names()),
            agent: Some(self.user_agent.text()),
            method,
            status: self.status(),
            object: Some(key).filter(|key| !key.is_empty() && !method.is_empty()),
            sent: sent.map_or(Sent::Unknown, Sent::Body),
            id: self.event_id.text(),
            elsewhere,
            aside: !self.is_of_data(method),
            ..Entry::default()
        });
        Ok(())
    }

    /// The status that S3 gives with an error; 200 without one.
    fn status(&self) -> u16 {
        match (&self.error_code, self.error_code.text()) {
            (Loose::Else, _) | (_, b"") => 200,
            (_, b"AccessDenied") => 403,
            (_, b"NoSuchKey" | b"NoSuchBucket") => 404,
            (_, b"NotModified") => 304,
            _ => 400,
        }
    }

    /// Whether this is a data event: it says so, or it can be nothing else.
    fn is_of_data(&self, method: &[u8]) -> bool {
        match (self.event_category.text(), &self.management_event) {
            (b"Data", _) | (b"", Loose::Truth(false)) => true,
            (b"", Loose::Else) => !method.is_empty(),
            _ => false,
        }
    }
}

impl Identity<'_> {
    /// By what names somebody may be asked for; a role's session hides the person, so the role is among them. A service
    /// has no name of its own, but one by which it is told who called.
    fn names(&self) -> [&[u8]; 5] {
        let name = if self.user_name.text().is_empty() { &self.invoked_by } else { &self.user_name };
        let session = self.session_context.as_ref().and_then(|session| session.session_issuer.as_ref());
        let role = session.map_or(&b""[..], |issuer| issuer.arn.text());
        [self.arn.text(), name.text(), self.access_key_id.text(), self.principal_id.text(), role]
    }
}

/// The method of an event on objects, and whether it sends one elsewhere than to who asked.
fn of_name(name: &[u8]) -> (&[u8], bool) {
    match name {
        b"GetObject" => (b"GET", false),
        b"GetObjectTorrent" | b"SelectObjectContent" | b"CopyObject" | b"UploadPartCopy" => (b"GET", true),
        b"HeadObject" => (b"HEAD", false),
        b"PutObject" | b"UploadPart" => (b"PUT", false),
        b"DeleteObject" => (b"DELETE", false),
        b"RestoreObject" | b"CompleteMultipartUpload" => (b"POST", false),
        _ => (b"", false),
    }
}

/// The key in `bucket/key`, `/bucket/key?versionId=…` or `arn:…:accesspoint/name/object/key`, where it stands as in an
/// address: with percent signs, which are resolved into `room`.
fn source<'a>(text: &'a [u8], room: &'a mut Vec<u8>) -> &'a [u8] {
    let text = text.strip_prefix(b"/").unwrap_or(text);
    let point = memmem::find(text, b"/object/").filter(|_| text.starts_with(b"arn:"));
    let from = point.map(|at| at + 8).or_else(|| memchr::memchr(b'/', text).map(|at| at + 1));
    let key = from.map_or(&b""[..], |from| &text[from..]);
    let key = memmem::find(key, b"?versionId=").map_or(key, |at| &key[..at]);
    resolved(key, 1, room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entry::Delivery, format::Scratch};

    const EVENT: &str = r#"{"eventTime":"2021-04-19T15:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject",
        "sourceIPAddress":"192.0.2.3","userAgent":"[aws-cli/1.27]","userIdentity":{"arn":"arn:aws:sts::1:assumed-role/web/i-1",
        "accessKeyId":"ASIA1","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::1:role/web"}}},
        "requestParameters":{"bucketName":"b","key":"photos/1.jpg"},"additionalEventData":{"bytesTransferredOut":2000.0},
        "eventID":"e-1","managementEvent":false,"eventCategory":"Data"}"#;

    fn with<T>(text: &str, look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
        let mut seen = None;
        read(text.as_bytes(), &mut Scratch::default(), &mut |entry| seen = Some(look(entry)))
            .map(|_| seen.unwrap())
            .map_err(|(_, fault)| fault)
    }

    #[test]
    fn an_event_is_read_and_nothing_behind_it() {
        with(&format!("{EVENT},{{"), |entry| {
            assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.3"[..])));
            assert_eq!((entry.object, entry.id), (Some(&b"photos/1.jpg"[..]), &b"e-1"[..]));
            assert_eq!((entry.delivery(false), entry.aside), (Delivery::Whole(2000), false));
            assert!(entry.principals.unwrap().contains(&&b"arn:aws:iam::1:role/web"[..]));
        })
        .unwrap();
    }

    #[test]
    fn an_error_fetched_nothing_and_a_copy_may_be_anywhere() {
        let denied = EVENT.replace("\"eventID\"", "\"errorCode\":\"AccessDenied\",\"eventID\"");
        assert_eq!(with(&denied, |entry| entry.delivery(false)), Ok(Delivery::Nothing));
        let copied = EVENT
            .replace("GetObject", "CopyObject")
            .replace("\"key\"", "\"x-amz-copy-source\":\"/b/a/2?versionId=3\",\"key\"");
        let seen = with(&copied, |entry| (entry.delivery(false), entry.object.map(<[u8]>::to_vec)));
        assert_eq!(seen, Ok((Delivery::Doubtful, Some(b"a/2".to_vec()))));
        let silent = EVENT.replace("2000.0", "null");
        assert_eq!(with(&silent, |entry| entry.delivery(false)), Ok(Delivery::Doubtful), "no size: not certain");
    }

    #[test]
    fn other_services_have_keys_of_other_kinds() {
        let other = EVENT
            .replace("s3.amazonaws.com", "dynamodb.amazonaws.com")
            .replace("\"photos/1.jpg\"", "{\"id\":{\"S\":\"1\"}}");
        assert_eq!(with(&other, |entry| entry.object.is_none()), Ok(true));
        let management = EVENT.replace("\"Data\"", "\"Management\"").replace("GetObject", "ListBuckets");
        assert_eq!(with(&management, |entry| (entry.object.is_none(), entry.aside)), Ok((true, true)));
    }

    #[test]
    fn a_copys_source_is_written_in_several_ways() {
        let of = |text: &str| String::from_utf8(source(text.as_bytes(), &mut Vec::new()).to_vec()).unwrap();
        assert_eq!((of("b/a/2"), of("/b/a%20b%2525"), of("b")), ("a/2".into(), "a b%25".into(), String::new()));
        assert_eq!(of("arn:aws:s3:us-west-1:1:accesspoint/ap/object/a/2?versionId=3"), "a/2");
    }

    #[test]
    fn services_buckets_of_other_kinds_and_what_a_bus_hands_on_are_events_too() {
        let service =
            EVENT.replace("\"arn\":\"arn:aws:sts", "\"invokedBy\":\"athena.amazonaws.com\",\"arn\":\"arn:aws:sts");
        assert_eq!(with(&service, |entry| entry.principals.unwrap().contains(&&b"athena.amazonaws.com"[..])), Ok(true));
        for source in SOURCES {
            let source = std::str::from_utf8(source).unwrap();
            let event = EVENT.replace("s3.amazonaws.com", source);
            for event in [format!("{{\"version\":\"0\",\"detail\":{event}}}"), event] {
                assert_eq!(with(&event, |entry| entry.delivery(false)), Ok(Delivery::Whole(2000)), "{event}");
            }
        }
    }

    #[test]
    fn a_digest_holds_no_events() {
        let digest = r#"{"awsAccountId":"1","digestEndTime":"2021-04-19T15:00:00Z","logFiles":[{"s3Object":"a","hashValue":"0"}]}"#;
        let seen = with(digest, |entry| (entry.at, entry.aside, entry.object.is_none(), entry.delivery(false)));
        assert_eq!(seen, Ok((Some(1_618_844_400), true, true, Delivery::Nothing)));
    }

    #[test]
    fn half_an_event_is_told_from_a_broken_one() {
        let mut none = |_: &Entry<'_>| ();
        assert_eq!(read(&EVENT.as_bytes()[..90], &mut Scratch::default(), &mut none), Ok(None));
        assert_eq!(read(b"{\"a\":}", &mut Scratch::default(), &mut none), Err((0, Fault::Json)));
        assert_eq!(with(&EVENT.replace("2021-", ""), |_| ()), Err(Fault::Time));
        let of = |text: &str| alone(text.as_bytes(), &mut Scratch::default(), &mut |_: &Entry<'_>| ());
        assert_eq!((of(EVENT), of(&format!("{EVENT} {EVENT}"))), (Ok(()), Err(Fault::Json)), "two are not one");
    }
}
