// Times of QuantLib in CPU seconds of one thread, one line each: name, tab, seconds per
// item (the median of nine turns). The terms are of the same kind as those of the
// library's own benchmarks.
//
//	g++ -O3 -march=native -std=c++17 quantlib.cpp -lQuantLib -o quantlib && ./quantlib
#include <ql/quantlib.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <random>
using namespace QuantLib;

static double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

static void timed(const char* name, int items, const std::function<void()>& work) {
    std::vector<double> seconds;
    for (int i = 0; i < 9; i++) {
        double start = now();
        work();
        seconds.push_back((now() - start) / items);
    }
    std::sort(seconds.begin(), seconds.end());
    std::printf("%s\t%.4g\n", name, seconds[4]);
    std::fflush(stdout);
}

struct Terms { double spot, strike, years, rate, yield, volatility; Option::Type type; };

int main() {
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
    timed("american_qdfp_fast", 1000, [&] {
        for (int i = 0; i < 1000; i++) {
            const Terms& t = terms[i & 1023];
            VanillaOption o(ext::make_shared<PlainVanillaPayoff>(t.type, t.strike), ext::make_shared<AmericanExercise>(today, today + int(365 * t.years) + 1));
            o.setPricingEngine(ext::make_shared<QdFpAmericanEngine>(process(t), QdFpAmericanEngine::fastScheme()));
            sink = sink + o.NPV();
        }
    });
    timed("implied", 20000, [&] {
        for (int i = 0; i < 20000; i++) {
            const Terms& t = terms[i & 1023];
            double discount = std::exp(-t.rate * t.years), forward = t.spot * std::exp(-t.yield * t.years) / discount;
            double price = blackFormula(t.type, t.strike, forward, t.volatility * std::sqrt(t.years), discount);
            if (price > 1e-4) sink = sink + blackFormulaImpliedStdDev(t.type, t.strike, forward, price, discount, 0, Null<Real>(), 1e-12, 200);
        }
    });
    timed("bond", 1000, [&] {
        Thirty360 basis(Thirty360::BondBasis);
        for (int i = 0; i < 1000; i++) {
            Schedule s(Date(15, February, 2014), Date(15, February, 2034), Period(Semiannual), NullCalendar(), Unadjusted, Unadjusted, DateGeneration::Backward, false);
            FixedRateBond b(0, 100, s, {0.04}, basis);
            double y = b.yield(91.25 + 0.001 * i, basis, Compounded, Semiannual);
            InterestRate r(y, basis, Compounded, Semiannual);
            sink = sink + y + BondFunctions::duration(b, r, Duration::Modified) + BondFunctions::convexity(b, r) + BondFunctions::basisPointValue(b, r);
        }
    });
}
