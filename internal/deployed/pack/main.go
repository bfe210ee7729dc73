// Command pack makes a release of binaries that are built: an archive of each, its bill of
// materials, and the checksums of all of them.
//
//	pack -version 1.2.3 -time 1764547200 -into dist -with LICENSE,README.md DIR…
//
// Model: a directory holds one binary and is named as its archive is to be:
// foliosight_1.2.3_linux_amd64. Windows gets a zip, others a tar.gz. What is written
// depends on the arguments and the files' contents alone, never on a clock, an owner or the
// order of a directory: two builds of one commit are the same bytes.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// release is what is made and where to.
type release struct {
	version string
	at      time.Time // of the commit
	into    string
	with    []string // files that go into every archive
}

func main() {
	version := flag.String("version", "", "version of the release")
	at := flag.Int64("time", 0, "time of the commit, in seconds since 1970")
	into := flag.String("into", "", "directory that is made")
	with := flag.String("with", "", "files that go into every archive, with commas between")
	flag.Parse()
	r := release{version: *version, at: time.Unix(*at, 0).UTC(), into: *into, with: strings.Split(*with, ",")}
	if r.version == "" || *at <= 0 || r.into == "" || *with == "" || flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := r.make(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// make packs each directory and writes the checksums.
func (r release) make(directories []string) error {
	if err := os.Mkdir(r.into, 0o755); err != nil {
		return err
	}
	var made []string
	for _, directory := range directories {
		name := filepath.Base(directory)
		binary, err := onlyFile(directory)
		if err != nil {
			return err
		}
		files := append([]string{binary}, r.with...)
		archive := name + ".tar.gz"
		write := r.tarball
		if strings.HasSuffix(binary, ".exe") {
			archive, write = name+".zip", r.zipped
		}
		if err := create(filepath.Join(r.into, archive), func(f *os.File) error { return write(f, name, files) }); err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		bill := name + ".cdx.json"
		if err := create(filepath.Join(r.into, bill), func(f *os.File) error { return r.bill(f, binary) }); err != nil {
			return fmt.Errorf("%s: %w", bill, err)
		}
		made = append(made, archive, bill)
	}
	return r.checksums(made)
}

// onlyFile is the one file of a directory.
func onlyFile(directory string) (string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	if len(entries) != 1 || !entries[0].Type().IsRegular() {
		return "", fmt.Errorf("%s: one binary is expected in it, and nothing else", directory)
	}
	return filepath.Join(directory, entries[0].Name()), nil
}

// create writes a new file.
func create(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// checksums writes SHA256SUMS as sha256sum -c reads it.
func (r release) checksums(names []string) error {
	slices.Sort(names)
	var lines strings.Builder
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(r.into, name))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		fmt.Fprintf(&lines, "%s  %s\n", hex.EncodeToString(sum[:]), name)
	}
	return os.WriteFile(filepath.Join(r.into, "SHA256SUMS"), []byte(lines.String()), 0o644)
}
