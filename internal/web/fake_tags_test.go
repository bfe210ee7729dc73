package web_test

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
)

func (f *fake) Tags(_ context.Context, _ service.Caller, id string) ([]service.TagUse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var uses []service.TagUse
	at := map[string]int{}
	for portfolio, rows := range f.rows {
		if id != "" && id != portfolio {
			continue
		}
		for _, row := range rows {
			for _, tag := range row.Tags.List() {
				i, seen := at[tag]
				if !seen {
					i = len(uses)
					at[tag] = i
					uses = append(uses, service.TagUse{Tag: tag, Portfolios: 1})
				}
				uses[i].Count++
				uses[i].Last = max(uses[i].Last, row.Date)
			}
		}
	}
	return uses, nil
}
