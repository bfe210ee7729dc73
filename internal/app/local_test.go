package app_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestOldProtocolIsNotLocal: a bare proxy_pass of nginx leaves no trace but HTTP/1.0.
func TestOldProtocolIsNotLocal(t *testing.T) {
	r := start(t, map[string]string{"demo": "true", "as-of": "2025-06-30"})
	address := strings.TrimPrefix(r.url, "http://")
	for protocol, status := range map[string]int{"HTTP/1.0": 401, "HTTP/1.1": 200} {
		for _, path := range []string{"/metrics", "/status"} {
			connection, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			fmt.Fprintf(connection, "GET %s %s\r\nHost: %s\r\nConnection: close\r\n\r\n", path, protocol, address)
			response, err := http.ReadResponse(bufio.NewReader(connection), nil)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != status {
				t.Errorf("%s by %s: %d, want %d", path, protocol, response.StatusCode, status)
			}
		}
	}
}
