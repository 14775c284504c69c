//! `sekisho site …`: what a site does on its own side.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};
use sekisho_core::{
    id::{KeeperId, PolicyName, SiteName},
    policy::Text,
    time::{Clock, Timestamp},
};
use sekisho_keeper::jose::{
    Alg, SigningKey, Sub, SubError,
    call::{self, Call},
    check_prefix,
    request::{Ask, DEFAULT_LIFETIME},
};
use sekisho_sys::{clock::SystemClock, entropy::SystemEntropy};
use zeroize::Zeroizing;

use crate::{
    courier::secrets,
    site::{
        files::{self, random_jti},
        kit::{self, Kit, Profile},
        signing,
    },
};

/// The longest id of a member that is read, in bytes.
const MAX_MEMBER_ID: u64 = 1024;
/// The most that is read of a file with webhook secrets, in bytes.
const MAX_SECRET: u64 = 1024;

const NEW: &str = "Example:\n  \
    sekisho site new shop --out ./shop --policy jp-age-restricted-sale --return-prefix https://shop.example/age/";
const SECRET: &str = "Example:\n  \
    sekisho site secret shop --data /var/lib/sekisho --file ./webhook-secret\n\n\
    It is read at each delivery: no restart is needed. While a secret is being changed, the file may hold the old and \
    the new one, a line each; both are signed with.";
const SIGN: &str = "Example:\n  \
    printf %s \"$MEMBER_ID\" | sekisho site sign --key ./shop/key.pem --keeper kpr_… \\\n    \
    --policy jp-age-restricted-sale --member-id-stdin --return-url https://shop.example/age/done";
const CALL: &str = "Example:\n  \
    curl -H \"Sekisho-Call: $(sekisho site call --key ./shop/key.pem --keeper kpr_… \\\n    \
    --method GET --path '/v1/checks?sub=…')\" 'https://check.example/v1/checks?sub=…'";

/// What a site does.
#[derive(Debug, Args)]
#[command(after_help = NEW)]
pub(super) struct SiteArgs {
    #[command(subcommand)]
    command: Command,
    /// Answer as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a site's keys and secrets, and the registration to hand to the operator
    #[command(after_help = NEW)]
    New(NewArgs),
    /// Put the secret that a site's webhooks are signed with where the courier reads it. For the operator
    #[command(after_help = SECRET)]
    Secret(SecretArgs),
    /// Sign a request object: one of the site's members is to be checked
    #[command(after_help = SIGN)]
    Sign(SignArgs),
    /// Sign a call of the API: the value of its Sekisho-Call header
    #[command(after_help = CALL)]
    Call(CallArgs),
}

