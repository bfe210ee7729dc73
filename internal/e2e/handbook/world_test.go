package handbook

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const email, password = "ada@example.org", "a sentence is easiest"

// made is what all chapters begin with, made once.
var made struct {
	once      sync.Once
	directory string // bin/ has the program, data/ an installation
	token     string // of an administrator
	job       string // the number of one that ended
	backup    string // the name of one
	err       error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if made.directory != "" {
		_ = os.RemoveAll(made.directory) // the system clears the rest
	}
	os.Exit(status)
}

// world is an installation with its server.
type world struct {
	t       *testing.T
	home    string // everything of it; commands are run in it
	address string // of the server
	env     []string
	names   *strings.Replacer // of the chapters, to what they are here
	shared  bool              // on PostgreSQL: commands need no database for themselves
	// administer gives a cluster what a chapter has its administrator say; nil: there is none
	administer func(command)
	server     *exec.Cmd
	said       *bytes.Buffer
}

// begin makes the world of a chapter as a copy of the one that is made once.
func begin(t *testing.T) *world {
	t.Helper()
	made.once.Do(func() { made.err = furnish(t) })
	if made.err != nil {
		t.Fatalf("the installation that chapters begin with: %v", made.err)
	}
	w := &world{t: t, home: t.TempDir()}
	w.inhabit(made.directory)
	t.Cleanup(w.stop)
	return w
}

// copied copies files; links stay links.
func (w *world) copied(from, to string) {
	w.t.Helper()
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, out)
	}
}

// inhabit fills the world's folder with a copy of an installation, and gives it an address.
func (w *world) inhabit(from string) {
	w.t.Helper()
	w.copied(filepath.Join(from, "data"), w.home)
	w.copied(filepath.Join(root, "deploy"), w.home)
	for _, folder := range []string{"srv/new", "mnt/usb"} {
		if err := os.MkdirAll(filepath.Join(w.home, folder), 0o700); err != nil {
			w.t.Fatal(err)
		}
	}
	repository, err := filepath.Abs(root)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, content := range map[string]func() ([]byte, error){"all.zip": advisories} {
		b, err := content()
		if err == nil {
			err = os.WriteFile(filepath.Join(w.home, name), b, 0o600)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	w.address = free(w.t)
	w.env = append(surroundings(w.t), "HOME="+w.home, "FOLIOSIGHT_DATA="+filepath.Join(w.home, "data"), "FOLIOSIGHT_LISTEN="+w.address, "MARKET_DATA=off", "LOG_LEVEL=warn", "OPERATIONS_SCHEDULE=off",
		"SMTP_SERVER=127.0.0.1", "SMTP_FROM=books@example.org", "FRONTEND_URL=http://"+w.address, "TOKEN="+made.token, "FOLIOSIGHT_TOKEN="+made.token)
	w.names = strings.NewReplacer(
		"https://books.example.org", "http://"+w.address,
		"seconds=20", "seconds=1", // a profile of a second is one too
		"restore NAME", "restore "+made.backup, "restore FILE", "restore "+made.backup,
		"1204", made.job,
		"--source .", "--source "+repository,
		"quality serve", "quality serve --addr "+free(w.t),
		"/srv/foliosight/", filepath.Join(w.home, "data")+"/", "/srv/", filepath.Join(w.home, "srv")+"/", "/mnt/", filepath.Join(w.home, "mnt")+"/",
	)
}

// surroundings are the variables of a command that are not settings: nothing of who runs
// the tests shines through.
func surroundings(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	caches := strings.Fields(string(out))
	if err != nil || len(caches) != 2 {
		t.Fatalf("go env: %v, %q", err, out)
	}
	path := filepath.Join(made.directory, "bin") + ":" + os.Getenv("PATH") + ":/usr/sbin"
	if tools := os.Getenv("POSTGRES_BIN"); tools != "" {
		path += ":" + tools
	}
	return []string{"PATH=" + path, "GOMODCACHE=" + caches[0], "GOCACHE=" + caches[1], "TMPDIR=" + os.TempDir(), "LANG=C.UTF-8"}
}

// free is an address of this machine that nobody listens on now.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// advisories are a database of vulnerabilities with one of today, of a module that nobody has.
func advisories() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("GO-2026-0001.json")
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC().Format(time.RFC3339)
	fmt.Fprintf(f, `{"id":"GO-2026-0001","modified":%q,"published":%q,"affected":[{"package":{"ecosystem":"Go","name":"example.org/nobody"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`, now, now)
	err = z.Close()
	return b.Bytes(), err
}

// start starts the server and waits until it answers.
func (w *world) start() {
	w.t.Helper()
	if w.server != nil {
		return
	}
	w.said = &bytes.Buffer{}
	w.server = exec.Command(filepath.Join(made.directory, "bin", "foliosight"), "serve")
	w.server.Env, w.server.Dir, w.server.Stdout, w.server.Stderr = w.env, w.home, w.said, w.said
	if err := w.server.Start(); err != nil {
		w.t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if r, err := http.Get("http://" + w.address + "/health/ready"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			w.stop()
			w.t.Fatalf("the server is not ready:\n%s", w.said)
		}
	}
}

// stop ends the server as its operator would.
func (w *world) stop() {
	if w.server == nil {
		return
	}
	_ = w.server.Process.Signal(syscall.SIGTERM) // it may have ended, which Wait says
	if err := w.server.Wait(); err != nil {
		w.t.Errorf("the server ended with %v:\n%s", err, w.said)
	}
	w.server = nil
}

// apart is a copy of the world, for what would leave nothing of it.
func (w *world) apart() *world {
	w.t.Helper()
	w.stop()
	c := &world{t: w.t, home: w.t.TempDir()}
	c.inhabit(w.home)
	return c
}

// ran is how a command ended.
type ran struct {
	status int
	result []byte // what it printed
	both   string // with what was said beside it
}

// run gives the shell a command as it stands in a chapter, after what came before it.
func (w *world) run(before, text string) ran {
	w.t.Helper()
	text = w.names.Replace(text)
	if serves.MatchString(text) {
		text = "exec " + text // told to stop, a shell would end first
	}
	c := exec.Command("sh", "-c", before+text)
	c.Env, c.Dir = w.env, w.home
	var result bytes.Buffer
	var both said
	c.Stdout, c.Stderr = io.MultiWriter(&result, &both), &both
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		w.t.Fatal(err)
	}
	late := time.AfterFunc(90*time.Second, func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) })
	defer late.Stop()
	if strings.HasPrefix(text, "exec ") { // it goes on until it is told to stop
		time.AfterFunc(1500*time.Millisecond, func() { _ = syscall.Kill(-c.Process.Pid, syscall.SIGINT) })
	}
	err := c.Wait()
	if err != nil && c.ProcessState == nil {
		w.t.Fatal(err)
	}
	return ran{c.ProcessState.ExitCode(), result.Bytes(), both.text.String()}
}

