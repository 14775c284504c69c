// Command verify-ledger checks a Sekisho ledger with code that shares nothing
// with Sekisho: the note and tree packages of golang.org/x/mod, which verify
// Go's own checksum database.
//
//	verify-ledger -dir DIR -key VKEY|@FILE [-older FILE] [-every K] [-proof FILE] [-receipt FILE]
//	              [-witness VKEY]...
//
// Each witness that is named must have cosigned the checkpoint, and those of the
// proof and the receipt. Their Ed25519 cosignatures (C2SP tlog-cosignature) are
// checked here: the note package knows log keys only.
//
// It exits with 0 when all holds, 1 when something does not, 2 when it was
// called wrongly.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
	proofLine  = "c2sp.org/tlog-proof@v1"
	leafLabel  = "sekisho ledger entry v1\x00"
	cosigner   = 4
)

func main() {
	dir := flag.String("dir", "", "directory with checkpoint and tile/")
	key := flag.String("key", "", "the ledger's verifier key, or @ and a file that holds it")
	older := flag.String("older", "", "an older checkpoint that the present one must continue")
	every := flag.Int64("every", 1, "prove the inclusion of every K-th entry")
	proof := flag.String("proof", "", "a tlog-proof of an entry of this ledger")
	receipt := flag.String("receipt", "", "a receipt of this ledger")
	var witnesses witnessList
	flag.Var(&witnesses, "witness", "the verifier key of a witness; may be given more than once")
	flag.Parse()
	if *dir == "" || *key == "" || *every < 1 || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*dir, *key, *older, *every, *proof, *receipt, witnesses); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func run(dir, key, older string, every int64, proof, receipt string, witnesses []witness) error {
	verifier, err := readKey(key)
	if err != nil {
		return fmt.Errorf("key: %w", err)
	}
	log := &ledger{dir: dir, verifier: verifier, witnesses: witnesses}
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	if log.tree, err = log.openWitnessed(signed); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	log.hashes = tlog.TileHashReader(log.tree, log)
	if err := log.checkEntries(every); err != nil {
		return err
	}
	if older != "" {
		if err := log.checkContinues(older); err != nil {
			return fmt.Errorf("older checkpoint: %w", err)
		}
	}
	if proof != "" {
		if err := log.checkProofFile(proof); err != nil {
			return fmt.Errorf("proof: %w", err)
		}
	}
	if receipt != "" {
		if err := log.checkReceipt(receipt); err != nil {
			return fmt.Errorf("receipt: %w", err)
		}
	}
	fmt.Println("holds: entries", log.tree.N)
	return nil
}

func readKey(key string) (note.Verifier, error) {
	if strings.HasPrefix(key, "@") {
		text, err := os.ReadFile(key[1:])
		if err != nil {
			return nil, err
		}
		key = strings.TrimSpace(string(text))
	}
	return note.NewVerifier(key)
}

// openCheckpoint reads a signed checkpoint once its signature is verified.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this ledger")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// witness is a cosigner: a name and a public key.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

// witnessList reads -witness flags.
type witnessList []witness

func (list *witnessList) String() string { return fmt.Sprint(len(*list), " witnesses") }

