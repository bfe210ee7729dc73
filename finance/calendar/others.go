package calendar

import (
	"time"

	"github.com/foliosight/foliosight/finance/date"
)

// london is the London Stock Exchange, closed on the bank holidays of England.
//
// Sources: the exchange's business days; Banking and Financial Dealings Act
// 1971 and the proclamations for moved and additional days; closed weekdays of
// 1990 to August 2023 compared with recorded sessions. The half days are those of the
// exchange's Christmas service announcements since 2007.
var london = Calendar{
	Code: "XLON", Name: "London Stock Exchange", Zone: "Europe/London",
	Open: clock(8, 0), Close: clock(16, 30),
	Known:      Span{date.Must(1990, 1, 2), date.Must(2027, 12, 31)},
	EarlyKnown: date.Must(2007, 1, 1),
	days:       newDays(false, londonClosed, londonEarly),
}

var londonOneOff = dates(
	"1999-12-31",               // eve of 2000
	"2002-06-03",               // golden jubilee; the spring holiday follows it
	"2011-04-29",               // royal wedding
	"2012-06-05",               // diamond jubilee
	"2022-06-03", "2022-09-19", // platinum jubilee; state funeral
	"2023-05-08", // coronation
)

func londonClosed(year int) []date.Date {
	christmas, boxing := christmasPair(year)
	return append(inYear(year, londonOneOff),
		mondayAfterWeekend(date.Must(year, 1, 1)),
		goodFriday(year), easterMonday(year),
		londonMay(year), londonSpring(year),
		nth(-1, time.Monday, time.August, year),
		christmas, boxing)
}

// londonMay is the early May holiday; the anniversaries of 8 May 1945 took its
// place in 1995 and 2020.
func londonMay(year int) date.Date {
	if year == 1995 || year == 2020 {
		return date.Must(year, 5, 8)
	}
	return nth(1, time.Monday, time.May, year)
}

// londonSpring is the late May holiday, moved next to three jubilees.
func londonSpring(year int) date.Date {
	switch year {
	case 2002, 2012:
		return date.Must(year, 6, 4)
	case 2022:
		return date.Must(year, 6, 2)
	}
	return nth(-1, time.Monday, time.May, year)
}

// londonEarly: markets close from 12:30 on the last working day before
// Christmas and on the last one of the year.
func londonEarly(year int) map[date.Date]int {
	if year < 2007 {
		return nil
	}
	return map[date.Date]int{
		weekdayUpTo(date.Must(year, 12, 24)): clock(12, 30),
		weekdayUpTo(date.Must(year, 12, 31)): clock(12, 30),
	}
}

// weekdayUpTo returns d, or the Friday before when d is on a weekend.
func weekdayUpTo(d date.Date) date.Date {
	for d.IsWeekend() {
		d--
	}
	return d
}

// toronto is the Toronto Stock Exchange.
//
// Sources: TMX Group holiday operating schedules; closed weekdays of 1990 to
// September 2019 compared with recorded sessions. Its early closes are those
// of the schedules since 2019.
var toronto = Calendar{
	Code: "XTSE", Name: "Toronto Stock Exchange", Zone: "America/Toronto",
	Open: clock(9, 30), Close: clock(16, 0),
	Known:      Span{date.Must(1990, 1, 2), date.Must(2026, 12, 31)},
	EarlyKnown: date.Must(2019, 1, 1),
	days:       newDays(false, torontoClosed, torontoEarly),
}

var torontoOneOff = dates("2001-09-11", "2001-09-12")

func torontoClosed(year int) []date.Date {
	christmas, boxing := christmasPair(year)
	closed := append(inYear(year, torontoOneOff),
		mondayAfterWeekend(date.Must(year, 1, 1)),
		goodFriday(year),
		onOrBefore(time.Monday, date.Must(year, 5, 24)), // Victoria Day: the Monday before 25 May
		mondayAfterWeekend(date.Must(year, 7, 1)),       // Canada Day
		nth(1, time.Monday, time.August, year),          // civic holiday
		nth(1, time.Monday, time.September, year),       // Labour Day
		nth(2, time.Monday, time.October, year),         // Thanksgiving
		christmas, boxing)
	if year >= 2008 {
		closed = append(closed, nth(3, time.Monday, time.February, year)) // Family Day
	}
	return closed
}

func torontoEarly(year int) map[date.Date]int {
	if eve := date.Must(year, 12, 24); year >= 2019 && !eve.IsWeekend() {
		return map[date.Date]int{eve: clock(13, 0)}
	}
	return nil
}

// xetra is the electronic market of the Frankfurt exchange.
//
// Sources: Deutsche Börse trading calendars (2024 to 2029 on its page); before
// them exchange_calendars. The short day at the year's end is decided each
// December; it has been kept every year since 2010.
var xetra = Calendar{
	Code: "XETR", Name: "Xetra", Zone: "Europe/Berlin",
	Open: clock(9, 0), Close: clock(17, 30),
	Known:      Span{date.Must(2003, 1, 1), date.Must(2029, 12, 31)},
	EarlyKnown: date.Must(2010, 1, 1),
	days:       newDays(false, xetraClosed, xetraEarly),
}

