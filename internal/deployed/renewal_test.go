package deployed

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNginxRenewsItsCertificate does what certbot's webroot and its hook do: a proof is
// found without TLS, a reload shows the new certificate, and one that is broken leaves
// the old one in place.
func TestNginxRenewsItsCertificate(t *testing.T) {
	nginx := need(t, "nginx", "nginx-light")
	plain, secure := free(t), free(t)
	directory, _ := configuration(t, plain, secure, []string{free(t), free(t)}) // nobody is behind it
	proofs := t.TempDir()
	conf := filepath.Join(directory, "nginx.conf")
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), "root /var/www/acme;") != 1 {
		t.Fatal("nginx.conf does not say once where proofs are")
	}
	if err := os.WriteFile(conf, bytes.Replace(text, []byte("/var/www/acme"), []byte(proofs), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	who := "daemon off;"
	if os.Getuid() == 0 {
		who += " user root;" // its directory is ours alone
	}
	order := func(more ...string) *exec.Cmd {
		return exec.Command(nginx, append([]string{"-p", directory, "-c", conf, "-g", who}, more...)...)
	}
	command := order()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
	serial := func() string {
		conn, err := tls.Dial("tcp", secure, &tls.Config{InsecureSkipVerify: true}) // which it is, is what is asked
		if err != nil {
			return ""
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.String()
	}
	within := func(what string, true func() bool) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); !true(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				said, _ := os.ReadFile(filepath.Join(directory, "error.log"))
				t.Fatalf("%s: not within 10 s\n%s", what, said)
			}
		}
	}
	within("start", func() bool { return serial() != "" })
	first := serial()

	place := filepath.Join(proofs, ".well-known", "acme-challenge")
	if err := os.MkdirAll(place, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(place, "token"), []byte("token.thumbprint"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := http.Get("http://" + plain + "/.well-known/acme-challenge/token")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil || r.StatusCode != http.StatusOK || string(body) != "token.thumbprint" || r.Request.URL.Scheme != "http" {
		t.Errorf("a proof: %s %q %v", r.Status, body, err)
	}

	certificates := filepath.Join(directory, "certificates")
	throwAway(t, certificates)
	if serial() != first {
		t.Error("a new certificate is shown without a reload")
	}
	run(t, order("-t"))
	run(t, order("-s", "reload"))
	within("the new certificate", func() bool { return serial() != first && serial() != "" })
	second := serial()

	if err := os.WriteFile(filepath.Join(certificates, "privkey.pem"), []byte("half a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := order("-t").CombinedOutput(); err == nil {
		t.Errorf("a broken key is taken: %s", out)
	}
	if err := command.Process.Signal(syscall.SIGHUP); err != nil { // as who did not look before
		t.Fatal(err)
	}
	within("the refusal in the log", func() bool {
		said, err := os.ReadFile(filepath.Join(directory, "error.log"))
		return err == nil && strings.Contains(string(said), "privkey.pem")
	})
	if got := serial(); got != second {
		t.Errorf("certificate %s is shown, %s was", got, second)
	}
}
