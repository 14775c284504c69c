#!/bin/sh
# How a site talks to Sekisho, with nothing but openssl (3.0 or later) and curl.
#
#   printf %s "$member_id" | site.sh sign           prints a signed request object
#   … | site.sh send                                hands it to the gate: POST /v1/checks
#   site.sh call GET "/v1/checks?sub=…"             calls the gate, signed
#   site.sh call POST /v1/… body.json               the same with a body
#
# The key is Ed25519 (`openssl genpkey -algorithm ed25519 -out key.pem`, or
# `sekisho site new`). The member's id never leaves your machine: what is signed
# is its HMAC under a secret that only you have (`openssl rand -hex 32`).
set -eu

: "${SEKISHO_SITE:?your short name, as the operator registered it}"
: "${SEKISHO_KEEPER:?the id of the keeper, kpr_…}"
: "${SEKISHO_KEY:?the file with your private key}"

b64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
sha256() { openssl dgst -sha256 -binary | b64url; }

# The name of the key: RFC 7638, over its members in the order of the alphabet.
kid() {
    x=$(openssl pkey -in "$SEKISHO_KEY" -pubout -outform DER | tail -c 32 | b64url)
    printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$x" | sha256
}

# jws TYP CLAIMS: a compact JWS (RFC 7515).
jws() {
    header=$(printf '{"alg":"EdDSA","kid":"%s","typ":"%s"}' "$(kid)" "$1" | b64url)
    signed="$header.$(printf %s "$2" | b64url)"
    # openssl signs with Ed25519 from a file only; it holds no secret.
    file=$(mktemp)
    printf %s "$signed" >"$file"
    signature=$(openssl pkeyutl -sign -inkey "$SEKISHO_KEY" -rawin -in "$file" | b64url)
    rm -f "$file"
    printf '%s.%s\n' "$signed" "$signature"
}

sign() {
    : "${SEKISHO_POLICY:?the policy, e.g. jp-dating-site}"
    : "${SEKISHO_RETURN_URL:?where the member goes afterwards}"
    : "${SEKISHO_SUB_SECRET:?the file with your secret for sub, 64 hexadecimal digits}"
    # The secret is an argument here, and others on this machine could see it:
    # in production make the HMAC in your own program.
    sub=$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(cat "$SEKISHO_SUB_SECRET")" -binary | b64url)
    now=$(date +%s)
    jws sekisho-check+jwt "$(printf \
        '{"iss":"%s","aud":"%s","jti":"%s","iat":%d,"exp":%d,"policy":"%s","sub":"%s","return_url":"%s"}' \
        "$SEKISHO_SITE" "$SEKISHO_KEEPER" "$(openssl rand 16 | b64url)" "$now" "$((now + 86400))" \
        "$SEKISHO_POLICY" "$sub" "$SEKISHO_RETURN_URL")"
}

send() {
    curl --fail-with-body --silent --show-error --max-time 30 \
        --header 'Content-Type: application/jwt' --data-binary @- "${SEKISHO_GATE:?the gate, https://…}/v1/checks"
}

# sign_call METHOD PATH [BODY]: the value of Sekisho-Call. It works for a minute, once.
sign_call() {
    jws sekisho-call+jwt "$(printf \
        '{"iss":"%s","aud":"%s","htm":"%s","htu":"%s","bdh":"%s","iat":%d,"jti":"%s"}' \
        "$SEKISHO_SITE" "$SEKISHO_KEEPER" "$1" "$2" "$(cat "${3:-/dev/null}" | sha256)" \
        "$(date +%s)" "$(openssl rand 16 | b64url)")"
}

call() {
    signature=$(sign_call "$@")
    set -- "$1" "${SEKISHO_GATE:?the gate, https://…}$2" "${3:-}"
    curl --fail-with-body --silent --show-error --max-time 30 --request "$1" \
        --header "Sekisho-Call: $signature" ${3:+--header 'Content-Type: application/json' --data-binary "@$3"} "$2"
}

case "${1:-}" in
sign | send | sign_call | call) "$@" ;;
*) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
esac
