package web

import "net/http"

// Patterns are those of every page, as a ServeMux has them ("GET /p/{portfolio}/risk").
func Patterns() []string {
	var all []string
	new(site).routes(func(pattern string, _ func(http.ResponseWriter, *http.Request)) { all = append(all, pattern) })
	return all
}
