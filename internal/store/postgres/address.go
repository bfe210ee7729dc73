package postgres

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Schema is where everything is kept: its own, so that the server's role needs rights
// there and nowhere else.
const Schema = "foliosight"

// IsURL reports whether an address is one of a PostgreSQL database.
func IsURL(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && (scheme == "postgres" || scheme == "postgresql" || strings.HasPrefix(scheme, "postgresql+") || strings.HasPrefix(scheme, "postgres+"))
}

// Redacted is an address without its password.
func Redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	u.Scheme, u.RawQuery = "postgres", ""
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

// configOf reads an address as other programs write it too: postgres://,
// postgresql:// and postgresql+asyncpg:// (a driver of Python's, whose ssl= means
// sslmode=). passwordFile, where given, holds the password.
func configOf(address, passwordFile string) (*pgx.ConnConfig, error) {
	if !IsURL(address) {
		return nil, errors.New("not an address of a PostgreSQL database; use postgres://USER:PASSWORD@HOST:PORT/DATABASE")
	}
	_, rest, _ := strings.Cut(address, "://")
	u, err := url.Parse("postgres://" + rest)
	if err != nil {
		return nil, errors.New("not a well-formed address; write reserved letters of the password as %XX") // err would show the password
	}
	query := u.Query()
	if mode := query.Get("ssl"); mode != "" {
		query.Del("ssl")
		if mode == "true" {
			mode = "require"
		}
		query.Set("sslmode", mode)
	}
	u.RawQuery = query.Encode()
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, fmt.Errorf("address %s: %w", Redacted(address), plain(err))
	}
	if passwordFile != "" {
		content, err := os.ReadFile(passwordFile)
		if err != nil {
			return nil, fmt.Errorf("password: %w", err)
		}
		config.Password = strings.TrimRight(string(content), "\r\n")
	}
	config.RuntimeParams["search_path"] = Schema
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "foliosight"
	}
	return config, nil
}

// plain keeps the reason of an error that repeats the address it was about.
func plain(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return errors.New("is not understood")
}

// Role is the name of the role that an address signs in with.
func Role(address, passwordFile string) (string, error) {
	config, err := configOf(address, passwordFile)
	if err != nil {
		return "", err
	}
	return config.User, nil
}
