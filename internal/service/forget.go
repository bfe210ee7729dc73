package service

import "github.com/maypok86/otter/v2"

// Forget lets go of all that is kept in memory and can be read or computed again:
// answers, analyses, panels, ledgers, what is known of the market. It gives what there
// was. What is under way goes on, and may keep its result; nothing kept is ever wrong,
// as it is kept by the versions that it was made of.
func (s *Service) Forget() []Kept {
	a := s.analyses
	all := append(s.Memory(),
		keptOf("market series", a.market.series, true), keptOf("market instruments", a.market.instruments, false), keptOf("market actions", a.market.actions, false),
		keptOf("newest folds", a.latest, false), keptOf("knowledge", a.knowledge, false), keptOf("indexes", a.indexes, false), keptOf("looks", a.looks.kept, false),
		Kept{Name: "shelves", Entries: a.shelves.forget()})
	drop(a.answers)
	drop(a.splits)
	drop(a.active)
	drop(a.folded)
	drop(a.panels)
	drop(a.ledgers)
	drop(a.market.series)
	drop(a.market.instruments)
	drop(a.market.actions)
	drop(a.latest)
	drop(a.knowledge)
	drop(a.indexes)
	drop(a.looks.kept)
	return all
}

// drop empties a cache at once; otherwise its memory would be given back with later writes.
func drop[K comparable, V any](c *otter.Cache[K, V]) {
	c.InvalidateAll()
	c.CleanUp()
}

// forget drops the shelves, and gives how many there were; nights under way keep theirs.
func (s *shelves) forget() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.all)
	s.all = nil
	return n
}
