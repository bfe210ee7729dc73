package assets

import (
	"strings"

	"github.com/foliosight/foliosight/internal/web/view"
)

// View is what the head of a page needs.
func (f *Files) View() view.Assets {
	a := view.Assets{
		Style: f.URL("css/app.css"), Figures: f.URL("css/figures.css"), Instrument: f.URL("css/instrument.css"), Risk: f.URL("css/risk.css"), Account: f.URL("css/account.css"), AccountScript: f.URL("js/pages/account.js"), Data: f.URL("css/data.css"), DataScript: f.URL("js/pages/data.js"), Icon: f.URL("root/icon.svg"), Font: f.URL("vendor/inter.woff2"),
		App: f.URL("js/app.js"), Htmx: f.URL("vendor/htmx.js"), Charts: f.URL("vendor/charts.js"),
	}
	for _, name := range f.Names() {
		if strings.HasPrefix(name, "js/") && !strings.HasPrefix(name, "js/pages/") && name != "js/app.js" {
			a.Modules = append(a.Modules, f.URL(name))
		}
	}
	return a
}