#[derive(Debug, Args)]
struct NewArgs {
    /// The site's short name: a-z, 0-9, '-' and '.'
    name: SiteName,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How it signs
    #[arg(long, value_enum, default_value_t = AlgName::EdDsa)]
    alg: AlgName,
    /// What members know it by, in Japanese (the short name if left out)
    #[arg(long, value_name = "TEXT")]
    title_ja: Option<String>,
    /// What members know it by, in English (the short name if left out)
    #[arg(long, value_name = "TEXT")]
    title_en: Option<String>,
    /// A policy under which it asks; may be given more than once
    #[arg(long = "policy", value_name = "POLICY")]
    policies: Vec<PolicyName>,
    /// Where its members return to: an https address that ends in '/'
    #[arg(long, value_name = "URL")]
    return_prefix: Option<String>,
    /// Where it is told of results
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AlgName {
    /// Ed25519
    #[value(name = "EdDSA", alias = "eddsa")]
    EdDsa,
    /// ECDSA on P-256
    #[value(name = "ES256", alias = "es256")]
    Es256,
}

/// Who signs, and for whom.
#[derive(Debug, Args)]
struct Signer {
    /// The site's private key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The keeper's id
    #[arg(long, value_name = "kpr_…")]
    keeper: KeeperId,
    /// The site's short name (that of site.json beside the key if left out)
    #[arg(long, value_name = "NAME")]
    site: Option<SiteName>,
    /// A jti of your own (random if left out)
    #[arg(long)]
    jti: Option<String>,
}

#[derive(Debug, Args)]
struct SecretArgs {
    /// The site's short name
    name: SiteName,
    /// The installation's folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The site's file webhook-secret (standard input if left out)
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct SignArgs {
    #[command(flatten)]
    signer: Signer,
    /// The policy
    #[arg(long)]
    policy: PolicyName,
    #[command(flatten)]
    member: Member,
    /// The secret for --member-id-stdin (sub-secret.hex beside the key if left out)
    #[arg(long, value_name = "FILE")]
    sub_secret: Option<PathBuf>,
    /// Where the member goes afterwards
    #[arg(long, value_name = "URL")]
    return_url: String,
    /// How long the first document may take to come, in seconds; 604800 at most
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_LIFETIME)]
    exp: u64,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Member {
    /// Read your own id of the member from standard input; only its HMAC is signed
    #[arg(long)]
    member_id_stdin: bool,
    /// The HMAC itself, 43 characters of base64url
    #[arg(long)]
    sub: Option<String>,
}

#[derive(Debug, Args)]
struct CallArgs {
    #[command(flatten)]
    signer: Signer,
    /// The method
    #[arg(long)]
    method: String,
    /// The path with its query
    #[arg(long)]
    path: String,
    /// The file with the body (none if left out)
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
}

/// What is printed: a line for people and shells, and the same for programs.
struct Answer {
    text: String,
    json: serde_json::Value,
}

/// Does it: exit 0, or 2 with what is wrong.
pub(super) fn run(args: SiteArgs) -> ExitCode {
    let answer = match args.command {
        Command::New(args) => new(args),
        Command::Secret(args) => put_secret(&args, &mut io::stdin()),
        Command::Sign(args) => sign(args, SystemClock.read().wall, &mut io::stdin()),
        Command::Call(args) => sign_call(args, SystemClock.read().wall),
    };
    let told = answer.and_then(|answer| {
        let text = if args.json { answer.json.to_string() } else { answer.text };
        writeln!(io::stdout(), "{text}").map_err(|error| error.to_string())
    });
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => super::refuse(why),
    }
}

fn new(args: NewArgs) -> Result<Answer, String> {
    if let Some(prefix) = &args.return_prefix {
        check_prefix(prefix).map_err(|_| "--return-prefix must be a plain https address that ends in '/'")?;
    }
    let alg = match args.alg {
        AlgName::EdDsa => Alg::EdDSA,
        AlgName::Es256 => Alg::ES256,
    };
    let title = |given: Option<String>| given.unwrap_or_else(|| args.name.to_string());
    let profile = Profile {
        title: Text { ja: title(args.title_ja), en: title(args.title_en) },
        name: args.name,
        policies: args.policies,
        return_prefix: args.return_prefix.unwrap_or_default(),
        webhook: args.webhook,
    };
    let kit = Kit::new(profile, alg, &mut SystemEntropy);
    let files = kit.write(&args.out).map_err(|error| error.to_string())?;
    Ok(made(&kit, &files))
}

fn made(kit: &Kit, files: &[PathBuf]) -> Answer {
    let site = &kit.registration;
    let mut text: String = files.iter().map(|file| format!("{}\n", file.display())).collect();
    text += "Hand site.json to the operator, and webhook-secret by another way. The rest never leaves you.";
    for (missing, what) in [(site.policies.is_empty(), "policies"), (site.return_prefix.is_empty(), "return_prefix")] {
        if missing {
            text += &format!("\nStill to be filled in, in site.json: {what}");
        }
    }
    let kid = kit.key.public().thumbprint();
    Answer { text, json: serde_json::json!({"site": site.name, "kid": kid, "files": files}) }
}

