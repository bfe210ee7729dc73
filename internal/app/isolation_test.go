package app_test

import (
	"context"
	"testing"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// TestNobodyReachesAnothers has people try every address and table of each other's, on
// both databases.
func TestNobodyReachesAnothers(t *testing.T) {
	users := 10
	if testing.Short() {
		users = 2
	}
	for engine, environ := range map[string]func(t *testing.T) []string{
		"SQLite": func(*testing.T) []string { // where mail is sent what is shared waits for an address to be proved
			return []string{"SMTP_SERVER=127.0.0.1", "SMTP_FROM=books@example.org", "FRONTEND_URL=http://127.0.0.1:8000", "MARKET_DATA=off"}
		},
		"PostgreSQL": func(t *testing.T) []string {
			d := pgtest.Migrated(t)
			return []string{"DATABASE_URL=" + d.URL, "DATABASE_ADMIN_URL=" + d.AdminURL}
		},
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			cfg := settings(t, map[string]string{"data": t.TempDir()}, environ(t)...)
			h, err := app.Open(context.Background(), cfg, app.Outside{})
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			// Somebody else runs the installation, who sees the jobs of all.
			if _, err := h.Service.SetUp(context.Background(), service.NewOwner{Email: "operator@example.org", Password: "correct horse battery", Name: "Operator", BaseCurrency: "EUR"}); err != nil {
				t.Fatal(err)
			}
			report, err := h.Isolation(context.Background(), cfg, app.Outside{}, users, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range report.Findings {
				t.Errorf("person %s reached %s's: %s %d: %s", f.As, f.Of, f.What, f.Status, f.Says)
			}
			t.Logf("%d people, %d addresses, %d requests, %d tables, %s; without ids: %q", report.Users, report.Routes, report.Requests, report.Tables, report.Took, report.Unfilled)
			if report.Routes < 110 || report.Requests < 90*users*(users-1) || (engine == "PostgreSQL") != (report.Tables > 10) {
				t.Errorf("too little was tried: %+v", report)
			}
			if len(report.Unfilled) > report.Routes/5 {
				t.Errorf("of too many addresses nobody had an id: %q", report.Unfilled)
			}
		})
	}
}
