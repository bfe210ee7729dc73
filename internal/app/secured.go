package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/config"
)

// secured is what a server has that speaks TLS itself.
type secured struct {
	keeper *certificate.Keeper
	plain  net.Listener // where visitors without TLS come; nil: nowhere
	public string       // address of the pages; empty: not said
	port   string       // of TLS
}

// openTLS reads the certificate and takes the port of visitors without TLS; nil: the
// server speaks no TLS. at is where it listens.
func openTLS(cfg config.Config, at net.Addr, o Outside) (*secured, error) {
	if !cfg.TLS() {
		return nil, nil
	}
	options := certificate.Options{Cert: cfg.Certificate, Key: cfg.Key, Every: o.look, Now: o.Now, Log: o.Log}
	if len(cfg.ACME.Domains) > 0 {
		authority, err := Authority(cfg, o)
		if err != nil {
			return nil, err
		}
		options.Authority = authority
	}
	keeper, err := certificate.Open(options)
	if err != nil {
		return nil, fmt.Errorf("%w; correct SSL_CERT_PATH and SSL_KEY_PATH: `foliosight certificate check` says what is wrong", err)
	}
	s := &secured{keeper: keeper, public: cfg.PublicURL("")}
	if _, s.port, err = net.SplitHostPort(at.String()); err != nil {
		return nil, fmt.Errorf("address %s: %w", at, err)
	}
	if cfg.Redirect != "" {
		if s.plain, err = net.Listen("tcp", cfg.Redirect); err != nil {
			return nil, fmt.Errorf("FOLIOSIGHT_REDIRECT_LISTEN: listen on %s: %w", cfg.Redirect, err)
		}
	}
	return s, nil
}

// Authority is who gives this installation its certificate.
func Authority(cfg config.Config, o Outside) (*certificate.Authority, error) {
	o = o.complete()
	secret, err := cfg.ACME.Secret()
	if err != nil {
		return nil, fmt.Errorf("ACME_EAB_HMAC_KEY: %w", err)
	}
	a := cfg.ACME
	return certificate.NewAuthority(certificate.Account{Domains: a.Domains, Email: a.Email, Directory: a.Directory, Agreed: a.Agreed, KeyID: a.KeyID, KeySecret: secret,
		Folder: cfg.ACMEFolder(), Plain: cfg.Redirect != "", Client: o.authority, Version: o.Version, Now: o.Now, Log: o.Log}), nil
}

// run keeps the certificate fresh and answers visitors without TLS; what it returns ends
// both.
func (s *secured) run(ctx context.Context, o Outside) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { s.keeper.Run(ctx, o.Reread) })
	server := &http.Server{Handler: s.keeper.Redirect(s.public, s.port), ReadHeaderTimeout: headerTime, ReadTimeout: headerTime, WriteTimeout: headerTime, IdleTimeout: headerTime, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn)}
	if s.plain != nil {
		o.Log.Info("visitors without TLS are sent to it", "address", s.plain.Addr().String())
		running.Go(func() {
			if err := server.Serve(s.plain); ctx.Err() == nil {
				o.Log.Error("visitors without TLS are sent to it no more", "reason", err.Error(), "cure", "restart the server")
			}
		})
	}
	return func() {
		cancel()
		_ = server.Close() // it holds nothing that could be lost
		running.Wait()
	}
}

// close gives the port back where the server did not come to run.
func (s *secured) close() {
	if s != nil && s.plain != nil {
		_ = s.plain.Close() // often closed already
	}
}

// state is how the certificate stands; nil where there is none to stand.
func (s *secured) state() func() certificate.State {
	if s == nil {
		return nil
	}
	return s.keeper.State
}

// handshakes tells what strangers at the port could not agree on only to who looks
// closely: every scan of the internet makes some.
type handshakes struct{ slog.Handler }

func (h handshakes) Handle(ctx context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "http: TLS handshake error") {
		if !h.Enabled(ctx, slog.LevelDebug) {
			return nil
		}
		r.Level = slog.LevelDebug
	}
	return h.Handler.Handle(ctx, r)
}
