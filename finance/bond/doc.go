// Package bond prices fixed-rate, zero-coupon and floating-rate bonds and
// measures how their value answers to interest rates.
//
// Model: a bond pays its coupons on dates that run back from maturity in steps
// of 12/frequency months, unadjusted for weekends and holidays; the period
// that the issue date cuts is a short first one. The day count gives each
// period a fraction of a year. It sets three things at once: the coupon of the
// period (rate × fraction), what of it has accrued at settlement, and the time
// over which the yield discounts (whole fractions; of the current period what
// has not accrued yet). The yield compounds at the coupon frequency. A curve
// discounts by the calendar instead: continuous zero rates, act/365, linear
// between its dates.
//
// Units: prices, cash flows and accrued interest are per 100 of face value;
// coupons, yields and rates are fractions a year (0.05 is five percent);
// times and durations are years. Signs: DV01 is what a bond gains when its
// yield falls by one basis point, so it is positive for an ordinary bond; a
// key rate is the gain per basis point fall of one node of the curve.
//
// What settles on the settlement date belongs to the seller: only flows after
// it count.
//
// Sources: conventions and day counts after ISDA 2006 definitions, section
// 4.16, and ICMA rule 251; durations and convexity after Fabozzi, Bond
// Markets, Analysis and Strategies; key rates after Ho, Key Rate Durations
// (Journal of Fixed Income, 1992).
package bond
