package postgres

import (
	"database/sql"
	"fmt"
)

// Look opens a small pool for what only looks at the catalogue and the statistics:
// sessions of it are read-only.
func Look(address, passwordFile string) (*sql.DB, error) {
	config, err := configOf(address, passwordFile)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	config.RuntimeParams["default_transaction_read_only"] = "on"
	return pool(config, 2), nil
}
