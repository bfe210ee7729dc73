package backup_test

import (
	"testing"

	"github.com/foliosight/foliosight/internal/ops/backup"
	"github.com/foliosight/foliosight/internal/store/postgres"
)

// A restored database lets in whom the one before let in: its owner and the server's
// role, and not everybody of the cluster.
func TestRestoredRights(t *testing.T) {
	s, super, name := cluster(t)
	place := backup.Directory(t.TempDir())
	c := create(t, s, place, nil)
	into := name + "_new"
	address, err := postgres.At(s.Address, into)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(ctx, s, place, c.Name, backup.RestoreOptions{Into: address}); err != nil {
		t.Fatal(err)
	}
	defer must(t, super, `DROP DATABASE `+into)
	must(t, super, `DO $$ BEGIN CREATE ROLE foliosight_test_stranger LOGIN; EXCEPTION WHEN duplicate_object THEN END $$`)
	for role, may := range map[string]bool{"foliosight_test_stranger": false, "foliosight_test_server": true, "foliosight_test_owner": true} {
		for _, right := range []string{"CONNECT", "TEMPORARY"} {
			var has bool
			if err := super.QueryRowContext(ctx, `SELECT has_database_privilege($1, $2, $3)`, role, into, right).Scan(&has); err != nil {
				t.Fatal(err)
			}
			if has != may {
				t.Errorf("%s has %s: %v, want %v", role, right, has, may)
			}
		}
	}
	var creates bool
	if err := super.QueryRowContext(ctx, `SELECT has_database_privilege('foliosight_test_server', $1, 'CREATE')`, into).Scan(&creates); err != nil || creates {
		t.Errorf("the server's role may make schemas: %v, %v", creates, err)
	}
}
