// Package crash holds the test that kills the program while it books.
//
// Model: a child process books, edits, deletes, imports and undoes through the services
// on a SQLite file, says what it is about to do, and acknowledges what was committed. The
// parent kills it at a random moment, opens the file as the program would, and compares
// what is there with what was acknowledged; the next child goes on with the same file.
//
// What must hold: every acknowledged change is there, whole and unchanged; beyond them at
// most the one change that was under way, whole; an import is there with all its bookings
// and prices or not at all; the file is sound, and the figures are those of the bookings.
package crash
