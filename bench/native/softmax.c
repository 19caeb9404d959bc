/**
 * The yardstick of the wasm kernels: softmax of one row as assembly/{exp,row,softmax}.ts compute it, in 128-bit
 * intrinsics. Compiled twice by bench/native.mjs, with -mfma and without, as the kernels are.
 *
 *   softmax X Y     reads float32 logits from file X, writes their softmax to file Y, prints {"n", "ns"}, ns a call
 *
 * n must be a multiple of 64: rows without a tail are enough for a yardstick.
 */
#include <immintrin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"

#define BLOCK 64   /* floats added up in float32 before they go into a float64 sum */
#define GAP 512    /* floats between x and y, as in bench/kernel.mjs */
#define ROUNDS 201 /* of about 0.3 ms; the median counts */

/* Vectors in flight, interleaved step by step: four are 2 % faster than two without fma, two 3 % faster than four with. */
#ifdef __FMA__
#define VECTORS 2
#define fma4(a, b, c) _mm_fmadd_ps(a, b, c)
#else
#define VECTORS 4
#define fma4(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#endif
#define EACH(statement) for (int k = 0; k < VECTORS; k++) statement

/** NaN is dropped here; the sum meets it. */
static float largest(const float *x, size_t n) {
  __m128 m[4];
  for (int k = 0; k < 4; k++) m[k] = _mm_set1_ps(-INFINITY);
  for (const float *end = x + n; x < end; x += 16)
    for (int k = 0; k < 4; k++) m[k] = _mm_max_ps(_mm_loadu_ps(x + 4 * k), m[k]);
  __m128 v = _mm_max_ps(_mm_max_ps(m[0], m[1]), _mm_max_ps(m[2], m[3]));
  v = _mm_max_ps(v, _mm_movehl_ps(v, v));
  v = _mm_max_ss(v, _mm_shuffle_ps(v, v, 1));
  return _mm_cvtss_f32(v);
}

/** y = exp(x - m), see assembly/exp.ts. @returns Σ y */
static double exp_sum(float *y, const float *x, size_t n, float row_max) {
  const __m128 m = _mm_set1_ps(row_max), c = _mm_set1_ps(1.44269504f), floor = _mm_set1_ps(-127 / 1.44269504f);
  const __m128 B = _mm_set1_ps(12583039.0f), C1 = _mm_set1_ps(0.693147004f), C2 = _mm_set1_ps(0.240222380f),
               C3 = _mm_set1_ps(0.0555071123f), C4 = _mm_set1_ps(0.00967168529f),
               C5 = _mm_set1_ps(0.00132696854f);
  __m128d sum = _mm_setzero_pd();
  for (const float *end = x + n; x < end;) {
    __m128 s[VECTORS];
    EACH(s[k] = _mm_setzero_ps());
    for (const float *stop = x + BLOCK; x < stop; x += 4 * VECTORS, y += 4 * VECTORS) {
      __m128 d[VECTORS], n[VECTORS], f[VECTORS], t[VECTORS], p[VECTORS];
      EACH(d[k] = _mm_max_ps(floor, _mm_sub_ps(_mm_loadu_ps(x + 4 * k), m)));
      EACH(n[k] = fma4(d[k], c, B));
      EACH(f[k] = fma4(d[k], c, _mm_sub_ps(B, n[k])));
      EACH(t[k] = _mm_castsi128_ps(_mm_slli_epi32(_mm_castps_si128(n[k]), 23)));
      EACH(p[k] = fma4(C5, f[k], C4));
      EACH(p[k] = fma4(p[k], f[k], C3));
      EACH(p[k] = fma4(p[k], f[k], C2));
      EACH(p[k] = fma4(p[k], f[k], C1));
      EACH(p[k] = fma4(p[k], _mm_mul_ps(f[k], t[k]), t[k]));
      EACH(_mm_storeu_ps(y + 4 * k, p[k]));
      EACH(s[k] = _mm_add_ps(s[k], p[k]));
    }
    for (int k = 1; k < VECTORS; k++) s[0] = _mm_add_ps(s[0], s[k]);
    sum = _mm_add_pd(sum, _mm_add_pd(_mm_cvtps_pd(s[0]), _mm_cvtps_pd(_mm_movehl_ps(s[0], s[0]))));
  }
  return _mm_cvtsd_f64(_mm_add_sd(sum, _mm_unpackhi_pd(sum, sum)));
}

static void softmax(float *y, const float *x, size_t n) {
  const double s = exp_sum(y, x, n, largest(x, n));
  const __m128 r = _mm_set1_ps((float)(1 / s));
  for (const float *end = y + n; y < end; y += 8) {
    _mm_storeu_ps(y, _mm_mul_ps(_mm_loadu_ps(y), r));
    _mm_storeu_ps(y + 4, _mm_mul_ps(_mm_loadu_ps(y + 4), r));
  }
}

int main(int argc, char **argv) {
#ifdef __FMA__
  if (!__builtin_cpu_supports("fma")) return 2;
#endif
  FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
  FILE *out = argc == 3 ? fopen(argv[2], "wb") : NULL;
  if (!in || !out || fseek(in, 0, SEEK_END)) return 1;
  const size_t n = ftell(in) / sizeof(float);
  rewind(in);
  float *x = malloc((2 * n + GAP) * sizeof(float));
  float *y = x + n + GAP;
  if (n == 0 || n % BLOCK || !x || fread(x, sizeof(float), n, in) != n) return 1;

  const int calls = 1 + 400000 / n;
  double ns[ROUNDS];
  for (int r = 0; r < ROUNDS; r++) {
    const double start = now();
    for (int i = 0; i < calls; i++) {
      softmax(y, x, n);
      __asm__ volatile("" : : "r"(y) : "memory"); /* the result is used */
    }
    ns[r] = (now() - start) / calls;
  }
  qsort(ns, ROUNDS, sizeof(double), ascending);
  if (fwrite(y, sizeof(float), n, out) != n || fclose(out)) return 1;
  printf("{\"n\": %zu, \"ns\": %.1f}\n", n, ns[ROUNDS / 2]);
  return 0;
}
