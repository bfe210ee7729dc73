package block

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Row is the values of many series on one day: columns beside names. Its form, version 1:
// "FSR", version; number of names (uvarint); their lengths (uvarint); the names; columns
// and checksum as in a block.
type Row struct {
	Names   []string // ascending
	Columns [][]float64
}

const rowMagic = "FSR\x01"

// AppendRow packs names, which ascend, and columns onto b. A column is empty or as long
// as the names. It panics where they do not fit: that is a bug of the caller.
func AppendRow(b []byte, names []string, columns ...[]float64) []byte {
	start := len(b)
	b = append(b, rowMagic...)
	b = binary.AppendUvarint(b, uint64(len(names)))
	for i, n := range names {
		if i > 0 && n <= names[i-1] {
			panic("block: names do not ascend")
		}
		b = binary.AppendUvarint(b, uint64(len(n)))
	}
	for _, n := range names {
		b = append(b, n...)
	}
	b = append(b, byte(len(columns)))
	for _, c := range columns {
		if len(c) != 0 && len(c) != len(names) {
			panic("block: a column is not as long as the names")
		}
		b = appendColumn(b, c)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// ReadRow unpacks what AppendRow packed.
func ReadRow(b []byte) (Row, error) {
	var row Row
	if len(b) < len(rowMagic)+6 || string(b[:len(rowMagic)]) != rowMagic {
		return row, fmt.Errorf("%w: no header of a known version", ErrDamaged)
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.Checksum(body, castagnoli) != sum {
		return row, fmt.Errorf("%w: checksum does not match", ErrDamaged)
	}
	r := reader{rest: body[len(rowMagic):]}
	n := r.uvarint()
	if n > maxDays || n > uint64(len(r.rest)) {
		return row, fmt.Errorf("%w: %d names in %d bytes", ErrDamaged, n, len(b))
	}
	lengths, total := make([]int, n), 0
	for i := range lengths {
		length := r.uvarint()
		if length > uint64(len(b)) {
			r.failed = true
			break
		}
		lengths[i] = int(length)
		total += int(length)
	}
	if r.failed || total > len(r.rest) {
		return row, fmt.Errorf("%w: ends early", ErrDamaged)
	}
	text := string(r.rest[:total])
	r.rest = r.rest[total:]
	row.Names = make([]string, n)
	at := 0
	for i, length := range lengths {
		row.Names[i] = text[at : at+length]
		at += length
	}
	for range int(r.byte()) {
		encoding := r.byte()
		var column []float64
		if encoding != absent {
			column = r.column(make([]float64, 0, n), encoding, 0, int(n))
		}
		row.Columns = append(row.Columns, column)
	}
	if r.failed {
		return Row{}, fmt.Errorf("%w: ends early", ErrDamaged)
	}
	return row, nil
}
