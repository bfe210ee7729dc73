// Package audit looks at how safe an installation is: its source, the modules it is built
// of, its database, its files and its settings.
//
// Model: every audit adds checks to a report (package check). What an audit needs and
// does not have (the source, a database of vulnerabilities, a database that answers) is
// a check that could not be made, never one that is fine.
package audit
