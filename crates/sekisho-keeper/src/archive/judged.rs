//! keeper.db, judged.

use super::{Column, Form, Rows, Table};

const fn plain(name: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Plain, what)
}

const fn time(name: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Time, what)
}

const fn id(name: &'static str, prefix: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Id(prefix), what)
}

const fn bytes(name: &'static str, what: &'static str) -> Column {
    Column::taken(name, Form::Bytes, what)
}

const CHECK: Column = id("check_id", "chk", "the check");
const DOCUMENT: Column = id("document", "doc", "the document");
const SITE: Column = plain("site", "the site that asked");

/// Every table and column of keeper.db, and what becomes of it.
pub const KEEPER_DB: &[Table] = &[
    Table {
        name: "meta",
        what: "the few facts about the installation itself",
        rows: Rows::All,
        columns: &[
            plain("name", "which fact"),
            Column::taken("value", Form::Json, "the fact: names, times, yes or no; never a secret"),
        ],
    },
    Table {
        name: "event",
        what: "the bodies behind the ledger's leaves",
        rows: Rows::All,
        columns: &[
            plain("place", "its index in the ledger"),
            bytes("salt", "the leaf's salt"),
            Column::taken("body", Form::Text, "the event, byte for byte what the leaf commits to; names no member"),
            id("check_id", "chk", "the check that it is about, if it is about one"),
        ],
    },
    Table {
        name: "site",
        what: "the sites that may ask",
        rows: Rows::All,
        columns: &[
            plain("name", "the site"),
            Column::taken("view", Form::Site, "its public keys, its addresses, its policies"),
        ],
    },
    Table {
        name: "canary_book",
        what: "which key, link or document is bait: one row of one size, sealed; it opens with the keystore alone",
        rows: Rows::All,
        columns: &[plain("only", "1"), bytes("sealed", "the sealed book")],
    },
    Table {
        name: "watch",
        what: "what the detectors remember, up to a place in the ledger: it follows from the entries",
        rows: Rows::All,
        columns: &[
            plain("only", "1"),
            plain("next", "the place of the next entry"),
            Column::taken(
                "state",
                Form::Json,
                "people and sites by their ids, networks by keyed hashes; times and counts",
            ),
        ],
    },
    Table {
        name: "policy",
        what: "the policies, every version",
        rows: Rows::All,
        columns: &[
            plain("name", "the policy"),
            plain("version", "its version"),
            Column::taken("body", Form::Policy, "the policy whole"),
        ],
    },
    Table {
        name: "staff",
        what: "who works here",
        rows: Rows::All,
        columns: &[
            id("id", "stf", "the person"),
            plain("name", "what the desk shows"),
            plain("role", "administrator, reviewer or officer"),
            bytes("credential", "the passkey's id"),
            Column::taken("passkey", Form::Passkey, "the passkey's public half"),
            plain("counter", "the passkey's counter as last seen"),
            time("enrolled", "since when"),
        ],
    },
    Table {
        name: "invitation",
        what: "invitations that wait",
        rows: Rows::None { why: "each would let somebody in, and lasts half an hour" },
        columns: &[
            bytes("sha256", "SHA-256 of the invitation's secret"),
            id("staff", "stf", "who it makes"),
            plain("name", "their name"),
            plain("role", "their role"),
            time("until", "its end"),
            id("by", "stf", "who invited"),
        ],
    },
    Table {
        name: "checks",
        what: "the checks: who asked under which policy, and how it ended",
        rows: Rows::All,
        columns: &[
            id("id", "chk", "the check"),
            SITE,
            plain("jti", "the site's own id of its request"),
            plain("sub", "the site's HMAC of the member's id; NULL once the member is erased"),
            plain("policy", "the policy"),
            plain("policy_version", "its version"),
            plain("state", "where the check stands"),
            plain("reason", "why it was decided so"),
            plain("arrivals", "documents that came, at most 3"),
            time("created", "when the first document came"),
            plain("attestation", "the signed claim (JWS), if there is one"),
            bytes("withdraw_sha256", "SHA-256 of the secret with which the member withdraws"),
            time("erase_at", "when what ties it to a person goes"),
        ],
    },
    Table {
        name: "document",
        what: "the documents: when each came and ended; no picture and no key",
        rows: Rows::All,
        columns: &[
            id("id", "doc", "the document"),
            CHECK,
            SITE,
            plain("kind", "what the member said it is"),
            plain("state", "where it stands"),
            time("received", "when it came"),
            time("deadline", "when nothing opens it any more"),
            time("sealed_deadline", "the deadline that it is bound to"),
            time("warn_at", "when the queue is warned"),
            bytes("sha256", "SHA-256 of its ciphertext"),
            plain("length", "bytes of its ciphertext"),
            time("shredded", "when its key was dropped"),
            Column::left_out("key_place", Form::Plain, "where its wrapped key lies", "the keys are not taken either"),
        ],
    },
    Table {
        name: "alert",
        what: "the alerts: what was told to whoever answers for the house",
        rows: Rows::All,
        columns: &[
            id("id", "alr", "the alert"),
            plain("kind", "what it is about"),
            plain("urgency", "how soon somebody has to look"),
            plain("audience", "who is called first"),
            Column::taken("words", Form::Json, "what is told; names no member"),
            plain("place", "the event that raised it"),
            plain("newest", "the newest event of its kind since"),
            plain("count", "how many there were while it waited"),
            time("raised", "since when"),
            plain("steps", "how many of the rota's steps were made"),
            time("due", "when the next one is"),
            time("acknowledged", "when somebody saw to it"),
            Column::taken("acknowledged_by", Form::Json, "who"),
        ],
    },
    Table {
        name: "alert_call",
        what: "who is called for which alert",
        rows: Rows::None { why: "whoever has not been reached is called by the alert's next step" },
        columns: &[
            id("id", "cal", "the call"),
            id("alert", "alr", "the alert"),
            plain("contact", "the person's short name"),
            plain("step", "the rota's step"),
            time("created", "since when"),
            time("due", "when the next try is"),
            plain("tries", "how often it was tried"),
            time("made", "when they were reached"),
        ],
    },
    Table {
        name: "key_page",
        what: "the wrapped keys of undecided documents",
        rows: Rows::None { why: "with the keystore of that hour they would open the documents" },
        columns: &[
            plain("number", "the page"),
            plain("root_hour", "which root its keys hang on"),
            bytes("body", "documents, their deadlines, their keys"),
        ],
    },
    Table {
        name: "assignment",
        what: "who was given which document",
        rows: Rows::Where { holds: "state <> 'open'", why: "what is under way ends with its shift" },
        columns: &[
            id("id", "asg", "the assignment"),
            CHECK,
            DOCUMENT,
            id("staff", "stf", "the reviewer"),
            id("shift", "sft", "the shift"),
            time("until", "when it lapsed"),
            plain("viewed", "whether its one look was taken"),
            plain("state", "how it ended"),
        ],
    },
    Table {
        name: "viewing",
        what: "who looked, and when",
        rows: Rows::All,
        columns: &[
            id("id", "vwg", "the viewing"),
            CHECK,
            DOCUMENT,
            id("staff", "stf", "who looked"),
            time("at", "when"),
            id("device", "dev", "with which passkey, by its hash"),
            bytes("cost", "of whose budgets it was taken, and at which second"),
        ],
    },
    Table {
        name: "intake_key",
        what: "the public halves of this hour's intake keys",
        rows: Rows::None { why: "nobody could open what is sealed to them later" },
        columns: &[
            id("id", "int", "the key"),
            plain("hour", "its hour, counted from 1970"),
            bytes("public", "its public half"),
            bytes("signature", "the keeper's signature"),
        ],
    },
    Table {
        name: "waiting_key",
        what: "the public half of the key for what comes while the keeper is locked",
        rows: Rows::None { why: "nobody could open what is sealed to it later" },
        columns: &[
            plain("only", "1"),
            id("id", "int", "the key"),
            plain("hour", "its hour, counted from 1970"),
            bytes("public", "its public half"),
            bytes("signature", "the keeper's signature"),
        ],
    },
    Table {
        name: "waiting",
        what: "what came while the keeper was locked, until it is unlocked",
        rows: Rows::None { why: "with the keystore of that time it would open the documents" },
        columns: &[
            id("document", "doc", "the document"),
            bytes("asked", "what the gate handed in, the document's sealed key in it"),
        ],
    },
    Table {
        name: "outbox",
        what: "webhooks that wait to be delivered",
        rows: Rows::All,
        columns: &[
            id("id", "msg", "the message"),
            CHECK,
            SITE,
            plain("url", "where it goes"),
            Column::taken("body", Form::Json, "what it says"),
            time("created", "since when it waits"),
            time("due", "when it is tried next"),
            plain("tries", "how often it was tried"),
        ],
    },
    Table {
        name: "series",
        what: "what budgets count, and of whom",
        rows: Rows::All,
        columns: &[
            plain("id", "its number"),
            plain("kind", "opened, opened again, arrived or ended"),
            plain("whose", "a person's, a passkey's, a site's or the vault's"),
            bytes("of", "the id's bytes, or the site's name"),
        ],
    },
    Table {
        name: "metered",
        what: "how many there were until when; nobody's documents are named",
        rows: Rows::All,
        columns: &[plain("series", "of which series"), time("at", "until when"), plain("nth", "how many")],
    },
    Table {
        name: "witness",
        what: "the witnesses, and what each said last; one that was forgotten keeps its row",
        rows: Rows::All,
        columns: &[
            plain("name", "the witness"),
            plain("key", "its verifier key"),
            plain("url", "where it is asked"),
            time("registered", "since when"),
            time("forgotten", "since when it counts no more"),
            plain("known", "the size that it last cosigned"),
            plain("cosigned", "the newest size of ours that it cosigned"),
            time("cosigned_at", "the time that it stated"),
            plain("contradiction", "how it contradicts this ledger, if it does"),
            plain("contradicted", "the size that it knew then"),
        ],
    },
    Table {
        name: "stop",
        what: "what somebody responsible stopped, while it is stopped; a network's address stands here alone",
        rows: Rows::All,
        columns: &[
            id("id", "stp", "the stop"),
            plain("target", "what is stopped"),
            plain("by", "who stopped it: a person's id, operator or watch"),
            plain("why", "why, in their words"),
            time("since", "since when"),
        ],
    },
    Table {
        name: "used_call",
        what: "signed calls that were used: each is good once, also after a restore",
        rows: Rows::All,
        columns: &[SITE, plain("jti", "the call's id"), time("until", "when a replay is refused anyway")],
    },
];
