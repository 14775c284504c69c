//! Tests: a packet is the same however it is carried. Every head is written out by hand, as its document has it.

use super::packet::tests::{ethernet, said};

const SEGMENT: &str = "203.0.113.9:40000 7 5 5";

fn ip() -> Vec<u8> {
    ethernet()[14..].to_vec()
}

fn behind(head: &[u8], rest: &[u8]) -> Vec<u8> {
    [head, rest].concat()
}

/// The same Ethernet, of another type.
fn typed(kind: u16, rest: &[u8]) -> Vec<u8> {
    [&ethernet()[..12], &kind.to_be_bytes(), rest].concat()
}

/// IPv4 between two gateways, without a check sum.
fn outer(protocol: u8, rest: &[u8]) -> Vec<u8> {
    let [high, low] = (20 + rest.len() as u16).to_be_bytes();
    behind(&[0x45, 0, high, low, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], rest)
}

fn udp(from: u16, to: u16, rest: &[u8]) -> Vec<u8> {
    let length = 8 + rest.len() as u16;
    outer(17, &behind(&[from, to, length, 0].map(u16::to_be_bytes).concat(), rest))
}

#[track_caller]
fn all_say(expected: &str, all: &[(u32, Vec<u8>)]) {
    for (nth, (link, data)) in all.iter().enumerate() {
        assert_eq!(said(*link, data), expected, "the {nth}th, {link}: {data:02x?}");
    }
}

#[test]
fn every_link_leads_to_the_same_segment() {
    let ip = ip();
    let snap = behind(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip);
    all_say(
        SEGMENT,
        &[
            (1, ethernet()),
            (0, behind(&[2, 0, 0, 0], &ip)),
            (108, behind(&[0, 0, 0, 2], &ip)),
            (101, ip.clone()),
            (228, ip.clone()),
            (113, behind(&[0, 0, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0, 8, 0], &ip)),
            (276, behind(&[8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 1, 1, 1, 1, 1, 1, 0, 0], &ip)),
            // PPP: with address and control, without, with a short protocol, as Cisco has it, over Ethernet.
            (9, behind(&[0xff, 3, 0, 0x21], &ip)),
            (9, behind(&[0, 0x21], &ip)),
            (50, behind(&[0x21], &ip)),
            (50, behind(&[0x0f, 0, 8, 0], &ip)),
            (104, behind(&[0x0f, 0, 8, 0], &ip)),
            (51, behind(&[0x11, 0, 0, 1, 0, 99, 0, 0x21], &ip)),
            // Netfilter: a prefix of five bytes, filled up, then the packet; in either byte order.
            (239, behind(&[2, 0, 0, 0, 9, 0, 10, 0, b'a', b'b', b'c', b'd', 0, 0, 0, 0, 49, 0, 9, 0], &ip)),
            (239, behind(&[2, 0, 0, 0, 0, 8, 0, 1, 8, 0, 3, 0, 0, 49, 0, 9], &ip)),
            (258, behind(&[12, 0, 0, 0, 1, 0, 0, 0, 101, 0, 0, 0], &ip)),
            (1, typed(45 + 8, &snap)),
        ],
    );
}

#[test]
fn frames_of_a_radio_are_read_and_what_is_encrypted_or_in_parts_is_told() {
    let snap = behind(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &ip());
    let frame = |kind: u8, flags: u8, more: &[u8]| [&[kind, flags][..], &[0; 22], more, &snap].concat();
    let plain = frame(0x08, 1, &[]);
    let heard = |head: &[u8]| behind(head, &plain);
    let mut swapped = frame(0x01, 0x08, &[]);
    swapped[22] = 0x76;
    all_say(
        SEGMENT,
        &[
            (105, plain.clone()),
            (105, frame(0x88, 2, &[0, 0])),
            (105, frame(0x88, 0x83, &[0; 12])),
            (105, frame(0x08, 1, &[0, 0])),
            (105, swapped),
            (127, heard(&[0, 0, 8, 0, 0, 0, 0, 0])),
            (163, heard(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 8])),
            (119, heard(&[0x80, 0x21, 0x10, 1, 0, 0, 0, 8])),
            (119, heard(&[0x44, 0, 0, 0, 8, 0, 0, 0])),
            (192, heard(&[0, 0, 8, 0, 105, 0, 0, 0])),
        ],
    );
    all_say("link_encrypted", &[(105, frame(0x08, 0x41, &[])), (1, typed(0x88e5, &ip()))]);
    // More fragments, and several packets in one frame.
    all_say("link_not_known", &[(105, frame(0x08, 5, &[])), (105, frame(0x88, 1, &[0x80, 0]))]);
    all_say("not_ip", &[(105, frame(0x80, 0, &[])), (105, frame(0x48, 1, &[]))]);
}

