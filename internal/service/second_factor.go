package service

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/foliosight/foliosight/internal/secret"
	"github.com/foliosight/foliosight/internal/store"
)

// One-time codes after RFC 6238: six digits of SHA-1, a step of 30 seconds, the steps
// beside the current one taken too, each code once. Ten recovery codes of 80 bits stand
// in when the device is lost.
const (
	codeStep      = 30
	codeSlack     = 1 // steps
	recoveryCodes = 10
	factorLife    = 5 * time.Minute // from the password to the code
	factorTries   = 5
)

// SecondFactorNeeded is what signing in answers to a good password where that is not
// enough: the challenge is good for five minutes and five codes.
type SecondFactorNeeded struct {
	Challenge string
	Methods   []string // "totp", "recovery"
	Expires   time.Time
}

// Error says it.
func (e *SecondFactorNeeded) Error() string { return ErrSecondFactor.Error() }

// Is makes it an ErrSecondFactor.
func (e *SecondFactorNeeded) Is(target error) bool { return target == ErrSecondFactor }

// TOTP is a second factor to be set up: the secret for an authenticator, as text, as an
// address and as a picture of it (PNG).
type TOTP struct {
	Secret string
	URI    string
	QR     []byte
}

// SecondFactor says whether a second factor is in force, since when, and how many
// recovery codes are left.
type SecondFactor struct {
	On       bool
	Since    time.Time
	Recovery int
}

// halfway is what is remembered between password and code.
type halfway struct {
	Identity store.Identity
	Visit    Visit
}