// said takes what two streams say.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// furnish makes what the chapters begin with, in the way that its owner would.
func furnish(t *testing.T) (err error) {
	if made.directory, err = os.MkdirTemp("", "foliosight-handbook-"); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(made.directory, "bin"), 0o700); err != nil {
		return err
	}
	if path := os.Getenv("FOLIOSIGHT_BINARY"); path != "" { // another than that of this source
		if err := os.Symlink(path, filepath.Join(made.directory, "bin", "foliosight")); err != nil {
			return err
		}
		return found(t)
	}
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(made.directory, "bin", "foliosight"), "./cmd/foliosight")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return found(t)
}

// found founds the installation that is copied: an owner, portfolios, an analysis, a backup.
func found(t *testing.T) error {
	w := &world{t: t, home: made.directory, address: free(t), names: strings.NewReplacer()}
	w.env = append(surroundings(t), "HOME="+w.home, "FOLIOSIGHT_DATA="+filepath.Join(made.directory, "data"), "FOLIOSIGHT_LISTEN="+w.address, "MARKET_DATA=off")
	w.start()
	defer w.stop()
	var in struct{ Token string }
	if err := w.post("/api/v1/auth/register", "", `{"email":"`+email+`","password":"`+password+`","name":"Ada","base_currency":"EUR"}`, &in); err != nil {
		return err
	}
	var token struct{ Token string }
	if err := w.post("/api/v1/auth/tokens", in.Token, `{"name":"operator","scope":"admin"}`, &token); err != nil {
		return err
	}
	made.token = token.Token
	if err := w.post("/api/v1/portfolios", in.Token, `{"name":"Family"}`, &struct{}{}); err != nil {
		return err
	}
	w.stop()
	for _, text := range []string{"foliosight demo seed", "foliosight jobs run analysis --portfolio 'Balanced saver'", "foliosight backup create"} {
		if r := w.run("", text); r.status != 0 {
			return fmt.Errorf("%s: status %d\n%s", text, r.status, r.both)
		}
	}
	r := w.run("", "foliosight backup list")
	at := strings.Index(r.both, "foliosight-2")
	if at < 0 {
		return fmt.Errorf("no backup is listed: status %d\n%s", r.status, r.both)
	}
	made.backup = strings.Fields(r.both[at:])[0]
	number := regexp.MustCompile(`(?m)^(\d+) +analysis`).FindStringSubmatch(w.run("", "foliosight jobs list").both)
	if number == nil {
		return errors.New("no job is listed")
	}
	made.job = number[1]
	return nil
}

// post sends a document to the server and reads the answer.
func (w *world) post(path, token, body string, into any) error {
	request, err := http.NewRequest("POST", "http://"+w.address+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("POST %s: %d\n%s", path, response.StatusCode, content)
	}
	return json.Unmarshal(content, into)
}
