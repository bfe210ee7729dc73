package transactioncsv

import (
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// word is what a cell of the type column means. Some words leave the direction to the
// sign of the quantity or the amount.
type word struct {
	typ    ledger.Type // as written
	minus  ledger.Type // where the sign is negative; empty: the sign does not choose
	vague  bool        // the column of the side says more ("trade")
	ignore string      // a row that is no booking
}

// words are the types as they are written, folded by fold.
var words = func() map[string]word {
	m := map[string]word{}
	add := func(w word, names string) {
		for _, n := range strings.Fields(names) {
			m[n] = w
		}
	}
	for _, t := range ledger.Types() {
		folded, _ := fold(string(t))
		m[folded] = word{typ: t}
	}
	one := func(t ledger.Type, names string) { add(word{typ: t}, names) }
	one(ledger.Buy, "buy bought purchase purchased kauf kaufen gekauft youbought buytoopen marketbuy limitbuy stopbuy stoplimitbuy buymarket buylimit buystop reinvest reinvestment reinvestshares drip b sparplan sparplanausfuehrung ausfuehrungsparplan")
	one(ledger.Sell, "sell sold sale verkauf verkaufen verkauft yousold selltoclose marketsell limitsell stopsell stoplimitsell sellmarket selllimit sellstop s redemption tilgung")
	one(ledger.SellShort, "sellshort shortsell shortsale short selltoopen leerverkauf")
	one(ledger.BuyToCover, "buytocover cover covershort buytoclose eindeckung")
	one(ledger.Deposit, "deposit einzahlung einlage contribution cashin eingang ueberweisungseingang gutschrift credit cashreceipt cashdeposit topup cashtopup customerinpayment")
	one(ledger.Withdrawal, "withdrawal withdraw auszahlung entnahme cashout ausgang abhebung lastschrift debit payout ueberweisungsausgang cashwithdrawal")
	one(ledger.Dividend, "dividend dividends dividende div cashdividend ausschuettung distribution dividendreceived ertrag ertraege ertragsgutschrift ordinarydividend qualifieddividend qualdiv dividendpayment dividendpayout dividendengutschrift reinvestdividend qualdivreinvest")
	one(ledger.Coupon, "coupon kupon zinsgutschriftanleihe bondinterest couponpayment")
	add(word{typ: ledger.Interest, minus: ledger.InterestCharge}, "interest zinsen zins interestincome interestearned interestreceived habenzinsen zinsgutschrift creditinterest interestpayment lendinginterest bankinterest interestoncash interestfromcash interests sharelendinginterest cashaccountinterest zinszahlung")
	one(ledger.InterestCharge, "interestcharge interestpaid margininterest sollzinsen zinsbelastung zinsaufwand debitinterest marginexpense")
	one(ledger.Fee, "fee fees gebuehr gebuehren depotgebuehr kosten commission custodyfee custodyfees managementfee advisoryfee servicefee charge spesen kontofuehrungsgebuehr")
	one(ledger.FeeRefund, "feerefund gebuehrenerstattung gebuehrengutschrift feerebate rebate")
	one(ledger.Tax, "tax taxes steuer steuern quellensteuer withholdingtax foreigntaxwithholding foreigntax taxwithheld kapitalertragsteuer nratax steuerabzug")
	one(ledger.TaxRefund, "taxrefund steuererstattung steuerrueckerstattung steuergutschrift steuerrueckverguetung")
	one(ledger.TransferIn, "transferin einlieferung securitiesin received deliveryinbound deliveryin sharesin depoteingang eingebucht")
	one(ledger.TransferOut, "transferout auslieferung securitiesout delivered deliveryoutbound deliveryout sharesout depotausgang ausgebucht")
	one(ledger.InternalMove, "internaltransfer umbuchung journal cashtransfer")
	one(ledger.Split, "split stocksplit forwardsplit reversesplit aktiensplit sharesplit")
	one(ledger.SpinOff, "spinoff abspaltung")
	one(ledger.Merger, "merger fusion verschmelzung")
	one(ledger.ReturnOfCapital, "returnofcapital kapitalrueckzahlung roc capitalreturn")
	one(ledger.OptionExpiry, "expired expiry optionexpired optionexpiration expiration verfall")
	one(ledger.OptionAssigned, "assigned assignment optionassigned optionassignment")
	one(ledger.OptionExercise, "exercise exercised optionexercise optionexercised ausuebung")
	one(ledger.Liability, "liability verbindlichkeit")
	add(word{typ: ledger.Buy, minus: ledger.Sell, vague: true}, "trade exchtrade order execution handel market limit stop booktrade fractionalshare")
	add(word{typ: ledger.Deposit, minus: ledger.Withdrawal, vague: true}, "cash ach wire bank payment ueberweisung depositwithdrawal depositswithdrawals einauszahlung deposithold banktransfer moneylinktransfer")
	add(word{ignore: "the order was not executed"}, "cancelled canceled cancel rejected storniert expiredorder pending")
	return m
}()

// knownTypes is the list for the cure of an unknown type.
const knownTypes = "use buy, sell, sell_short, buy_to_cover, dividend, interest, deposit, withdrawal, fee, tax, split, transfer_in, transfer_out or another type of the ledger document"

// reversed is the type that a cost has when its amount comes in.
var reversed = map[ledger.Type]ledger.Type{
	ledger.Fee: ledger.FeeRefund, ledger.Tax: ledger.TaxRefund, ledger.InterestCharge: ledger.Interest,
}
