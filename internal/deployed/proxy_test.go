package deployed

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
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

// site is nginx as it is shipped, over TLS on loopback, before two processes of the
// program on one PostgreSQL.
type site struct {
	directory string // of nginx
	plain     string // where it listens without TLS
	secure    string // and with it
	trust     *x509.CertPool
	processes []*process
}

// process is `foliosight serve` at an address, which may be replaced.
type process struct {
	name, address string
	environment   []string
	log           *os.File
	mu            sync.Mutex
	command       *exec.Cmd
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

func (p *process) start(t *testing.T) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.command = exec.Command(program(t), "serve", "--listen", p.address)
	p.command.Env, p.command.Stdout, p.command.Stderr = p.environment, p.log, p.log
	return p.command.Start()
}

// stop ends it as a service manager does.
func (p *process) stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.command == nil {
		return nil
	}
	defer func() { p.command = nil }()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.command.Wait()
}

// answers waits until it is ready.
func (p *process) answers(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		response, err := http.Get("http://" + p.address + "/health/ready")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(p.log.Name())
			t.Fatalf("%s does not answer: %v\n%s", p.name, err, said)
		}
	}
}

// throwAway makes a certificate of this machine, good for an hour.
func throwAway(t *testing.T, directory string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, content := range map[string][]byte{"fullchain.pem": certificate, "privkey.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})} {
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(certificate)
	return pool
}

// configuration copies what is shipped for nginx into a directory, with addresses of this
// test in place of its own; nothing else is changed.
func configuration(t *testing.T, plain, secure string, servers []string) (directory string, trust *x509.CertPool) {
	t.Helper()
	directory = t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, "certificates"), 0o700); err != nil {
		t.Fatal(err)
	}
	trust = throwAway(t, filepath.Join(directory, "certificates"))
	conf := read(t, "deploy/nginx/nginx.conf")
	for _, change := range [][2]string{{"listen 80 default_server;", "listen " + plain + " default_server;"}, {"listen 443 ssl http2 default_server;", "listen " + secure + " ssl http2 default_server;"},
		{"pid /run/nginx.pid;", "pid " + directory + "/nginx.pid;"}, {"/dev/stdout", directory + "/access.log"}, {"/dev/stderr", directory + "/error.log"}} {
		if strings.Count(conf, change[0]) != 1 {
			t.Fatalf("nginx.conf does not say %q once", change[0])
		}
		conf = strings.Replace(conf, change[0], change[1], 1)
	}
	list := regexp.MustCompile(`(?m)^(\s*server) \S+`).ReplaceAllStringFunc(read(t, "deploy/nginx/upstreams.conf"), func() func(string) string {
		n := 0
		return func(string) string { n++; return "    server " + servers[(n-1)%len(servers)] }
	}())
	for name, text := range map[string]string{"nginx.conf": conf, "upstreams.conf": list} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory, trust
}

// open starts everything, with more in the environment of the processes; it ends with the
// test.
func open(t *testing.T, more ...string) *site {
	t.Helper()
	nginx := need(t, "nginx", "nginx-light")
	environment := installation(t)
	s := &site{plain: free(t), secure: free(t)}
	for n := range 2 {
		p := &process{name: fmt.Sprintf("process-%d", n+1), address: free(t)}
		p.environment = append(append([]string{}, environment...), "FOLIOSIGHT_DATA="+t.TempDir(), "FOLIOSIGHT_ROLES=api,web", "FOLIOSIGHT_TRUSTED_PROXIES=127.0.0.1", "FRONTEND_URL=https://"+s.secure,
			"REGISTRATION=open", "LOG_LEVEL=warn", "DATABASE_POOL_SIZE=10", "API_RATE_LIMIT=100000", "FOLIOSIGHT_LOGIN_LIMIT=100000")
		p.environment = append(p.environment, more...)
		var err error
		if p.log, err = os.Create(filepath.Join(t.TempDir(), p.name+".log")); err != nil {
			t.Fatal(err)
		}
		if err := p.start(t); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.stop(); err != nil {
				t.Errorf("%s did not stop well: %v", p.name, err)
			}
			p.log.Close()
		})
		s.processes = append(s.processes, p)
	}
	s.directory, s.trust = configuration(t, s.plain, s.secure, []string{s.processes[0].address, s.processes[1].address})
	for _, p := range s.processes {
		p.answers(t)
	}
	command := exec.Command(nginx, "-p", s.directory, "-c", s.directory+"/nginx.conf", "-g", "daemon off; master_process on;")
	if os.Getuid() == 0 {
		command.Args[len(command.Args)-1] += " user root;" // its directory is ours alone
	}
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Errorf("nginx: %v\n%s", err, said.String())
		}
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", s.secure)
		if err == nil {
			c.Close()
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("nginx does not answer: %v\n%s", err, said.String())
		}
	}
}