fn put_secret(args: &SecretArgs, input: &mut dyn Read) -> Result<Answer, String> {
    let text = match &args.file {
        Some(path) => read_secret(&mut fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?),
        None => read_secret(input),
    };
    let text = text.map_err(|error| error.to_string())?;
    let wrong = "it must hold one secret a line: whsec_ and 24 to 64 bytes in base64, as `sekisho site new` writes it";
    let secrets = secrets::parse_all(&text).map_err(|_| wrong)?;
    let put = secrets::Secrets::below(&args.data).put_all(&args.name, &secrets);
    put.map_err(|error| format!("{}: {error}; was an installation founded there?", args.data.display()))?;
    let text = format!("The courier signs webhooks to {} with it from now on.", args.name);
    Ok(Answer { text, json: serde_json::json!({"site": args.name, "secrets": secrets.len()}) })
}

fn read_secret(from: &mut dyn Read) -> io::Result<Zeroizing<String>> {
    // Room for all at once: a buffer that grows would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(MAX_SECRET as usize + 1));
    from.take(MAX_SECRET).read_to_string(&mut text)?;
    Ok(text)
}

fn sign(args: SignArgs, now: Timestamp, input: &mut dyn Read) -> Result<Answer, String> {
    let (key, site, jti) = open(&args.signer)?;
    let sub = match &args.member.sub {
        Some(sub) => sub.parse().map_err(|error: SubError| error.to_string())?,
        None => sub_of(&args, input)?,
    };
    let expires = now + args.exp;
    let ask = Ask { site, jti, issued: now, expires, policy: args.policy, sub, return_url: args.return_url };
    let signed = signing::sign_request(&key, args.signer.keeper, &ask, now);
    let (jws, judged) = signed.map_err(|error| error.to_string())?;
    let json = serde_json::json!({"request": jws, "check": judged.check, "jti": judged.jti, "exp": judged.expires});
    Ok(Answer { text: jws, json })
}

fn sub_of(args: &SignArgs, input: &mut dyn Read) -> Result<Sub, String> {
    let path = args.sub_secret.clone().unwrap_or_else(|| beside(&args.signer.key, kit::SUB_SECRET));
    let secret = files::read_sub_secret(&path).map_err(|error| error.to_string())?;
    // Room for all at once: a buffer that grows would leave copies behind.
    let mut id = Zeroizing::new(Vec::with_capacity(MAX_MEMBER_ID as usize + 1));
    input.take(MAX_MEMBER_ID + 1).read_to_end(&mut id).map_err(|error| error.to_string())?;
    let id = id.strip_suffix(b"\n").unwrap_or(&id);
    if id.is_empty() || id.len() as u64 > MAX_MEMBER_ID {
        return Err("standard input must hold the member's id, 1 to 1,024 bytes".into());
    }
    Ok(Sub::of_member(&secret, id))
}

fn sign_call(args: CallArgs, now: Timestamp) -> Result<Answer, String> {
    let (key, site, jti) = open(&args.signer)?;
    let body =
        args.body.map_or(Ok(vec![]), |path| fs::read(&path).map_err(|why| format!("{}: {why}", path.display())))?;
    let call = Call { site: &site, method: &args.method, path: &args.path, body: &body, issued: now, jti: &jti };
    let jws = call::sign_call(&key, args.signer.keeper, &call).map_err(|error| error.to_string())?;
    let json = serde_json::json!({"header": "Sekisho-Call", "call": jws, "jti": jti});
    Ok(Answer { text: jws, json })
}

fn open(signer: &Signer) -> Result<(SigningKey, SiteName, String), String> {
    let key = files::read_key(&signer.key).map_err(|error| error.to_string())?;
    let jti = signer.jti.clone().unwrap_or_else(|| random_jti(&mut SystemEntropy));
    let site = match &signer.site {
        Some(site) => site.clone(),
        None => {
            kit::read_registration(&beside(&signer.key, kit::REGISTRATION))
                .map_err(|error| format!("{error}\nName the site with --site."))?
                .name
        }
    };
    Ok((key, site, jti))
}

fn beside(key: &Path, name: &str) -> PathBuf {
    key.with_file_name(name)
}

#[cfg(test)]
mod tests;
