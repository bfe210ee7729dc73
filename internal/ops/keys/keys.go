// Package keys watches how old the keys of an installation are.
//
// Model: three kinds. The key that signs access tokens is kept in the database, or
// configured; the key that seals what is kept (second factors, mail, keys of providers)
// is a file or configured; the key of a certificate is as old as the certificate. The
// age of a kept signing key is known; that of a file is its time of change; that of a
// variable is known to nobody, and said so.
package keys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/store"
)

// How old keys may be: a quarter for what signs, a year for what seals, as sealing anew
// touches everything that is sealed.
const (
	SigningAge    = 90 * 24 * time.Hour
	EncryptionAge = 365 * 24 * time.Hour
)

// Signing are the keys that a database keeps.
type Signing interface {
	SigningKeys(ctx context.Context) ([]store.SealedKey, error)
}

// Ages reports how old the keys are. Signing is nil where there is no database to ask.
func Ages(ctx context.Context, i config.Inspection, kept Signing, now time.Time, r *check.Report) {
	signing(ctx, i, kept, now, r)
	encryption(i, now, r)
}

func signing(ctx context.Context, i config.Inspection, kept Signing, now time.Time, r *check.Report) {
	const what = "age of the signing key"
	for _, name := range []string{"SECRET_KEY", "JWT_SECRET_KEY", "BACKEND_JWT_SECRET"} {
		if i.Given(name) {
			configured(i, what, name, SigningAge, now, r)
			return
		}
	}
	if kept == nil {
		r.Unknown(what, "the database was not asked", "correct what kept it from being opened")
		return
	}
	all, err := kept.SigningKeys(ctx)
	if err != nil {
		r.Unknown(what, err.Error(), "see that the database answers")
		return
	}
	if len(all) == 0 {
		r.Fine(what, "none was made yet: the first sign-in makes it")
		return
	}
	judge(what, "made", now.Sub(all[0].Created), SigningAge, "foliosight keys rotate", r)
	retired := 0
	for _, k := range all[1:] {
		if !k.Retired.IsZero() {
			retired++
		}
	}
	if retired > 0 {
		r.Fine("retired signing keys", fmt.Sprintf("%d still verify what they signed; the next rotation forgets those whose tokens have ended", retired))
	}
}

func encryption(i config.Inspection, now time.Time, r *check.Report) {
	const what = "age of the encryption key"
	switch {
	case i.Given("ENCRYPTION_KEY"):
		configured(i, what, "ENCRYPTION_KEY", EncryptionAge, now, r)
	case i.PostgreSQL():
		r.Fine(what, "there is none: nothing is sealed")
	default:
		ofFile(what, filepath.Join(filepath.Dir(i.SQLite()), "foliosight.key"), EncryptionAge, now, "", r)
	}
}

// configured reports the age of a key that is given as a setting.
func configured(i config.Inspection, what, name string, limit time.Duration, now time.Time, r *check.Report) {
	cure := "make another, give it as " + name + " and this one as " + name + "_PREVIOUS"
	if strings.HasSuffix(name, "JWT_SECRET_KEY") || name == "BACKEND_JWT_SECRET" {
		cure = "make another, give it as " + name + " and this one as SECRET_KEY_PREVIOUS"
	}
	for _, f := range i.Files {
		if f.Name == name+"_FILE" {
			ofFile(what, f.Path, limit, now, cure, r)
			return
		}
	}
	r.Unknown(what, name+" is a variable, whose age nobody knows", "keep it in a file and name that as "+name+"_FILE: the file's date is its age")
}

// ofFile takes the time of a file's last change for the age of its key.
func ofFile(what, path string, limit time.Duration, now time.Time, cure string, r *check.Report) {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		r.Fine(what, path+" was not made yet: the first secret makes it")
	case err != nil:
		r.Unknown(what, err.Error(), "run it as the account that the server runs as")
	default:
		if cure == "" {
			cure = "stop the server, give a new key as ENCRYPTION_KEY_FILE and what " + path + " holds as ENCRYPTION_KEY_PREVIOUS_FILE"
		}
		judge(what, path+" was changed", now.Sub(info.ModTime()), limit, cure, r)
	}
}

func judge(what, said string, age, limit time.Duration, cure string, r *check.Report) {
	days := func(d time.Duration) int { return int(d / (24 * time.Hour)) }
	if age > limit {
		r.Find(what, fmt.Sprintf("%s %d days ago, %d is the limit", said, days(age), days(limit)), cure)
		return
	}
	r.Fine(what, fmt.Sprintf("%s %d days ago", said, days(age)))
}
