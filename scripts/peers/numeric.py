"""Times of numpy, scipy and cvxopt in CPU seconds of one thread, one line each: name, tab,
seconds (the least of five turns). The sizes are those of the library's own benchmarks; the
ways are the vectorised ones a careful user writes.

    numeric.py [all|NAME|versions]
"""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sys
import time

import numpy as np

rng = np.random.default_rng(1)


def timed(name, work, items=1, turns=5):
    seconds = []
    for _ in range(turns):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name}\t{min(seconds) / items:.4g}", flush=True)


def metrics(r):
    """Twelve figures of each row of returns."""
    n = r.shape[1]
    growth = np.cumprod(1 + r, axis=1)
    total = growth[:, -1] - 1
    annual = growth[:, -1] ** (252 / n) - 1
    deviation = r.std(axis=1, ddof=1)
    volatility = deviation * np.sqrt(252)
    sharpe = r.mean(axis=1) / deviation * np.sqrt(252)
    down = np.sqrt(np.mean(np.minimum(r, 0) ** 2, axis=1)) * np.sqrt(252)
    sortino = r.mean(axis=1) * 252 / down
    fall = (growth / np.maximum.accumulate(np.maximum(growth, 1), axis=1) - 1).min(axis=1)
    calmar = annual / -fall
    z = (r - r.mean(axis=1, keepdims=True)) / r.std(axis=1, keepdims=True)
    skewness, kurtosis = (z**3).mean(axis=1), (z**4).mean(axis=1) - 3
    k = int(0.05 * n)
    low = np.partition(r, k, axis=1)
    return total, annual, volatility, sharpe, down, sortino, fall, calmar, skewness, kurtosis, -low[:, k], -low[:, : k + 1].mean(axis=1)


def regression(x, y):
    """Betas, t and R² of every column of y on the columns of x and a constant."""
    x = np.column_stack([np.ones(len(x)), x])
    q, r = np.linalg.qr(x)
    beta = np.linalg.solve(r, q.T @ y)
    left = ((y - x @ beta) ** 2).sum(axis=0)
    inverse = np.linalg.inv(r)
    error = np.sqrt(np.outer((inverse**2).sum(axis=1), left / (len(x) - x.shape[1])))
    return beta, beta / error, 1 - left / ((y - y.mean(axis=0)) ** 2).sum(axis=0)


def tails(returns, weights):
    """Historical VaR and ES at 95 % of every row of weights."""
    profit = weights @ returns
    k = int(0.05 * profit.shape[1])
    low = np.partition(profit, k, axis=1)
    return -low[:, k], -low[:, : k + 1].mean(axis=1)


def rate(flows, years):
    """The money-weighted rate of flows, by Brent's method."""
    from scipy.optimize import brentq

    return brentq(lambda r: (flows * (1 + r) ** -years).sum(), -0.99, 10)


def valuation(day, instrument, quantity, amount, deposit, prices):
    """Daily values of a ledger, its time-weighted return and its money-weighted rate."""
    days, count = prices.shape
    held = np.bincount(day * count + instrument, quantity, days * count).reshape(days, count).cumsum(axis=0)
    flows = np.bincount(day, deposit, days)
    cash = (np.bincount(day, amount, days) + flows).cumsum()
    value = np.einsum("ij,ij->i", held, prices) + cash
    growth = np.prod(value[1:] / (value[:-1] + flows[1:]))
    paid = -flows
    paid[-1] += value[-1]
    return value, growth - 1, rate(paid, np.arange(days) / 252)


def case_metrics():
    daily = rng.normal(0.0004, 0.01, (1000, 2520))
    timed("metrics", lambda: metrics(daily))


def case_ols():
    x, y = rng.normal(0, 0.01, (252, 8)), rng.normal(0, 0.01, (252, 5000))
    timed("ols", lambda: regression(x, y))


def case_covariance():
    panel = rng.normal(0, 0.01, (500, 1260))
    timed("covariance", lambda: np.cov(panel))


def case_pca():
    c = np.cov(rng.normal(0, 0.01, (500, 1260)))
    timed("pca", lambda: np.linalg.eigh(c))


def case_tails():
    panel = rng.normal(0, 0.01, (500, 1260))
    weights = np.zeros((10000, 500))
    for w in weights:
        w[rng.choice(500, 50, replace=False)] = rng.normal(0, 1, 50)
    timed("tails", lambda: tails(panel, weights))


def case_valuation():
    days, count, n = 2520, 500, 100_000
    prices = 100 * np.cumprod(1 + rng.normal(0.0004, 0.01, (days, count)), axis=0)
    day, instrument = np.sort(rng.integers(0, days, n)), rng.integers(0, count, n)
    quantity = rng.integers(-10, 40, n).astype(float)
    deposit = np.where(rng.random(n) < 0.03, 100_000.0, 0)
    deposit[0], day[0] = 1e9, 0
    quantity[deposit > 0] = 0
    amount = -quantity * prices[day, instrument]
    timed("valuation", lambda: valuation(day, instrument, quantity, amount, deposit, prices))


def case_xirr():
    from scipy.optimize import brentq  # not what is timed

    assert brentq
    flows, years = -rng.uniform(100, 900, (200, 50)), np.arange(50) * 30.4375 / 365
    flows[:, -1] = 30000
    timed("xirr", lambda: [rate(f, years) for f in flows], len(flows))


def case_minimum_variance():
    from cvxopt import matrix, solvers

    solvers.options["show_progress"] = False
    c = np.cov(rng.normal(0, 0.01, (500, 1260)))
    n = len(c)
    p, q, g, h = matrix(c * 1e4), matrix(0.0, (n, 1)), matrix(-np.eye(n)), matrix(0.0, (n, 1))
    a, b = matrix(1.0, (1, n)), matrix(1.0)
    timed("minimum_variance", lambda: solvers.qp(p, q, g, h, a, b))


def versions():
    said = [f"numpy {np.__version__}"]
    for name in ("scipy", "cvxopt"):
        try:
            said.append(f"{name} {__import__(name).__version__}")
        except ImportError:
            pass
    print(", ".join(said))


def main():
    asked = sys.argv[1] if len(sys.argv) > 1 else "all"
    if asked == "versions":
        return versions()
    for name, case in list(globals().items()):
        if name.startswith("case_") and asked in ("all", name[5:]):
            try:
                case()
            except ImportError as missing:
                print(missing, file=sys.stderr)


main()
