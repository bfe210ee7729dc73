// Package handbook does what the chapters of docs/operations say, so that no command
// there is one that does not work.
//
// Model: a chapter is read as an operator reads it. Each command in a block, and each line
// of a crontab, is run in the order in which it stands, in an installation of the
// chapter's own that holds the demonstration, a server, an administrator's token and a
// backup. Names that stand for something (NAME, books.example.org, a number of a job) are
// replaced from one table. A comment says with which status a command ends where that is
// not 0 ("# exits 3"); reports may end with 1, as they find what there is to find in an
// installation that was made a moment ago. What cannot be run here is on a list with the
// reason. Commands within a sentence are not run: command and flags have to exist.
//
// It has tests alone; chapters on PostgreSQL run under scripts/postgres.
package handbook