func xetraClosed(year int) []date.Date {
	closed := []date.Date{
		date.Must(year, 1, 1), goodFriday(year), easterMonday(year), date.Must(year, 5, 1),
		date.Must(year, 12, 24), date.Must(year, 12, 25), date.Must(year, 12, 26), date.Must(year, 12, 31),
	}
	if year == 2007 || year >= 2015 && year <= 2021 {
		closed = append(closed, whitMonday(year))
	}
	if year >= 2014 && year <= 2021 {
		closed = append(closed, date.Must(year, 10, 3)) // Day of German Unity
	}
	if year == 2017 {
		closed = append(closed, date.Must(year, 10, 31)) // 500 years of the Reformation
	}
	return closed
}

// xetraEarly: the last trading day of the year ends at 14:00.
func xetraEarly(year int) map[date.Date]int {
	if year < 2010 {
		return nil
	}
	return map[date.Date]int{weekdayUpTo(date.Must(year, 12, 30)): clock(14, 0)}
}

// euronext is the exchanges of Paris, Amsterdam, Brussels and Lisbon, which share their days.
//
// Sources: Euronext's announcements of its holidays of 2012 and 2019: the closed days, and
// half days on the eves of Christmas and of the new year, to 14:00 in 2012 and to 14:05 in
// 2019. The tests of XPAR in exchange_calendars (Apache-2.0) say that Whit Monday and new
// year's eve were last closed in 2001. That all years since are like these, and that the
// half days have ended at 14:05 from 2013 on, is taken from them and not from each year's
// announcement.
var euronext = Calendar{
	Code: "XPAR", Name: "Euronext", Zone: "Europe/Paris",
	Open: clock(9, 0), Close: clock(17, 30),
	Known:      Span{date.Must(2002, 1, 1), date.Must(2026, 12, 31)},
	EarlyKnown: date.Must(2013, 1, 1),
	days:       newDays(false, euronextClosed, euronextEarly),
}

func euronextClosed(year int) []date.Date {
	return []date.Date{date.Must(year, 1, 1), goodFriday(year), easterMonday(year), date.Must(year, 5, 1), date.Must(year, 12, 25), date.Must(year, 12, 26)}
}

func euronextEarly(year int) map[date.Date]int {
	if year < 2013 {
		return nil
	}
	return map[date.Date]int{date.Must(year, 12, 24): clock(14, 5), date.Must(year, 12, 31): clock(14, 5)}
}

// target2 is the euro payment system: the days on which euro settles and on
// which the European Central Bank publishes its reference rates.
//
// Sources: ECB announcements of 3 September 1998, 31 March and 15 July 1999 and
// 14 December 2000 (the long-term calendar, in force since 2002).
var target2 = Calendar{
	Code: "TARGET2", Name: "TARGET2 settlement days", Zone: "Europe/Berlin",
	Open: clock(7, 0), Close: clock(18, 0),
	Known: Span{date.Must(1999, 1, 1), date.None}, EarlyKnown: date.None,
	days: newDays(false, target2Closed, noEarlyCloses),
}

func target2Closed(year int) []date.Date {
	closed := []date.Date{date.Must(year, 1, 1), date.Must(year, 12, 25)}
	if year >= 2000 {
		closed = append(closed, goodFriday(year), easterMonday(year), date.Must(year, 5, 1), date.Must(year, 12, 26))
	}
	if year == 1999 || year == 2001 { // the changes of the millennium and to euro cash
		closed = append(closed, date.Must(year, 12, 31))
	}
	return closed
}

// always trades every day around the clock, as crypto assets do; its day ends
// at midnight UTC.
var always = Calendar{
	Code: "24/7", Name: "every day", Zone: "UTC", Open: 0, Close: clock(24, 0),
	Known: Span{date.None, date.None}, EarlyKnown: date.None,
	days: newDays(true, noClosures, noEarlyCloses),
}

// weekdays is Monday to Friday without holidays, for prices whose exchange is unknown.
var weekdays = Calendar{
	Code: "WEEKDAYS", Name: "Monday to Friday", Zone: "UTC", Open: 0, Close: clock(24, 0),
	Known: Span{date.None, date.None}, EarlyKnown: date.None,
	days: newDays(false, noClosures, noEarlyCloses),
}

// byCode finds a calendar by its code and the names under which data providers
// and brokers know the exchange.
var byCode = map[string]Calendar{
	"XNYS": nyse, "NYSE": nyse, "XNAS": nyse, "NASDAQ": nyse, "ARCX": nyse, "XASE": nyse, "BATS": nyse, "AMEX": nyse,
	"XLON": london, "LSE": london,
	"XTSE": toronto, "TSX": toronto,
	"XETR": xetra, "XETRA": xetra, "IBIS": xetra,
	"XPAR": euronext, "EURONEXT": euronext, "XAMS": euronext, "XBRU": euronext, "XLIS": euronext,
	"XTKS": tokyo, "TSE": tokyo, "JPX": tokyo,
	"XHKG": hongKong, "HKEX": hongKong, "SEHK": hongKong,
	"XASX": australia, "ASX": australia,
	"TARGET2": target2, "TARGET": target2, "T2": target2,
	"24/7": always, "CRYPTO": always,
	"WEEKDAYS": weekdays,
}
