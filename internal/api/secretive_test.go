package api

import "testing"

// TestSecretiveOperationsExist: each operation that is named as answering with a secret is
// one, and takes an idempotency key.
func TestSecretiveOperationsExist(t *testing.T) {
	d, _ := readJSON(t)
	keyed := map[string]bool{}
	for _, operations := range d["paths"].(map[string]any) {
		for _, o := range operations.(map[string]any) {
			o := o.(map[string]any)
			all, _ := o["parameters"].([]any)
			for _, p := range all {
				if p.(map[string]any)["name"] == keyHeader {
					keyed[o["operationId"].(string)] = true
				}
			}
		}
	}
	if len(keyed) < 20 {
		t.Fatalf("only %d operations take a key", len(keyed))
	}
	for id := range secretive {
		if !keyed[id] {
			t.Errorf("there is no operation %s that takes a key", id)
		}
	}
}
