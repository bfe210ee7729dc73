package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"os"
	"time"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/certificate"
	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
)

// certificateCmd looks after the certificate that people see.
type certificateCmd struct {
	Check certificateCheck `cmd:"" help:"Look at a certificate: dates, names, key, strength, chain. Without a file or an address: that of this configuration."`
	Renew certificateRenew `cmd:"" help:"Order a new certificate now, where the server gets its own (ACME_DOMAINS); the running server answers for it and shows it within ten seconds."`
}

type certificateCheck struct {
	File string `arg:"" optional:"" help:"PEM file of the certificate with its chain." type:"existingfile"`
	Key  string `help:"PEM file of its key, to see whether they belong together." type:"existingfile" placeholder:"FILE"`
	URL  string `name:"url" help:"Address of a server, to look at what it shows." placeholder:"https://HOST"`
	Name string `help:"Name that it should be of (default: that of the address, or of FRONTEND_URL or DOMAIN_NAME)." placeholder:"HOST"`
	asJSON
}

// Run looks.
func (c *certificateCheck) Run(ctx context.Context, g *globals) error {
	if c.URL != "" && (c.File != "" || c.Key != "") || c.Key != "" && c.File == "" {
		return &exitError{exitUsage, "give a file, with --key where wanted, or --url"}
	}
	at, err := url.Parse(c.URL)
	if c.URL != "" && (err != nil || at.Scheme != "https" || at.Hostname() == "") {
		return &exitError{exitUsage, "--url " + c.URL + ": not the address of a server that speaks TLS; use https://books.example.org"}
	}
	return g.operate(ctx, "certificate check", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		switch {
		case c.URL != "":
			return c.server(ctx, at, r)
		case c.File != "":
			return c.file(c.File, c.Key, c.Name, r)
		case !cfg.TLS():
			return &exitError{exitUsage, "this configuration speaks no TLS itself; give the file of the proxy's certificate, or --url with the address that people come to"}
		}
		own := c.Name
		if u, err := url.Parse(cfg.PublicURL("")); own == "" && err == nil {
			own = u.Hostname()
		}
		if len(cfg.ACME.Domains) > 0 {
			authority, err := app.Authority(cfg, app.Outside{Version: version})
			if err != nil {
				return err
			}
			certificate.Renewal(r, authority.State())
		}
		cert, key := cfg.CertificateFiles()
		return c.file(cert, key, own, r)
	})
}

func (c *certificateCheck) server(ctx context.Context, at *url.URL, r *check.Report) error {
	name, port := at.Hostname(), at.Port()
	if port == "" {
		port = "443"
	}
	wanted := c.Name
	if wanted == "" {
		wanted = name
	}
	chain, version, err := certificate.Shown(ctx, net.JoinHostPort(name, port), wanted)
	if err != nil {
		return err
	}
	r.Fine("server", at.Host+" shows it over "+version)
	certificate.Inspect(r, chain, wanted, nil, time.Now())
	return nil
}

func (c *certificateCheck) file(cert, key, name string, r *check.Report) error {
	chain, err := certificate.Chain(cert)
	if errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err != nil {
		r.Find("certificate", err.Error(), "put a PEM file there, the server's certificate first")
		return nil
	}
	certificate.Inspect(r, chain, name, nil, time.Now())
	if key != "" {
		belongs(r, cert, key)
	}
	return nil
}

// belongs adds whether a key is that of a certificate.
func belongs(r *check.Report, cert, key string) {
	const what = "key"
	if _, err := certificate.Read(cert, key); err != nil {
		r.Find(what, err.Error(), "put the key there that the certificate was ordered with, or order another")
		return
	}
	r.Fine(what, "it is that of the certificate")
}

type certificateRenew struct {
	asJSON
}

// Run orders by itself: what proves the names stands in the folder that the running server
// answers from.
func (c *certificateRenew) Run(ctx context.Context, g *globals) error {
	return g.operate(ctx, "certificate renew", c.asJSON, func(ctx context.Context, cfg config.Config, r *check.Report) error {
		if len(cfg.ACME.Domains) == 0 {
			return &exitError{exitUsage, "this server does not get its certificate itself (ACME_DOMAINS); renew it with what does, the server reads the new files by itself"}
		}
		authority, err := app.Authority(cfg, app.Outside{Version: version, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		if err := certificate.Ours(cfg.ACMEFolder()); err != nil {
			return &exitError{exitUsage, err.Error()}
		}
		_, err = authority.Renew(ctx, true)
		switch {
		case errors.Is(err, certificate.ErrBusy):
			r.Unknown("order", err.Error(), "look again in a few minutes with `foliosight certificate check`")
			return nil
		case err != nil:
			r.Find("order", err.Error(), "see that the server runs and that the authority reaches it under each name, at port 443 or, for proofs over HTTP, 80")
			return nil
		}
		s := authority.State()
		r.Fine("order", "a new certificate is there, good until "+s.Until.UTC().Format(time.RFC3339)+"; the running server shows it within ten seconds")
		certificate.Renewal(r, s)
		return nil
	})
}
