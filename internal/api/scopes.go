package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/foliosight/foliosight/internal/service"
)

// scopes are what a token must stand for, by operation: what looks needs read, and what
// changes something and is not listed needs manage. The services ask again, so that
// what is wrong here lets nobody through.
var scopes = map[string]service.Scope{
	// Asked with a body, but nothing is changed.
	"calc": service.ScopeRead, "what-if": service.ScopeRead, "try-scenario": service.ScopeRead, "reverse-scenario": service.ScopeRead,
	"propose-trades": service.ScopeRead, "preview-import": service.ScopeRead,

	"book": service.ScopeTrade, "book-many": service.ScopeTrade, "edit-transaction": service.ScopeTrade, "delete-transaction": service.ScopeTrade, "restore-transaction": service.ScopeTrade,
	"tag-transactions": service.ScopeTrade, "rename-tag": service.ScopeTrade, "merge-tags": service.ScopeTrade, "delete-tag": service.ScopeTrade,
	"undo-version": service.ScopeTrade, "import": service.ScopeTrade, "undo-import": service.ScopeTrade,
	"import-prices": service.ScopeTrade, "set-own-prices": service.ScopeTrade, "delete-own-price": service.ScopeTrade,
	"decide-held-back": service.ScopeTrade,
	"glance":           service.ScopeGlance,

	"create-watchlist": service.ScopeTrade, "change-watchlist": service.ScopeTrade, "delete-watchlist": service.ScopeTrade, "watch": service.ScopeTrade, "unwatch": service.ScopeTrade, "order-watchlist": service.ScopeTrade, "ask-sources": service.ScopeTrade,
	"set-target": service.ScopeTrade, "drop-target": service.ScopeTrade, "write-note": service.ScopeTrade, "edit-note": service.ScopeTrade, "delete-note": service.ScopeTrade,

	"find-income": service.ScopeTrade, "confirm-income": service.ScopeTrade, "reject-income": service.ScopeTrade, "reopen-income": service.ScopeTrade,
	"acknowledge-alert": service.ScopeTrade, "resolve-alert": service.ScopeTrade, "check-alerts": service.ScopeTrade,
	"create-alert-rule": service.ScopeTrade, "change-alert-rule": service.ScopeTrade, "delete-alert-rule": service.ScopeTrade,
	"create-channel": service.ScopeTrade, "change-channel": service.ScopeTrade, "delete-channel": service.ScopeTrade, "test-channel": service.ScopeTrade,
	"sync": service.ScopeTrade, "run-job": service.ScopeTrade, "retry-job": service.ScopeTrade, "cancel-job": service.ScopeTrade,

	"logout": service.ScopeAccount, "logout-everywhere": service.ScopeAccount, "update-me": service.ScopeAccount, "change-password": service.ScopeAccount,
	"delete-me": service.ScopeAccount, "export-me": service.ScopeAccount, "send-verification": service.ScopeAccount,
	"begin-totp": service.ScopeAccount, "confirm-totp": service.ScopeAccount, "disable-totp": service.ScopeAccount, "new-recovery-codes": service.ScopeAccount,
	"list-passkeys": service.ScopeAccount, "begin-passkey": service.ScopeAccount, "finish-passkey": service.ScopeAccount, "delete-passkey": service.ScopeAccount,
	"list-identities": service.ScopeAccount, "link-identity": service.ScopeAccount, "unlink-identity": service.ScopeAccount,
	"list-sessions": service.ScopeAccount, "end-session": service.ScopeAccount,
	"list-tokens": service.ScopeAccount, "create-token": service.ScopeAccount, "revoke-token": service.ScopeAccount,

	"list-invites": service.ScopeAdmin, "create-invite": service.ScopeAdmin, "delete-invite": service.ScopeAdmin,
	"add-user": service.ScopeAdmin, "update-user": service.ScopeAdmin, "reset-user-password": service.ScopeAdmin, "switch-feature": service.ScopeAdmin,
	"set-provider-key": service.ScopeAdmin, "forget-provider-key": service.ScopeAdmin,
}

// scopeOf is what an operation needs.
func scopeOf(r route) service.Scope {
	if scope, ok := scopes[r.id]; ok {
		return scope
	}
	if r.method == http.MethodGet {
		return service.ScopeRead
	}
	return service.ScopeManage
}

// scoped lets only those through whose token stands for enough.
func (s *server) scoped(needed service.Scope) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if err := callerOf(r.Context()).Require(needed); err != nil {
			problemOf(r.Context(), s.Log, err).write(w)
			return
		}
		next(ctx)
	}
}

// securityOf says in the document what an operation needs.
func securityOf(needed service.Scope) []map[string][]string {
	if needed == service.ScopeGlance {
		needed = service.ScopeRead
	}
	if needed == service.ScopeAccount {
		return []map[string][]string{{"session": {}}, {"bearer": {"session"}}}
	}
	return []map[string][]string{{"session": {}}, {"bearer": {string(needed)}}}
}
