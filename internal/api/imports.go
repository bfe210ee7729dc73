package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// Format is a file format that can be imported.
type Format struct {
	Name  string `json:"name" doc:"The word for it." example:"ibkr-flex"`
	Label string `json:"label" doc:"What people call it." example:"Interactive Brokers Flex (XML)"`
}

// FormatList is a list of formats.
type FormatList struct {
	Items []Format `json:"items" nullable:"false" doc:"The formats."`
}

// Import is one file that was booked.
type Import struct {
	ID            string    `json:"id,omitempty" doc:"Id; absent where there was nothing new to book."`
	File          string    `json:"file" doc:"Name of the file." example:"trades.csv"`
	SHA256        string    `json:"sha256" doc:"Of its content."`
	Format        string    `json:"format" doc:"Its format." example:"csv"`
	Read          int       `json:"read" doc:"Rows read." example:"120"`
	Booked        int       `json:"booked" doc:"Bookings made." example:"96"`
	Present       int       `json:"present" doc:"Rows recognised as there already." example:"20"`
	Refused       int       `json:"refused" doc:"Rows refused." example:"0"`
	Ignored       int       `json:"ignored" doc:"Rows that are no bookings." example:"4"`
	Version       int64     `json:"version,omitempty" doc:"Version of the ledger that it made."`
	UndoneVersion int64     `json:"undone_version,omitempty" doc:"The version that undid it; absent while it stands."`
	User          string    `json:"user,omitempty" doc:"Id of who imported it."`
	Created       time.Time `json:"created,omitzero" doc:"When."`
}

func importOf(i store.Import) Import {
	return Import{ID: i.ID, File: i.File, SHA256: i.SHA256, Format: i.Format, Read: i.Read, Booked: i.Booked, Present: i.Present, Refused: i.Refused, Ignored: i.Ignored,
		Version: i.Version, UndoneVersion: i.Undone, User: i.User, Created: i.Created}
}

// ImportList is a list of imports.
type ImportList struct {
	Items []Import `json:"items" nullable:"false" doc:"The newest first."`
	Paging
}

// ImportPreview is what a file would do to a portfolio, or did.
type ImportPreview struct {
	File            string          `json:"file" doc:"Name of the file." example:"trades.csv"`
	Format          Format          `json:"format" doc:"The format it was read as."`
	SHA256          string          `json:"sha256" doc:"Of its content."`
	LedgerVersion   int64           `json:"ledger_version" doc:"The version of the ledger it was compared with; send it as If-Match with the import." example:"12"`
	Import          *Import         `json:"import,omitempty" doc:"What was booked; absent in a preview."`
	Read            int             `json:"read" doc:"Rows read." example:"120"`
	New             int             `json:"new" doc:"Rows to be booked." example:"96"`
	Present         int             `json:"present" doc:"Rows recognised as there already." example:"20"`
	Refused         int             `json:"refused" doc:"Rows that cannot be booked." example:"0"`
	Ignored         int             `json:"ignored" doc:"Rows that are no bookings." example:"4"`
	Bookings        int             `json:"bookings" doc:"Bookings that the new rows stand for." example:"97"`
	From            date.Date       `json:"from,omitzero" doc:"First day of the new bookings."`
	To              date.Date       `json:"to,omitzero" doc:"Last day of the new bookings."`
	Prices          int             `json:"prices" doc:"Prices and rates that the file carries." example:"0"`
	Rows            []ImportRow     `json:"rows" nullable:"false" doc:"Every row and what becomes of it."`
	Cash            []CashChange    `json:"cash" nullable:"false" doc:"What it does to cash."`
	Holdings        []HoldingChange `json:"holdings" nullable:"false" doc:"What it does to holdings."`
	LotsOpened      int             `json:"lots_opened" doc:"Tax lots that it opens." example:"12"`
	LotsClosed      int             `json:"lots_closed" doc:"Tax lots that it closes." example:"3"`
	Realised        []money.Money   `json:"realised" nullable:"false" doc:"Gains of the sales among the new bookings, by currency."`
	Checks          []BalanceCheck  `json:"checks" nullable:"false" doc:"The file's own closing figures against the result."`
	Notes           []string        `json:"notes" nullable:"false" doc:"What a person should know of the file."`
	AlreadyImported *Import         `json:"already_imported,omitempty" doc:"Where this very file was booked before and stands."`
}

