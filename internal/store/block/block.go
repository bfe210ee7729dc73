// Package block packs values on days into few bytes and back, bit for bit.
//
// Model: a block is a run of ascending days and columns of float64 beside them. Days
// are kept as differences. A column whose values are all decimals of at most eight
// places (prices as quoted, volumes) is kept as differences of integers, any other
// (adjusted closes, or one with NaN) as it is; whichever was chosen, reading gives the
// very bits that were written. A checksum ends the block, so that damage is noticed.
//
// Form, version 1: "FSB", version; number of days (uvarint); first day (varint), then
// differences (uvarint); number of columns; per column an encoding byte: 0 absent,
// 1 raw (8 bytes a value, little endian), 2+k integers of value × 10^k as differences
// (varint); CRC-32C of all before, little endian.
package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/foliosight/foliosight/finance/date"
)

// ErrDamaged reports bytes that are not a block, or no longer the one written.
var ErrDamaged = errors.New("block is damaged")

const (
	magic    = "FSB\x01"
	absent   = 0
	raw      = 1
	scaled   = 2
	maxScale = 8
	maxDays  = 1 << 20
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	powers     = [maxScale + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}
)

// Append packs days and columns onto b. A column is empty or as long as days; days
// must ascend. It panics where they do not fit: that is a bug of the caller.
func Append(b []byte, days []date.Date, columns ...[]float64) []byte {
	start := len(b)
	b = append(b, magic...)
	b = binary.AppendUvarint(b, uint64(len(days)))
	previous := int64(0)
	for i, d := range days {
		if i == 0 {
			b = binary.AppendVarint(b, int64(d))
		} else {
			if int64(d) <= previous {
				panic("block: days do not ascend")
			}
			b = binary.AppendUvarint(b, uint64(int64(d)-previous))
		}
		previous = int64(d)
	}
	b = append(b, byte(len(columns)))
	for _, c := range columns {
		if len(c) != 0 && len(c) != len(days) {
			panic("block: a column is not as long as the days")
		}
		b = appendColumn(b, c)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

func appendColumn(b []byte, values []float64) []byte {
	if len(values) == 0 {
		return append(b, absent)
	}
	k, ok := scaleOf(values)
	if !ok {
		b = append(b, raw)
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		return b
	}
	b = append(b, byte(scaled+k))
	previous := int64(0)
	for _, v := range values {
		n := int64(math.Round(v * powers[k]))
		b = binary.AppendVarint(b, n-previous)
		previous = n
	}
	return b
}

// scaleOf is the smallest k for which every value is an integer over 10^k, exactly.
func scaleOf(values []float64) (k int, ok bool) {
	for _, v := range values {
		for !exactAt(v, k) {
			if k++; k > maxScale {
				return 0, false
			}
		}
	}
	// A later value may have raised k past what an earlier large one can hold.
	for _, v := range values {
		if !exactAt(v, k) {
			return 0, false
		}
	}
	return k, true
}

func exactAt(v float64, k int) bool {
	n := math.Round(v * powers[k])
	if !(math.Abs(n) < 1<<53) {
		return false
	}
	return math.Float64bits(float64(int64(n))/powers[k]) == math.Float64bits(v)
}

// Block is what was read: days and columns, appended to those given to Read.
type Block struct {
	Days    []date.Date
	Columns [][]float64
}

// Read unpacks b, appending days and columns to into's: reading the blocks of several
// years one after the other gives one series. Columns that a block lacks but into has
// are filled with NaN, and the other way round.
func Read(into *Block, b []byte) error {
	if len(b) < len(magic)+6 || string(b[:len(magic)]) != magic {
		return fmt.Errorf("%w: no header of a known version", ErrDamaged)
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return fmt.Errorf("%w: checksum does not match", ErrDamaged)
	}
	r := reader{rest: body[len(magic):]}
	n := r.uvarint()
	if n > maxDays || n > uint64(len(r.rest)) {
		return fmt.Errorf("%w: %d days in %d bytes", ErrDamaged, n, len(b))
	}
	before := len(into.Days)
	day := int64(0)
	for i := range int(n) {
		if i == 0 {
			day = r.varint()
		} else {
			day += int64(r.uvarint())
		}
		into.Days = append(into.Days, date.Date(day))
	}
	count := int(r.byte())
	for len(into.Columns) < count {
		into.Columns = append(into.Columns, nil)
	}
	for i := range into.Columns {
		encoding := byte(absent)
		if i < count {
			encoding = r.byte()
		}
		into.Columns[i] = r.column(into.Columns[i], encoding, before, int(n))
	}
	if r.failed {
		into.Days = into.Days[:before]
		return fmt.Errorf("%w: ends early", ErrDamaged)
	}
	return nil
}

// reader takes values off the front; after a failure it gives zeros.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) byte() byte {
	if len(r.rest) == 0 {
		r.failed = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.failed = true
		r.rest = nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// column appends n values to c, which has `before` values or none.
func (r *reader) column(c []float64, encoding byte, before, n int) []float64 {
	if encoding == absent {
		if len(c) > 0 {
			c = fill(c, before+n)
		}
		return c
	}
	c = fill(c, before)
	switch {
	case encoding == raw:
		if len(r.rest) < 8*n {
			r.failed = true
			return c
		}
		for i := range n {
			c = append(c, math.Float64frombits(binary.LittleEndian.Uint64(r.rest[8*i:])))
		}
		r.rest = r.rest[8*n:]
	case encoding-scaled <= maxScale:
		c = r.integers(c, n, powers[encoding-scaled])
	default:
		r.failed = true
	}
	return c
}

func (r *reader) integers(c []float64, n int, power float64) []float64 {
	rest, value := r.rest, int64(0)
	for range n {
		var u uint64
		if len(rest) > 0 && rest[0] < 0x80 {
			u, rest = uint64(rest[0]), rest[1:]
		} else if len(rest) > 1 && rest[1] < 0x80 {
			u, rest = uint64(rest[0]&0x7f)|uint64(rest[1])<<7, rest[2:]
		} else {
			v, size := binary.Uvarint(rest)
			if size <= 0 {
				r.failed = true
				return c
			}
			u, rest = v, rest[size:]
		}
		value += int64(u>>1) ^ -int64(u&1)
		c = append(c, float64(value)/power)
	}
	r.rest = rest
	return c
}

// fill lengthens c to n values with NaN.
func fill(c []float64, n int) []float64 {
	for len(c) < n {
		c = append(c, math.NaN())
	}
	return c
}
