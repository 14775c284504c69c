//! Whether a proxy before the gate keeps bodies back: seen with nginx, in both of its settings.
//!
//! Without nginx (Debian: `nginx`) the test says that it did not run; with `SEKISHO_REQUIRE_NGINX` set it fails.

use std::{
    fs,
    io::{self, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use rustix::process::Signal;

use super::{
    doctor::{Told, command},
    place::{PASSPHRASE, Place, until},
};

/// An nginx before a gate. It ends when this is dropped.
struct Nginx {
    child: Child,
    origin: String,
}

fn installed() -> Option<PathBuf> {
    let usual = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].map(PathBuf::from);
    let found = usual.into_iter().find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("SEKISHO_REQUIRE_NGINX").is_none(), "nginx is required and not installed");
        let _ = io::stderr().write_all(b"NOT RUN: the proxies, because there is no nginx\n");
    }
    found
}

impl Nginx {
    fn start(program: &Path, place: &Place, gate: &str, buffering: &str) -> Nginx {
        let folder = place.path(&format!("nginx-{buffering}"));
        fs::create_dir(&folder).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = folder.display();
        let temporary =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {at}/{kind};"));
        let text = format!(
            "daemon off; master_process off; pid {at}/pid; error_log stderr;\nevents {{}}\nhttp {{ access_log off; {}\n\
             server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{gate}; proxy_http_version 1.1;\n\
             proxy_request_buffering {buffering}; proxy_set_header Host $http_host;\n\
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }} }}\n",
            temporary.join(" ")
        );
        let config = folder.join("nginx.conf");
        fs::write(&config, text).unwrap();
        let mut nginx = Command::new(program);
        let log = fs::File::create(folder.join("log")).unwrap();
        let child =
            nginx.arg("-c").arg(config).arg("-e").arg("stderr").stderr(log).stdout(Stdio::null()).spawn().unwrap();
        let nginx = Nginx { child, origin: format!("http://127.0.0.1:{port}") };
        until("nginx listens", || TcpStream::connect(("127.0.0.1", port)).ok());
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_proxy_that_spools_is_found_and_one_that_streams_is_not() {
    let Some(program) = installed() else { return };
    let place = Place::new();
    let running = place.run(PASSPHRASE, &["--test-installation"]);
    let gate = running.told["gate"]["listen"].as_str().unwrap().to_owned();
    let spools = |url: &str| {
        let told = Told::of(command(&place, &["--gate", url]).output().unwrap());
        told.severity("D-proxy-spools").map(str::to_owned)
    };
    assert_eq!(spools(&format!("http://{gate}")), None, "nobody stands before it");
    let off = Nginx::start(&program, &place, &gate, "off");
    assert_eq!(spools(&off.origin), None);
    let on = Nginx::start(&program, &place, &gate, "on");
    assert_eq!(spools(&on.origin).as_deref(), Some("finding"));
    drop((off, on));
    running.stop(Signal::TERM);
    assert_eq!(spools(&format!("http://{gate}")).as_deref(), Some("cannot_tell"), "what isn't seen is not called fine");
}