// ImportRow is a row of a file and what becomes of it.
type ImportRow struct {
	Number       int                  `json:"number" doc:"Line of a text file, ordinal of an element otherwise." example:"12"`
	Place        string               `json:"place" doc:"The same in words." example:"line 12"`
	Text         string               `json:"text" doc:"The row in a few words." example:"Sell 10 AAPL @ 203.92"`
	Status       string               `json:"status" enum:"new,present,refused,ignored" doc:"What becomes of it."`
	Reason       string               `json:"reason,omitempty" doc:"Why it is present, refused or ignored." example:"booked already, with the same reference"`
	Faults       []Fault              `json:"faults,omitempty" doc:"What is wrong, where it is refused."`
	Transactions []ledger.Transaction `json:"transactions,omitempty" doc:"The bookings it stands for."`
}

// CashChange is what an import does to the cash of an account.
type CashChange struct {
	Account  string         `json:"account" doc:"Account." example:"ib"`
	Currency money.Currency `json:"currency" doc:"Currency."`
	Before   money.Decimal  `json:"before" doc:"Cash before."`
	After    money.Decimal  `json:"after" doc:"Cash afterwards."`
}

// HoldingChange is what an import does to a holding.
type HoldingChange struct {
	Account string        `json:"account" doc:"Account." example:"ib"`
	Symbol  string        `json:"symbol" doc:"Security." example:"AAPL"`
	Before  money.Decimal `json:"before" doc:"Quantity before."`
	After   money.Decimal `json:"after" doc:"Quantity afterwards."`
	New     bool          `json:"new" doc:"Whether it was never held before."`
}

// BalanceCheck compares a figure that the file states with ours.
type BalanceCheck struct {
	Date     date.Date      `json:"date" doc:"The day it is of."`
	Account  string         `json:"account" doc:"Account." example:"ib"`
	Symbol   string         `json:"symbol,omitempty" doc:"Security; absent for cash."`
	Currency money.Currency `json:"currency,omitempty" doc:"Currency of cash."`
	Stated   money.Decimal  `json:"stated" doc:"What the file states."`
	Found    money.Decimal  `json:"found" doc:"What the ledger gives."`
	Agrees   bool           `json:"agrees" doc:"Whether they agree."`
}

func previewOf(p *service.Preview) ImportPreview {
	out := ImportPreview{File: p.File, Format: Format(p.Format), SHA256: p.SHA256, LedgerVersion: p.Version, Read: p.Read, New: p.New, Present: p.Present, Refused: p.Refused, Ignored: p.Ignored,
		Bookings: p.Bookings, From: p.From, To: p.To, Prices: p.Prices, LotsOpened: p.LotsOpened, LotsClosed: p.LotsClosed,
		Rows: make([]ImportRow, len(p.Rows)), Cash: make([]CashChange, len(p.Cash)), Holdings: make([]HoldingChange, len(p.Holdings)),
		Realised: append([]money.Money{}, p.Realised...), Checks: make([]BalanceCheck, len(p.Checks)), Notes: append([]string{}, p.Notes...)}
	if p.Import != nil {
		i := importOf(*p.Import)
		out.Import = &i
	}
	if p.AlreadyImported != nil {
		i := importOf(*p.AlreadyImported)
		out.AlreadyImported = &i
	}
	for i, r := range p.Rows {
		out.Rows[i] = ImportRow{Number: r.Number, Place: r.Place, Text: r.Text, Status: string(r.Status), Reason: r.Reason, Transactions: r.Transactions}
		if len(r.Faults) > 0 {
			out.Rows[i].Faults = faultsOf(r.Faults)
		}
	}
	for i, c := range p.Cash {
		out.Cash[i] = CashChange(c)
	}
	for i, h := range p.Holdings {
		out.Holdings[i] = HoldingChange(h)
	}
	for i, c := range p.Checks {
		out.Checks[i] = BalanceCheck(c)
	}
	return out
}

type importForm struct {
	File        huma.FormFile `form:"file" required:"true" doc:"The file."`
	Format      string        `form:"format" required:"false" doc:"Its format; recognised from the content unless given." example:"auto"`
	Account     string        `form:"account" required:"false" doc:"The account of rows that name none." example:"ib"`
	SkipRefused bool          `form:"skip_refused" required:"false" doc:"Book the rest of the file although rows of it are refused."`
	DateOrder   string        `form:"date_order" required:"false" enum:"dmy,mdy,ymd" doc:"Settles dates that could be read in two ways."`
	Decimal     string        `form:"decimal" required:"false" enum:"point,comma" doc:"Settles numbers that could be read in two ways."`
	Unfunded    bool          `form:"unfunded" required:"false" doc:"Leave out the bookings that pay for purchases, in formats that keep no cash."`
}