#[test]
fn tags_and_labels_are_passed_over() {
    let (frame, ip) = (ethernet(), ip());
    let tags = behind(&[0, 7, 0x81, 0, 0, 9, 0x91, 0, 0, 9, 8, 0], &ip);
    all_say(
        SEGMENT,
        &[
            (1, typed(0x88a8, &tags)),
            (1, typed(0x8926, &behind(&[0, 0, 0, 0, 8, 0], &ip))),
            (1, typed(0x8847, &behind(&[0, 1, 0, 64, 0, 2, 1, 64], &ip))),
            (219, behind(&[0, 2, 1, 64], &ip)),
            // Ethernet behind a label, with a control word and without.
            (1, typed(0x8847, &[&[0, 2, 1, 64, 0, 0, 0, 0][..], &frame].concat())),
            (1, typed(0x8847, &[&[0, 2, 1, 64][..], &frame].concat())),
            (1, typed(0x8864, &behind(&[0x11, 0, 0, 1, 0, 99, 0, 0x21], &ip))),
            (1, typed(0x88e7, &behind(&[0; 4], &frame))),
            (1, typed(0x8903, &behind(&[0; 2], &frame))),
        ],
    );
    // Discovery of PPPoE, a packet of ARP behind a tag, a label without an end.
    all_say("not_ip", &[(1, typed(0x8863, &ip)), (1, typed(0x8100, &[0, 7, 8, 6, 0, 1]))]);
    all_say(
        "link_cut_off",
        &[(1, typed(0x8847, &[0, 2, 0, 64])), (1, typed(0x8100, &[0])), (239, vec![2, 0, 0, 0, 8])],
    );
}

#[test]
fn tunnels_over_ip_lead_to_what_they_carry() {
    let (frame, ip) = (ethernet(), ip());
    let gre = |head: &[u8], rest: &[u8]| outer(47, &behind(head, rest));
    let six = behind(&[0x60, 0, 0, 0, 0, 45, 4, 64], &[&[1; 16][..], &[2; 16], &ip].concat());
    all_say(
        SEGMENT,
        &[
            (101, outer(4, &ip)),
            (101, outer(41, &six)),
            (101, outer(97, &behind(&[0x30, 0], &frame))),
            (101, outer(137, &behind(&[0, 2, 1, 64], &ip))),
            // GRE: plain, with check sum, key and number, with PPP (a number, and an acknowledgement), with Ethernet.
            (101, gre(&[0, 0, 8, 0], &ip)),
            (101, gre(&[0xb0, 0, 8, 0, 1, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1], &ip)),
            (101, gre(&[0x30, 0x81, 0x88, 0x0b, 0, 47, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0x21], &ip)),
            (101, gre(&[0, 0, 0x65, 0x58], &frame)),
            // ERSPAN of all three kinds, the last with and without more.
            (101, gre(&[0, 0, 0x88, 0xbe], &frame)),
            (101, gre(&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 1, 0, 1, 0, 0, 0, 0], &frame)),
            (101, gre(&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], &frame)),
            (
                101,
                gre(
                    &[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
                    &behind(&[0; 8], &frame),
                ),
            ),
        ],
    );
}

