package service

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/foliosight/foliosight/internal/store"
)

// The features that can be switched off while everything else goes on.
const (
	FeatureChat     = "chat"
	FeatureReports  = "reports"
	FeatureAdvanced = "advanced_analytics"
	// FeatureRegistration lets people make accounts as REGISTRATION says; accounts that
	// somebody makes for them are made all the same.
	FeatureRegistration = "registration"
)

// FeatureInfo is a switch as it stands.
type FeatureInfo struct {
	Name       string    `json:"name"`
	Means      string    `json:"means"`
	Enabled    bool      `json:"enabled"`
	Percent    int       `json:"percent"`    // of users, where it is enabled
	Configured bool      `json:"configured"` // what holds where nobody switched it
	Changed    time.Time `json:"changed,omitzero"`
}

// switches are all of them.
var switches = []struct{ name, means string }{
	{FeatureAdvanced, "forecasts of volatility, simulation and proposals of trades"},
	{FeatureChat, "the analyst that answers questions"},
	{FeatureRegistration, "new accounts of those who register, as far as REGISTRATION lets them"},
	{FeatureReports, "reports to be downloaded"},
}

// FeatureOff says what is switched off.
type FeatureOff struct{ Name, Means string }

// Error says it.
func (f *FeatureOff) Error() string {
	return fmt.Sprintf("%s is switched off here for now (%s)", f.Name, f.Means)
}

// Is makes it an ErrFeature.
func (f *FeatureOff) Is(target error) bool { return target == ErrFeature }

// Features are all switches, by name.
func (s *Service) Features(ctx context.Context, c Caller) (all []FeatureInfo, err error) {
	err = s.read(ctx, c.about(c.Link), func(ctx context.Context, v store.View) error {
		set, err := v.Features(ctx)
		if err != nil {
			return err
		}
		for _, one := range switches {
			configured, given := s.accounts.Features[one.name]
			f := FeatureInfo{Name: one.name, Means: one.means, Configured: configured || !given, Percent: 100}
			f.Enabled = f.Configured
			for _, k := range set {
				if k.Name == one.name {
					f.Enabled, f.Percent, f.Changed = k.Enabled, k.Percent, k.Changed
				}
			}
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// SwitchFeature enables a feature for a part of the users, or disables it for all; for
// operators. Every process sees it with its next question.
func (s *Service) SwitchFeature(ctx context.Context, c Caller, name string, enabled bool, percent int) error {
	if err := operator(c); err != nil {
		return err
	}
	if !slices.ContainsFunc(switches, func(x struct{ name, means string }) bool { return x.name == name }) {
		return fault("name", name, "there is no such feature", "`foliosight features list` shows them")
	}
	if percent < 0 || percent > 100 {
		return fault("percent", fmt.Sprint(percent), "it is no share of the users", "give a number from 0 to 100")
	}
	return s.writes(ctx, c, ScopeAdmin, func(ctx context.Context, tx store.Tx) error {
		return tx.PutFeature(ctx, store.Feature{Name: name, Enabled: enabled, Percent: percent})
	})
}

// Feature reports whether a feature is on for the caller. With a percentage the same
// users have it each time, and a larger one takes in those of a smaller.
func (s *Service) Feature(ctx context.Context, c Caller, name string) (bool, error) {
	all, err := s.Features(ctx, c)
	for _, f := range all {
		if f.Name == name {
			return err == nil && f.Enabled && share(name, c.User) < f.Percent, err
		}
	}
	return false, err
}

// Featured refuses what is switched off for the caller.
func (s *Service) Featured(ctx context.Context, c Caller, name string) error {
	on, err := s.Feature(ctx, c, name)
	if err != nil || on {
		return err
	}
	for _, one := range switches {
		if one.name == name {
			return &FeatureOff{name, one.means}
		}
	}
	return &FeatureOff{name, "no such feature"}
}

// share places a user between 0 and 99, elsewhere for each feature.
func share(feature, user string) int {
	sum := sha256.Sum256([]byte(feature + "\x00" + user))
	return int(binary.BigEndian.Uint64(sum[:8]) % 100)
}

// operator refuses whoever does not run the installation.
func operator(c Caller) error {
	if err := c.Require(ScopeAdmin); err != nil {
		return err
	}
	if !c.Operator {
		return fmt.Errorf("this is for who runs the installation: %w", ErrForbidden)
	}
	return nil
}
