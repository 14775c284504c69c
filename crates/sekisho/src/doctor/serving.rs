//! How the installation is reached, and how much it says.

use std::net::IpAddr;

use crate::supervisor::{Door, Spoken, Standing};

use super::remark::{Fixed, Remark, Row, Severity};

pub(super) const PROXY: Row = Row {
    id: "D-proxy-bypass",
    severity: Severity::Finding,
    why: Fixed {
        en: "Others than the proxy can reach this port: in clear, and posing as whatever address they write.",
        ja: "プロキシ以外もこのポートに届きます。暗号化されず、相手のアドレスも自由に名乗れます。",
    },
    mend: Fixed {
        en: "Listen on 127.0.0.1, or on an address that only the proxy reaches (--gate-listen, --desk-listen).",
        ja: "127.0.0.1 か、プロキシだけが届くアドレスで待ち受けてください(--gate-listen、--desk-listen)。",
    },
};

pub(super) const PLAIN: Row = Row {
    id: "D-plain-http",
    severity: Severity::Finding,
    why: Fixed {
        en: "What is sent here can be read and changed on the way.",
        ja: "ここに送られるものは、途中で読まれたり変えられたりします。",
    },
    mend: Fixed {
        en: "Start with --gate-cert and --gate-key, --desk-cert and --desk-key.",
        ja: "--gate-cert と --gate-key、--desk-cert と --desk-key を付けて起動してください。",
    },
};

pub(super) const DESK: Row = Row {
    id: "D-desk-public",
    severity: Severity::Note,
    why: Fixed {
        en: "The staff's pages can be reached from outside the staff's network: one wall fewer.",
        ja: "スタッフのページに、スタッフのネットワークの外から届きます。壁が1枚少なくなります。",
    },
    mend: Fixed {
        en: "Let --desk-listen be an address of the staff's network or VPN, or bar the port in the firewall.",
        ja: "--desk-listen をスタッフのネットワークかVPNのアドレスにするか、ファイアウォールで塞いでください。",
    },
};

pub(super) const TEST: Row = Row {
    id: "D-test-public",
    severity: Severity::Finding,
    why: Fixed {
        en: "A test installation's clock can be moved and its gate or desk be given to an intruder: no real document may come to it.",
        ja: "試験の設置は、時計を動かしたり侵入役を入れたりできます。本物の書類を扱ってはいけません。",
    },
    mend: Fixed {
        en: "Found a real installation (without --test-installation) in another folder; a test never becomes one.",
        ja: "別のフォルダーに本番を設置してください(--test-installation なし)。試験は本番になりません。",
    },
};

pub(super) const LOG: Row = Row {
    id: "D-debug-log",
    severity: Severity::Finding,
    why: Fixed {
        en: "Libraries write more at this level than was looked through for personal things.",
        ja: "この詳しさでは、ライブラリーが、個人情報がないか確かめていないことまで書きます。",
    },
    mend: Fixed {
        en: "Start without SEKISHO_LOG, or with `info` or less.",
        ja: "SEKISHO_LOG なしか、`info` 以下で起動してください。",
    },
};

pub(super) const PRINT: Row = Row {
    id: "D-print-unread",
    severity: Severity::Note,
    why: Fixed {
        en: "Print on uploads is not read: a number in a box that a member drew stays visible, and who draws none is sent back.",
        ja: "写真の文字を読みません。会員が描いた枠の中の番号は見えたままで、枠のない写真は受け取れません。",
    },
    mend: Fixed {
        en: "Fetch the networks (`cargo xtask models`) and start with --networks FOLDER or SEKISHO_MODELS.",
        ja: "ネットワークを取り寄せ(`cargo xtask models`)、--networks フォルダー か SEKISHO_MODELS で起動してください。",
    },
};

