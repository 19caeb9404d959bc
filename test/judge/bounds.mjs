// @ts-check
/** How far a result may be from the definition: the contract's bounds, for the tests and the bench. */

const U = 2 ** -24;

/**
 * Of the kernels' exp, absolute: relative where the result is normal, and half of the smallest float more where it is not.
 * @param {number} x
 * @param {number} y  exp(x)
 */
export const expBound = (x, y) => U * (4 - 1.5 * x) * y + (y < 2 ** -126 ? 2 ** -150 : 0);
/** Of JavaScript's exp, relative. */
export const TWIN_EXP_BOUND = 6e-10;

/**
 * Of the kernels' log, absolute; in float64.
 * @param {number} y
 */
export const logBound = (y) => 1e-10 + 1e-16 * Math.abs(y);

/** Of the kernels' tanh, relative. */
export const TANH_BOUND = U * 4;

/**
 * Relative, where the result is normal. d = (x - max) / T.
 * @param {number} d
 */
export const softmaxBound = (d) => U * (8 + 3 * Math.abs(d));

/**
 * Absolute.
 * @param {number} y
 */
export const logSumExpBound = (y) => U * (6 + Math.abs(y));

/**
 * Absolute.
 * @param {number} y
 */
export const logSoftmaxBound = (y) => U * (6 + 2 * Math.abs(y));

/**
 * Of entropy, absolute; of a row of n.
 * @param {number} n
 */
export const entropyBound = (n) => U * (8 + Math.log(n) ** 2 / 2);

/**
 * What the errors of a row's own sum can add where they all point the same way, beyond the bounds above: each term is off by
 * up to 1.5·2^-24 for every unit of its distance from the maximum. `mean` is that distance's mean under the row's
 * probabilities, Σ p_k·|x_k - max|/T; it is at most log(cols), and the errors of unlike terms cancel.
 * @param {number} mean
 */
export const denominatorBound = (mean) => U * 1.5 * mean;

/** Of sparsemax, entmax15 and entmax, absolute; it is also that of a row's sum. */
export const SPARSE_BOUND = 1e-6;

/** Of attention's out, for a largest |v| of 1. */
export const OUT_BOUND = 2e-6;
/** Of attention's lse, relative; absolute where |lse| is below 1. */
export const LSE_BOUND = 2e-6;
