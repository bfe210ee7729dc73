package web

import (
	"maps"
	"net/url"
	"slices"

	"github.com/foliosight/foliosight/internal/store"
)

// actions are what the audit trail tells of, as people say it.
var actions = map[string]string{
	"account.delete": "Account of a portfolio removed", "account.put": "Account of a portfolio changed", "account.export": "Own data downloaded",
	"alert.acknowledge": "Alert acknowledged", "alert.raise": "Alert raised", "alert.resolve": "Alert resolved",
	"alert-rule.create": "Alert rule made", "alert-rule.change": "Alert rule changed", "guest-rule.create": "Guest made an alert rule", "guest-rule.change": "Guest changed an alert rule", "guest-rule.delete": "Guest removed an alert rule", "alert-rule.delete": "Alert rule removed", "alert-channel.create": "Channel of alerts made", "alert-channel.change": "Channel of alerts changed", "alert-channel.delete": "Channel of alerts removed",
	"books.close": "Books closed", "books.reopen": "Books opened again", "feature.put": "Feature switched",
	"grant.put": "Portfolio shared", "grant.delete": "Sharing ended", "share.put": "Portfolio shared", "share.delete": "Sharing ended", "link.create": "Link made", "link.revoke": "Link revoked",
	"household.create": "Household founded", "household.delete": "Household ended", "household.invite": "Invited into a household", "household.join": "Household joined", "household.leave": "Household left",
	"household.contribute": "Portfolio added to a household", "household.withdraw": "Portfolio taken out of a household",
	"identity.link": "Another provider added", "identity.unlink": "Another provider removed", "import.record": "File imported",
	"invite.create": "Invitation made", "invite.delete": "Invitation taken back",
	"ledger.book": "Booked", "ledger.edit": "Booking corrected", "ledger.delete": "Booking deleted", "ledger.import": "File booked", "ledger.undo": "Booking taken back", "ledger.restore": "Booking restored",
	"held-value.decide": "Decided about a value held back", "income.propose": "Income proposed", "income.confirm": "Proposed income booked", "income.reject": "Proposed income rejected", "income.reopen": "Proposed income opened again", "income.drop": "Proposed income withdrawn",
	"instrument.rename": "Symbol renamed", "mail-token.create": "Link sent by mail", "market.write": "Prices brought in",
	"passkey.create": "Passkey added", "passkey.delete": "Passkey removed", "passkey.rename": "Passkey renamed",
	"portfolio.create": "Portfolio created", "portfolio.delete": "Portfolio deleted", "portfolio.update": "Portfolio changed",
	"portfolio.look": "Looked at another’s portfolio", "portfolio.probe": "Asked for a portfolio that is not theirs", "provider.key": "Key of a source set", "provider.drop-key": "Key of a source forgotten",
	"price.set": "Own price entered", "price.delete": "Own price removed", "recovery-codes.put": "New recovery codes", "recovery-codes.use": "Signed in with a recovery code",
	"research-note.create": "Research note written", "research-note.change": "Research note changed", "research-note.delete": "Research note deleted",
	"second-factor.confirm": "Second factor set up", "second-factor.delete": "Second factor removed",
	"session.create": "Signed in", "session.delete": "Signed out", "session.delete-all": "Signed out everywhere", "session.refused": "A sign-in was refused", "session.reuse": "A used token came again: signed out",
	"setting.put": "Setting changed", "signing-key.rotate": "Key that signs tokens changed",
	"tag.rename": "Tag renamed", "tag.merge": "Tags merged", "tag.delete": "Tag deleted", "target.set": "Target set", "target.drop": "Target dropped", "tenant.found": "Account founded", "token.create": "Token made", "token.delete": "Token revoked",
	"user.create": "Person added", "user.delete": "Person deleted", "user.password": "Password changed", "user.update": "Person changed", "user.verify": "Address confirmed",
	"watchlist.create": "Watchlist begun", "watchlist.change": "Watchlist changed", "watchlist.delete": "Watchlist deleted", "watchlist.watch": "Instrument put on a watchlist", "watchlist.unwatch": "Instrument taken off a watchlist", "watchlist.order": "Watchlist put in another order",
}

// actionWords says an action; one that has no words yet is shown as it is kept.
func actionWords(action string) string {
	if words, ok := actions[action]; ok {
		return words
	}
	return action
}

// kinds are the subjects of the audit trail to choose from: how their actions begin.
var kinds = []struct{ begin, label string }{
	{"session.", "Signing in and out"}, {"user.", "People"}, {"invite.", "Invitations"}, {"token.", "Tokens"}, {"passkey.", "Passkeys"}, {"second-factor.", "Second factors"}, {"ledger.", "Bookings"}, {"import.", "Imports"},
	{"portfolio.", "Portfolios"}, {"account.", "Accounts"}, {"books.", "Closed periods"}, {"price.", "Own prices"}, {"share.", "Sharing"}, {"link.", "Links"}, {"household.", "Households"}, {"alert", "Alerts"}, {"income.", "Proposed income"}, {"watchlist.", "Watchlists"}, {"target.", "Targets"}, {"tag.", "Tags"}, {"portfolio.look", "Looks at another’s data"}, {"provider.", "Keys of sources"}, {"feature.", "Features"}, {"setting.", "Settings"}, {"market.", "Prices brought in"},
}

// newestFirst orders events of one tenant.
func newestFirst(all []store.Event) {
	slices.SortFunc(all, func(a, b store.Event) int {
		switch {
		case a.Sequence > b.Sequence:
			return -1
		case a.Sequence < b.Sequence:
			return 1
		}
		return 0
	})
}

// people are names by id, as far as the reader may know them.
type people map[string]string

// of is the name of somebody.
func (p people) of(id string) string {
	if name, ok := p[id]; ok {
		return name
	}
	if id == "" {
		return "nobody signed in"
	}
	return "somebody else"
}

// names are the people that the reader may see. Without them a page says "somebody else".
func (s *site) names(r *request) people {
	all, err := s.svc.Users(r.Context(), r.caller)
	known := people{r.user.ID: r.user.Name}
	if err != nil {
		s.opts.Log.WarnContext(r.Context(), "names of people", "error", err)
	}
	for _, u := range all {
		known[u.ID] = u.Name
	}
	return known
}

// sortedNames are the names of a form's values, or of its errors.
func sortedNames[M ~map[string]V, V any](of M) []string { return slices.Sorted(maps.Keys(of)) }

// query writes parameters that are not empty.
func query(pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}
