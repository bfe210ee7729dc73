package assets

import (
	"maps"
	"slices"
)

// sortedKeys lists the keys of m in order, so that hashes and joined sheets
// are the same in every build.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
