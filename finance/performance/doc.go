// Package performance measures how a portfolio grew between two dates, and what its
// growth was made of.
//
// Model: the portfolio is seen from outside, as its value at the close of each day and
// the external flows between. Dividends and costs inside the portfolio are part of its
// value, not flows. A period is (start, end]: it begins at the close of its first day.
// Inflows count at the start of their day, outflows at its end.
//
// Units: returns are fractions, 0.05 is five percent; values and flows are in the base
// currency. Gains are exact decimals and add up exactly to the change in value; returns
// are float64. Contributions of holdings, groups and currencies add up to the
// time-weighted return but for rounding.
//
// Signs: a drawdown is at most 0; fees and taxes are positive costs; money-weighted
// rates take what is paid in as negative.
//
// Sources: time-weighted return after Bacon, Practical Portfolio Performance
// Measurement and Attribution, 2nd ed.; money-weighted rates count actual days over 365;
// contributions linked after Carino 1999 and Frongello 2002.
package performance
