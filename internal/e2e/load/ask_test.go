package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// client is all the people's: connections are kept, answers are taken compressed and
// not looked into.
func client(connections int) *http.Client {
	return &http.Client{Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true}}
}

// send asks as a person; the status is 0 where there was no answer.
func (s *server) send(c *http.Client, p *person, method, path, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	} else {
		request.Header.Set("Accept-Encoding", "gzip")
	}
	if p.token != "" {
		request.Header.Set("Authorization", "Bearer "+p.token)
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(response.Body)
	return response.StatusCode, b.Bytes(), err
}

// signIn signs people in with their password, two at a time.
func (s *server) signIn(t *testing.T, people []person) {
	t.Helper()
	c := client(2)
	defer c.CloseIdleConnections()
	var wait sync.WaitGroup
	for turn := range 2 {
		wait.Go(func() {
			for i := turn; i < len(people); i += 2 {
				p := &people[i]
				status, answer, err := s.send(c, p, "POST", "/api/v1/auth/login", fmt.Sprintf(`{"email":%q,"password":%q}`, p.email, password))
				var in struct{ Token string }
				if err != nil || status != http.StatusOK || json.Unmarshal(answer, &in) != nil || in.Token == "" {
					t.Errorf("sign in %s: %d %v %s", p.email, status, err, answer)
					return
				}
				p.token = in.Token
			}
		})
	}
	wait.Wait()
}

// kind is what a request is for.
type kind int

const (
	dashboard kind = iota
	holdings
	booking
	kinds
)

func (k kind) String() string { return [...]string{"dashboard", "holdings", "bookings"}[k] }

// asked is one request that was due, and what came of it.
type asked struct {
	kind   kind
	person int
	due    time.Time
	took   time.Duration // from when it was due
	status int           // 0: no answer
	why    error
}

// ask does one request.
func (s *server) ask(c *http.Client, crowd *crowd, a *asked) {
	p := &crowd.people[a.person]
	switch a.kind {
	case booking:
		body := fmt.Sprintf(`{"transactions":[{"date":%q,"type":"buy","account":%q,"symbol":%q,"quantity":"1","price":%q,"currency":"USD"}]}`, crowd.lastDay, account, p.symbol, p.price)
		a.status, _, a.why = s.send(c, p, "POST", "/api/v1/portfolios/"+p.portfolio+"/transactions", body)
	case holdings:
		a.status, a.why = s.look(c, p, "/api/v1/portfolios/"+p.portfolio+"/holdings")
	default:
		a.status, a.why = s.look(c, p, "/api/v1/dashboard")
	}
	a.took = time.Since(a.due)
}

// look takes an answer and throws it away.
func (s *server) look(c *http.Client, p *person, path string) (int, error) {
	request, err := http.NewRequest("GET", s.url+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header = http.Header{"Authorization": {"Bearer " + p.token}, "Accept-Encoding": {"gzip"}}
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// plan is who asks how much.
type plan struct {
	people, writers int
	rate, bookings  float64 // a second
	lasts           time.Duration
}

// schedule is every request of a run, in the order in which they are due. Everybody's
// turn comes equally often, in an order that is not that of the people.
func (p plan) schedule() (reads, writes []asked) {
	at := func(i int, rate float64) time.Time {
		return time.Time{}.Add(time.Duration(float64(i) / rate * float64(time.Second)))
	}
	const stride = 7919 // a prime: every person once a round
	for i := range int(p.rate * p.lasts.Seconds()) {
		reads = append(reads, asked{kind: kind((i + i/p.people) % 2), person: i * stride % p.people, due: at(i, p.rate)})
	}
	for i := range int(p.bookings * p.lasts.Seconds()) {
		writes = append(writes, asked{kind: booking, person: i % p.writers * (p.people / p.writers), due: at(i, p.bookings)})
	}
	return reads, writes
}

// drive sends a schedule, each request when it is due whether or not the ones before it
// were answered, with at most so many under way.
func (s *server) drive(crowd *crowd, all []asked, from time.Time, underWay int) {
	c := client(underWay)
	defer c.CloseIdleConnections()
	due := make(chan *asked, len(all))
	var wait sync.WaitGroup
	for range underWay {
		wait.Go(func() {
			for a := range due {
				s.ask(c, crowd, a)
			}
		})
	}
	for i := range all {
		all[i].due = from.Add(all[i].due.Sub(time.Time{}))
		time.Sleep(time.Until(all[i].due))
		due <- &all[i]
	}
	close(due)
	wait.Wait()
}
