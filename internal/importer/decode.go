package importer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"

	"github.com/foliosight/foliosight/finance/ledger"
)

// The limits of a file. They keep a mistaken or hostile file from taking the machine.
const (
	MaxSize  = 64 << 20  // bytes, after unpacking
	MaxRows  = 1_000_000 // rows of one file
	MaxDepth = 64        // nested elements
)

// ErrNotText reports a file that no reader here can read: empty, binary, a document.
var ErrNotText = errors.New("not a file that can be read here")

// Decode unpacks gzip and turns the text into UTF-8 without a byte order mark. The
// second result says what was done, for people ("Windows-1250"); it is empty for plain
// UTF-8. Content that is no text is refused by the name of what it is.
func Decode(content []byte) ([]byte, string, error) {
	content, err := gunzip(content)
	if err != nil {
		return nil, "", err
	}
	if len(content) > MaxSize {
		return nil, "", &ledger.Fault{Problem: fmt.Sprintf("%d MB are more than the %d MB that are read", len(content)>>20, MaxSize>>20),
			Cure: "split the file by year", Err: ErrNotText}
	}
	if what, cure := Binary(content); what != "" {
		return nil, "", &ledger.Fault{Problem: "this is " + what, Cure: cure, Err: ErrNotText}
	}
	text, charset, err := toUTF8(content)
	if err != nil {
		return nil, "", err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, "", &ledger.Fault{Problem: "the file is empty", Cure: "export it again", Err: ErrNotText}
	}
	return declareUTF8(text), charset, nil
}

func gunzip(content []byte) ([]byte, error) {
	if !bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		return content, nil
	}
	broken := func(err error) error {
		return &ledger.Fault{Problem: "the gzip archive is damaged: " + err.Error(), Cure: "download it again", Err: ErrNotText}
	}
	r, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, broken(err)
	}
	// One byte more than allowed tells too much from just enough.
	plain, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, broken(err)
	}
	return plain, nil
}

// signatures are the first bytes of what people upload by mistake.
var signatures = []struct{ prefix, what, cure string }{
	{"PK\x03\x04", "a zip archive or an Excel workbook (xlsx)", "unpack it, or save the sheet as CSV"},
	{"\xd0\xcf\x11\xe0", "an Excel workbook (xls)", "save the sheet as CSV"},
	{"PORTFOLIO\x00", "an encrypted Portfolio Performance file", "save it there as XML without a password"},
	{"PORTFOLIO\x01", "an encrypted Portfolio Performance file", "save it there as XML without a password"},
	{"PPPBV", "a binary Portfolio Performance file", "save it there as XML"},
	{"%PDF", "a PDF document", "ask the broker for a CSV, XML or OFX export"},
	{"SQLite format 3\x00", "a SQLite database", "export it from the program that wrote it"},
	{"\x89PNG", "a picture", "choose the exported file"},
	{"\xff\xd8\xff", "a picture", "choose the exported file"},
	{"GIF8", "a picture", "choose the exported file"},
	{"\x7fELF", "a program", "choose the exported file"},
	{"MZ\x90", "a program", "choose the exported file"},
	{"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first"},
	{"\xfd7zXZ", "an xz archive", "unpack it first"},
	{"BZh", "a bzip2 archive", "unpack it first"},
}

// Binary says what content is when it is not text, and how to get something that can
// be read; both are empty for text.
func Binary(content []byte) (what, cure string) {
	if len(content) == 0 {
		return "an empty file", "export it again"
	}
	for _, s := range signatures {
		if bytes.HasPrefix(content, []byte(s.prefix)) {
			return s.what, s.cure
		}
	}
	head := content[:min(len(content), 4096)]
	if wideText(head) != nil {
		return "", ""
	}
	if bytes.IndexByte(content, 0) >= 0 {
		return "a binary file", "choose the exported text file"
	}
	start := strings.ToLower(string(bytes.TrimSpace(head[:min(len(head), 512)])))
	if strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		return "a web page (HTML)", "download the export itself instead of saving the page"
	}
	return "", ""
}

// wideText returns the UTF-16 decoder for content with a byte order mark, or whose
// every other byte is zero as in Latin text; nil for anything else.
func wideText(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.ExpectBOM)
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return xunicode.UTF16(xunicode.BigEndian, xunicode.ExpectBOM)
	}
	var even, odd int
	for i, b := range head {
		if b == 0 {
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
	}
	half := len(head) / 2
	switch {
	case len(head) < 16:
	case odd > half*8/10 && even == 0:
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)
	case even > half*8/10 && odd == 0:
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)
	}
	return nil
}

func toUTF8(content []byte) ([]byte, string, error) {
	if wide := wideText(content[:min(len(content), 4096)]); wide != nil {
		text, err := wide.NewDecoder().Bytes(content)
		if err != nil {
			return nil, "", &ledger.Fault{Problem: "the UTF-16 text is damaged: " + err.Error(), Cure: "save it as UTF-8", Err: ErrNotText}
		}
		return text, "UTF-16", nil
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if utf8.Valid(content) {
		return content, "", nil
	}
	table, name := charset(content)
	text, err := table.NewDecoder().Bytes(content)
	if err != nil {
		return nil, "", &ledger.Fault{Problem: "the text is neither UTF-8 nor " + name, Cure: "save it as UTF-8", Err: ErrNotText}
	}
	return text, name, nil
}

var declaredCharset = regexp.MustCompile(`(?i)(?:encoding=["']|CHARSET:)\s*(?:windows-|cp|iso-)?(1250|1252|8859-1|8859-2|8859-15)\b`)

// charset chooses the table for text that is not UTF-8: what the file declares, else
// the one of Windows-1252 and 1250 in which fewer signs stand where letters should.
func charset(content []byte) (*charmap.Charmap, string) {
	if m := declaredCharset.FindSubmatch(content[:min(len(content), 1024)]); m != nil {
		switch string(m[1]) {
		case "1250":
			return charmap.Windows1250, "Windows-1250"
		case "8859-2":
			return charmap.ISO8859_2, "ISO 8859-2"
		case "8859-15":
			return charmap.ISO8859_15, "ISO 8859-15"
		}
		return charmap.Windows1252, "Windows-1252"
	}
	if oddSigns(content, charmap.Windows1250) < oddSigns(content, charmap.Windows1252) {
		return charmap.Windows1250, "Windows-1250"
	}
	return charmap.Windows1252, "Windows-1252"
}

// oddSigns counts the bytes above ASCII that touch a letter and are not letters
// themselves: "gł" is a word in one table and "g³" in the other.
func oddSigns(content []byte, table *charmap.Charmap) int {
	n := 0
	for i, b := range content {
		if b < 0x80 {
			continue
		}
		touches := i > 0 && asciiLetter(content[i-1]) || i+1 < len(content) && asciiLetter(content[i+1])
		if r := table.DecodeByte(b); touches && !unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

func asciiLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

var xmlEncoding = regexp.MustCompile(`^(\s*<\?xml[^>]*?encoding=)["'][^"']*["']`)

// declareUTF8 makes an XML declaration say what the text now is.
func declareUTF8(text []byte) []byte {
	head := text[:min(len(text), 256)]
	at := xmlEncoding.FindSubmatchIndex(head)
	if at == nil || bytes.Contains(bytes.ToLower(head[at[0]:at[1]]), []byte("utf-8")) {
		return text
	}
	out := append([]byte{}, text[:at[3]]...)
	out = append(out, `"UTF-8"`...)
	return append(out, text[at[1]:]...)
}
