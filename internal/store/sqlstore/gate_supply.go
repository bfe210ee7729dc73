package sqlstore

import (
	"context"
	"database/sql"

	"github.com/foliosight/foliosight/internal/store"
)

// ofTheirOwn is the condition that a tenant does not keep a symbol to itself.
const ofTheirOwn = `NOT EXISTS (SELECT 1 FROM own_prices o WHERE o.tenant_id = w.tenant_id AND o.symbol = w.symbol AND o.valuation AND o.superseded = 0)
	AND NOT EXISTS (SELECT 1 FROM instruments i WHERE i.tenant_id = w.tenant_id AND i.symbol = w.symbol AND i.details ->> 'type' = 'private')`

// wanted adds up over all tenants; what is booked is added up in each portfolio first.
// The sum of pieces is a float: it only says whether anything may be left.
var wanted = Question{Name: "wanted", Columns: `kind text, symbol text, first text, last text, open bigint`,
	SQL: `SELECT kind, symbol, CAST(MIN(first) AS text) AS first, CAST(MAX(last) AS text) AS last, CAST(MAX(open) AS bigint) AS open FROM (
		SELECT 'booked' AS kind, b.tenant_id, b.symbol, MIN(b.date) AS first, MAX(b.date) AS last,
			MAX(CASE WHEN b.moved = 1 THEN 1 ELSE 0 END) | CASE WHEN ABS(SUM(b.pieces)) > 0.000000001 THEN 1 ELSE 0 END AS open
		FROM (
			SELECT t.tenant_id, t.portfolio_id, t.symbol, t.date,
				CASE WHEN t.type IN ('sell', 'sell_short', 'transfer_out', 'spend', 'option_exercise', 'option_expiry') THEN -1 WHEN t.type IN ('buy', 'buy_to_cover', 'transfer_in', 'option_assignment') THEN 1 ELSE 0 END
					* COALESCE(ABS(CAST(t.quantity AS double precision)), 0) AS pieces,
				CASE WHEN t.type IN ('split', 'merger', 'spin_off', 'transfer', 'internal_transfer', 'liability') THEN 1 ELSE 0 END AS moved
			FROM transactions t JOIN portfolios p ON p.tenant_id = t.tenant_id AND p.id = t.portfolio_id
			WHERE t.superseded = 0 AND t.symbol IS NOT NULL AND t.symbol <> '' AND NOT p.simulated AND p.archived IS NULL
			UNION ALL
			SELECT t.tenant_id, t.portfolio_id, t.to_symbol, t.date, 0, 1
			FROM transactions t JOIN portfolios p ON p.tenant_id = t.tenant_id AND p.id = t.portfolio_id
			WHERE t.superseded = 0 AND t.to_symbol IS NOT NULL AND t.to_symbol <> '' AND NOT p.simulated AND p.archived IS NULL
		) b GROUP BY b.tenant_id, b.portfolio_id, b.symbol
		UNION ALL
		SELECT 'benchmark', p.tenant_id, p.benchmark, MIN(t.date), MAX(t.date), 1
		FROM portfolios p JOIN transactions t ON t.tenant_id = p.tenant_id AND t.portfolio_id = p.id AND t.superseded = 0
		WHERE p.benchmark <> '' AND NOT p.simulated AND p.archived IS NULL GROUP BY p.tenant_id, p.id, p.benchmark
		UNION ALL
		SELECT 'currency', t.tenant_id, t.currency, MIN(t.date), MAX(t.date), 1
		FROM transactions t JOIN portfolios p ON p.tenant_id = t.tenant_id AND p.id = t.portfolio_id
		WHERE t.superseded = 0 AND t.currency IS NOT NULL AND t.currency <> '' AND NOT p.simulated AND p.archived IS NULL GROUP BY t.tenant_id, t.currency
		UNION ALL
		SELECT 'currency', p.tenant_id, p.base, MIN(t.date), MAX(t.date), 1
		FROM portfolios p JOIN transactions t ON t.tenant_id = p.tenant_id AND t.portfolio_id = p.id AND t.superseded = 0
		WHERE NOT p.simulated AND p.archived IS NULL GROUP BY p.tenant_id, p.id, p.base
		UNION ALL
		SELECT 'watched', tenant_id, symbol, NULL, NULL, 0 FROM watchlist_entries
		UNION ALL
		SELECT 'watched', tenant_id, symbol, NULL, NULL, 0 FROM targets
	) w WHERE kind = 'currency' OR ` + ofTheirOwn + ` GROUP BY kind, symbol ORDER BY kind, symbol`}

// Wanted implements store.SupplyGate.
func (s *Store) Wanted(ctx context.Context) (all []store.Wanted, err error) {
	err = s.each(ctx, wanted, func(rows *sql.Rows) error {
		var w store.Wanted
		var open int64
		err := rows.Scan(&w.Kind, &w.Symbol, dayOf{&w.First}, dayOf{&w.Last}, &open)
		w.Open = open != 0
		all = append(all, w)
		return err
	})
	return all, s.gateError("what is wanted", err)
}
