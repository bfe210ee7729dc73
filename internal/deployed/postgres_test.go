package deployed

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the cluster's own role, to take the roles away again

	"github.com/foliosight/foliosight/internal/store/postgres/pgtest"
)

// queue is how many connections a process has for its jobs beside its pool
// (docs/operations/database.md).
const queue = 4

// setting is a number of deploy/postgresql/postgresql.conf.
func setting(t *testing.T, name string) int {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + name + ` = (\d+)\b`).FindStringSubmatch(read(t, "deploy/postgresql/postgresql.conf"))
	if m == nil {
		t.Fatalf("%s is not set", name)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%q is no number of connections", text)
	}
	return n
}

// TestPools adds up what each way of running it opens at most.
func TestPools(t *testing.T) {
	room := setting(t, "max_connections") - setting(t, "superuser_reserved_connections") - setting(t, "max_wal_senders") - 5 // migrations, backups, people
	most := map[string]int{"api": 30, "web": 30, "worker": 10}
	sums := map[string]int{}
	for name, s := range compose(t, production).Services {
		if role := told(s, "FOLIOSIGHT_ROLES"); role != "" {
			pool := number(t, told(s, "DATABASE_POOL_SIZE"))
			if pool > most[role] {
				t.Errorf("%s opens %d", name, pool)
			}
			sums["compose"] += pool + queue
		}
	}
	c := manifests(t)
	for _, d := range c.deployments {
		env := values(d.Spec.Template.Spec.Containers[0].Env)
		pool, copies := number(t, env["DATABASE_POOL_SIZE"]), int(*d.Spec.Replicas)
		for _, s := range c.scalers {
			if s.Spec.ScaleTargetRef.Name == d.Name {
				copies = int(s.Spec.MaxReplicas)
			}
		}
		if pool > most[env["FOLIOSIGHT_ROLES"]] {
			t.Errorf("%s opens %d", d.Name, pool)
		}
		sums["Kubernetes"] += (copies + d.Spec.Strategy.RollingUpdate.MaxSurge.IntValue()) * (pool + queue)
	}
	for _, container := range ecs(t).ContainerDefinitions {
		for _, e := range container.Environment {
			if e.Name == "DATABASE_POOL_SIZE" {
				sums["ECS"] += 2 * (number(t, e.Value) + queue) // while one task is replaced
			}
		}
	}
	for _, unit := range []struct {
		file   string
		copies int
	}{{"foliosight-api@.service", 2}, {"foliosight-web@.service", 2}, {"foliosight-worker@.service", 2}} {
		m := regexp.MustCompile(`DATABASE_POOL_SIZE=(\d+)`).FindStringSubmatch(read(t, "deploy/systemd/"+unit.file))
		sums["systemd"] += unit.copies * (number(t, m[1]) + queue)
	}
	for _, way := range []string{"compose", "Kubernetes", "ECS", "systemd"} {
		if sums[way] == 0 || sums[way] > room {
			t.Errorf("%s opens %d connections, there is room for %d", way, sums[way], room)
		}
	}
}

// postgresBinary finds a program of PostgreSQL's server.
func postgresBinary(t *testing.T, name string) string {
	t.Helper()
	var versions []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/usr/pgsql-*/bin/", "/opt/homebrew/opt/postgresql*/bin/"} {
		found, err := filepath.Glob(pattern + name)
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, found...)
	}
	slices.Reverse(versions)
	if bin := os.Getenv("POSTGRES_BIN"); bin != "" {
		versions = append([]string{filepath.Join(bin, name)}, versions...)
	}
	return need(t, name, "postgresql", versions...)
}

