package web

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"
)

// The path of a code covers the dark modules and nothing else.
func TestQRCodeDrawsEveryDarkModule(t *testing.T) {
	const text = "otpauth://totp/FolioSight:mara@example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=FolioSight"
	got, err := qrCode(text)
	if err != nil {
		t.Fatal(err)
	}
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	size := code.Bounds().Dx()
	if got.Size != size+8 {
		t.Fatalf("the square has %d modules, want %d and a quiet zone of 4 on each side", got.Size, size)
	}
	drawn := map[string]bool{}
	for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(got.Path, -1) {
		x, _ := strconv.Atoi(run[1])
		n, _ := strconv.Atoi(run[3])
		for i := range n {
			drawn[fmt.Sprint(x+i, " ", run[2])] = true
		}
	}
	for y := range size {
		for x := range size {
			red, _, _, _ := code.At(x, y).RGBA()
			if drawn[fmt.Sprint(x+4, " ", y+4)] != (red == 0) {
				t.Fatalf("module %d, %d is drawn %v", x, y, red != 0)
			}
		}
	}
}

func TestAWaitIsSaidSoThatNobodyComesTooEarly(t *testing.T) {
	for wait, want := range map[time.Duration]string{time.Millisecond: "1 second", 1500 * time.Millisecond: "2 seconds", 59 * time.Second: "59 seconds", time.Minute: "1 minute", 61 * time.Second: "2 minutes", 15 * time.Minute: "15 minutes"} {
		if got := inWords(wait); got != want {
			t.Errorf("%v is %q, want %q", wait, got, want)
		}
	}
}

func TestBrowsersAreNamedAsPeopleDo(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                   "Chrome on Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0":               "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"curl/8.9": "curl/8.9", "": "It did not say",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func TestWhereSomebodyWantedToGoIsAPageOfOurs(t *testing.T) {
	for to, want := range map[string]string{"/p/all/risk": "/p/all/risk", "/settings/security": "/settings/security", "//evil.example": "/", "https://evil.example/p/": "/", "/sign-out": "/", "": "/"} {
		if got := inside(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}
