// Package replicas runs the program the way a firm does, several processes on one
// PostgreSQL, and kills one of them every few seconds while people work.
//
// What must hold: nothing acknowledged is lost or doubled, what one process wrote is
// what the next reads, wherever it is asked; an answer is never a failure of the
// server, only a connection may break with the process behind it; and no job works
// twice.
package replicas
