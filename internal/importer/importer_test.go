package importer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	xunicode "golang.org/x/text/encoding/unicode"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
)

func gz(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecode(t *testing.T) {
	const polish = "Sklep spożywczy,Konto główne,śniadanie,Gdańsk"
	const german = "Gebühr,Überweisung,Größe 5 €"
	encode := func(s string, e interface{ String(string) (string, error) }) []byte {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(out)
	}
	tests := []struct {
		name    string
		content []byte
		want    string
		charset string
	}{
		{"UTF-8", []byte(german), german, ""},
		{"with a byte order mark", []byte("\xef\xbb\xbf" + german), german, ""},
		{"gzip", gz(t, german), german, ""},
		{"UTF-16, little end first", encode(german, xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewEncoder()), german, "UTF-16"},
		{"UTF-16, big end first", encode(german, xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM).NewEncoder()), german, "UTF-16"},
		{"UTF-16 without a mark", encode("date,amount,currency,name", xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM).NewEncoder()), "date,amount,currency,name", "UTF-16"},
		{"Windows-1250", encode(polish, charmap.Windows1250.NewEncoder()), polish, "Windows-1250"},
		{"Windows-1252", encode(german, charmap.Windows1252.NewEncoder()), german, "Windows-1252"},
		{"what the file declares counts", encode("CHARSET:1250\nPłock", charmap.Windows1250.NewEncoder()), "CHARSET:1250\nPłock", "Windows-1250"},
		{"the declaration of XML follows", encode(`<?xml version="1.0" encoding="ISO-8859-1"?><a>Größe</a>`, charmap.ISO8859_1.NewEncoder()),
			`<?xml version="1.0" encoding="UTF-8"?><a>Größe</a>`, "Windows-1252"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, charset, err := Decode(tt.content)
			if err != nil || string(got) != tt.want || charset != tt.charset {
				t.Errorf("got %q as %q, %v; want %q as %q", got, charset, err, tt.want, tt.charset)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	tests := []struct {
		name    string
		content []byte
		says    string
	}{
		{"nothing", nil, "an empty file"},
		{"only spaces", []byte(" \n\t"), "empty"},
		{"a workbook", []byte("PK\x03\x04rest"), "Excel"},
		{"a PDF", []byte("%PDF-1.7"), "PDF"},
		{"a database", []byte("SQLite format 3\x00"), "SQLite"},
		{"a saved page", []byte("\n<!DOCTYPE html><html>"), "web page"},
		{"a binary file", []byte("abc\x00\x01\x02\xffdefghijklmnopqrstuvw"), "binary"},
		{"half a gzip archive", gz(t, strings.Repeat("abc", 1000))[:20], "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Decode(tt.content)
			if err == nil || !strings.Contains(err.Error(), tt.says) || !errors.Is(err, ErrNotText) {
				t.Errorf("got %v, want it to say %q", err, tt.says)
			}
		})
	}
}

func TestDecodeStopsAtTheLimit(t *testing.T) {
	bomb := gz(t, strings.Repeat("a", MaxSize+1))
	if _, _, err := Decode(bomb); err == nil || !strings.Contains(err.Error(), "more than the 64 MB") {
		t.Errorf("%d bytes that unpack to %d: %v", len(bomb), MaxSize+1, err)
	}
}

// lines is a format for tests: every line is a deposit of that amount, "-" is no
// booking, anything else is refused.
type lines struct {
	name string
	sure int
}

func (f lines) Name() string              { return f.name }
func (f lines) Label() string             { return f.name }
func (f lines) Detect(string, []byte) int { return f.sure }
func (f lines) Read(_ string, content []byte, _ Options) (*File, error) {
	file := &File{}
	for i, l := range strings.Fields(string(content)) {
		row := Row{Number: i + 1, Place: fmt.Sprintf("line %d", i+1)}
		amount, source, _ := strings.Cut(l, "#")
		if d, err := money.Parse(amount); err == nil {
			row.Transactions = []ledger.Transaction{{Date: date.Must(2024, 1, 2), Type: ledger.Deposit, Amount: money.Some(d), Currency: "EUR", Source: source}}
		} else if l == "-" {
			row.Ignored = "a dash"
		} else {
			row.Faults = ledger.Faults{{Field: "amount", Value: l, Problem: "it is not a number", Cure: "write digits"}}
		}
		file.Rows = append(file.Rows, row)
	}
	return file, nil
}

func TestRegistryChoosesTheSurest(t *testing.T) {
	r := NewRegistry(lines{"a", 0}, lines{"b", 40}, lines{"c", 40}, lines{"d", 90})
	f, all := r.Detect("x", []byte("1"))
	if f.Name() != "d" || len(all) != 3 || all[1].Format.Name() != "b" {
		t.Errorf("got %v of %v", f.Name(), all)
	}
	if _, err := r.Read("x", []byte("1"), "e", Options{}); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("a format that is none: %v", err)
	}
	file, err := r.Read("dir/x.txt", []byte("1"), "B", Options{})
	if err != nil || file.Format != "b" {
		t.Errorf("the named format: %+v, %v", file, err)
	}
	_, err = NewRegistry(lines{"a", 0}).Read("dir/x.txt", []byte("hello"), Auto, Options{})
	var fault *ledger.Fault
	if !errors.As(err, &fault) || fault.File != "x.txt" || fault.Value != "hello" || fault.Cure == "" {
		t.Errorf("a file of no format: %v", err)
	}
}

