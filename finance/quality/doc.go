// Package quality says what cannot be right, and what may not be, in a series of prices,
// exchange rates or other daily values: values in, findings out.
//
// Model: a series is what one source says of one instrument, a value a session of its
// exchange. Each check compares it with something that is known apart from it: the
// calendar (stale, missing, a value on a closed day, all days shifted), its own bar (a
// close outside high and low), the splits and dividends that are listed, its own usual
// day-to-day moves and what the market did that day (spikes, jumps, splits and units
// mixed up), the source's own adjusted close, or a second source. A finding names the
// days, what was seen, what was expected and why, and, where it can be worked out,
// what would put it right. Nothing is changed here.
//
// Severity: a suspect value is one that something speaks against and nothing explains;
// it is to be quarantined until somebody accepts or corrects it. A doubtful one is only
// shown. A jump that stays is news (doubtful), one that comes back is a false print
// (suspect); on the last day of a series the two cannot be told apart, so that a large
// unexplained jump there is suspect until the next session has confirmed it, unless another
// source has it too or it was traded in such numbers as news is.
//
// Moves are logarithms of ratios of consecutive closes, over the splits and dividends
// that are listed. The usual move of a series (its scale) is the larger of 1.4826 times
// the median and 0.8693 times the upper quartile of the sizes of its moves: each is the
// standard deviation where moves are normal, and neither is changed by a few wild ones.
// It is taken over the 60 moves before and the 60 after a day, whichever are larger,
// the day and its neighbours left out, and is larger where the whole market is in
// uproar. The market's move of a day is the median of all members of a Market; of a
// move, what one to two times the market's move explains is no anomaly.
//
// Units: values in the unit of the source; days are those of the exchange. Thresholds
// are multiples of the scale and ratios, so that findings do not depend on the currency
// or the number of pieces a price is for: a series times a constant has the same findings.
//
// Sources: median and quartile as scale after Rousseeuw and Croux, Alternatives to the
// Median Absolute Deviation (1993); the rule of a move that comes back after Brownlees
// and Gallo, Financial econometric analysis at ultra-high frequency (2006), there for
// ticks. The thresholds were set on 727,000 real daily bars of United States stocks and
// funds, 1998 to 2022, and the reference rates of the European Central Bank; each
// constant says why it is what it is.
package quality
