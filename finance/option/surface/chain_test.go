package surface

import "github.com/foliosight/foliosight/finance/option"

// Quotes of AAPL at the close of 6 June 2014, before its split: kind, strike, bid, ask.
// Source: QuantConnect Lean, Data/option/usa/minute/aapl, last quote of the day
// (Apache-2.0), re-typed for the strikes in tens.
var (
	july = []row{
		{option.Call, 560, 86.6, 89.85}, {option.Call, 570, 77.4, 80.8}, {option.Call, 580, 68.9, 72}, {option.Call, 590, 60.75, 63.6}, {option.Call, 600, 53.1, 55.6}, {option.Call, 610, 45.35, 47.8},
		{option.Call, 620, 39.5, 40}, {option.Call, 630, 33.1, 33.75}, {option.Call, 640, 27.6, 28.15}, {option.Call, 650, 22.8, 23.3}, {option.Call, 660, 18.5, 18.95}, {option.Call, 670, 15.1, 15.55},
		{option.Put, 560, 1.87, 2.71}, {option.Put, 570, 2.72, 3.8}, {option.Put, 580, 4.2, 4.7}, {option.Put, 590, 5.7, 6.2}, {option.Put, 600, 7.85, 8.25}, {option.Put, 610, 10.4, 10.8},
		{option.Put, 620, 13.65, 14.15}, {option.Put, 630, 17.45, 18.05}, {option.Put, 640, 21.95, 22.5}, {option.Put, 650, 27.1, 27.75}, {option.Put, 660, 32.75, 33.55}, {option.Put, 670, 39.2, 40.05},
	}
	august = []row{
		{option.Call, 560, 88.2, 89.6}, {option.Call, 570, 79.15, 80.7}, {option.Call, 580, 70.65, 72.15}, {option.Call, 590, 63, 63.85}, {option.Call, 600, 55.15, 56}, {option.Call, 610, 48.1, 49.05},
		{option.Call, 620, 41.55, 42.2}, {option.Call, 630, 35.55, 36.25}, {option.Call, 640, 30.3, 30.85}, {option.Call, 650, 25.65, 25.9}, {option.Call, 660, 21.15, 21.65}, {option.Call, 670, 17.65, 18},
		{option.Call, 680, 14.55, 14.95}, {option.Call, 690, 11.9, 12.45}, {option.Call, 700, 9.9, 10.05}, {option.Call, 710, 8, 8.3}, {option.Call, 720, 6.5, 6.9}, {option.Call, 730, 5.35, 5.7},
		{option.Call, 740, 4.4, 4.7}, {option.Put, 560, 3.4, 3.7}, {option.Put, 570, 4.5, 4.9}, {option.Put, 580, 6.15, 6.55}, {option.Put, 590, 8.15, 8.65}, {option.Put, 600, 10.95, 11.2},
		{option.Put, 610, 13.85, 14.3}, {option.Put, 620, 17.3, 17.95}, {option.Put, 630, 21.7, 22.2}, {option.Put, 640, 26.5, 27.1}, {option.Put, 650, 31.75, 32.4}, {option.Put, 660, 37.35, 38.35},
		{option.Put, 670, 43.8, 44.85}, {option.Put, 680, 50.75, 51.9}, {option.Put, 690, 58.25, 59.4}, {option.Put, 700, 66.15, 67.3}, {option.Put, 710, 74.45, 75.6}, {option.Put, 720, 83.05, 84.2},
		{option.Put, 730, 91.9, 93.05}, {option.Put, 740, 100.85, 102.1},
	}
)

type row struct {
	kind             option.Kind
	strike, bid, ask float64
}
