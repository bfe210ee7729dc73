package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/foliosight/foliosight/internal/store"
)

// Household implements store.SharingReader.
func (t *tx) Household(ctx context.Context, id string) (store.Household, []store.HouseholdPerson, error) {
	h := store.Household{ID: id, Tenant: t.id.Tenant, Founder: t.id.User}
	err := t.row(ctx, `SELECT name, created FROM households WHERE tenant_id = $1 AND founder_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id).Scan(&h.Name, timeOf{&h.Created})
	if err != nil {
		return h, nil, t.named("household "+id, err)
	}
	var people []store.HouseholdPerson
	err = t.each(ctx, func(rows *sql.Rows) error {
		var p store.HouseholdPerson
		err := rows.Scan(textOf{&p.ID}, &p.Email, &p.Name, textOf{&p.User}, timeOf{&p.Created}, timeOf{&p.Joined})
		people = append(people, p)
		return err
	}, `SELECT id, email, name, user_id, created, joined FROM household_people WHERE tenant_id = $1 AND household_id = $2 ORDER BY created, id`, t.id.Tenant, id)
	return h, people, t.named("household "+id, err)
}

// CreateHousehold implements store.SharingWriter.
func (t *tx) CreateHousehold(ctx context.Context, h store.Household, first store.HouseholdPerson) error {
	return t.write(fmt.Sprintf("household %q", h.Name), func() error {
		if err := t.member(); err != nil {
			return err
		}
		now := formatTime(t.stamp())
		_, err := t.exec(ctx, `INSERT INTO households (tenant_id, id, founder_id, name, created) VALUES ($1, $2, $3, $4, $5)`, t.id.Tenant, h.ID, t.id.User, h.Name, now)
		if err == nil {
			_, err = t.exec(ctx, `INSERT INTO household_people (tenant_id, household_id, id, founder_id, email, email_key, name, user_id, created, joined) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
				t.id.Tenant, h.ID, first.ID, t.id.User, first.Email, fold(first.Email), first.Name, t.id.User, now)
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "household.create", "household/"+h.ID, "", nil, h.Name)
	})
}

// founded refuses everybody but who founded a household.
func (t *tx) founded(ctx context.Context, id string) error {
	var n int
	err := t.row(ctx, `SELECT COUNT(*) FROM households WHERE tenant_id = $1 AND founder_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id).Scan(&n)
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return err
}

// DeleteHousehold implements store.SharingWriter.
func (t *tx) DeleteHousehold(ctx context.Context, id string) error {
	return t.write("end household "+id, func() error {
		if err := t.must(ctx, `DELETE FROM households WHERE tenant_id = $1 AND founder_id = $2 AND id = $3`, t.id.Tenant, t.id.User, id); err != nil {
			return err
		}
		return t.note(ctx, "household.delete", "household/"+id, "", nil, nil)
	})
}

// InviteToHousehold implements store.SharingWriter.
func (t *tx) InviteToHousehold(ctx context.Context, household string, p store.HouseholdPerson) error {
	return t.write("invite to household "+household, func() error {
		if err := t.founded(ctx, household); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO household_people (tenant_id, household_id, id, founder_id, email, email_key, name, created) VALUES ($1, $2, $3, $4, $5, $6, '', $7)`,
			t.id.Tenant, household, p.ID, t.id.User, p.Email, fold(p.Email), formatTime(t.stamp()))
		if err != nil {
			return err
		}
		return t.note(ctx, "household.invite", "household/"+household, "", nil, p.Email)
	})
}

// JoinHousehold implements store.SharingWriter.
func (t *tx) JoinHousehold(ctx context.Context, household, person, user, name string) error {
	return t.write("join household "+household, func() error {
		if err := t.founded(ctx, household); err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE household_people SET user_id = $4, name = $5, joined = $6 WHERE tenant_id = $1 AND household_id = $2 AND id = $3 AND joined IS NULL`,
			t.id.Tenant, household, person, user, name, formatTime(t.stamp()))
		if err != nil || n == 0 {
			return errors.Join(err, store.ErrStale)
		}
		return t.note(ctx, "household.join", "household/"+household, "", nil, name)
	})
}

// LeaveHousehold implements store.SharingWriter.
func (t *tx) LeaveHousehold(ctx context.Context, household, person string) error {
	return t.write("leave household "+household, func() error {
		if err := t.founded(ctx, household); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM household_people WHERE tenant_id = $1 AND household_id = $2 AND id = $3`, t.id.Tenant, household, person); err != nil {
			return err
		}
		return t.note(ctx, "household.leave", "household/"+household, "", nil, person)
	})
}

// Contribute implements store.SharingWriter.
func (t *tx) Contribute(ctx context.Context, c store.Contribution) error {
	return t.write("contribute "+c.Portfolio, func() error {
		if err := t.access(ctx, c.Portfolio, store.CanManage); err != nil {
			return err
		}
		_, err := t.exec(ctx, `INSERT INTO contributions (tenant_id, household_id, portfolio_id, user_id, shows, created) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (tenant_id, household_id, portfolio_id) DO UPDATE SET shows = excluded.shows, user_id = excluded.user_id`,
			t.id.Tenant, c.Household, c.Portfolio, t.id.User, string(c.Shows), formatTime(t.stamp()))
		if err == nil {
			err = t.grantGuest(ctx, c.Portfolio, c.Household)
		}
		if err != nil {
			return err
		}
		return t.note(ctx, "household.contribute", "household/"+c.Household, c.Portfolio, nil, string(c.Shows))
	})
}

// Withdraw implements store.SharingWriter.
func (t *tx) Withdraw(ctx context.Context, household, portfolio string) error {
	return t.write("withdraw "+portfolio, func() error {
		if err := t.access(ctx, portfolio, store.CanManage); err != nil {
			return err
		}
		if err := t.must(ctx, `DELETE FROM contributions WHERE tenant_id = $1 AND household_id = $2 AND portfolio_id = $3`, t.id.Tenant, household, portfolio); err != nil {
			return err
		}
		if err := t.endGrant(ctx, portfolio, household); err != nil {
			return err
		}
		return t.note(ctx, "household.withdraw", "household/"+household, portfolio, nil, nil)
	})
}
