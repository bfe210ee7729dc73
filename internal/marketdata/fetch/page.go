package fetch

import (
	"context"
	"errors"
	"time"

	"github.com/foliosight/foliosight/internal/marketdata"
)

// waiting is what is left of a caller's patience.
type waiting struct{ patience time.Duration }

// page asks for one page, again where that may help.
func (f *Fetcher) page(ctx context.Context, r marketdata.Request, call marketdata.Call, w *waiting) (d marketdata.Delivery, next *marketdata.Call, err error) {
	begins, why := time.Time{}, (*marketdata.Refusal)(nil)
	for attempts := 1; ; {
		o, err := f.join(ctx, r, call, begins, why, w.patience)
		if err != nil {
			return d, nil, err
		}
		if o.err == nil {
			return o.delivery, o.next, nil
		}
		refused := (*marketdata.Refusal)(nil)
		if !errors.As(o.err, &refused) || !refused.Temporary() || o.final {
			return d, nil, o.err
		}
		if refused.Reason == marketdata.Unreached {
			return d, nil, refused // the breaker is open
		}
		if o.asked {
			if attempts++; attempts > f.options.Attempts {
				return d, nil, refused
			}
		} else if refused.Reason != marketdata.Limited {
			return d, nil, refused // the breaker is open
		}
		wait := f.pause(refused, attempts)
		// A short wait is part of trying again; a longer one somebody asked for.
		patient := refused.Reason == marketdata.Limited || wait > longestBackoff
		if patient && wait > w.patience || !f.fits(ctx, wait) {
			return d, nil, refused
		}
		if patient {
			w.patience -= wait
		}
		begins, why = f.options.Now().Add(wait), refused
	}
}

// pause is how long to wait before a call is tried again: as the source said, else
// between half and all of a time that doubles.
func (f *Fetcher) pause(refused *marketdata.Refusal, attempt int) time.Duration {
	if refused.Reason == marketdata.Limited {
		return max(refused.RetryAfter, time.Millisecond)
	}
	usual := f.options.Backoff
	for range attempt - 2 {
		usual = min(2*usual, longestBackoff)
	}
	return max(refused.RetryAfter, usual/2+time.Duration(f.options.Random()*float64(usual/2)))
}

// fits reports whether a caller is still there after a wait.
func (f *Fetcher) fits(ctx context.Context, wait time.Duration) bool {
	deadline, bounded := ctx.Deadline()
	return !bounded || f.options.Now().Add(wait).Before(deadline)
}
