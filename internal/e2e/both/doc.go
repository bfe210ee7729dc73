// Package both holds the two databases to one another from outside: whatever is kept in
// SQLite or in PostgreSQL, the program answers the same, figure for figure, and keeps
// people apart alike.
//
// It has tests alone; those on PostgreSQL run under scripts/postgres.
package both
