package assets

import "github.com/foliosight/foliosight/internal/web/view"

// View is what the head of a page needs.
func (f *Files) View() view.Assets {
	a := view.Assets{
		Style: f.URL("css/app.css"), Figures: f.URL("css/figures.css"), Risk: f.URL("css/risk.css"), Icon: f.URL("root/icon.svg"), Font: f.URL("vendor/inter.woff2"),
		App: f.URL("js/app.js"), Htmx: f.URL("vendor/htmx.js"), Charts: f.URL("vendor/charts.js"),
	}
	for _, name := range f.Names() {
		if len(name) > 3 && name[:3] == "js/" && name != "js/app.js" {
			a.Modules = append(a.Modules, f.URL(name))
		}
	}
	return a
}
