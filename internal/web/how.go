package web

import (
	"math"
	"net/http"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// How a figure is made is fetched when it is asked for: some pages hold a thousand figures,
// and their explanations would weigh more than the page. The address of an explanation is
// that of the page on which the figure stands, and the figure's key. The page is put
// together again from the same question, and of it the one explanation is written. The
// key is of the figure itself, so that another number is never explained instead: where
// the data changed meanwhile, nothing has that key any more.

// howParameter names the key of the figure that is asked for.
const howParameter = "how"

// asking collects on the way through a page what is asked for.
type asking struct {
	base   string // address of the page, up to the key
	wanted string
	found  *view.Explain
}

// asked is a writer whose figures are explained on demand.
func (r *request) asked(a *analysis.Analysis) *writer {
	w := r.writer(a)
	query := r.URL.Query()
	if r.Method == http.MethodPost { // a form that is shown again is asked for by its fields
		query = r.Form
	}
	wanted := query.Get(howParameter)
	query.Del(howParameter)
	base := r.URL.Path + "?"
	if len(query) > 0 {
		base += query.Encode() + "&"
	}
	w.asking = &asking{base: base + howParameter + "=", wanted: wanted}
	return w
}

// answered writes the explanation that is asked for; done says whether one was. back is
// the page on which the figure stands.
func (r *request) answered(w *writer, title, back string) (done bool, err error) {
	if w.asking == nil || w.asking.wanted == "" {
		return false, nil
	}
	status, v := http.StatusOK, view.How{Explain: w.asking.found, Back: view.Link{Label: "Back to " + title, Href: r.address(back)}}
	if v.Explain == nil {
		status = http.StatusNotFound
	}
	if r.Header.Get("X-Fragment") != "" {
		return true, r.show(status, page.HowPart(v))
	}
	v.Page = r.frame("How it is made", back)
	r.dated(&v.Page, w.a)
	return true, r.show(status, page.How(v))
}

// howKey is short and the same for the same figure under the same name: the FNV-1a hash
// of all that makes it, folded to 40 bits: keys do not compress, and two of a page's some
// thousand figures share one in less than a page of a million. A page makes some thousand of them each time, so nothing is
// allocated on the way.
func howKey(label string, f analysis.Figure) string {
	h := uint64(14695981039346656037)
	text := func(s string) {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
		h *= 1099511628211 // as a byte of zero between texts
	}
	number := func(x uint64) {
		for ; x > 0; x >>= 8 {
			h = (h ^ x&0xff) * 1099511628211
		}
		h *= 1099511628211
	}
	text(label)
	text(f.Method)
	text(string(f.Unit))
	number(uint64(uint32(f.AsOf)))
	if f.Amount.Known {
		text(f.Amount.Decimal.String())
	} else {
		number(math.Float64bits(f.Measured))
	}
	for i := range f.Inputs {
		text(f.Inputs[i].Label)
		text(f.Inputs[i].Value)
	}
	for _, why := range f.Reasons {
		text(why)
	}
	return strconv.FormatUint((h^h>>40)&(1<<40-1), 36)
}

// told is a number that stands in no figure of the analysis but follows from some; text
// is how it is written.
func (w *writer) told(label, text string, f analysis.Figure) view.Figure {
	v := w.figure(label, f, ratio)
	if f.Known() {
		v.Text = text
	}
	return v
}

// derived makes a figure of a number that a page derives; pairs are labels and values of
// what it was made of.
func (w *writer) derived(x float64, unit analysis.Unit, method string, pairs ...string) analysis.Figure {
	f := analysis.Measure(x, unit, w.a.AsOf, method)
	for i := 0; i+1 < len(pairs); i += 2 {
		f = f.From(pairs[i], pairs[i+1])
	}
	return f
}

// addRow adds a line to a plain table whose cells are figures. The table around a cell
// says what it is, so that no label does.
func addRow(t *view.Table, name string, cells ...view.Figure) {
	row := []string{name}
	for i := range cells {
		cells[i].Label, cells[i].Tone, cells[i].Mark = "", view.Plain, view.Complete
		row = append(row, cells[i].Text)
	}
	t.Rows, t.Figures = append(t.Rows, row), append(t.Figures, cells)
}

// base is the base currency as a unit of figures.
func (w *writer) base() analysis.Unit { return analysis.Unit(w.a.Base) }
