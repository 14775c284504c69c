//! What the values of a format of one's own say.

/// What a value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Nothing,
    Client,
    Forwarded,
    Principal,
    Agent,
    CommonTime,
    IsoTime,
    EpochTime,
    Request,
    Method,
    Target,
    Query,
    Status,
    Sent,
    SentWhole,
    Range,
    ContentRange,
    Id,
}

/// What a variable of nginx says.
pub(super) fn of_nginx(name: &str) -> Role {
    match name {
        "remote_addr" | "realip_remote_addr" => Role::Client,
        "http_x_forwarded_for" | "proxy_add_x_forwarded_for" => Role::Forwarded,
        "remote_user" => Role::Principal,
        "http_user_agent" => Role::Agent,
        "time_local" => Role::CommonTime,
        "time_iso8601" => Role::IsoTime,
        "msec" => Role::EpochTime,
        "request" => Role::Request,
        "request_method" => Role::Method,
        "request_uri" | "uri" | "document_uri" => Role::Target,
        "args" | "query_string" => Role::Query,
        "status" => Role::Status,
        "body_bytes_sent" => Role::Sent,
        "bytes_sent" => Role::SentWhole,
        "http_range" => Role::Range,
        "sent_http_content_range" | "upstream_http_content_range" => Role::ContentRange,
        "request_id" => Role::Id,
        _ => Role::Nothing,
    }
}

/// What a directive of Apache says.
pub(super) fn of_apache(kind: char, name: &str) -> Role {
    match (kind, name) {
        ('h' | 'a', "") | ('a', "c") => Role::Client,
        ('u', "") => Role::Principal,
        ('r', "") => Role::Request,
        ('m', "") => Role::Method,
        ('U', "") => Role::Target,
        ('q', "") => Role::Query,
        ('s', "") => Role::Status,
        ('b' | 'B', "") => Role::Sent,
        ('O', "") => Role::SentWhole,
        ('i', "user-agent") => Role::Agent,
        ('i', "x-forwarded-for") => Role::Forwarded,
        ('i', "range") => Role::Range,
        ('o', "content-range") => Role::ContentRange,
        ('e', "unique_id") | ('L', "") => Role::Id,
        _ => Role::Nothing,
    }
}

/// What a time of Apache's says: a number since 1970, or as strftime has it.
pub(super) fn of_time(name: &str) -> Role {
    match name {
        "sec" | "msec" | "usec" => Role::EpochTime,
        "%d/%b/%Y:%H:%M:%S %z" => Role::CommonTime,
        "%Y-%m-%dT%H:%M:%S" | "%Y-%m-%dT%H:%M:%S%z" | "%Y-%m-%dT%H:%M:%SZ" => Role::IsoTime,
        _ => Role::Nothing,
    }
}
