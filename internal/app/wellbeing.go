package app

import (
	"context"
	"time"

	"github.com/foliosight/foliosight/internal/store/migrations"
	"github.com/foliosight/foliosight/internal/web"
)

// patience is how long the database may take to answer the page of administration.
const patience = 2 * time.Second

// health tells the pages of administration how the parts of a process with some roles are.
func (h *House) health(roles []string) func(context.Context) web.Health {
	return func(ctx context.Context) web.Health {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		out := web.Health{Database: h.Path, Roles: roles}
		began := time.Now()
		_, out.Reached = h.store.HasOwner(ctx)
		out.Took = time.Since(began)
		tells, ok := h.store.(interface {
			Schema(ctx context.Context) ([]migrations.Applied, error)
		})
		if !ok || out.Reached != nil {
			return out
		}
		applied, err := tells.Schema(ctx)
		if err != nil {
			out.Reached = err
		}
		for _, m := range applied {
			out.Schema = append(out.Schema, web.Migration{Name: m.Name, At: m.At})
		}
		return out
	}
}