// client is a browser or a program; follows nothing.
func (s *site) client(http2 bool) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.trust}, ForceAttemptHTTP2: http2, MaxIdleConnsPerHost: 16, DisableCompression: true}
	if !http2 {
		transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	}
	return &http.Client{Transport: transport, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// answer is what came back, its body read.
type answer struct {
	*http.Response
	body string
}

// ask sends a request over TLS.
func (s *site) ask(c *http.Client, method, path, body string, header map[string]string) (answer, error) {
	r, err := http.NewRequestWithContext(context.Background(), method, "https://"+s.secure+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := c.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	return answer{response, string(b)}, err
}

// owner registers the first person and returns the header of one who is signed in.
func (s *site) owner(t *testing.T) map[string]string {
	t.Helper()
	a, err := s.ask(s.client(true), "POST", "/api/v1/auth/register", `{"email":"ada@example.org","password":"a sentence is easiest","name":"Ada","base_currency":"EUR"}`, map[string]string{"Content-Type": "application/json"})
	if err != nil || a.StatusCode != 201 {
		t.Fatalf("register: %v %v %s", err, a.Response, a.body)
	}
	var in map[string]any
	if err := json.Unmarshal([]byte(a.body), &in); err != nil {
		t.Fatal(err)
	}
	token, _ := in["access_token"].(string)
	if token == "" {
		token, _ = in["token"].(string)
	}
	return map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"}
}

// TestNginxTakesWhatIsShipped: the file as it is, with certificates beside it.
func TestNginxTakesWhatIsShipped(t *testing.T) {
	nginx := need(t, "nginx", "nginx-light")
	directory := t.TempDir()
	if err := os.MkdirAll(filepath.Join(directory, "certificates"), 0o700); err != nil {
		t.Fatal(err)
	}
	throwAway(t, filepath.Join(directory, "certificates"))
	for _, name := range []string{"nginx.conf", "upstreams.conf"} {
		text := strings.Replace(read(t, "deploy/nginx/"+name), "pid /run/nginx.pid;", "pid "+directory+"/nginx.pid;", 1) // only root writes there
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out := run(t, exec.Command(nginx, "-t", "-p", directory, "-c", directory+"/nginx.conf")); strings.Contains(out, "[warn]") && os.Getuid() == 0 {
		t.Error(out)
	}
}

// burst sends as many requests as it can in turn and counts those that nginx refused.
func (s *site) burst(t *testing.T, count int, method, path string) (let, refused int, took time.Duration) {
	t.Helper()
	c := s.client(true)
	if _, err := s.ask(c, "GET", "/health/live", "", nil); err != nil { // the connection is there
		t.Fatal(err)
	}
	began := time.Now()
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range count {
		all.Go(func() {
			// Where it claims to come from does not make it another.
			a, err := s.ask(c, method, path, "", map[string]string{"X-Forwarded-For": fmt.Sprintf("203.0.113.%d", n)})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err != nil:
				t.Error(err)
			case a.StatusCode == 429 && strings.Contains(a.body, "Try again in a second"):
				refused++
				if a.Header.Get("Retry-After") != "1" || a.Header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("%s: refused with %v", path, a.Header)
				}
			default:
				let++
			}
		})
	}
	all.Wait()
	return let, refused, time.Since(began)
}

// alone are headers of which one answer has no more than one.
var alone = []string{"Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cache-Control", "Permissions-Policy", "X-Request-Id"}

func TestNginxInFrontOfTheProgram(t *testing.T) {
	s := open(t)
	c := s.client(true)
	signedIn := s.owner(t)

	t.Run("plain is sent to TLS", func(t *testing.T) {
		r, err := s.client(false).Get("http://" + s.plain + "/holdings?x=1")
		if err != nil || r.StatusCode != 301 || r.Header.Get("Location") != "https://127.0.0.1/holdings?x=1" {
			t.Errorf("%v %+v", err, r)
		}
	})
	t.Run("TLS 1.2 and 1.3 alone", func(t *testing.T) {
		for version, taken := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
			conn, err := tls.Dial("tcp", s.secure, &tls.Config{RootCAs: s.trust, MinVersion: version, MaxVersion: version})
			if (err == nil) != taken {
				t.Errorf("%s: %v", tls.VersionName(version), err)
			}
			if err == nil {
				conn.Close()
			}
		}
	})
	t.Run("headers once", func(t *testing.T) {
		for _, path := range []string{"/sign-in", "/health", "/api/v1/portfolios", "/openapi.json", "/nothing"} {
			a, err := s.ask(c, "GET", path, "", nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range alone {
				if got := a.Header.Values(name); len(got) != 1 && (name != "X-Request-Id" || len(got) > 1) {
					t.Errorf("%s: %s is %q", path, name, got)
				}
			}
			if a.ProtoMajor != 2 || strings.Contains(a.Header.Get("Server"), "/") {
				t.Errorf("%s: %s from %q", path, a.Proto, a.Header.Get("Server"))
			}
		}
	})
	t.Run("what is the machine's own stays there", func(t *testing.T) {
		for _, path := range []string{"/metrics", "/status", "/debug/pprof/"} {
			if a, err := s.ask(c, "GET", path, "", signedIn); err != nil || a.StatusCode != 404 || !strings.Contains(a.body, "nginx") {
				t.Errorf("%s: %v %v", path, err, a.Response)
			}
		}
	})
	t.Run("streams come as they come", func(t *testing.T) { s.stream(t, signedIn) })
	t.Run("limits", func(t *testing.T) {
		time.Sleep(time.Second) // what was asked before has drained
		for _, l := range []struct {
			method, path, same string
			rate, burst, send  int
		}{{"GET", "/api/v1/portfolios", "/docs", 10, 20, 60}, {"GET", "/gpt/x", "/api/v1/chat/analyze", 5, 10, 40}, {"POST", "/sign-in", "/api/v1/auth/login", 1, 3, 15}} {
			let, refused, took := s.burst(t, l.send, l.method, l.path)
			most := l.burst + 1 + int(took.Seconds()*float64(l.rate)) + 1
			if let < l.burst+1 || let > most || let+refused != l.send {
				t.Errorf("%s %s: %d of %d were let through in %s; %d at once and %d a second are allowed", l.method, l.path, let, l.send, took, l.burst+1, l.rate)
			}
			// The other door of the same limit is shut too.
			if let, refused, took := s.burst(t, 5, l.method, l.same); refused == 0 || let > 1+int(took.Seconds()*float64(l.rate)) {
				t.Errorf("%s %s: %d were let through after %s was used up", l.method, l.same, let, l.path)
			}
		}
		if let, refused, _ := s.burst(t, 40, "GET", "/sign-in"); refused != 0 || let != 40 {
			t.Errorf("pages are limited: %d of 40 were let through", let)
		}
	})
	t.Run("files as large as the program takes", func(t *testing.T) {
		time.Sleep(time.Second)
		large := strings.Repeat("x", 64<<20)
		if a, err := s.ask(c, "POST", "/api/v1/prices/imports", large, map[string]string{"Authorization": signedIn["Authorization"], "Content-Type": "multipart/form-data; boundary=b"}); err != nil || a.StatusCode == 413 || a.StatusCode >= 500 {
			t.Errorf("64 MiB: %v %v %s", err, a.Response, a.body)
		}
		a, err := s.ask(s.client(false), "POST", "/api/v1/prices/imports", large+"x", signedIn)
		if err == nil && (a.StatusCode != 413 || !strings.Contains(a.body, "64 MB")) || err != nil && !strings.Contains(err.Error(), "reset") && !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("a byte more: %v %v %s", err, a.Response, a.body)
		}
	})
}

