// Package oidc signs people in with another provider (OpenID Connect).
//
// Model: the authorisation code flow with PKCE. Start gives the address to send the
// browser to; Finish exchanges the code that it comes back with and checks the identity
// token: its signature, issuer, receiver, end and nonce. Who it names is the pair of
// issuer and subject; an e-mail address is only said beside it, and counts only where
// the provider verified it.
//
// What a provider publishes about itself is asked for when it is first needed, so that
// one that is down hinders nothing but itself.
//
// Sources: OpenID Connect Core 1.0; RFC 7636 (PKCE).
package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/foliosight/foliosight/internal/outbound"
)

// ErrRefused reports a sign-in that the provider refused or that does not prove what it
// should; ErrUnreachable one whose provider does not answer.
var (
	ErrRefused     = errors.New("the other provider did not sign you in")
	ErrUnreachable = errors.New("the other provider does not answer")
)

// Provider is one as it is configured.
type Provider struct {
	Name         string `json:"name"`  // in addresses: letters, digits, dashes
	Label        string `json:"label"` // what people call it
	Issuer       string `json:"issuer"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

var names = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// Check says what is wrong with a provider.
func (p Provider) Check() error {
	switch {
	case !names.MatchString(p.Name):
		return fmt.Errorf("name %q: use small letters, digits and dashes", p.Name)
	case p.ClientID == "":
		return fmt.Errorf("provider %s: the client id is missing", p.Name)
	}
	return issuer(p.Issuer)
}

// Person is who the provider says signed in.
type Person struct {
	Issuer   string
	Subject  string
	Email    string
	Verified bool // whether the provider verified the address
	Name     string
}

// Client signs in with one provider.
type Client struct {
	Provider
	redirect string
	http     *http.Client
	now      func() time.Time

	mu    sync.Mutex
	found *oidc.Provider
}

// New makes a client; redirect is our address that the browser comes back to. The host of
// the issuer may be a private one, as whoever runs the installation named it; what the
// provider names in turn may not (package outbound).
func New(p Provider, redirect string, now func() time.Time) *Client {
	return &Client{Provider: p, redirect: redirect, now: now, http: outbound.NewClient(outbound.Options{Hosts: []string{hostOf(p.Issuer)}})}
}

// discovered is what the provider publishes about itself, asked for once.
func (c *Client) discovered(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.found == nil {
		// The keys are fetched later too: with this client, not in this request's time.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), c.http), c.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %s: %w", ErrUnreachable, c.Name, err)
		}
		c.found = found
	}
	return c.found, &oauth2.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Endpoint: c.found.Endpoint(), RedirectURL: c.redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

// Start is the address to send the browser to. State, nonce and verifier are fresh
// secrets, kept until it comes back.
func (c *Client) Start(ctx context.Context, state, nonce, verifier string) (string, error) {
	_, config, err := c.discovered(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish exchanges the code and checks what comes for it.
func (c *Client) Finish(ctx context.Context, code, nonce, verifier string) (Person, error) {
	found, config, err := c.discovered(ctx)
	if err != nil {
		return Person{}, err
	}
	ctx = oidc.ClientContext(ctx, c.http)
	given, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, withoutBody(err))
	}
	raw, ok := given.Extra("id_token").(string)
	if !ok {
		return Person{}, fmt.Errorf("%w: no identity token came", ErrRefused)
	}
	verified, err := found.Verifier(&oidc.Config{ClientID: c.ClientID, Now: c.now}).Verify(ctx, raw)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if verified.Nonce != nonce {
		return Person{}, fmt.Errorf("%w: the identity token is of another sign-in", ErrRefused)
	}
	var said struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some write it as a text
		Name     string `json:"name"`
	}
	if err := verified.Claims(&said); err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return Person{Issuer: verified.Issuer, Subject: verified.Subject, Email: said.Email, Verified: said.Verified == true || said.Verified == "true", Name: said.Name}, nil
}

// withoutBody keeps what a provider answered out of logs: there may be tokens in it.
func withoutBody(err error) error {
	var answered *oauth2.RetrieveError
	if errors.As(err, &answered) && answered.Response != nil {
		return fmt.Errorf("it answered %s %s", answered.Response.Status, answered.ErrorCode)
	}
	return err
}
