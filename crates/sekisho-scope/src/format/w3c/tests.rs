use super::*;

const IIS: &str = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) \
    cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes X-Forwarded-For";
const LINE: &str = "2021-04-19 15:00:00 10.0.0.1 GET /photo/1 w=1 443 EX\\eve 192.0.2.7 Mozilla/5.0+(X11;+x) - 200 0 0 999 \
    203.0.113.9,+10.0.0.2";
/// As an edge writes it, with fields of which nothing is asked as dashes.
const EDGE: &str = "2021-04-19\t15:00:00\tNRT57-P1\t999\t192.0.2.7\tGET\td1.example.net\t/photo/1\t206\t-\t\
    Mozilla/5.0%20(X11)\tw=1\t-\tHit\tid-7\twww.example.com\thttps\t62\t0.1\t203.0.113.9,%2010.0.0.2\t-\t-\tHit\tHTTP/2.0\t\
    -\t-\t51754\t0.1\tHit\timage/jpeg\t500\t0\t499";

fn with<T>(lines: &[&str], look: impl Fn(&Entry<'_>) -> T) -> Result<T, Fault> {
    let (mut table, mut seen) = (Table::default(), None);
    for line in lines {
        if table.directive(line.as_bytes()).is_none() {
            table.read(line.as_bytes(), &mut |entry| seen = Some(look(entry)))?;
        }
    }
    Ok(seen.expect("there is a line"))
}

#[test]
fn a_line_of_iis_is_read_by_the_columns_that_its_directive_names() {
    with(&["\u{feff}#Software: IIS", "#Version: 1.0", IIS, LINE], |entry| {
        assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.7"[..])));
        assert_eq!((entry.method, entry.object), (&b"GET"[..], Some(&b"/photo/1?w=1"[..])));
        assert_eq!((entry.status, entry.sent, entry.broken), (200, Sent::Whole(999), false));
        assert_eq!(entry.agent, Some(&b"Mozilla/5.0 (X11; x)"[..]));
        assert_eq!(entry.forwarded, Some(&b"203.0.113.9, 10.0.0.2"[..]));
        assert_eq!(entry.principals.map(|names| names[0]), Some(&b"EX\\eve"[..]));
    })
    .unwrap();
}

#[test]
fn a_later_directive_holds_for_what_follows_it() {
    let other = "#Fields: c-ip cs-uri cs-method sc-status";
    with(&[IIS, LINE, other, "192.0.2.8 http://a.example/b GET 200"], |entry| {
        if entry.client == Some(b"192.0.2.8") {
            assert_eq!((entry.at, entry.object, entry.sent), (None, Some(&b"/b"[..]), Sent::Unknown));
        }
    })
    .unwrap();
    assert_eq!(with(&[IIS, LINE, other, LINE], |_| ()), Err(Fault::Fields), "the columns are others now");
}

#[test]
fn a_line_of_cloudfront_is_read_with_a_directive_and_without() {
    let directive = "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status";
    let look = |entry: &Entry<'_>| {
        assert_eq!((entry.at, entry.client), (Some(1_618_844_400), Some(&b"192.0.2.7"[..])));
        (entry.object.map(<[u8]>::to_vec), entry.sent, entry.range, entry.id.to_vec(), entry.broken)
    };
    let whole = (Some(b"/photo/1?w=1".to_vec()), Sent::Whole(999), Some((0, 499)), b"id-7".to_vec(), false);
    assert_eq!(with(&[EDGE], look), Ok(whole));
    assert_eq!(with(&[EDGE], |entry| entry.agent.map(<[u8]>::to_vec)), Ok(Some(b"Mozilla/5.0 (X11)".to_vec())));
    let forwarded = with(&[EDGE], |entry| entry.forwarded.map(<[u8]>::to_vec));
    assert_eq!(forwarded, Ok(Some(b"203.0.113.9, 10.0.0.2".to_vec())));
    let nine = EDGE.split('\t').take(9).collect::<Vec<_>>().join("\t");
    let few = (Some(b"/photo/1".to_vec()), Sent::Whole(999), None, Vec::new(), false);
    assert_eq!(with(&["#Version: 1.0", directive, &nine], look), Ok(few));
    assert_eq!(with(&[&nine], |_| ()), Err(Fault::Fields), "nobody said what they are");
    let other = EDGE.replace("192.0.2.7", "d1.example.net");
    assert_eq!(with(&[&other], |_| ()), Err(Fault::Fields), "another log with tabs");
}

#[test]
fn an_answer_that_broke_off_is_known_by_what_is_said_of_it_or_by_its_length() {
    let is_broken = |lines: &[&str]| with(lines, |entry| entry.broken);
    assert_eq!(is_broken(&[&EDGE.replacen("Hit", "Error", 1)]), Ok(true));
    assert_eq!(is_broken(&[&EDGE.replace("\t500\t", "\t999\t")]), Ok(true), "a header takes a byte at least");
    assert_eq!(is_broken(&[&EDGE.replace("\t500\t", "\t998\t")]), Ok(false));
    assert_eq!(is_broken(&[IIS, &LINE.replace("200 0 0", "200 0 64")]), Ok(true));
}

#[test]
fn what_is_no_line_says_what_it_lacks() {
    let fault = |line: &str| with(&[IIS, line], |_| ()).unwrap_err();
    assert_eq!(fault(&LINE.replace("2021-04", "2O21-04")), Fault::Time);
    assert_eq!(fault(&LINE.replace(" 200 ", " OK ")), Fault::Status);
    assert_eq!(fault(&LINE.replace(" 999 ", " x ")), Fault::Size);
    assert_eq!((fault(&format!("{LINE} more")), fault("less")), (Fault::Fields, Fault::Fields));
    assert_eq!(with(&[LINE], |_| ()), Err(Fault::Fields), "nothing names its columns");
    assert_eq!(with(&["#Fields: date time c-ip", "2021-04-19 15:00:00 192.0.2.7"], |_| ()), Err(Fault::Fields));
}

#[test]
fn a_directive_says_whether_it_names_an_object() {
    let mut table = Table::default();
    let mut said = |line: &str| table.directive(line.as_bytes());
    assert_eq!((said(IIS), said("#FIELDS: cs-uri")), (Some(true), Some(true)));
    assert_eq!((said("#Fields: date time"), said("# what"), said("#")), (Some(false), Some(false), Some(false)));
    assert_eq!((said(LINE), said("")), (None, None));
}

#[test]
fn a_line_of_json_is_one_of_columns_only_if_it_has_them() {
    let read = |line: &str| {
        let (mut table, mut seen) = (Table::default(), None);
        let read = table.read_json(line.as_bytes(), &mut |entry| seen = entry.object.map(<[u8]>::to_vec));
        (read, seen, table.of_edge)
    };
    let one =
        r#"{"date":"2021-04-19","time":"15:00:00","cs-uri-stem":"/a","cs-uri-query":"w=1","x-edge-location":"N"}"#;
    assert_eq!(read(one), (Ok(true), Some(b"/a?w=1".to_vec()), true));
    assert_eq!(read(&one.replace("15:", "25:")).0, Err(Fault::Time));
    assert_eq!(read(&one[1..]).0, Err(Fault::Json));
    for other in [r#"{"path":"/a"}"#, r#"{"path":"/a","why":"cs-uri-stem"}"#, r#"{"path":"/a","cs-uri-stem":null}"#] {
        assert_eq!(read(other), (Ok(false), None, false), "{other}");
    }
}
