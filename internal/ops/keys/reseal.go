package keys

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/secret"
)

// shownLost is how many rows of a table are named that nobody can open.
const shownLost = 20

// Sealed reports under which keys what is sealed lies: whether sealing anew is needed, and
// whether earlier keys can go.
func Sealed(ctx context.Context, v *Vault, r *check.Report) {
	const what = "sealed rows"
	all, err := v.Count(ctx)
	if err != nil {
		r.Unknown(what, err.Error(), "see that the database answers, and run it again")
		return
	}
	rows, earlier, unopened := sum(all)
	if v.Keys == nil {
		if rows == 0 {
			r.Fine(what, "there are none, and no key yet")
			return
		}
		r.Unknown(what, fmt.Sprintf("there are %d, and no key is given", rows), "give the key as ENCRYPTION_KEY; on SQLite the server makes one in foliosight.key where there is none")
		return
	}
	tellLost(all, r)
	switch {
	case earlier > 0:
		r.Find(what, fmt.Sprintf("%d of %d are under an earlier key", earlier, rows), "`foliosight keys reseal`, once every process runs with the new key")
	case rows == unopened:
		r.Fine(what, fmt.Sprintf("there are none under key %s", v.Keys.ID()))
	default:
		r.Fine(what, fmt.Sprintf("%d are under key %s, the current one", rows-unopened, v.Keys.ID()))
	}
	if earlier == 0 {
		tellEarlier(v.Keys, r)
	}
}

// Reseal seals anew what lies under earlier keys, and reports. With dry it says what it
// would do. What is left under an earlier key afterwards was sealed meanwhile.
func Reseal(ctx context.Context, v *Vault, dry bool, r *check.Report) {
	if v.Keys == nil {
		r.Unknown("keys", secret.ErrNoKey.Error(), "give the same key as the server has")
		return
	}
	walk, did := v.Reseal, "sealed anew"
	if dry {
		walk, did = v.Count, "to be sealed anew"
	}
	all, err := walk(ctx)
	for _, t := range all {
		n := t.Sealed
		if dry {
			n = t.Earlier
		}
		r.Fine(t.Table, fmt.Sprintf("%d rows, %d %s, %d under key %s already", t.Rows, n, did, t.Rows-t.Sealed-t.Earlier-len(t.Lost), v.Keys.ID()))
	}
	tellLost(all, r)
	if err != nil {
		why := "see that the database answers"
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			why = "it was stopped"
		}
		r.Unknown("the rest", err.Error(), why+"; run it again: it goes on with what is not done, and nothing is lost")
		return
	}
	if dry {
		if _, earlier, _ := sum(all); earlier == 0 {
			tellEarlier(v.Keys, r)
		}
		return
	}
	after, err := v.Count(ctx)
	if err != nil {
		r.Unknown("earlier keys", "what is left was not counted: "+err.Error(), "run it again")
		return
	}
	if _, earlier, _ := sum(after); earlier > 0 {
		r.Find("earlier keys", fmt.Sprintf("%d rows were sealed with one meanwhile: some process still runs with it", earlier), "give every process the new ENCRYPTION_KEY and the earlier one as ENCRYPTION_KEY_PREVIOUS, restart it, and run this again")
		return
	}
	tellEarlier(v.Keys, r)
}

func sum(all []Tally) (rows, earlier, unopened int) {
	for _, t := range all {
		rows, earlier, unopened = rows+t.Rows, earlier+t.Earlier, unopened+len(t.Lost)
	}
	return rows, earlier, unopened
}

// tellLost names the rows that nobody can open.
func tellLost(all []Tally, r *check.Report) {
	for _, t := range all {
		for i, l := range t.Lost {
			if i == shownLost {
				r.Find(t.Table, fmt.Sprintf("and %d more rows that none of the keys opens", len(t.Lost)-i), t.Lost[i].Cure)
				break
			}
			r.Find(t.Table, "row "+l.Row+" is opened by none of the keys, and was left as it is: "+l.Why, l.Cure)
		}
	}
}

// tellEarlier says that no row needs the earlier keys.
func tellEarlier(k *secret.Keys, r *check.Report) {
	earlier := k.Earlier()
	if len(earlier) == 0 {
		r.Fine("earlier keys", "none is given, and no row needs one")
		return
	}
	r.Fine("earlier keys", fmt.Sprintf("no row is left under %s: ENCRYPTION_KEY_PREVIOUS can go, and the key itself once no backup needs it", strings.Join(earlier, ", ")))
}