func TestReadSettlesEveryRow(t *testing.T) {
	r := NewRegistry(lines{"lines", 50})
	text := []byte("5 5 - x 7#A 7#A 8#A 0.1234567890123456789")
	file, err := r.Read("x", text, Auto, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := file.Counts(), (Counts{Rows: 8, Booked: 4, Ignored: 2, Refused: 2, Transactions: 4}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	sources := map[string]bool{}
	for _, t := range file.Transactions() {
		sources[t.Source] = true
	}
	if len(sources) != 4 || sources[""] {
		t.Errorf("the sources are not distinct: %v", sources)
	}
	if got := file.Rows[5].Ignored; got != "the same booking with the same reference as line 5" {
		t.Errorf("the repeated row is %q", got)
	}
	for _, f := range file.Faults() {
		if f.File != "x" || f.Row == 0 || f.Problem == "" || f.Cure == "" {
			t.Errorf("the fault does not name its place and cure: %v", f)
		}
	}
	again, err := r.Read("renamed", text, Auto, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, tx := range again.Transactions() {
		if tx.Source != file.Transactions()[i].Source {
			t.Errorf("booking %d: read again it is %s, was %s", i, tx.Source, file.Transactions()[i].Source)
		}
	}
}

func TestReadRefusesWhatLiesAhead(t *testing.T) {
	r := NewRegistry(lines{"lines", 50})
	file, err := r.Read("x", []byte("5"), Auto, Options{AsOf: date.Must(2024, 1, 1)})
	if err != nil || file.Counts().Refused != 1 || file.Rows[0].Transactions != nil {
		t.Errorf("a booking of tomorrow: %+v, %v", file, err)
	}
	file, err = r.Read("x", []byte("5"), Auto, Options{AsOf: date.Must(2024, 1, 2)})
	if err != nil || file.Counts().Booked != 1 {
		t.Errorf("a booking of today: %+v, %v", file, err)
	}
}

// A long list is checked in two parts; the faults still name their rows.
func TestLongListsAreChecked(t *testing.T) {
	var b strings.Builder
	for i := range 30_000 {
		if i%10_000 == 9_999 {
			b.WriteString("-1 ") // a deposit cannot be negative
		} else {
			b.WriteString("1 ")
		}
	}
	file, err := NewRegistry(lines{"lines", 50}).Read("x", []byte(b.String()), Auto, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var rows []int
	for _, f := range file.Faults() {
		rows = append(rows, f.Row)
	}
	if got, want := file.Counts(), (Counts{Rows: 30_000, Booked: 29_997, Refused: 3, Transactions: 29_997}); got != want || !slices.Equal(rows, []int{10_000, 20_000, 30_000}) {
		t.Errorf("got %s, rows %v", got, rows)
	}
}

// Equal bookings have equal fingerprints however their numbers are written, and any
// difference that matters changes them.
func TestFingerprint(t *testing.T) {
	base := ledger.Transaction{Date: date.Must(2024, 1, 2), Type: ledger.Buy, Symbol: "A", Quantity: money.Some(money.MustParse("1.0")), Currency: "EUR"}
	same := base
	same.Quantity, same.Note, same.ID = money.Some(money.MustParse("1.000")), "note", "7"
	if Fingerprint(&base) != Fingerprint(&same) {
		t.Error("1.0 and 1.000 differ")
	}
	for name, change := range map[string]func(*ledger.Transaction){
		"date": func(t *ledger.Transaction) { t.Date++ }, "type": func(t *ledger.Transaction) { t.Type = ledger.Sell },
		"symbol": func(t *ledger.Transaction) { t.Symbol = "B" }, "account": func(t *ledger.Transaction) { t.Account = "A" },
		"quantity moved to price": func(t *ledger.Transaction) { t.Price, t.Quantity = t.Quantity, t.Price },
		"amount of zero":          func(t *ledger.Transaction) { t.Amount = money.Some(money.Zero) },
	} {
		other := base
		change(&other)
		if Fingerprint(&base) == Fingerprint(&other) {
			t.Errorf("a different %s is not seen", name)
		}
	}
}
