package secret_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/internal/secret"
)

func sealed(t *testing.T, k *secret.Keys, plain []byte, pieces int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := k.Writer(&out, "test")
	if err != nil {
		t.Fatal(err)
	}
	for len(plain) > 0 {
		n := min(pieces, len(plain))
		if _, err := w.Write(plain[:n]); err != nil {
			t.Fatal(err)
		}
		plain = plain[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func opened(k *secret.Keys, stream []byte, purpose string) ([]byte, error) {
	r, err := k.Reader(bytes.NewReader(stream), purpose)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Sizes around the edges of chunks (64 KiB), written in pieces of any size.
func TestStream(t *testing.T) {
	k, random := keys(t, key(1)), rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 65535, 65536, 65537, 131072, 200_000} {
		plain := make([]byte, size)
		for i := range plain {
			plain[i] = byte(random.Uint32())
		}
		stream := sealed(t, k, plain, 1+random.IntN(100_000))
		got, err := opened(k, stream, "test")
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%d bytes: %d came back, %v", size, len(got), err)
		}
		if _, err := opened(keys(t, key(2), key(1)), stream, "test"); err != nil {
			t.Errorf("%d bytes with an earlier key: %v", size, err)
		}
		if _, err := opened(keys(t, key(2)), stream, "test"); !errors.Is(err, secret.ErrUnknown) {
			t.Errorf("%d bytes with another key: %v", size, err)
		}
		if _, err := opened(k, stream, "other"); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%d bytes for another purpose: %v", size, err)
		}
		for range 20 {
			flipped := bytes.Clone(stream)
			flipped[random.IntN(len(flipped))] ^= 1 << random.IntN(8)
			if _, err := opened(k, flipped, "test"); err == nil {
				t.Errorf("%d bytes, one bit turned: opens", size)
			}
			if _, err := opened(k, stream[:random.IntN(len(stream))], "test"); !errors.Is(err, secret.ErrDamaged) {
				t.Errorf("%d bytes, cut short: %v", size, err)
			}
		}
		if _, err := opened(k, append(bytes.Clone(stream), 0), "test"); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%d bytes and one more: %v", size, err)
		}
	}
	// Whole chunks left out or exchanged.
	stream := sealed(t, k, make([]byte, 300_000), 300_000)
	head, chunk := 49, 65536+16
	for name, changed := range map[string][]byte{
		"the end after a whole chunk": stream[:head+chunk],
		"without the first chunk":     append(bytes.Clone(stream[:head]), stream[head+chunk:]...),
		"two exchanged":               append(append(append(bytes.Clone(stream[:head]), stream[head+chunk:head+2*chunk]...), stream[head:head+chunk]...), stream[head+2*chunk:]...),
	} {
		if _, err := opened(k, changed, "test"); !errors.Is(err, secret.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (*secret.Keys)(nil).Writer(io.Discard, "test"); !errors.Is(err, secret.ErrNoKey) {
		t.Error(err)
	}
}
