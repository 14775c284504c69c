"""A log of other people's making: tree, notes and the client's side of tlog-witness are theirs (aics-tlog, aics-witness).

    log.py key              its verifier key
    log.py URL VKEY FILE    grows, has each step cosigned by the witness at URL, tries another history, and writes the
                        last note into FILE
"""

import sys

from aics_tlog import Checkpoint, format_vkey, sign_checkpoint, vkey_from_ed25519
from aics_tlog.tree import MerkleTree
from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessRejected, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "peer.example/log"
KEY = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)


def checkpoint(tree, size):
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(size)), KEY, ORIGIN).serialise()


def submit(client, tree, size):
    signed = checkpoint(tree, size)
    # Their client verifies the cosignature against the key before it returns.
    lines = client.submit(signed, lambda old, new: tree.consistency_proof(old, new))
    return merge_cosignatures(signed, lines)


def refused(client, tree, size):
    try:
        submit(client, tree, size)
    except (WitnessRejected, WitnessAhead) as why:
        return type(why).__name__
    return "cosigned"


def main(url, vkey, path):
    honest = MerkleTree(b"entry %d" % n for n in range(1000))
    other = MerkleTree(b"rewritten" if n == 7 else b"entry %d" % n for n in range(1000))
    client = WitnessClient(url, vkey, max_attempts=1)
    for size in (1, 2, 3, 255, 256, 257, 700):
        note = submit(client, honest, size)
        print(f"cosigned {size}")
    print("fork", refused(WitnessClient(url, vkey, max_attempts=1), other, 900))
    print("rewritten", refused(WitnessClient(url, vkey, max_attempts=1), other, 700))
    print("older", refused(WitnessClient(url, vkey, max_attempts=1), honest, 300))
    with open(path, "wb") as file:
        file.write(note)


if sys.argv[1] == "key":
    print(format_vkey(vkey_from_ed25519(ORIGIN, KEY.public_key())))
else:
    main(*sys.argv[1:])
