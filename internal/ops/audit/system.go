package audit

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/foliosight/foliosight/internal/ops/check"
	"github.com/foliosight/foliosight/internal/ops/environment"
	"github.com/foliosight/foliosight/internal/store"
)

// System adds the checklist of a production installation: TLS, backups that were made and
// tried, alerts, the headers and limits that a running server answers with, measured
// performance, a tried way back from a disaster, and who may reach what. client asks the
// server; address is where it is asked.
func (i Installation) System(ctx context.Context, client *http.Client, address string, r *check.Report) {
	i.transport(r)
	i.Recorded(ctx, r, "backups made", "backup create", 26*time.Hour, "run `foliosight backup create --full --verify`, each night")
	i.Recorded(ctx, r, "backups tried", "backup verify", 8*24*time.Hour, "run `foliosight backup verify`, each week")
	i.Recorded(ctx, r, "way back from a disaster", "drill restore", 35*24*time.Hour, "run `foliosight drill restore`, each month")
	i.Recorded(ctx, r, "performance measured", "perf", 35*24*time.Hour, "run `foliosight perf baseline`, each month")
	i.alerts(r)
	i.headers(ctx, client, address, r)
	i.Policies(ctx, r)
}

func (i Installation) transport(r *check.Report) {
	switch {
	case i.TLS():
		name := ""
		if u, err := url.Parse(i.PublicURL("")); err == nil {
			name = u.Hostname()
		}
		environment.Own(r, i.Config, name, i.Now)
	case i.Secure():
		r.Fine("TLS", "a proxy speaks it: people come to "+i.PublicURL(""))
	default:
		r.Find("TLS", "people come without it", "set ACME_DOMAINS or SSL_CERT_PATH and SSL_KEY_PATH, or put a proxy with TLS before it and FRONTEND_URL=https://…")
	}
}

// Recorded reports whether a command was run in time and found nothing wrong.
func (i Installation) Recorded(ctx context.Context, r *check.Report, what, command string, within time.Duration, cure string) {
	if i.Kept == nil {
		r.Unknown(what, i.Why.Error(), "see that the database answers")
		return
	}
	runs, err := i.Kept.Operations(ctx, store.OperationFilter{Command: command, Limit: 1})
	switch {
	case err != nil:
		r.Unknown(what, err.Error(), "see that the database answers")
	case len(runs) == 0:
		r.Find(what, "`"+command+"` was never run here", cure)
	case i.Now.Sub(runs[0].Began) > within:
		r.Find(what, fmt.Sprintf("`%s` was run last on %s", runs[0].Command, runs[0].Began.Format(time.DateOnly)), cure)
	case runs[0].Outcome != string(check.Fine):
		r.Find(what, fmt.Sprintf("`%s` of %s ended with %q", runs[0].Command, runs[0].Began.Format(time.RFC3339), runs[0].Outcome), "see `foliosight operations --command \""+command+"\" --reports`, cure it and run it again")
	default:
		r.Fine(what, fmt.Sprintf("`%s` was fine on %s", runs[0].Command, runs[0].Began.Format(time.RFC3339)))
	}
}

func (i Installation) alerts(r *check.Report) {
	a := i.Accounts
	mailed := a.Mail.Server != "" && a.AlertMail != ""
	if a.Slack == "" && a.AlertHook == "" && !mailed {
		r.Find("alerts", "what is found is told to nobody: neither Slack, a webhook nor mail is set", "set SLACK_WEBHOOK_URL, ALERT_WEBHOOK_URL, or SMTP_SERVER and ALERT_EMAIL")
		return
	}
	var ways []string
	if a.Slack != "" {
		ways = append(ways, "Slack")
	}
	if a.AlertHook != "" {
		ways = append(ways, "webhook")
	}
	if mailed {
		ways = append(ways, "mail")
	}
	r.Fine("alerts", "they go out by "+strings.Join(ways, " and "))
}

// pageHeaders are those that every page has to be answered with.
var pageHeaders = []struct{ name, holds string }{
	{"Content-Security-Policy", "default-src"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", ""},
}

// headers asks a running server for a page.
func (i Installation) headers(ctx context.Context, client *http.Client, address string, r *check.Report) {
	const what = "headers of pages"
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(address, "/")+"/login", nil)
	if err != nil {
		r.Unknown(what, err.Error(), "give --url the address of the server")
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		r.Unknown(what, err.Error(), "start the server, or give --url its address")
		return
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)); err != nil {
		r.Unknown(what, err.Error(), "see the server's log")
		return
	}
	var lacks []string
	for _, h := range pageHeaders {
		if v := answer.Header.Get(h.name); v == "" || !strings.Contains(v, h.holds) {
			lacks = append(lacks, h.name)
		}
	}
	if answer.Header.Get("X-Frame-Options") == "" && !strings.Contains(answer.Header.Get("Content-Security-Policy"), "frame-ancestors") {
		lacks = append(lacks, "frame-ancestors")
	}
	if strings.HasPrefix(address, "https://") && answer.Header.Get("Strict-Transport-Security") == "" {
		lacks = append(lacks, "Strict-Transport-Security")
	}
	if len(lacks) > 0 {
		r.Find(what, address+" answers without "+strings.Join(lacks, ", "), "see that the proxy takes none away")
		return
	}
	r.Fine(what, fmt.Sprintf("%s answers with all of them", address))
}

// Security adds everything that can be found out without the source: settings as in
// production, and what Monitor looks at.
func (i Installation) Security(ctx context.Context, environ check.Report, r *check.Report) {
	for _, c := range environ.Checks {
		if !strings.HasPrefix(c.Name, "reach ") && c.Name != "certificate" {
			r.Checks = append(r.Checks, c)
		}
	}
	i.Monitor(ctx, r)
}
