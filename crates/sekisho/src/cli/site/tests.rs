use super::*;
use clap::Parser;
use sekisho_keeper::{
    jose::{
        Jwks,
        request::{SiteTerms, verify_request},
    },
    wire::SignedCall,
};

const NOW: Timestamp = Timestamp(1_790_000_000);
const KEEPER: KeeperId = KeeperId::from_bytes([9; 16]);

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    site: SiteArgs,
}

fn parse(line: &str) -> Result<Command, clap::Error> {
    Line::try_parse_from(line.split(' ')).map(|line| line.site.command)
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("sekisho-cli-site-{name}-{}", std::process::id()))
}

fn make(name: &str, alg: &str) -> PathBuf {
    let folder = folder(name);
    let line = format!(
        "site new shop --out {} --alg {alg} --policy jp-dating-site --return-prefix https://shop.example/",
        folder.display()
    );
    let Ok(Command::New(args)) = parse(&line) else { panic!("{line}") };
    assert!(new(args).unwrap().text.contains("site.json"));
    folder
}

fn terms(folder: &Path) -> SiteTerms {
    SiteTerms::try_from(&kit::read_registration(&folder.join(kit::REGISTRATION)).unwrap()).unwrap()
}

/// M7
#[test]
fn what_a_site_signs_the_keeper_takes() {
    for alg in ["EdDSA", "ES256"] {
        let folder = make(alg, alg);
        let key = folder.join(kit::KEY);
        let line = format!(
            "site sign --key {} --keeper {KEEPER} --policy jp-dating-site --member-id-stdin --return-url https://shop.example/x",
            key.display()
        );
        let Ok(Command::Sign(args)) = parse(&line) else { panic!("{line}") };
        let jws = sign(args, NOW, &mut &b"member 4711\n"[..]).unwrap().text;
        let request = verify_request(&jws, KEEPER, |_| Some(terms(&folder)), NOW).unwrap();
        let secret = files::read_sub_secret(&folder.join(kit::SUB_SECRET)).unwrap();
        assert_eq!(request.sub, Sub::of_member(&secret, b"member 4711"));
        fs::remove_dir_all(folder).unwrap();
    }
}

/// M7
#[test]
fn a_call_that_a_site_signs_the_keeper_takes() {
    let folder = make("call", "EdDSA");
    let line = format!(
        "site call --key {} --keeper {KEEPER} --method GET --path /v1/checks?sub=x",
        folder.join(kit::KEY).display()
    );
    let Ok(Command::Call(args)) = parse(&line) else { panic!("{line}") };
    let jws = sign_call(args, NOW).unwrap().text;
    let (method, path) = ("GET".into(), "/v1/checks?sub=x".into());
    let signed = SignedCall { jws, method, path, body_sha256: call::body_sha256(b"") };
    let jwks = |_: &SiteName| -> Option<Jwks> { Some(terms(&folder).jwks) };
    assert_eq!(call::verify_call(&signed, KEEPER, jwks, NOW).unwrap().site.as_str(), "shop");
    fs::remove_dir_all(folder).unwrap();
}

/// M47: what is wrong with a secret is said without a word of it.
#[test]
fn an_operator_puts_a_sites_secret_where_the_courier_reads_it() {
    let (kit, data) = (make("secret", "EdDSA"), folder("data"));
    fs::create_dir_all(data.join("courier")).unwrap();
    let line = format!("site secret shop --data {}", data.display());
    let from_file = format!("{line} --file {}", kit.join(kit::WEBHOOK_SECRET).display());
    let Ok(Command::Secret(args)) = parse(&from_file) else { panic!("{from_file}") };
    put_secret(&args, &mut io::empty()).unwrap();
    let put = secrets::Secrets::below(&data).of(&"shop".parse().unwrap()).unwrap();
    let text = fs::read_to_string(kit.join(kit::WEBHOOK_SECRET)).unwrap();
    assert_eq!(*secrets::format(&put[0]), text.trim());
    let Ok(Command::Secret(args)) = parse(&line) else { panic!("{line}") };
    let told = put_secret(&args, &mut &b"hunter2"[..]).map(|_| ()).unwrap_err();
    assert!(told.contains("whsec_") && !told.contains("hunter2"), "{told}");
    let two = format!("{text}\n{}", &*secrets::format(&[7; 32]));
    assert_eq!(put_secret(&args, &mut two.as_bytes()).unwrap().json["secrets"], 2);
    assert_eq!(secrets::Secrets::below(&data).of(&"shop".parse().unwrap()).unwrap().len(), 2);
    [kit, data].into_iter().for_each(|folder| fs::remove_dir_all(folder).unwrap());
}

#[test]
fn a_member_is_named_in_one_way_and_never_by_an_address() {
    let line = format!("site sign --key k --keeper {KEEPER} --policy p --return-url u");
    assert!(parse(&line).is_err());
    assert!(parse(&format!("{line} --sub x --member-id-stdin")).is_err());
    let folder = make("address", "EdDSA");
    let line = line.replace("--key k", &format!("--key {}", folder.join(kit::KEY).display()));
    let Ok(Command::Sign(args)) = parse(&format!("{line} --sub taro@example.jp")) else { panic!("{line}") };
    let told = sign(args, NOW, &mut io::empty()).map(|_| ()).unwrap_err();
    assert!(told.contains("HMAC") && !told.contains("taro"), "{told}");
    fs::remove_dir_all(folder).unwrap();
}
