package sqlstore

import "database/sql"

// Pools are how the pools of connections stand, by name: "store", or "reader" and "writer"
// where they are two.
func (s *Store) Pools() map[string]sql.DBStats {
	if s.reader == s.writer {
		return map[string]sql.DBStats{"store": s.reader.Stats()}
	}
	return map[string]sql.DBStats{"reader": s.reader.Stats(), "writer": s.writer.Stats()}
}
