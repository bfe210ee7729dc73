// Times of QuantLib in CPU seconds of one thread, one line each: name, tab, seconds per
// item (the least of nine turns). The terms are of the same kind as those of the library's
// own benchmarks; those of American options are the library's own, with the error beside
// the time: the root mean square of what the price is off, in parts of the strike.
//
//	g++ -O3 -march=native -std=c++17 quantlib.cpp -lQuantLib -o quantlib
//	./quantlib [all|NAME|versions] american.tsv
//
// cases writes american.tsv anew: the terms given, with QuantLib's prices by its
// high-precision scheme and by its fast one.
#include <ql/quantlib.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
using namespace QuantLib;

static double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

static std::string wanted = "all";

static bool asked(const char* name) { return wanted == "all" || wanted == name; }

static void timed(const char* name, int items, const std::function<void()>& work) {
    if (!asked(name)) return;
    std::vector<double> seconds;
    for (int i = 0; i < 9; i++) {
        double start = now();
        work();
        seconds.push_back((now() - start) / items);
    }
    std::printf("%s\t%.4g\n", name, *std::min_element(seconds.begin(), seconds.end()));
    std::fflush(stdout);
}

struct Terms { double spot, strike, years, rate, yield, volatility; Option::Type type; };

struct Case { std::string text; Terms terms; int days; double reference; };

// cases are the rows of american.tsv: kind, spot, strike, days, rate, dividend yield,
// volatility, and the prices where they are known.
static std::vector<Case> cases(const char* path) {
    std::vector<Case> list;
    std::ifstream file(path);
    for (std::string row; std::getline(file, row);) {
        if (row.empty() || row[0] == '#') continue;
        std::istringstream words(row);
        std::string kind, spot, strike, days, rate, yield, volatility;
        words >> kind >> spot >> strike >> days >> rate >> yield >> volatility;
        Case c{kind + "\t" + spot + "\t" + strike + "\t" + days + "\t" + rate + "\t" + yield + "\t" + volatility, {}, std::stoi(days), 0};
        c.terms = {std::stod(spot), std::stod(strike), c.days / 365.0, std::stod(rate), std::stod(yield), std::stod(volatility), kind == "put" ? Option::Put : Option::Call};
        words >> c.reference;
        list.push_back(c);
    }
    return list;
}

int main(int n, char** args) {
    if (n > 1) wanted = args[1];
    if (wanted == "versions") {
        std::printf("QuantLib %s\n", QL_VERSION);
        return 0;
    }
    Date today(15, January, 2024);
    Settings::instance().evaluationDate() = today;
    Actual365Fixed days;
    std::mt19937_64 g(1);
    std::normal_distribution<> z;
    std::uniform_real_distribution<> u;
    std::vector<Terms> terms;
    while (terms.size() < 1024) {
        Terms t{100, 100 * std::exp(0.25 * z(g)), 0.05 + 2 * u(g), 0.05 * u(g), 0.03 * u(g), 0.1 + 0.5 * u(g), Option::Call};
        if (t.strike < t.spot) t.type = Option::Put;
        terms.push_back(t);
    }
    volatile double sink = 0;
    timed("european_kernel", 100000, [&] {
        for (int i = 0; i < 100000; i++) {
            const Terms& t = terms[i & 1023];
            double discount = std::exp(-t.rate * t.years), carry = std::exp(-t.yield * t.years);
            BlackCalculator c(t.type, t.strike, t.spot * carry / discount, t.volatility * std::sqrt(t.years), discount);
            sink = sink + c.value() + c.delta(t.spot) + c.gamma(t.spot) + c.vega(t.years) + c.theta(t.spot, t.years) + c.rho(t.years);
        }
    });
    auto process = [&](const Terms& t) {
        return ext::make_shared<BlackScholesMertonProcess>(
            Handle<Quote>(ext::make_shared<SimpleQuote>(t.spot)), Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, t.yield, days)),
            Handle<YieldTermStructure>(ext::make_shared<FlatForward>(today, t.rate, days)),
            Handle<BlackVolTermStructure>(ext::make_shared<BlackConstantVol>(today, NullCalendar(), t.volatility, days)));
    };
    timed("european_objects", 2000, [&] {
        for (int i = 0; i < 2000; i++) {
            const Terms& t = terms[i & 1023];
            VanillaOption o(ext::make_shared<PlainVanillaPayoff>(t.type, t.strike), ext::make_shared<EuropeanExercise>(today + int(365 * t.years) + 1));
            o.setPricingEngine(ext::make_shared<AnalyticEuropeanEngine>(process(t)));
            sink = sink + o.NPV() + o.delta() + o.gamma() + o.vega() + o.theta() + o.rho();
        }
    });
    std::vector<Case> american = n > 2 ? cases(args[2]) : std::vector<Case>();
    auto priced = [&](const Case& c, const ext::shared_ptr<QdFpIterationScheme>& scheme) {
        VanillaOption o(ext::make_shared<PlainVanillaPayoff>(c.terms.type, c.terms.strike), ext::make_shared<AmericanExercise>(today, today + c.days));
        o.setPricingEngine(ext::make_shared<QdFpAmericanEngine>(process(c.terms), scheme));
        return o.NPV();
    };
    if (wanted == "cases")
        for (const Case& c : american)
            std::printf("%s\t%.12g\t%.12g\n", c.text.c_str(), priced(c, QdFpAmericanEngine::highPrecisionScheme()), priced(c, QdFpAmericanEngine::fastScheme()));
    if (!american.empty() && asked("american_qdfp_fast")) {
        timed("american_qdfp_fast", int(american.size()), [&] {
            for (const Case& c : american) sink = sink + priced(c, QdFpAmericanEngine::fastScheme());
        });
        double squares = 0;
        for (const Case& c : american) {
            double off = (priced(c, QdFpAmericanEngine::fastScheme()) - c.reference) / c.terms.strike;
            squares += off * off;
        }
        std::printf("american_qdfp_fast_error\t%.4g\n", std::sqrt(squares / double(american.size())));
    }
    timed("implied", 20000, [&] {
        for (int i = 0; i < 20000; i++) {
            const Terms& t = terms[i & 1023];
            double discount = std::exp(-t.rate * t.years), forward = t.spot * std::exp(-t.yield * t.years) / discount;
            double price = blackFormula(t.type, t.strike, forward, t.volatility * std::sqrt(t.years), discount);
            if (price > 1e-4) sink = sink + blackFormulaImpliedStdDev(t.type, t.strike, forward, price, discount, 0, Null<Real>(), 1e-12, 200);
        }
    });
    auto bonds = [&](int years) {
        return [&, years] {
            Thirty360 basis(Thirty360::BondBasis);
            for (int i = 0; i < 300; i++) {
                Schedule s(Date(15, February, 2014), Date(15, February, 2024 + years), Period(Semiannual), NullCalendar(), Unadjusted, Unadjusted, DateGeneration::Backward, false);
                FixedRateBond b(0, 100, s, {0.04}, basis);
                double y = b.yield(91.25 + 0.001 * i, basis, Compounded, Semiannual);
                InterestRate r(y, basis, Compounded, Semiannual);
                sink = sink + y + BondFunctions::duration(b, r, Duration::Modified) + BondFunctions::convexity(b, r) + BondFunctions::basisPointValue(b, r);
            }
        };
    };
    timed("bond", 300, bonds(10));
    timed("bond_30", 300, bonds(30));
}
