package notify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// TLS is how the connection to a mail server is kept from others.
type TLS string

// The ways. Unless said, a server on port 465 speaks TLS from the first byte, others
// must take STARTTLS, and one on this machine may do without.
const (
	AutoTLS  TLS = ""
	StartTLS TLS = "starttls"
	FullTLS  TLS = "tls"
	NoTLS    TLS = "none"
)

// Mail is how to reach a mail server.
type Mail struct {
	Server   string // host name
	Port     int
	Username string // empty: the server asks for none
	Password string
	From     string // address of the sender
	TLS      TLS
	Timeout  time.Duration    // of one message; 30 s unless given
	Now      func() time.Time // time.Now unless given
}

// NewMail checks the settings; it does not connect.
func NewMail(m Mail) (Channel, error) {
	if m.Timeout == 0 {
		m.Timeout = 30 * time.Second
	}
	if m.Now == nil {
		m.Now = time.Now
	}
	probe := mail.NewMsg()
	if err := probe.From(m.From); err != nil {
		return nil, fmt.Errorf("sender %q: %w", m.From, err)
	}
	s := &sender{Mail: m}
	if _, err := s.client(); err != nil {
		return nil, err
	}
	return s, nil
}

type sender struct{ Mail }

func (s *sender) client() (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(s.Port), mail.WithTimeout(s.Timeout)}
	switch {
	case s.TLS == FullTLS || s.TLS == AutoTLS && s.Port == 465:
		options = append(options, mail.WithSSL())
	case s.TLS == NoTLS:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case s.TLS == AutoTLS && here(s.Server):
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.Username != "" {
		how := mail.SMTPAuthAutoDiscover
		if s.TLS == NoTLS {
			how = mail.SMTPAuthPlainNoEnc // it was said that nothing is to be encrypted
		}
		options = append(options, mail.WithSMTPAuth(how), mail.WithUsername(s.Username), mail.WithPassword(s.Password))
	}
	return mail.NewClient(s.Server, options...)
}

// here reports whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements Channel: one connection a message.
func (s *sender) Send(ctx context.Context, m Message) error {
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(s.From), msg.To(m.To)); err != nil {
		return fmt.Errorf("mail: %w: %w", ErrRefused, err)
	}
	msg.Subject(strings.Join(strings.Fields(m.Subject), " ")) // no line ends in a header
	msg.SetDateWithValue(s.Now())
	msg.SetMessageID()
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		if final(err) {
			return fmt.Errorf("mail to %s: %w: %w", s.Server, ErrRefused, err)
		}
		return fmt.Errorf("mail to %s: %w", s.Server, err)
	}
	return nil
}

// final reports whether the server refused this message for good (5xx). A refusal of
// the connection or of the password may be cured by the operator.
func final(err error) bool {
	var send *mail.SendError
	if errors.As(err, &send) {
		return !send.IsTemp() && send.ErrorCode() >= 550 && send.ErrorCode() < 560
	}
	var protocol *textproto.Error
	return errors.As(err, &protocol) && protocol.Code >= 550 && protocol.Code < 560
}