// stream opens the stream of events and books beside it: each event comes while the
// stream is open.
func (s *site) stream(t *testing.T, signedIn map[string]string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", "https://"+s.secure+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", signedIn["Authorization"])
	r.Header.Set("Accept-Encoding", "gzip")
	response, err := s.client(true).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 || response.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%s, encoded as %q", response.Status, response.Header.Get("Content-Encoding"))
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(response.Body); in.Scan(); {
			lines <- in.Text()
		}
	}()
	until := func(what string) time.Duration {
		began := time.Now()
		for {
			select {
			case line, more := <-lines:
				if !more {
					t.Fatalf("the stream ended before %q", what)
				}
				if line == what {
					return time.Since(began)
				}
			case <-time.After(8 * time.Second):
				t.Fatalf("%q did not come while the stream was open", what)
			}
		}
	}
	first := until("event: state")
	if a, err := s.ask(s.client(true), "POST", "/api/v1/portfolios", `{"name":"Streamed"}`, signedIn); err != nil || a.StatusCode != 201 {
		t.Fatalf("portfolio: %v %v %s", err, a.Response, a.body)
	}
	t.Logf("the first event after %s, the next %s after what it tells of", first.Round(time.Millisecond), until("event: portfolio").Round(time.Millisecond))
}

// TestEveryDoorIsLimited holds the list of nginx against that of the program.
func TestEveryDoorIsLimited(t *testing.T) {
	list := regexp.MustCompile(`(?s)var guarded = map\[string\]string\{(.*?)\n\}`).FindStringSubmatch(read(t, "internal/api/throttle.go"))
	if list == nil {
		t.Fatal("the program's list is not where it was")
	}
	var patterns []*regexp.Regexp
	for _, m := range regexp.MustCompile(`(?m)^\s*"~(\^POST [^"]+)" \$binary_remote_addr;`).FindAllStringSubmatch(read(t, "deploy/nginx/nginx.conf"), -1) {
		patterns = append(patterns, regexp.MustCompile(m[1]))
	}
	doors := regexp.MustCompile(`"(/[^"]+)":`).FindAllStringSubmatch(list[1], -1)
	if len(patterns) == 0 || len(doors) < 10 {
		t.Fatalf("%d patterns, %d doors", len(patterns), len(doors))
	}
	for _, door := range doors {
		found := false
		for _, p := range patterns {
			found = found || p.MatchString("POST "+door[1])
		}
		if !found {
			t.Errorf("nginx does not limit %s, which tries a password or a code", door[1])
		}
	}
	if size := regexp.MustCompile(`UploadLimit: (\d+) << 20`).FindStringSubmatch(read(t, "internal/config/settings.go")); size == nil || !strings.Contains(read(t, "deploy/nginx/nginx.conf"), "client_max_body_size "+size[1]+"m;") || !strings.Contains(read(t, "deploy/caddy/Caddyfile"), "max_size "+size[1]+"MiB") {
		t.Errorf("uploads: the program takes %v MiB", size)
	}
}

// TestCaddyTakesWhatIsShipped lets Caddy check its file.
func TestCaddyTakesWhatIsShipped(t *testing.T) {
	caddy := need(t, "caddy", "caddy")
	file, err := filepath.Abs(root + "/deploy/caddy/Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(caddy, "validate", "--adapter", "caddyfile", "--config", file)
	command.Env = append(os.Environ(), "DOMAIN_NAME=localhost", "XDG_DATA_HOME="+t.TempDir(), "XDG_CONFIG_HOME="+t.TempDir())
	if out := run(t, command); !strings.Contains(out, "Valid configuration") {
		t.Error(out)
	}
}
