package web_test

import (
	"context"

	"github.com/foliosight/foliosight/internal/service"
)

func (f *fake) IncomeWaiting(context.Context, service.Caller, string) (int, error) { return 0, nil }