// fileOf reads an uploaded file. Only the last part of its name is kept.
func fileOf(f huma.FormFile) (service.File, error) {
	defer f.Close()
	content, err := io.ReadAll(f)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = errTooLarge
	}
	name := path.Base(strings.ReplaceAll(f.Filename, `\`, "/"))
	return service.File{Name: name, Content: content}, err
}

type importIn struct {
	OfLedger
	RawBody huma.MultipartFormFiles[importForm]
}

func (in *importIn) read() (f service.File, o service.ImportOptions, err error) {
	form := in.RawBody.Data()
	if f, err = fileOf(form.File); err != nil {
		return f, o, err
	}
	o = service.ImportOptions{Format: form.Format, Account: form.Account, SkipRefused: form.SkipRefused, DateOrder: form.DateOrder, Decimal: form.Decimal, Unfunded: form.Unfunded}
	o.Expected, err = versionOf(in.IfMatch)
	return f, o, err
}

func (s *server) imports() {
	const path = "/portfolios/{portfolio}/imports"
	add(s, route{method: "GET", path: "/formats", id: "list-formats", tag: tagImports, summary: "The file formats that are read", about: "Files are recognised from their content; naming the format is for those that could be two."},
		func(context.Context, service.Caller, *none) (*struct{ Body FormatList }, error) {
			out := FormatList{Items: []Format{}}
			for _, f := range s.svc.Formats() {
				out.Items = append(out.Items, Format(f))
			}
			return &struct{ Body FormatList }{out}, nil
		})
	add(s, route{method: "POST", path: path + "/preview", id: "preview-import", tag: tagImports, limit: s.UploadLimit, errors: []int{404, 413, 422}, summary: "What a file would do", about: "Reads the file and says of every row what would become of it, and what that does to cash and holdings. Books nothing."},
		func(ctx context.Context, c service.Caller, in *importIn) (*previewOut, error) {
			f, o, err := in.read()
			if err != nil {
				return nil, err
			}
			p, err := s.svc.PreviewImport(ctx, c, in.Portfolio, f, o)
			if err != nil {
				return nil, err
			}
			return &previewOut{ETag: etag(p.Version), Body: previewOf(p)}, nil
		})
	add(s, route{method: "POST", path: path, id: "import", tag: tagImports, status: 201, limit: s.UploadLimit, errors: []int{403, 404, 409, 413, 422}, summary: "Import a file", about: "Books what is new, as one version of the ledger. A file with rows that cannot be booked is refused as a whole, with every place and cure, unless skip_refused is sent. A file imported twice books nothing twice."},
		func(ctx context.Context, c service.Caller, in *importIn) (*previewOut, error) {
			f, o, err := in.read()
			if err != nil {
				return nil, err
			}
			p, err := s.svc.CommitImport(ctx, c, in.Portfolio, f, o)
			if err != nil {
				return nil, s.stale(ctx, c, in.Portfolio, err, ledgerVersion)
			}
			out := &previewOut{ETag: etag(p.Version), Body: previewOf(p)}
			if p.Import != nil && p.Import.Version > 0 {
				out.ETag = etag(p.Import.Version)
			}
			return out, nil
		})
	add(s, route{method: "GET", path: path, id: "list-imports", tag: tagImports, errors: []int{404}, summary: "The imports of a portfolio", about: "Those that were undone too."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfPortfolio
			Paged
		}) (*struct{ Body ImportList }, error) {
			all, err := s.svc.Imports(ctx, c, in.Portfolio)
			if err != nil {
				return nil, err
			}
			all, paging, err := page(in.Paged, all, func(i store.Import) string { return i.ID })
			out := ImportList{Items: make([]Import, len(all)), Paging: paging}
			for i, x := range all {
				out.Items[i] = importOf(x)
			}
			return &struct{ Body ImportList }{out}, err
		})
	add(s, route{method: "POST", path: path + "/{import}/undo", id: "undo-import", tag: tagImports, errors: []int{403, 404, 409, 422}, summary: "Undo an import", about: "Takes every booking of it out, edited ones too, as a version of its own. 409 where it is undone already."},
		func(ctx context.Context, c service.Caller, in *struct {
			OfLedger
			Import string `path:"import" doc:"Id of the import."`
		}) (*bookedOut, error) {
			expected, err := versionOf(in.IfMatch)
			if err != nil {
				return nil, err
			}
			b, err := s.svc.UndoImport(ctx, c, in.Portfolio, in.Import, expected)
			return s.booked(ctx, c, in.Portfolio, b, err)
		})
}

type previewOut struct {
	ETag string `header:"ETag" doc:"Version of the ledger."`
	Body ImportPreview
}