#[test]
fn tunnels_over_udp_lead_to_what_they_carry() {
    let (frame, ip) = (ethernet(), ip());
    let six = behind(&[0x60, 0, 0, 0, 0, 45, 4, 64], &[&[1; 16][..], &[2; 16], &ip].concat());
    let vxlan = behind(&[8, 0, 0, 0, 0, 0, 9, 0], &frame);
    all_say(
        SEGMENT,
        &[
            (101, udp(50_000, 4789, &vxlan)),
            (101, udp(50_000, 8472, &vxlan)),
            (101, udp(50_000, 4790, &behind(&[0x0c, 0, 0, 1, 0, 0, 9, 0], &ip))),
            (101, udp(50_000, 4790, &behind(&[0x0c, 0, 0, 3, 0, 0, 9, 0], &frame))),
            (101, udp(50_000, 6081, &behind(&[1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 0], &frame))),
            (101, udp(2152, 2152, &behind(&[0x30, 255, 0, 45, 0, 0, 0, 1], &ip))),
            (101, udp(2152, 9, &behind(&[0x34, 255, 0, 53, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 9, 0], &ip))),
            (101, udp(1701, 9, &behind(&[0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21], &ip))),
            (101, udp(9, 1701, &behind(&[0x4a, 2, 0, 60, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 9, 9, 0, 0x21], &ip))),
            (101, udp(3544, 9, &six)),
            (101, udp(9, 3544, &behind(&[0, 1, 1, 0, 7, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 2, 1, 2, 3, 4], &six))),
            (101, udp(5247, 9, &behind(&[0, 0x10, 2, 0, 0, 0, 0, 0], &frame))),
        ],
    );
    // A port says little: what is no tunnel is UDP like any other, unless the end that would show it was cut off.
    all_say(
        "not_tcp",
        &[
            (101, udp(50_000, 4789, &behind(&[0; 8], &frame))),
            (101, udp(50_000, 4789, &[8, 0, 0, 0, 0, 0, 9, 0, 1, 2, 3])),
            (101, udp(2152, 9, &[0x32, 1, 0, 0])),
            (101, udp(53, 9, &vxlan)),
        ],
    );
    let cut = udp(50_000, 4789, &vxlan);
    assert_eq!(said(101, &cut[..60]), "ip_malformed");
    assert_eq!(said(101, &cut[..cut.len() - 3]), "203.0.113.9:40000 7 5 2");
}

#[test]
fn what_nobody_can_open_is_told() {
    let ip = ip();
    let sealed = [
        (101, outer(50, &ip)),
        (101, udp(4500, 9, &[1, 2, 3, 4, 0, 0, 0, 1, 9, 9])),
        (101, udp(51_820, 9, &[4, 0, 0, 0, 1])),
        (9, vec![0xff, 3, 0, 0xfd, 1]),
        (101, outer(47, &behind(&[0x40, 0, 8, 0], &ip))),
    ];
    all_say("tunnel_not_read", &sealed);
    // Keys are agreed on over the same port.
    all_say("not_tcp", &[(101, udp(4500, 9, &[0, 0, 0, 0, 1])), (101, udp(4500, 9, &[0xff]))]);
    all_say(
        "quic",
        &[
            (101, udp(50_000, 443, &[0xc3, 0, 0, 0, 1, 8])),
            (101, udp(443, 50_000, &[0xd0, 0x6b, 0x33, 0x43, 0xcf, 8])),
            (101, udp(50_000, 8443, b"\xc3Q050\x08")),
        ],
    );
    all_say(
        "not_tcp",
        &[(101, udp(50_000, 443, &[0x43, 0, 0, 0, 1, 8])), (101, udp(50_000, 443, &[0xc3, 0, 0, 0, 0, 8]))],
    );
}

/// Heads within heads come to an end.
#[test]
fn a_packet_of_many_heads_is_told_and_not_followed() {
    let nested = |times: usize| (0..times).fold(ip(), |inner, _| outer(4, &inner));
    assert_eq!(said(101, &nested(20)), SEGMENT);
    assert_eq!(said(101, &nested(60)), "tunnel_not_read");
    let tags = |times: usize| typed(0x8100, &[&[0, 7, 0x81, 0].repeat(times)[..], &[0, 7, 8, 0], &ip()].concat());
    assert_eq!(said(1, &tags(20)), SEGMENT);
    assert_eq!(said(1, &tags(60)), "tunnel_not_read");
}
