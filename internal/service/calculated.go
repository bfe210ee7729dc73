package service

import (
	"errors"

	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"

	"github.com/foliosight/foliosight/finance/ledger"
)

// count tells of a calculation that was made. What its asker got wrong is no fault of it.
func (a *analyses) count(kind string, err error) {
	if a.calculated == nil {
		return
	}
	var fault *ledger.Fault
	a.calculated(kind, err, errors.As(err, &fault) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrForbidden))
}

// Kept is how one of the things stands that are kept in memory.
type Kept struct {
	Name         string
	Hits, Misses uint64
	Entries      int
	Bytes        uint64 // as they are estimated; 0 where entries are counted instead
}

// Memory is what the services keep in memory.
func (s *Service) Memory() []Kept {
	a := s.analyses
	return []Kept{
		keptOf("answers", a.answers, true), keptOf("contributions", a.splits, false), keptOf("attributions", a.active, false),
		keptOf("folds", a.folded, false), keptOf("panels", a.panels, true), keptOf("ledgers", a.ledgers, true),
	}
}

func keptOf[K comparable, V any](name string, c *otter.Cache[K, V], weighed bool) Kept {
	seen := c.Stats()
	k := Kept{Name: name, Hits: seen.Hits, Misses: seen.Misses, Entries: c.EstimatedSize()}
	if weighed {
		k.Bytes = c.WeightedSize()
	}
	return k
}

// counting is what a cache notes its hits and misses in.
func counting() stats.Recorder { return stats.NewCounter() }
