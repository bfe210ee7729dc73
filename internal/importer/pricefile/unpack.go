package pricefile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/foliosight/foliosight/finance/ledger"
)

// unpack returns the plain content: of a gzip file what is in it, without the
// byte-order mark that some programs write.
func unpack(content []byte, most int64) ([]byte, *ledger.Fault) {
	if len(content) >= 2 && content[0] == 0x1f && content[1] == 0x8b {
		plain, fault := gunzip(content, most)
		if fault != nil {
			return nil, fault
		}
		content = plain
	}
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		return nil, &ledger.Fault{Problem: "is a zip archive", Cure: "unpack it and give the file that is in it"}
	}
	if len(content) >= 2 && (content[0] == 0xff && content[1] == 0xfe || content[0] == 0xfe && content[1] == 0xff) {
		return nil, &ledger.Fault{Problem: "is written in UTF-16", Cure: "save it as UTF-8"}
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, &ledger.Fault{Problem: "is empty", Cure: "give a file with a header line and rows"}
	}
	if int64(len(content)) > most {
		return nil, tooLarge(most)
	}
	return content, nil
}

func gunzip(content []byte, most int64) ([]byte, *ledger.Fault) {
	broken := func(err error) *ledger.Fault {
		return &ledger.Fault{Problem: "is not a whole gzip file (" + err.Error() + ")", Cure: "fetch it again, or unpack it first", Err: err}
	}
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, broken(err)
	}
	// The last four bytes are the unpacked length; they may lie, so they only size the
	// buffer, and no more than deflate could make of so many bytes.
	size := int64(binary.LittleEndian.Uint32(content[len(content)-4:]))
	size = min(size, 1032*int64(len(content)), most)
	plain := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	if _, err := plain.ReadFrom(io.LimitReader(r, most+1)); err != nil {
		return nil, broken(err)
	}
	if int64(plain.Len()) > most {
		return nil, tooLarge(most)
	}
	return plain.Bytes(), nil
}

func tooLarge(most int64) *ledger.Fault {
	return &ledger.Fault{Problem: fmt.Sprintf("is larger than %d MiB, unpacked", most>>20), Cure: "split it by years or by symbols"}
}

func looksLikeXML(content []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n"), []byte("<"))
}

// clip shortens a value for a message.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
