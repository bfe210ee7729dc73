package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
)

// outcome is what a command printed and ended with.
type outcome struct {
	t              *testing.T
	what           string
	status         int
	result, beside string
}

// foliosight runs a command as a person does.
func foliosight(t *testing.T, args ...string) outcome {
	t.Helper()
	o := outcome{t: t, what: "foliosight " + strings.Join(args, " ")}
	read := func(stream **os.File) func() string {
		f, err := os.Create(filepath.Join(t.TempDir(), "stream"))
		if err != nil {
			t.Fatal(err)
		}
		before := *stream
		*stream = f
		return func() string {
			*stream = before
			defer f.Close()
			content, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			return string(content)
		}
	}
	result, beside := read(&os.Stdout), read(&os.Stderr)
	o.status = run(context.Background(), args)
	o.result, o.beside = result(), beside()
	return o
}

// is demands a status, and parts of what was printed as result and beside it.
func (o outcome) is(status int, result, beside string) outcome {
	o.t.Helper()
	if o.status != status || !strings.Contains(o.result, result) || !strings.Contains(o.beside, beside) {
		o.t.Errorf("%s: status %d, want %d with %q and beside it %q\nresult:\n%s\nbeside:\n%s", o.what, o.status, status, result, beside, o.result, o.beside)
	}
	return o
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const head = "date,account,type,symbol,quantity,price,amount,fee,currency\n"

const trades = head + "2024-01-02,ib,deposit,,,,10000,,EUR\n2024-01-03,ib,buy,ACME,10,100.00,,1,EUR\n2024-06-03,ib,sell,ACME,4,130.00,,1,EUR\n"

// one of three rows can be booked.
const faulty = head + "2024-07-01,ib,buy,ACME,1,100.00,,1,EUR\n2024-07-02,ib,sell,ACME,100,130.00,,1,EUR\n2024-13-02,ib,sell,ACME,1,130.00,,1,EUR\n"

// home keeps the test's data apart from the user's, and returns the flag for it.
func home(t *testing.T) (flag, directory string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{"XDG_DATA_HOME", "DATABASE_URL", "FOLIOSIGHT_DATA", "FOLIOSIGHT_CONFIG", "FOLIOSIGHT_LISTEN", "LOG_LEVEL"} {
		t.Setenv(name, "")
	}
	directory = filepath.Join(t.TempDir(), "data")
	return "--data=" + directory, directory
}

func TestImportCommand(t *testing.T) {
	data, directory := home(t)
	good, bad := file(t, "trades.csv", trades), file(t, "bad.csv", faulty)

	foliosight(t, data, "import", good, "--dry-run").is(0, "3 read, 3 to book", "")
	if _, err := os.Stat(directory); !os.IsNotExist(err) {
		t.Errorf("a rehearsal left %s behind", directory)
	}
	refused := foliosight(t, data, "import", bad, "--portfolio=Family").is(1, "0 booked", `bad.csv: row 3: quantity "100"`)
	refused.is(1, "2 refused", `row 4: date "2024-13-02"`)
	first := foliosight(t, data, "import", good, "--portfolio=Family").is(0, "3 read, 3 booked, 0 present, 0 ignored, 0 refused", `created portfolio "Family" in EUR`)
	foliosight(t, data, "import", good).is(0, "0 booked, 3 present", "")
	foliosight(t, data, "import", bad, "--skip-refused").is(0, "1 booked, 0 present, 0 ignored, 2 refused", "left out")
	foliosight(t, data, "import", good, "--portfolio=Second").is(0, "3 booked", "")
	foliosight(t, data, "import", good).is(2, "", `"Family", "Second"`)
	foliosight(t, data, "import", file(t, "a.txt", "nothing of use\n"), "--portfolio=Family").is(1, "", "a.txt")
	foliosight(t, data, "import", "missing.csv").is(2, "", "missing.csv")
	foliosight(t, data, "import", good, "--format=nonsense", "--portfolio=Family").is(1, "", "nonsense")

	_, id, _ := strings.Cut(first.result, "import undo ")
	id = strings.TrimSpace(id)
	foliosight(t, data, "import", "undo", id).is(0, `trades.csv: 3 bookings taken out of portfolio "Family"`, "")
	foliosight(t, data, "import", "undo", id).is(1, "", "undone already")
	foliosight(t, data, "import", "undo", "nothing").is(1, "", `no import "nothing"`)
}

func TestImportAsJSON(t *testing.T) {
	data, _ := home(t)
	o := foliosight(t, data, "import", file(t, "trades.csv", trades), file(t, "bad.csv", faulty), "--json").is(1, "", "")
	var got struct {
		Files []struct {
			File, Portfolio, Import string
			Booked                  bool
			Read, New, Refused      int
			Faults                  []struct {
				Row                         int
				Field, Value, Problem, Cure string
			}
		}
	}
	if err := json.Unmarshal([]byte(o.result), &got); err != nil {
		t.Fatalf("%v in\n%s", err, o.result)
	}
	if len(got.Files) != 2 || !got.Files[0].Booked || got.Files[0].Import == "" || got.Files[0].New != 3 || got.Files[1].Booked || got.Files[1].Refused != 2 || len(got.Files[1].Faults) != 2 {
		t.Fatalf("%s", o.result)
	}
	if f := got.Files[1].Faults[1]; f.Row != 4 || f.Field != "date" || f.Value != "2024-13-02" || f.Problem == "" || f.Cure == "" {
		t.Errorf("%+v", f)
	}
}

func TestPricesCommand(t *testing.T) {
	data, _ := home(t)
	prices := file(t, "prices.csv", "date,symbol,close\n2024-01-03,ACME,100\n2024-06-28,ACME,140\n")
	foliosight(t, data, "prices", "import", prices, "--currency=EUR").is(0, "2 added, 0 replaced, 0 the same", "")
	foliosight(t, data, "prices", "import", prices, "--currency=EUR").is(0, "0 added, 0 replaced, 2 the same", "")
	foliosight(t, data, "prices", "import", prices, "--currency=EUR", "--json").is(0, `"same": 2`, "")
	foliosight(t, data, "prices", "import", file(t, "bad.csv", "date,symbol,close\n2024-01-03,ACME,dear\n")).is(1, "", "dear")
	foliosight(t, data, "prices", "import", prices, "--currency=E").is(2, "", "--currency")
	foliosight(t, data, "prices", "import", prices, "--basis=guess").is(2, "", "basis")
}

func TestDemoCommand(t *testing.T) {
	data, _ := home(t)
	foliosight(t, data, "demo", "seed", "--as-of=2025-06-30").is(0, "Long/short fund", "Simulated")
	foliosight(t, data, "demo", "seed", "--as-of=2025-06-30").is(1, "", "demo reset")
	foliosight(t, data, "demo", "reset", "--as-of=2024-06-28").is(0, "High net worth", "")
	foliosight(t, data, "demo", "seed", "--as-of=2999-01-01").is(2, "", "future")
	// files do not go to simulated portfolios unless one is named
	foliosight(t, data, "import", file(t, "trades.csv", trades)).is(0, `portfolio "Portfolio"`, `created portfolio "Portfolio"`)
}

func TestConfigCommand(t *testing.T) {
	data, directory := home(t)
	foliosight(t, data, "config", "show").is(0, directory, "")
	t.Setenv("LOG_LEVEL", "loud")
	foliosight(t, data, "config", "show").is(2, "", `log_level (environment LOG_LEVEL) "loud"`)
	foliosight(t, data, "serve", "--as-of=2025-06-30").is(2, "", "as_of")
	t.Setenv("LOG_LEVEL", "")
	hidden := foliosight(t, "--database=postgres://a:secret@db/x", "config", "show").is(0, "postgres://a:•••@db/x", "")
	if strings.Contains(hidden.result, "secret@") {
		t.Errorf("the password is shown:\n%s", hidden.result)
	}
	foliosight(t, "--database=mysql://a@db/x", "config", "show").is(2, "", "sqlite:PATH")
	foliosight(t, data, "config", "show", "--config=/nowhere/foliosight.env").is(2, "", "/nowhere/foliosight.env")
	foliosight(t, data, "nonsense").is(2, "", "nonsense")
}

// TestWhileAServerRuns commands say who holds the database, and could not check.
func TestWhileAServerRuns(t *testing.T) {
	data, directory := home(t)
	cfg, err := config.Load(config.Input{Flags: map[string]string{"data": directory}, Environ: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	h, err := app.Open(context.Background(), cfg, app.Outside{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, args := range [][]string{{"import", file(t, "trades.csv", trades)}, {"prices", "import", file(t, "p.csv", "date,symbol,close\n2024-01-03,ACME,1\n")}, {"demo", "seed"}, {"import", "undo", "x"}, {"serve", "--listen=127.0.0.1:0"}} {
		foliosight(t, append([]string{data}, args...)...).is(3, "", "a running server holds it")
	}
}

// TestAnotherUser acts for the user of --as.
func TestAnotherUser(t *testing.T) {
	data, _ := home(t)
	foliosight(t, data, "--as=nobody@example.org", "demo", "seed").is(1, "", "nobody@example.org")
}