func (s *Service) hasSecondFactor(ctx context.Context, id store.Identity) (on bool, err error) {
	err = s.store.Read(ctx, id, func(ctx context.Context, v store.View) error {
		f, err := v.SecondFactor(ctx)
		on = err == nil && !f.Confirmed.IsZero()
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return on, err
}

func (s *Service) askSecondFactor(ctx context.Context, id store.Identity, v Visit) error {
	text, expires, err := s.challenge(ctx, "second-factor", factorLife, halfway{id, v})
	if err != nil {
		return err
	}
	return &SecondFactorNeeded{Challenge: text, Methods: []string{"totp", "recovery"}, Expires: expires}
}

// FinishSignIn answers the challenge of a sign-in with a code of the authenticator or a
// recovery code.
func (s *Service) FinishSignIn(ctx context.Context, challenge, code string) (SignedIn, error) {
	var h halfway
	tries, err := s.tryChallenge(ctx, "second-factor", challenge, &h)
	if err != nil {
		return SignedIn{}, err
	}
	if tries > factorTries {
		return SignedIn{}, errors.Join(ErrChallenge, ignoreGone(s.takeChallenge(ctx, "second-factor", challenge, &h)))
	}
	if err := s.checkCode(ctx, h.Identity, code); err != nil {
		return SignedIn{}, err
	}
	if err := s.takeChallenge(ctx, "second-factor", challenge, &h); err != nil {
		return SignedIn{}, err
	}
	return s.begin(ctx, h.Identity, h.Visit)
}

func ignoreGone(err error) error {
	if errors.Is(err, ErrChallenge) {
		return nil
	}
	return err
}

// checkCode uses a code up. A new challenge gives no new attempts: those are counted.
func (s *Service) checkCode(ctx context.Context, id store.Identity, code string) error {
	good, err := s.attempt(ctx, "second-factor", id.User)
	if err != nil {
		return err
	}
	err = s.store.As(ctx, id, func(ctx context.Context, tx store.Tx) error {
		if hash, ok := recoveryHash(code); ok {
			return tx.UseRecoveryCode(ctx, hash)
		}
		f, err := tx.SecondFactor(ctx)
		if err != nil || f.Confirmed.IsZero() {
			return errors.Join(err, ErrCode)
		}
		step, err := s.stepOf(id, f, code)
		if err != nil {
			return err
		}
		if err := s.reseal(ctx, tx, f); err != nil {
			return err
		}
		return tx.UseStep(ctx, step)
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrStale) || errors.Is(err, ErrCode) {
		return errors.Join(ErrCode, s.refused(ctx, id, "second factor"))
	}
	if err != nil {
		return err
	}
	return good(ctx)
}

// reseal moves a secret from an earlier key to the current one.
func (s *Service) reseal(ctx context.Context, tx store.Tx, f store.SecondFactor) error {
	sealed, changed, err := s.accounts.Secrets.Reseal(factorPlace(tx.Identity()), f.Secret)
	if err != nil || !changed {
		return err
	}
	f.Secret = sealed
	return tx.PutSecondFactor(ctx, f)
}

// stepOf finds the step that a code is of; ErrCode where it is of none.
func (s *Service) stepOf(id store.Identity, f store.SecondFactor, code string) (int64, error) {
	plain, err := s.accounts.Secrets.Open(factorPlace(id), f.Secret)
	if err != nil {
		return 0, err
	}
	code = strings.Join(strings.Fields(code), "")
	now := s.now().Unix() / codeStep
	found, any := int64(0), 0
	for step := now - codeSlack; step <= now+codeSlack; step++ {
		want, err := totp.GenerateCodeCustom(string(plain), time.Unix(step*codeStep, 0), totp.ValidateOpts{Period: codeStep, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, err
		}
		same := subtle.ConstantTimeCompare([]byte(want), []byte(code))
		if same == 1 {
			found = step
		}
		any |= same
	}
	if any == 0 {
		return 0, ErrCode
	}
	return found, nil
}

func factorPlace(id store.Identity) secret.Place {
	return secret.SecondFactors.At(id.Tenant, id.User)
}

// BeginTOTP makes a secret for an authenticator. It is in force once a code of it was
// given to ConfirmTOTP. Where one is in force already: ErrExists.
func (s *Service) BeginTOTP(ctx context.Context, c Caller, password string) (t TOTP, err error) {
	if err := s.prove(ctx, c, password); err != nil {
		return t, err
	}
	me, err := s.Me(ctx, c)
	if err != nil {
		return t, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "FolioSight", AccountName: me.Email, Period: codeStep, SecretSize: 20})
	if err != nil {
		return t, err
	}
	sealed, err := s.accounts.Secrets.Seal(factorPlace(c.Identity), []byte(key.Secret()))
	if err != nil {
		return t, err
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return t, err
	}
	var qr bytes.Buffer
	if err := png.Encode(&qr, picture); err != nil {
		return t, err
	}
	err = s.account(ctx, c, func(ctx context.Context, tx store.Tx) error {
		f, err := tx.SecondFactor(ctx)
		if err == nil && !f.Confirmed.IsZero() {
			return ErrExists
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return tx.PutSecondFactor(ctx, store.SecondFactor{Secret: sealed, Created: s.now().UTC().Truncate(time.Microsecond)})
	})
	return TOTP{Secret: key.Secret(), URI: key.URL(), QR: qr.Bytes()}, err
}

// ConfirmTOTP puts the second factor in force and gives the recovery codes, once.
func (s *Service) ConfirmTOTP(ctx context.Context, c Caller, code string) (recovery []string, err error) {
	good, err := s.attempt(ctx, "second-factor", c.User)
	if err != nil {
		return nil, err
	}
	recovery, hashes := newRecoveryCodes()
	err = s.noticed(ctx, c, "A second factor was set up for your account.", func(ctx context.Context, tx store.Tx) error {
		f, err := tx.SecondFactor(ctx)
		if err != nil {
			return err
		}
		if !f.Confirmed.IsZero() {
			return ErrExists
		}
		step, err := s.stepOf(c.Identity, f, code)
		if err != nil {
			return err
		}
		return tx.ConfirmSecondFactor(ctx, s.now().UTC().Truncate(time.Microsecond), step, hashes)
	})
	if err != nil {
		return nil, err
	}
	return recovery, good(ctx)
}

// DisableTOTP takes the second factor out of force.
func (s *Service) DisableTOTP(ctx context.Context, c Caller, password string) error {
	if err := s.prove(ctx, c, password); err != nil {
		return err
	}
	return s.noticed(ctx, c, "The second factor of your account was removed.", func(ctx context.Context, tx store.Tx) error {
		return tx.DeleteSecondFactor(ctx, c.User)
	})
}

// NewRecoveryCodes replaces the recovery codes.
func (s *Service) NewRecoveryCodes(ctx context.Context, c Caller, password string) ([]string, error) {
	if err := s.prove(ctx, c, password); err != nil {
		return nil, err
	}
	codes, hashes := newRecoveryCodes()
	err := s.noticed(ctx, c, "The recovery codes of your account were replaced.", func(ctx context.Context, tx store.Tx) error {
		if f, err := tx.SecondFactor(ctx); err != nil || f.Confirmed.IsZero() {
			return errors.Join(err, ErrNotFound)
		}
		return tx.PutRecoveryCodes(ctx, hashes)
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// SecondFactor says how the caller's stands.
func (s *Service) SecondFactor(ctx context.Context, c Caller) (out SecondFactor, err error) {
	err = s.read(ctx, c, func(ctx context.Context, v store.View) error {
		f, err := v.SecondFactor(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		out.On, out.Since = !f.Confirmed.IsZero(), f.Confirmed
		out.Recovery, err = v.RecoveryCodes(ctx)
		return err
	})
	return out, err
}

// newRecoveryCodes are ten codes of 16 letters in groups of four, and their hashes.
func newRecoveryCodes() (codes []string, hashes [][]byte) {
	for range recoveryCodes {
		raw := strings.ToLower(rand.Text())[:16] // five bits a letter
		code := raw[:4] + "-" + raw[4:8] + "-" + raw[8:12] + "-" + raw[12:]
		hash, _ := recoveryHash(code)
		codes, hashes = append(codes, code), append(hashes, hash)
	}
	return codes, hashes
}

// recoveryHash is the hash of what looks like a recovery code.
func recoveryHash(code string) ([]byte, bool) {
	plain := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	if len(plain) != 16 {
		return nil, false
	}
	return tokenHash("recovery\x00" + plain), true
}
