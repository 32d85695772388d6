// Checks a log that PublishedLog wrote to a folder, with Go's own tlog and note (golang.org/x/mod/sumdb), and makes the same
// proofs with them. Prints how many proofs agreed.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var folder = os.Args[1]

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func read(name string) string {
	data, err := os.ReadFile(filepath.Join(folder, name))
	must(err)
	return string(data)
}

func require(holds bool, what string) {
	if !holds {
		fmt.Println("not so: " + what)
		os.Exit(1)
	}
}

// Reads the tiles as a client of tlog-tiles does: same layout, without the height in the path.
type tiles struct{}

func (tiles) Height() int                                { return 8 }
func (tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(folder, "tile/"+strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func hashes(lines []string) []tlog.Hash {
	all := []tlog.Hash{}
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		must(err)
		all = append(all, hash)
	}
	return all
}

func main() {
	verifier, err := note.NewVerifier(strings.TrimSpace(read("key.vkey")))
	must(err)
	opened, err := note.Open([]byte(read("checkpoint")), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	require(lines[0] == verifier.Name(), "the origin is the key's name")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{})

	// Its own tree from the records alone.
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var all []tlog.Hash
		for _, index := range indexes {
			all = append(all, stored[index])
		}
		return all, nil
	})
	records := bytes.Split([]byte(strings.TrimSuffix(read("records.jsonl"), "\n")), []byte("\n"))
	require(int64(len(records)) == size, "every record is there")
	for i, record := range records {
		more, err := tlog.StoredHashes(int64(i), record, own)
		must(err)
		stored = append(stored, more...)
	}
	computed, err := tlog.TreeHash(size, own)
	must(err)
	require(computed == root, "the head is that of the records")

	agreed := 0
	proofs, err := filepath.Glob(filepath.Join(folder, "proofs/*.tlog-proof"))
	must(err)
	for _, name := range proofs {
		data, err := os.ReadFile(name)
		must(err)
		parts := strings.SplitN(string(data), "\n\n", 2)
		rows := strings.Split(parts[0], "\n")
		require(rows[0] == "c2sp.org/tlog-proof@v1", "the first line")
		index, err := strconv.ParseInt(strings.TrimPrefix(rows[1], "index "), 10, 64)
		must(err)
		require(parts[1] == read("checkpoint"), "the checkpoint, verbatim")
		ours := hashes(rows[2:])
		must(tlog.CheckRecord(ours, size, root, index, tlog.RecordHash(records[index])))
		fromTiles, err := tlog.ProveRecord(size, index, reader)
		must(err)
		require(fmt.Sprint(fromTiles) == fmt.Sprint(tlog.RecordProof(ours)), "the proof from the tiles")
		agreed++
	}
	continuations, err := filepath.Glob(filepath.Join(folder, "continuations/*"))
	must(err)
	for _, name := range continuations {
		data, err := os.ReadFile(name)
		must(err)
		parts := strings.SplitN(string(data), "\n\n", 2)
		rows := strings.Split(parts[0], "\n")
		from, err := strconv.ParseInt(strings.TrimPrefix(rows[0], "old "), 10, 64)
		must(err)
		before, err := tlog.TreeHash(from, own)
		must(err)
		ours := hashes(rows[1:])
		must(tlog.CheckTree(ours, size, root, from, before))
		fromTiles, err := tlog.ProveTree(size, from, reader)
		must(err)
		require(fmt.Sprint(fromTiles) == fmt.Sprint(tlog.TreeProof(ours)), "the consistency proof from the tiles")
		agreed++
	}
	// And the other way round: a note that Go signs.
	secret, public, err := note.GenerateKey(rand.Reader, "go.example/log")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	signed, err := note.Sign(&note.Note{Text: opened.Text}, signer)
	must(err)
	must(os.WriteFile(filepath.Join(folder, "go.note"), signed, 0o600))
	must(os.WriteFile(filepath.Join(folder, "go.vkey"), []byte(public), 0o600))
	fmt.Println(agreed, "proofs agree")
}
