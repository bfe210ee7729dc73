package calendar

import (
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// tokyo is the Tokyo Stock Exchange: closed on Japan's national holidays, with their
// substitutes, and from 31 December to 3 January. The close was 15:00 until 1 November
// 2024; Close is today's.
//
// Sources: XTKS of exchange_calendars (Apache-2.0) has the same holidays and the outage of 2020;
// Jiji Press of 21 December 2020 and 5 November 2024 for the outage and the later close.
// The rules follow the Act on National Holidays and the acts for the accession of 2019 and
// the games of 2020 and 2021, and the equinoxes the approximation in common use for 1980 to
// 2099: both from general knowledge, the acts themselves were not looked up.
var tokyo = Calendar{
	Code: "XTKS", Name: "Tokyo Stock Exchange", Zone: "Asia/Tokyo",
	Open: clock(9, 0), Close: clock(15, 30),
	Known: Span{date.Must(2007, 1, 1), date.Must(2026, 12, 31)}, EarlyKnown: date.None,
	days: newDays(false, tokyoClosed, noEarlyCloses),
}

var tokyoOneOff = dates(
	"2019-04-30", "2019-05-01", "2019-05-02", // between Showa day and Constitution day: the accession
	"2019-10-22", // enthronement
	"2020-10-01", // the trading system was out of order all day
)

func tokyoClosed(year int) []date.Date {
	holidays := japan(year)
	closed := append(inYear(year, tokyoOneOff), date.Must(year, 1, 1), date.Must(year, 1, 2), date.Must(year, 1, 3), date.Must(year, 12, 31))
	is := map[date.Date]bool{}
	for _, d := range holidays {
		is[d] = true
	}
	for _, d := range holidays {
		closed = append(closed, d)
		// A holiday on a Sunday is given on the next day that is none (2007 on).
		if d.Weekday() == time.Sunday {
			next := d + 1
			for is[next] {
				next++
			}
			closed = append(closed, next)
		}
		// A day between two holidays is one too.
		if is[d+2] && !is[d+1] {
			closed = append(closed, d+1)
		}
	}
	return closed
}

// japan is the national holidays of a year without substitutes, from 2007 on.
func japan(year int) []date.Date {
	on := func(m time.Month, d int) date.Date { return date.Must(year, m, d) }
	all := []date.Date{
		on(1, 1), nth(2, time.Monday, time.January, year), on(2, 11), equinox(year, time.March, 20.8431),
		on(4, 29), on(5, 3), on(5, 4), on(5, 5),
		nth(3, time.Monday, time.September, year), equinox(year, time.September, 23.2488),
		on(11, 3), on(11, 23),
	}
	// Marine day, Mountain day, Sports day: moved to the games in 2020 and 2021.
	switch year {
	case 2020:
		all = append(all, on(7, 23), on(8, 10), on(7, 24))
	case 2021:
		all = append(all, on(7, 22), on(8, 8), on(7, 23))
	default:
		all = append(all, nth(3, time.Monday, time.July, year), nth(2, time.Monday, time.October, year))
		if year >= 2016 {
			all = append(all, on(8, 11))
		}
	}
	switch { // the birthday of the emperor; none in 2019
	case year <= 2018:
		all = append(all, on(12, 23))
	case year >= 2020:
		all = append(all, on(2, 23))
	}
	return all
}

// equinox is the day of an equinox in Japan from 1980 to 2099.
func equinox(year int, month time.Month, base float64) date.Date {
	since := year - 1980
	return date.Must(year, month, int(base+0.242194*float64(since)-float64(since/4)))
}

// hongKong is the Stock Exchange of Hong Kong: closed on general holidays, of which those
// of the lunar calendar stand in a table; outside its years they are not known and a day is
// called a session that may be none. Typhoons and rain closed it until September 2024, when
// it began to trade through them.
//
// Sources: XHKG of exchange_calendars (Apache-2.0) for the rules, which quotes the
// ordinance on holidays as changed in 2011, and for closures by weather and parade but
// those of September 2023, which it lacks. Of 1 September the South China Morning Post
// says on the day that the market will close, and on the 8th that it was halted. Of
// 8 September the exchange's notice was seen that cancels the morning and says that the
// whole day goes if the warning stands at noon; that it did is from general knowledge.
// The dates of the festivals are those of the Chinese calendar and were checked by the
// holidays of 2013, 2021 and 2026 in the tests only.
var hongKong = Calendar{
	Code: "XHKG", Name: "Stock Exchange of Hong Kong", Zone: "Asia/Hong_Kong",
	Open: clock(9, 30), Close: clock(16, 0),
	Known:      Span{date.Must(2013, 1, 1), date.Must(2026, 12, 31)},
	EarlyKnown: date.Must(2013, 1, 1),
	days:       newDays(false, hongKongClosed, hongKongEarly),
}

var hongKongOneOff = dates(
	"2013-08-14", "2016-08-02", "2016-10-21", "2017-08-23", "2020-10-13", "2021-10-13", // typhoons
	"2023-07-17", "2023-09-01", "2023-09-08", "2024-09-06", // typhoons, and the rain of 8 September 2023
	"2015-09-03", // 70 years after the war
	"2022-09-12", // for the day after Mid-Autumn, a Sunday
)

// lunar is the days of the festivals of one year.
type lunar struct{ newYear, chingMing, buddha, tuenNg, midAutumn, chungYeung date.Date }

const hongKongFirst = 2013

var hongKongLunar = func() []lunar {
	rows := [][6]string{
		{"2013-02-10", "2013-04-04", "2013-05-17", "2013-06-12", "2013-09-19", "2013-10-13"},
		{"2014-01-31", "2014-04-05", "2014-05-06", "2014-06-02", "2014-09-08", "2014-10-02"},
		{"2015-02-19", "2015-04-05", "2015-05-25", "2015-06-20", "2015-09-27", "2015-10-21"},
		{"2016-02-08", "2016-04-04", "2016-05-14", "2016-06-09", "2016-09-15", "2016-10-09"},
		{"2017-01-28", "2017-04-04", "2017-05-03", "2017-05-30", "2017-10-04", "2017-10-28"},
		{"2018-02-16", "2018-04-05", "2018-05-22", "2018-06-18", "2018-09-24", "2018-10-17"},
		{"2019-02-05", "2019-04-05", "2019-05-12", "2019-06-07", "2019-09-13", "2019-10-07"},
		{"2020-01-25", "2020-04-04", "2020-04-30", "2020-06-25", "2020-10-01", "2020-10-25"},
		{"2021-02-12", "2021-04-04", "2021-05-19", "2021-06-14", "2021-09-21", "2021-10-14"},
		{"2022-02-01", "2022-04-05", "2022-05-08", "2022-06-03", "2022-09-10", "2022-10-04"},
		{"2023-01-22", "2023-04-05", "2023-05-26", "2023-06-22", "2023-09-29", "2023-10-23"},
		{"2024-02-10", "2024-04-04", "2024-05-15", "2024-06-10", "2024-09-17", "2024-10-11"},
		{"2025-01-29", "2025-04-04", "2025-05-05", "2025-05-31", "2025-10-06", "2025-10-29"},
		{"2026-02-17", "2026-04-05", "2026-05-24", "2026-06-19", "2026-09-25", "2026-10-18"},
	}
	all := make([]lunar, len(rows))
	for i, r := range rows {
		d := dates(r[:]...)
		all[i] = lunar{d[0], d[1], d[2], d[3], d[4], d[5]}
	}
	return all
}()

func hongKongClosed(year int) []date.Date {
	on := func(m time.Month, d int) date.Date { return mondayAfterSunday(date.Must(year, m, d)) }
	monday := easterMonday(year)
	closed := append(inYear(year, hongKongOneOff), on(1, 1), goodFriday(year), monday, on(5, 1), on(7, 1), on(10, 1),
		date.Must(year, 12, 25), date.Must(year, 12, 26))
	// The first weekday after Christmas Day; Saturday is one.
	if date.Must(year, 12, 25).Weekday() == time.Sunday || date.Must(year, 12, 26).Weekday() == time.Sunday {
		closed = append(closed, date.Must(year, 12, 27))
	}
	k := year - hongKongFirst
	if k < 0 || k >= len(hongKongLunar) {
		return closed
	}
	l := hongKongLunar[k]
	for day := date.Date(0); day < 3; day++ {
		closed = append(closed, l.newYear+day)
		if (l.newYear + day).Weekday() == time.Sunday {
			closed = append(closed, l.newYear+3)
		}
	}
	chingMing := mondayAfterSunday(l.chingMing)
	if chingMing == monday {
		chingMing++
	}
	after := l.midAutumn + 1
	if after == on(10, 1) {
		after++
	}
	return append(closed, chingMing, mondayAfterSunday(l.buddha), mondayAfterSunday(l.tuenNg), after, mondayAfterSunday(l.chungYeung))
}

// hongKongEarly: only the morning on the eves of Christmas, of the new year and of the
// lunar new year.
func hongKongEarly(year int) map[date.Date]int {
	if year < hongKongFirst {
		return nil
	}
	early := map[date.Date]int{date.Must(year, 12, 24): clock(12, 0), date.Must(year, 12, 31): clock(12, 0)}
	if k := year - hongKongFirst; k < len(hongKongLunar) {
		early[hongKongLunar[k].newYear-1] = clock(12, 0)
	}
	return early
}

// mondayAfterSunday moves a Sunday to Monday; a Saturday stays.
func mondayAfterSunday(d date.Date) date.Date {
	if d.Weekday() == time.Sunday {
		return d + 1
	}
	return d
}

// australia is the Australian Securities Exchange in Sydney.
//
// Sources: XASX of exchange_calendars (Apache-2.0) for the rules, the short days and what was
// closed by exception; that 27 April 2026 is traded is said by the exchange's calendar of
// its derivatives market (ASX 24), and taken to hold for shares.
var australia = Calendar{
	Code: "XASX", Name: "Australian Securities Exchange", Zone: "Australia/Sydney",
	Open: clock(10, 0), Close: clock(16, 0),
	Known:      Span{date.Must(2011, 1, 1), date.Must(2026, 12, 31)},
	EarlyKnown: date.Must(2011, 1, 1),
	days:       newDays(false, australiaClosed, australiaEarly),
}

var australiaOneOff = dates(
	"2011-04-26", // Easter Monday and Anzac Day were one
	"2022-09-22", // mourning for Queen Elizabeth
)

func australiaClosed(year int) []date.Date {
	christmas, boxing := christmasPair(year)
	return append(inYear(year, australiaOneOff),
		mondayAfterWeekend(date.Must(year, 1, 1)), mondayAfterWeekend(date.Must(year, 1, 26)),
		goodFriday(year), easterMonday(year),
		date.Must(year, 4, 25), // Anzac Day, not made up for
		nth(2, time.Monday, time.June, year),
		christmas, boxing)
}

// australiaEarly: until 14:10 on the last sessions before Christmas and of the year; in
// 2022 both were whole.
func australiaEarly(year int) map[date.Date]int {
	if year < 2011 || year == 2022 {
		return nil
	}
	return map[date.Date]int{
		weekdayUpTo(date.Must(year, 12, 24)): clock(14, 10),
		weekdayUpTo(date.Must(year, 12, 31)): clock(14, 10),
	}
}
