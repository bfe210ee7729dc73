package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// mode is that of a file in an archive: binaries run, the rest is read.
func mode(file string) int64 {
	if base := filepath.Base(file); base == "foliosight" || strings.HasSuffix(base, ".exe") {
		return 0o755
	}
	return 0o644
}

// tarball writes files as a compressed tar, in a folder of its name.
func (r release) tarball(to io.Writer, folder string, files []string) error {
	zipped, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: path.Join(folder, filepath.Base(file)), Mode: mode(file), Size: int64(len(content)), ModTime: r.at, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		if _, err := archive.Write(content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

// zipped writes files as a zip, in a folder of its name.
func (r release) zipped(to io.Writer, folder string, files []string) error {
	archive := zip.NewWriter(to)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: path.Join(folder, filepath.Base(file)), Method: zip.Deflate, Modified: r.at}
		h.SetMode(os.FileMode(mode(file)))
		w, err := archive.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}
