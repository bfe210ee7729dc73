package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/page"
	"github.com/foliosight/foliosight/internal/web/view"
)

// errChoose reports a change asked of all portfolios at once.
var errChoose = errors.New("choose one portfolio")

// problem is what a page says of an error.
type problem struct {
	err    error
	status int
	title  string
	text   string
	cure   string
}

// problems maps errors to what the reader is told. First match wins; what is not
// here is our fault.
var problems = []problem{
	{service.ErrUnsure, http.StatusServiceUnavailable, "It is not known whether this was done", "The database went away while the change was saved.", "Look whether it is there before you repeat it."},
	{service.ErrFull, http.StatusInsufficientStorage, "There is no room left", "Nothing was changed. Everything can still be read.", "Who runs the installation makes room on its disk; then it works again by itself."},
	{service.ErrReadOnly, http.StatusServiceUnavailable, "Nothing can be saved at the moment", "Nothing was changed. Everything can still be read.", "Who runs the installation looks at its disk; then it works again by itself."},
	{service.ErrUnavailable, http.StatusServiceUnavailable, "The database does not answer", "Nothing is lost.", "Try again in a moment."},
	{service.ErrCrowded, http.StatusServiceUnavailable, "Too much is under way at once", "Nothing was changed.", "Try again in a moment."},
	{service.ErrNotFound, http.StatusNotFound, "There is no such page", "It may have been deleted, or it is not yours to see.", ""},
	{service.ErrForbidden, http.StatusForbidden, "You may look at this, not change it", "Your role in this portfolio does not allow the change.", "Ask its owner for the right to book."},
	{service.ErrStale, http.StatusConflict, "This changed meanwhile", "Somebody, or another window of yours, changed it first. Nothing was overwritten.", "Go back, reload the page and try again."},
	{service.ErrClosed, http.StatusConflict, "The books are closed", "The change lies in a period that was closed. Nothing was changed.", "Use a later day, or open the period again in the settings of the portfolio."},
	{service.ErrBooked, http.StatusConflict, "It is booked already", "Nothing was booked a second time.", "Look at the transactions of that day."},
	{service.ErrExists, http.StatusConflict, "This name is taken", "There is one of that name already.", "Choose another name."},
	{service.ErrTier, http.StatusUnprocessableEntity, "This is more than your plan allows", "Nothing was changed.", "Remove some, or ask who runs the installation for a larger plan."},
	{service.ErrFeature, http.StatusServiceUnavailable, "This is switched off", "Everything else goes on.", "Ask who runs the installation."},
	{service.ErrThrottled, http.StatusTooManyRequests, "Too many attempts", "Nothing was changed.", "Wait a while and try again."},
	{errChoose, http.StatusConflict, "Choose a portfolio", "Changes are made to one portfolio, not to all of them together.", "Choose one in the switcher at the top left."},
	{analysis.ErrPeriod, http.StatusBadRequest, "There is no such period", "The address names a period that does not exist.", "Choose one of those on the page."},
	{analysis.ErrEmptyPeriod, http.StatusBadRequest, "The period is empty", "It ends before it begins.", "Choose another one."},
	{errExpired, http.StatusGone, "This preview has expired", "Nothing was booked. Files wait an hour for their confirmation.", "Upload the file again."},
	{errTooLarge, http.StatusRequestEntityTooLarge, "The file is too large", "Files of up to 64 MB are read here.", "Import it on the command line, or in parts."},
}

// problem writes an error as a page.
func (s *site) problem(r *request, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody is waiting
	}
	v := view.Problem{Status: "500", Title: "Something went wrong on our side", Text: "Nothing was changed. The log says what happened under the reference below.", Reference: store.NewID()}
	status := http.StatusInternalServerError
	var fault *ledger.Fault
	for _, p := range problems {
		if errors.Is(err, p.err) {
			status, v = p.status, view.Problem{Title: p.title, Text: p.text, Cure: p.cure}
			break
		}
	}
	if status == http.StatusInternalServerError {
		if errors.As(err, &fault) {
			status, v = http.StatusUnprocessableEntity, view.Problem{Title: "This cannot be booked", Text: fault.Error()}
		} else {
			s.opts.Log.ErrorContext(r.Context(), "page failed", "method", r.Method, "path", r.Pattern, "reference", v.Reference, "error", err)
		}
	}
	s.showProblem(r, status, v)
}

func (s *site) showProblem(r *request, status int, v view.Problem) {
	v.Page = r.frame(v.Title, "-")
	v.Page.Title = "Not shown"
	v.Page.Narrow = true
	v.Ways = []view.Link{{Label: "Go to the overview", Href: "/"}}
	if errors.Is(r.Context().Err(), context.Canceled) {
		return
	}
	if err := r.show(status, page.Problem(v)); err != nil {
		s.opts.Log.WarnContext(r.Context(), "problem page failed", "error", err)
	}
}

func (s *site) notFound(r *request) error { return store.ErrNotFound }
