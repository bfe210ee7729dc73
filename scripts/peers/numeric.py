"""Times of numpy (and cvxopt where it is installed) in CPU seconds of one thread, one line
each: name, tab, seconds (the median of five turns). The sizes are those of the library's
own benchmarks; the ways are the vectorised ones a careful user of numpy writes.
"""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import time

import numpy as np

rng = np.random.default_rng(1)


def timed(name, work, turns=5):
    seconds = []
    for _ in range(turns):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    print(f"{name}\t{sorted(seconds)[turns // 2]:.4g}", flush=True)


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


def main():
    daily = rng.normal(0.0004, 0.01, (1000, 2520))
    timed("metrics", lambda: metrics(daily))
    x, y = rng.normal(0, 0.01, (252, 8)), rng.normal(0, 0.01, (252, 5000))
    timed("ols", lambda: regression(x, y))
    panel = rng.normal(0, 0.01, (500, 1260))
    timed("covariance", lambda: np.cov(panel))
    c = np.cov(panel)
    timed("pca", lambda: np.linalg.eigh(c))
    weights = np.zeros((10000, 500))
    for w in weights:
        w[rng.choice(500, 50, replace=False)] = rng.normal(0, 1, 50)
    timed("tails", lambda: tails(panel, weights))
    try:
        from cvxopt import matrix, solvers
    except ImportError:
        return
    solvers.options["show_progress"] = False
    n = len(c)
    p, q, g, h = matrix(c * 1e4), matrix(0.0, (n, 1)), matrix(-np.eye(n)), matrix(0.0, (n, 1))
    a, b = matrix(1.0, (1, n)), matrix(1.0)
    timed("minimum_variance", lambda: solvers.qp(p, q, g, h, a, b))


main()
