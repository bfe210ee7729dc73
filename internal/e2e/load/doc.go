// Package load asks the whole program more than a person ever would, and says how it
// bore it: `make load`.
//
// Model: a thousand people with a portfolio of thirty positions each are signed in to
// one server process. Together they ask for the dashboard and for what they hold at a
// fixed rate, while two hundred of them book. The rate is kept whatever the answers
// take (an open loop): each request has a time at which it is due, and what it took is
// counted from then, so that a server that stalls is charged with everybody who would
// have been waiting. Server, database and whoever asks are on one machine.
//
// Units: milliseconds, requests a second, seconds of processor time, bytes. The figures
// are written into docs/performance.md. The tests run the same for a few seconds with
// few people and hold what must be true at any speed: nothing fails on the server's
// side, and no booking that was acknowledged is lost.
package load
