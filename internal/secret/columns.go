package secret

import (
	"crypto/cipher"
	"encoding/hex"
	"slices"
	"strings"
)

// Column is a column of the database that holds blobs sealed with the installation's keys.
// Whoever seals takes the blob's place from here, and so does whoever seals anew what lies
// there: a column that is not among Columns would be left behind.
type Column struct {
	Table string
	Name  string
	Key   []string // the columns of the primary key
	Place []string // those of them that a blob is bound to; empty: all
	Shown []string // those of them that name a row to people; empty: all
	Since string   // the migration that it is there since
	// Purpose is the purpose of a blob's place. What lies there is bound to it: it stays.
	Purpose string
	// Lost is what to do about a row that nobody can open.
	Lost string
}

// The columns that hold sealed blobs. Of challenges, whose data are sealed with the token
// that asks for them, nobody keeps the key: they are not among these.
var (
	SecondFactors = Column{Table: "second_factors", Name: "secret", Key: []string{"tenant_id", "user_id"}, Since: "0006_accounts.sql", Purpose: "second factor",
		Lost: "the person signs in with a recovery code and sets the second factor up anew; without one `foliosight user reset-password EMAIL --second-factor` takes it away"}
	Outbox = Column{Table: "outbox", Name: "message", Key: []string{"tenant_id", "id"}, Since: "0006_accounts.sql", Purpose: "outbox",
		Lost: "the message does not go out and ends by itself; what it was about can be asked for again"}
	SigningKeys = Column{Table: "signing_keys", Name: "secret", Key: []string{"id"}, Since: "0006_accounts.sql", Purpose: "signing key",
		Lost: "`foliosight keys rotate --emergency` lets a new one sign and forgets this one; everybody's access tokens end"}
	AlertChannels = Column{Table: "alert_channels", Name: "target", Key: []string{"tenant_id", "id"}, Since: "0009_alerts.sql", Purpose: "alert-channel",
		Lost: "whose channel it is deletes it and makes it anew"}
	Answers = Column{Table: "answers", Name: "sealed", Key: []string{"tenant_id", "user_id", "key"}, Shown: []string{"tenant_id", "user_id"}, Since: "0011_answers.sql", Purpose: "answer",
		Lost: "the request cannot be repeated; the answer ends by itself within a day"}
	ProviderKeys = Column{Table: "provider_keys", Name: "sealed", Key: []string{"tenant_id", "name"}, Place: []string{"name"}, Shown: []string{"name"}, Since: "0012_supply.sql", Purpose: "provider-key",
		Lost: "give the source's key again, under Data status"}
)

// Columns are all of them. What people sign in with comes first.
func Columns() []Column {
	return []Column{SigningKeys, SecondFactors, ProviderKeys, AlertChannels, Outbox, Answers}
}

// At is the place of a blob, by the values of the columns that it is bound to.
func (c Column) At(values ...string) Place {
	return Place{Purpose: c.Purpose, ID: strings.Join(values, "/")}
}

// PlaceOf is the place of the blob in the row of a primary key, in the order of Key.
func (c Column) PlaceOf(key []string) Place { return c.At(c.pick(c.Place, key)...) }

// RowOf names the row of a primary key to people.
func (c Column) RowOf(key []string) string { return strings.Join(c.pick(c.Shown, key), "/") }

func (c Column) pick(columns, key []string) []string {
	if len(columns) == 0 {
		return key
	}
	var values []string
	for _, wanted := range columns {
		for i, name := range c.Key {
			if name == wanted {
				values = append(values, key[i])
			}
		}
	}
	return values
}

// SealedWith names the key that a blob says it is sealed with; empty where it is no blob.
func SealedWith(blob []byte) string {
	if len(blob) < headSize {
		return ""
	}
	return HeadSealedWith(blob)
}

// HeadSealedWith is SealedWith for the first nine bytes of a blob, or more.
func HeadSealedWith(head []byte) string {
	if len(head) < 1+idSize || head[0] != version {
		return ""
	}
	return hex.EncodeToString(head[1 : 1+idSize])
}

// StreamHead is how much of a stream says which key it is sealed with.
const StreamHead = streamHead

// StreamSealedWith names the key that a stream says it is sealed with, by its first
// StreamHead bytes; empty where it is none.
func StreamSealedWith(head []byte) string {
	at := len(streamMagic)
	if len(head) < streamHead || string(head[:at]) != streamMagic || head[at] != streamVersion {
		return ""
	}
	return hex.EncodeToString(head[at+1 : at+1+idSize])
}

// Has reports whether a key is the current one or an earlier one, by its name.
func (k *Keys) Has(id string) bool {
	raw, err := hex.DecodeString(id)
	if k == nil || err != nil || len(raw) != idSize {
		return false
	}
	_, ok := k.all[[idSize]byte(raw)]
	return ok
}

// Earlier are the names of the keys that open and do not seal any more.
func (k *Keys) Earlier() []string {
	if k == nil {
		return nil
	}
	var all []string
	for id := range k.all {
		if id != k.current.id {
			all = append(all, hex.EncodeToString(id[:]))
		}
	}
	slices.Sort(all)
	return all
}

// Alone are the keys without the earlier ones: what they open needs none of those.
func (k *Keys) Alone() *Keys {
	if k == nil {
		return nil
	}
	id := k.current.id
	return &Keys{current: k.current, all: map[[idSize]byte]cipher.AEAD{id: k.all[id]}, raw: map[[idSize]byte][]byte{id: k.raw[id]}}
}
