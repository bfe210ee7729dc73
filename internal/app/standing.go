package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/foliosight/foliosight/internal/api"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/standing"
)

// stand looks at what holds for all processes before this one serves anybody.
func (w *watch) stand(ctx context.Context, cfg config.Config, h *House, o Outside) error {
	options := standing.Options{Marks: h.store, Now: o.Now, Log: o.Log, Clear: func() []standing.Cleared { return w.clear(h) }}
	if cfg.Serves("worker") {
		options.Hold = h.queue.Hold
	}
	w.standing = standing.New(options)
	w.health.Maintenance = func() string { return w.standing.Maintenance().Word() }
	if err := w.standing.Look(ctx); err != nil {
		return fmt.Errorf("maintenance: %w", err)
	}
	return nil
}

// says is what pages say above everything: to all that nothing can be changed, to those
// who are let in meanwhile that nobody else is.
func (w *watch) says() string {
	m := w.standing.Maintenance()
	switch {
	case !m.On:
		return ""
	case m.ReadOnly:
		return m.Says()
	}
	return m.Says() + " Only who runs the installation is let in; `foliosight maintenance off` ends it."
}

// maintain holds requests to a face off while there is maintenance.
func (w *watch) maintain(h *House, cfg config.Config, o Outside, face http.Handler) http.Handler {
	return api.Maintain(w.standing.Maintenance, h.Service, cfg.Secure(), o.Now, o.Log, face)
}

// clear lets go of what this process keeps in memory, gives the memory back, and says
// what there was.
func (w *watch) clear(h *House) []standing.Cleared {
	all := []standing.Cleared{}
	for _, k := range w.answers() {
		all = append(all, standing.Cleared{Name: k.Name, Entries: k.Entries, Bytes: k.Bytes})
	}
	if w.clearRendered != nil {
		w.clearRendered()
	}
	for _, k := range h.Forget() {
		all = append(all, standing.Cleared{Name: k.Name, Entries: k.Entries, Bytes: k.Bytes})
	}
	debug.FreeOSMemory()
	return all
}

// clearing clears this process alone, and answers with what there was.
func (w *watch) clearing(h *House) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]any{"cleared": w.clear(h)}) // the client went away: nothing to do
	})
}