func (list *witnessList) Set(vkey string) error {
	name, rest, _ := strings.Cut(vkey, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || name == "" || len(key) != 1+ed25519.PublicKeySize || key[0] != cosigner {
		return errors.New("not the verifier key of an Ed25519 witness")
	}
	digest := sha256.Sum256(append([]byte(name+"\n"), key...))
	known := binary.BigEndian.Uint32(digest[:4])
	if fmt.Sprintf("%08x", known) != id {
		return errors.New("the id is not of this name and key")
	}
	*list = append(*list, witness{name, known, ed25519.PublicKey(key[1:])})
	return nil
}

// hasCosigned looks for a line of this witness. One that is wrong is an error even beside one that is right.
func (one witness) hasCosigned(opened *note.Note) error {
	found := false
	for _, line := range opened.UnverifiedSigs {
		if line.Name != one.name || line.Hash != one.id {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(line.Base64)
		if err != nil || len(raw) != 4+8+ed25519.SignatureSize {
			return fmt.Errorf("witness %s: not a cosignature", one.name)
		}
		time := binary.BigEndian.Uint64(raw[4:12])
		message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, opened.Text)
		if time == 0 || time > 1<<63-1 || !ed25519.Verify(one.key, []byte(message), raw[12:]) {
			return fmt.Errorf("witness %s: the cosignature is wrong", one.name)
		}
		found = true
	}
	if !found {
		return fmt.Errorf("witness %s has not cosigned", one.name)
	}
	return nil
}

type ledger struct {
	dir       string
	verifier  note.Verifier
	witnesses []witness
	tree      tlog.Tree
	hashes    tlog.HashReader
}

// openWitnessed reads a checkpoint that the ledger signed and every witness cosigned.
func (log *ledger) openWitnessed(signed []byte) (tlog.Tree, error) {
	tree, err := openCheckpoint(signed, log.verifier)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(signed, note.VerifierList(log.verifier))
	if err != nil {
		return tree, err
	}
	for _, one := range log.witnesses {
		if err := one.hasCosigned(opened); err != nil {
			return tree, err
		}
	}
	return tree, nil
}

// tileFile names a tile as C2SP tlog-tiles does. The package's own Path puts
// the height before the level.
func (log *ledger) tileFile(kind string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < tileWidth {
		name += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join(log.dir, "tile", kind, filepath.FromSlash(name))
}

// Height, ReadTiles and SaveTiles make a ledger a tlog.TileReader.
func (log *ledger) Height() int { return tileHeight }

func (log *ledger) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(log.tileFile(strconv.Itoa(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

func (log *ledger) SaveTiles([]tlog.Tile, [][]byte) {}

// bundle reads the n-th entry bundle as the published size has it.
func (log *ledger) bundle(n int64) ([][]byte, error) {
	width := log.tree.N - n*tileWidth
	if width > tileWidth {
		width = tileWidth
	}
	content, err := os.ReadFile(log.tileFile("entries", n, int(width)))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(content) > 0 {
		if len(content) < 2 || len(content)-2 < int(binary.BigEndian.Uint16(content)) {
			return nil, fmt.Errorf("bundle %d ends within an entry", n)
		}
		end := 2 + int(binary.BigEndian.Uint16(content))
		entries = append(entries, content[2:end])
		content = content[end:]
	}
	if int64(len(entries)) != width {
		return nil, fmt.Errorf("bundle %d has %d entries instead of %d", n, len(entries), width)
	}
	return entries, nil
}

// checkEntries holds every entry against the tree, and proves every K-th.
func (log *ledger) checkEntries(every int64) error {
	for n := int64(0); n*tileWidth < log.tree.N; n++ {
		entries, err := log.bundle(n)
		if err != nil {
			return err
		}
		if err := log.checkBundle(n*tileWidth, entries, every); err != nil {
			return err
		}
	}
	return nil
}

func (log *ledger) checkBundle(first int64, entries [][]byte, every int64) error {
	indexes := make([]int64, len(entries))
	for i := range entries {
		indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
	}
	leaves, err := log.hashes.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, entry := range entries {
		index := first + int64(i)
		if tlog.RecordHash(entry) != leaves[i] {
			return fmt.Errorf("entry %d is not what its leaf commits to", index)
		}
		if index%every != 0 {
			continue
		}
		path, err := tlog.ProveRecord(log.tree.N, index, log.hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(path, log.tree.N, log.tree.Hash, index, leaves[i]); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

func (log *ledger) checkContinues(file string) error {
	signed, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(signed, log.verifier)
	if err != nil {
		return err
	}
	path, err := tlog.ProveTree(log.tree.N, old.N, log.hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, log.tree.N, log.tree.Hash, old.N, old.Hash)
}

// checkProofFile verifies a proof of an entry that it takes from the bundles.
func (log *ledger) checkProofFile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return log.checkProof(text, func(index int64) ([]byte, error) {
		if index >= log.tree.N {
			return nil, errors.New("the entry is not in this ledger")
		}
		entries, err := log.bundle(index / tileWidth)
		if err != nil {
			return nil, err
		}
		return entries[index%tileWidth], nil
	})
}

func (log *ledger) checkProof(text []byte, entry func(int64) ([]byte, error)) error {
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != proofLine || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil || index < 0 {
		return errors.New("not an index")
	}
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := log.openWitnessed(signed)
	if err != nil {
		return err
	}
	content, err := entry(index)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(content))
}

// checkReceipt verifies each event of a receipt: commitment, then proof.
func (log *ledger) checkReceipt(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var receipt struct {
		Version int
		Events  []struct{ Body, Salt, Proof string }
	}
	if err := json.Unmarshal(text, &receipt); err != nil {
		return err
	}
	if receipt.Version != 1 || len(receipt.Events) == 0 {
		return errors.New("not a receipt of version 1 with events")
	}
	for i, event := range receipt.Events {
		salt, err := base64.StdEncoding.DecodeString(event.Salt)
		if err != nil || len(salt) != 32 {
			return fmt.Errorf("event %d: not a salt", i+1)
		}
		commitment := func(int64) ([]byte, error) { return commit(salt, event.Body), nil }
		if err := log.checkProof([]byte(event.Proof), commitment); err != nil {
			return fmt.Errorf("event %d: %w", i+1, err)
		}
	}
	return nil
}

// commit computes the entry of a leaf from salt and body.
func commit(salt []byte, body string) []byte {
	hash := sha256.New()
	hash.Write([]byte(leafLabel))
	hash.Write(salt)
	binary.Write(hash, binary.BigEndian, uint64(len(body)))
	hash.Write([]byte(body))
	return hash.Sum(nil)
}
