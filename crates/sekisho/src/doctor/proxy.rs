//! Whether a proxy before the gate keeps bodies back, on a disk or in memory, until they are whole.

use std::time::Duration;

use serde::Deserialize;

use super::{
    remark::{CannotTell, Fixed, Remark, Row, Severity, Told},
    url::Url,
};
use crate::client::{Client, Drip};

pub(super) const SPOOLS: Row = Row {
    id: "D-proxy-spools",
    severity: Severity::Finding,
    why: Fixed {
        en: "A proxy that keeps an upload until it is whole writes pictures to its disk before anything seals them.",
        ja: "アップロードを溜めてから渡すプロキシは、封じる前の画像を自分のディスクに書きます。",
    },
    mend: Fixed {
        en: "nginx: `proxy_request_buffering off;` and `proxy_http_version 1.1;` where the gate is served; others: their \
             setting for streaming request bodies. Then run this again.",
        ja: "nginx なら、ゲートの場所に `proxy_request_buffering off;` と `proxy_http_version 1.1;` を書いてください。他は本文をそのまま流す設定に。それから再実行を。",
    },
};

/// Each half; more than a proxy keeps in memory without asking. In bytes.
const HALF: usize = 24 << 10;
/// What lies between the halves.
const PAUSE: Duration = Duration::from_secs(3);
/// Where the gate tells how a body came.
const PATH: &str = "/check/photo/arrival";

/// What the gate saw.
#[derive(Debug, Deserialize)]
struct Arrival {
    bytes: u64,
    spread_ms: u64,
}

/// Sends a body in two halves to the gate at `gate`, and asks it when each came.
pub(super) fn examine(gate: &Url, client: &Client) -> Vec<Remark> {
    match ask(gate, client) {
        Ok(arrival) => judge(&arrival, gate).into_iter().collect(),
        Err(why) => vec![SPOOLS.untold(&why)],
    }
}

fn ask(gate: &Url, client: &Client) -> Told<Arrival> {
    let failed = |why: String| CannotTell::new(format!("{gate}: {why}"), format!("{gate}: {why}"));
    let server = gate.server().map_err(|error| failed(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(error.to_string()))?;
    let answer = runtime.block_on(client.drip(&server, PATH, Drip { half: HALF, pause: PAUSE }));
    let answer = answer.map_err(|error| failed(error.to_string()))?;
    if answer.status() != 200 {
        return Err(failed(format!("{PATH} answers {}: is this a gate of this version?", answer.status())));
    }
    let arrival: Arrival = serde_json::from_slice(answer.body()).map_err(|_| failed("no gate answers".into()))?;
    if arrival.bytes == 2 * HALF as u64 { Ok(arrival) } else { Err(failed("the body came in part".into())) }
}

/// What was three seconds apart when it was sent is so when it comes, unless somebody kept it back. Half of that allows
/// for a machine that is busy.
fn judge(arrival: &Arrival, gate: &Url) -> Option<Remark> {
    let (spread, pause) = (arrival.spread_ms, PAUSE.as_millis() as u64);
    (spread < pause / 2).then(|| {
        SPOOLS.seen(
            format!("a body that was sent to {gate} over {pause} ms came to the gate within {spread} ms"),
            format!("{gate} に{pause}ミリ秒かけて送った本文が、ゲートには{spread}ミリ秒で届きました"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_that_come_together_were_kept_back() {
        let gate: Url = "https://check.example".parse().unwrap();
        let found = |spread_ms| judge(&Arrival { bytes: 0, spread_ms }, &gate).is_some();
        assert!(found(0) && found(1499));
        assert!(!found(1500) && !found(3004));
    }

    #[test]
    fn a_gate_that_does_not_answer_is_not_called_fine() {
        let gate: Url = "http://127.0.0.1:1".parse().unwrap();
        let remarks = examine(&gate, &Client::plain(Default::default()));
        assert_eq!(super::super::remark::testing::ids(&remarks), ["D-proxy-spools?"]);
    }
}