/// Looks at how a running installation is reached.
pub(super) fn examine(standing: &Standing) -> Vec<Remark> {
    let mut remarks: Vec<_> = [("gate", &standing.gate), ("desk", &standing.desk)]
        .into_iter()
        .filter_map(|(name, door)| judge(name, door))
        .collect();
    if is_open(standing.desk.listen.ip()) {
        let listen = standing.desk.listen;
        remarks
            .push(DESK.seen(format!("the desk listens on {listen}"), format!("デスクが {listen} で待ち受けています")));
    }
    remarks.extend(test(standing));
    if !standing.reads_print {
        let (en, ja) = ("the inspector of uploads has no networks", "写真を読む部屋に、ネットワークがありません");
        remarks.push(PRINT.seen(en, ja));
    }
    if matches!(standing.log.as_str(), "debug" | "trace") {
        let level = &standing.log;
        remarks.push(LOG.seen(format!("the log's level is {level}"), format!("ログの詳しさが {level} です")));
    }
    remarks
}

fn judge(name: &str, door: &Door) -> Option<Remark> {
    let listen = door.listen;
    let row = match door.wire {
        Spoken::Proxy if is_open(listen.ip()) => &PROXY,
        Spoken::Plain if !listen.ip().to_canonical().is_loopback() => &PLAIN,
        _ => return None,
    };
    Some(row.seen(
        format!("the {name} listens on {listen}, in clear"),
        format!("{name} が {listen} で、暗号化なしで待ち受けています"),
    ))
}

fn test(standing: &Standing) -> Option<Remark> {
    let doors = [&standing.gate, &standing.desk];
    let public =
        doors.iter().find(|door| door.origin.starts_with("https://") || !door.listen.ip().to_canonical().is_loopback());
    let public = public.filter(|_| standing.test)?;
    let (origin, listen) = (&public.origin, public.listen);
    Some(TEST.seen(
        format!("a test installation is served as {origin} on {listen}"),
        format!("試験の設置が {origin} として {listen} で動いています"),
    ))
}

/// Whether strangers may reach an address: every one of the machine's, or one that is no loopback and no private one.
fn is_open(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_private() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unique_local() && !address.is_unicast_link_local(),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A real installation in order.
    pub(in super::super) fn standing() -> Standing {
        let door = |name: &str| Door {
            listen: "127.0.0.1:8443".parse().unwrap(),
            origin: format!("https://{name}.example"),
            wire: Spoken::Tls,
        };
        let (gate, desk) = (door("gate"), door("desk"));
        Standing {
            supervisor: 10,
            test: false,
            danger_unconfined: false,
            reads_print: true,
            log: "info".into(),
            gate,
            desk,
            processes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::remark::testing::ids, testing::standing, *};

    fn found(change: impl Fn(&mut Standing)) -> Vec<String> {
        let mut standing = standing();
        change(&mut standing);
        ids(&examine(&standing))
    }

    fn at(door: &mut Door, listen: &str, wire: Spoken) {
        (door.listen, door.wire) = (listen.parse().unwrap(), wire);
    }

    #[test]
    fn a_door_that_more_than_the_proxy_reaches_is_found() {
        assert_eq!(found(|_| {}), [""; 0]);
        for open in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            assert_eq!(found(|standing| at(&mut standing.gate, open, Spoken::Proxy)), ["D-proxy-bypass"], "{open}");
        }
        for own in ["127.0.0.1:80", "10.0.0.5:80", "[fd00::1]:80"] {
            assert_eq!(found(|standing| at(&mut standing.gate, own, Spoken::Proxy)), [""; 0], "{own}");
        }
        assert_eq!(found(|standing| at(&mut standing.gate, "10.0.0.5:80", Spoken::Plain)), ["D-plain-http"]);
        assert_eq!(found(|standing| at(&mut standing.gate, "0.0.0.0:443", Spoken::Tls)), [""; 0]);
    }

    #[test]
    fn a_desk_in_public_is_noted_and_a_test_in_public_found() {
        assert_eq!(found(|standing| at(&mut standing.desk, "0.0.0.0:443", Spoken::Tls)), ["D-desk-public"]);
        assert_eq!(found(|standing| standing.test = true), ["D-test-public"]);
        let local = |standing: &mut Standing| {
            standing.test = true;
            standing.gate.origin = "http://gate.localhost".into();
            standing.desk.origin = "http://desk.localhost".into();
        };
        assert_eq!(found(local), [""; 0]);
    }

    #[test]
    fn a_log_that_says_too_much_is_found() {
        assert_eq!(found(|standing| standing.log = "debug".into()), ["D-debug-log"]);
        assert_eq!(found(|standing| standing.log = "warn".into()), [""; 0]);
    }
}