// TestPostgreSQLReadsItsSettings asks the server for each of them.
func TestPostgreSQLReadsItsSettings(t *testing.T) {
	server := postgresBinary(t, "postgres")
	file, err := filepath.Abs(root + "/deploy/postgresql/postgresql.conf")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"max_connections": "230", "synchronous_commit": "on", "fsync": "on", "jit": "off", "listen_addresses": "*", "wal_level": "replica", "shared_buffers": "1GB"} {
		command := exec.Command(server, "-C", name, "-D", t.TempDir(), "-c", "config_file="+file)
		said, err := command.Output()
		if got := strings.TrimSpace(string(said)); err != nil || got != want && !(name == "shared_buffers" && got == "131072") { // in pages of 8 kB
			t.Errorf("%s is %q, not %q: %v", name, got, want, err)
		}
	}
}

// roles makes the roles and the database of an installation with the shipped script, in
// the tests' cluster, and the schema with the program. It returns the environment of the
// program's processes.
func installation(t *testing.T) (environment []string) {
	t.Helper()
	cluster := pgtest.Cluster(t)
	psql := need(t, "psql", "postgresql-client")
	at, err := url.Parse(cluster)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	unique := fmt.Sprintf("deployed_%d", os.Getpid())
	database := unique + "_" + strings.ToLower(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, t.Name()))
	run(t, exec.Command(root+"/deploy/make-secrets", directory, at.Host, database))
	secrets := map[string]string{}
	for _, name := range []string{"database_url", "database_admin_url", "secret_key", "encryption_key"} {
		path := filepath.Join(directory, name)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// The cluster is shared by tests: roles of their own, at the port that it has.
		text := strings.NewReplacer("foliosight_server", database+"_s", "foliosight_owner", database+"_o", at.Host+":5432", at.Host).Replace(string(b))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		secrets[name] = path
	}
	password, _ := at.User.Password()
	init := exec.Command(root + "/deploy/postgresql/init.sh")
	init.Env = append(os.Environ(), "PATH="+filepath.Dir(psql)+":"+os.Getenv("PATH"), "PGHOST="+at.Hostname(), "PGPORT="+at.Port(), "PGUSER="+at.User.Username(), "PGPASSWORD="+password, "PGDATABASE="+strings.TrimPrefix(at.Path, "/"),
		"DATABASE_URL_FILE="+secrets["database_url"], "DATABASE_ADMIN_URL_FILE="+secrets["database_admin_url"])
	run(t, init)
	t.Cleanup(func() {
		db, err := sql.Open("pgx", cluster)
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		for _, s := range []string{"DROP DATABASE " + database + " WITH (FORCE)", "DROP ROLE " + database + "_s", "DROP ROLE " + database + "_o"} {
			if _, err := db.Exec(s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
	})
	counted(t, cluster, database)
	environment = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + directory, "MARKET_DATA=off",
		"DATABASE_URL_FILE=" + secrets["database_url"], "SECRET_KEY_FILE=" + secrets["secret_key"], "ENCRYPTION_KEY_FILE=" + secrets["encryption_key"]}
	migrate := exec.Command(program(t), "migrate", "up")
	migrate.Env = append(slices.Clone(environment), "DATABASE_ADMIN_URL_FILE="+secrets["database_admin_url"])
	run(t, migrate)
	check := exec.Command(program(t), "rls", "check", "--strict", "--quiet")
	check.Env = migrate.Env
	run(t, check)
	return environment
}

// counted: where PostgreSQL can count statements, the new database does, and the owner may
// see all of them.
func counted(t *testing.T, cluster, database string) {
	t.Helper()
	at, err := url.Parse(cluster)
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + database
	db, err := sql.Open("pgx", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var available, made, sees bool
	err = db.QueryRow(`SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'), EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements'),
		pg_has_role($1, 'pg_read_all_stats', 'MEMBER')`, database+"_o").Scan(&available, &made, &sees)
	if err != nil {
		t.Fatal(err)
	}
	if available != made || !sees {
		t.Errorf("pg_stat_statements can be had: %v, is there: %v; the owner sees the statements of all: %v", available, made, sees)
	}
}
