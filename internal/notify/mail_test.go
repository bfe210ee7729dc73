package notify_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foliosight/foliosight/internal/notify"
)

// server is as much of a mail server (RFC 5321) as sending needs. reply answers a
// command other than by taking it.
type server struct {
	port  int
	reply func(command string) string

	mu       sync.Mutex
	received []string // what came after DATA
	commands []string
}

func listen(t *testing.T, reply func(string) string) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s := &server{port: l.Addr().(*net.TCPAddr).Port, reply: reply}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s
}

func (s *server) talk(c net.Conn) {
	defer c.Close()
	fmt.Fprint(c, "220 mail.example ESMTP\r\n")
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		line := lines.Text()
		s.mu.Lock()
		s.commands = append(s.commands, line)
		s.mu.Unlock()
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if s.reply != nil {
			if r := s.reply(line); r != "" {
				fmt.Fprint(c, r+"\r\n")
				continue
			}
		}
		switch word {
		case "EHLO":
			fmt.Fprint(c, "250-mail.example\r\n250 AUTH PLAIN\r\n")
		case "AUTH":
			fmt.Fprint(c, "235 welcome\r\n")
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var text []string
			for lines.Scan() && lines.Text() != "." {
				text = append(text, lines.Text())
			}
			s.mu.Lock()
			s.received = append(s.received, strings.Join(text, "\n"))
			s.mu.Unlock()
			fmt.Fprint(c, "250 taken\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 fine\r\n")
		}
	}
}

func channel(t *testing.T, m notify.Mail) notify.Channel {
	t.Helper()
	m.Server, m.From = "127.0.0.1", "books@example.org"
	m.Now = func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }
	m.Timeout = 5 * time.Second
	c, err := notify.NewMail(m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var message = notify.Message{To: "ada@example.net", Subject: "Your\r\nBcc: eve@example.net", Text: "Zürich, a line\nand another"}

func TestMailGoesOut(t *testing.T) {
	s := listen(t, nil)
	if err := channel(t, notify.Mail{Port: s.port, TLS: notify.NoTLS}).Send(context.Background(), message); err != nil {
		t.Fatal(err)
	}
	got := s.received[0]
	for _, part := range []string{"To: <ada@example.net>", "From: <books@example.org>", "Subject: Your Bcc: eve@example.net", "Date: Sun, 01 Mar 2026 09:00:00", "Auto-Submitted: auto-generated", "and another"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in\n%s", part, got)
		}
	}
	if strings.Contains(strings.Join(s.commands, "\n"), "RCPT TO:<eve") || strings.Contains(got, "\nBcc:") {
		t.Errorf("a subject added a receiver:\n%s", got)
	}
}

func TestMailSignsIn(t *testing.T) {
	s := listen(t, nil)
	if err := channel(t, notify.Mail{Port: s.port, TLS: notify.NoTLS, Username: "books", Password: "a secret"}).Send(context.Background(), message); err != nil {
		t.Fatal(err)
	}
	want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00books\x00a secret"))
	if all := strings.Join(s.commands, "\n"); !strings.Contains(all, want) {
		t.Errorf("%q is not in\n%s", want, all)
	}
}

func TestMailThatDoesNotGoOut(t *testing.T) {
	at := func(word, answer string) func(string) string {
		return func(line string) string {
			if strings.HasPrefix(line, word) {
				return answer
			}
			return ""
		}
	}
	for _, c := range []struct {
		name  string
		reply func(string) string
		mail  notify.Mail
		final bool
	}{
		{"there is no such receiver", at("RCPT", "550 5.1.1 no such user"), notify.Mail{TLS: notify.NoTLS}, true},
		{"the mailbox is full for now", at("RCPT", "452 4.2.2 full"), notify.Mail{TLS: notify.NoTLS}, false},
		{"the password is wrong", at("AUTH", "535 5.7.8 no"), notify.Mail{TLS: notify.NoTLS, Username: "books", Password: "wrong"}, false},
		{"a password would go in the clear", nil, notify.Mail{Username: "books", Password: "wrong"}, false},
		{"the server has no TLS where it must", nil, notify.Mail{TLS: notify.StartTLS}, false},
	} {
		s := listen(t, c.reply)
		c.mail.Port = s.port
		err := channel(t, c.mail).Send(context.Background(), message)
		if err == nil || errors.Is(err, notify.ErrRefused) != c.final {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(s.received) > 0 {
			t.Errorf("%s: it went out", c.name)
		}
		if err != nil && strings.Contains(err.Error(), "wrong") {
			t.Errorf("%s: the password is in %v", c.name, err)
		}
	}
	if err := channel(t, notify.Mail{Port: 1, TLS: notify.NoTLS}).Send(context.Background(), message); err == nil || errors.Is(err, notify.ErrRefused) {
		t.Errorf("nobody listens: %v", err)
	}
	s := listen(t, nil)
	if err := channel(t, notify.Mail{Port: s.port, TLS: notify.NoTLS}).Send(context.Background(), notify.Message{To: "nobody"}); !errors.Is(err, notify.ErrRefused) {
		t.Errorf("no address: %v", err)
	}
	if _, err := notify.NewMail(notify.Mail{Server: "x", Port: 25, From: "no address"}); err == nil {
		t.Error("a sender without an address is taken")
	}
}

func TestAgain(t *testing.T) {
	var before, all time.Duration
	for n := 1; ; n++ {
		wait, ok := notify.Again(n)
		if !ok {
			if n != 9 || all < 24*time.Hour || all > 72*time.Hour {
				t.Errorf("given up after %d attempts and %s", n, all)
			}
			return
		}
		if wait <= before {
			t.Errorf("attempt %d waits %s after %s", n, wait, before)
		}
		before, all = wait, all+wait
	}
}
