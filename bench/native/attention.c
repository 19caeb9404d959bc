/**
 * The yardstick of attention's kernels: the same tiles, blocks and online softmax as assembly/attention/, in 128-bit
 * intrinsics, and for one query the same row by row reading. Compiled twice, with -mfma and without.
 *
 *   attention HEADS KVHEADS QUERIES KEYS DIM     prints {"ns", "readNs"}: ns a call, and a plain sum over K and V
 *
 * Checks three rows against the definition in double first. DIM is a multiple of 32 floats.
 */
#include <immintrin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#ifdef __FMA__
#define MR 6
#define NV 2
#define fma4(a, b, c) _mm_fmadd_ps(a, b, c)
#else
#define MR 2
#define NV 4
#define fma4(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#endif
#define NR (4 * NV)
#define ROWS 24
#define KEYS 192
#define FEW 12 /* queries up to which keys are read where they lie */

static float *S, *packedK, *packedV;

static inline void tile(float *c, size_t ldc, const float *a, size_t lda, const float *b, size_t n, int add) {
  __m128 s[MR][NV];
  for (int i = 0; i < MR; i++)
    for (int j = 0; j < NV; j++) s[i][j] = _mm_setzero_ps();
#pragma GCC unroll 4
  for (const float *end = b + n * NR; b < end; b += NR, a++) {
    __m128 r[NV];
    for (int j = 0; j < NV; j++) r[j] = _mm_loadu_ps(b + 4 * j);
    for (int i = 0; i < MR; i++) {
      const __m128 x = _mm_set1_ps(a[i * lda]);
      for (int j = 0; j < NV; j++) s[i][j] = fma4(x, r[j], s[i][j]);
    }
  }
  for (int i = 0; i < MR; i++)
    for (int j = 0; j < NV; j++) {
      float *at = c + i * ldc + 4 * j;
      _mm_storeu_ps(at, add ? _mm_add_ps(_mm_loadu_ps(at), s[i][j]) : s[i][j]);
    }
}

static inline __m128 exp4(__m128 d) {
  const __m128 B = _mm_set1_ps(12583039.0f), c = _mm_set1_ps(1.44269504f);
  d = _mm_max_ps(_mm_set1_ps(-127 / 1.44269504f), d);
  const __m128 n = fma4(d, c, B), f = fma4(d, c, _mm_sub_ps(B, n));
  __m128 p = fma4(_mm_set1_ps(0.00132696854f), f, _mm_set1_ps(0.00967168529f));
  p = fma4(p, f, _mm_set1_ps(0.0555071123f));
  p = fma4(p, f, _mm_set1_ps(0.240222380f));
  p = fma4(p, f, _mm_set1_ps(0.693147004f));
  p = fma4(p, f, _mm_set1_ps(1.0f));
  return _mm_mul_ps(p, _mm_castsi128_ps(_mm_slli_epi32(_mm_castps_si128(n), 23)));
}

static float sum4(__m128 v) {
  v = _mm_add_ps(v, _mm_movehl_ps(v, v));
  return _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps(v, v, 1)));
}

/* One row of n scores, a multiple of 4, meets m, l and o. */
static void weigh(float *s, size_t n, float *m, float *l, float *o, size_t dim) {
  __m128 top = _mm_set1_ps(-INFINITY);
  for (size_t j = 0; j < n; j += 4) top = _mm_max_ps(_mm_loadu_ps(s + j), top);
  top = _mm_max_ps(top, _mm_movehl_ps(top, top));
  const float here = _mm_cvtss_f32(_mm_max_ss(top, _mm_shuffle_ps(top, top, 1)));
  const float next = here > *m ? here : *m;
  const __m128 mv = _mm_set1_ps(next);
  __m128 sum = _mm_setzero_ps();
  for (size_t j = 0; j < n; j += 4) {
    const __m128 e = exp4(_mm_sub_ps(_mm_loadu_ps(s + j), mv));
    _mm_storeu_ps(s + j, e);
    sum = _mm_add_ps(sum, e);
  }
  if (here > *m) {
    const __m128 a = exp4(_mm_set1_ps(*m - next));
    *l *= _mm_cvtss_f32(a);
    *m = next;
    for (size_t d = 0; d < dim; d += 4) _mm_storeu_ps(o + d, _mm_mul_ps(_mm_loadu_ps(o + d), a));
  }
  *l += sum4(sum);
}

static void pack(const float *k, const float *v, size_t keys, size_t padded, size_t dim) {
  for (size_t j = 0; j < padded; j += NR)
    for (size_t i = 0; i < NR; i += 4) {
      const float *r[4];
      for (int x = 0; x < 4; x++) r[x] = k + (j + i + x < keys ? j + i + x : keys - 1) * dim;
      for (size_t d = 0; d < dim; d += 4) {
        __m128 a = _mm_loadu_ps(r[0] + d), b = _mm_loadu_ps(r[1] + d), c = _mm_loadu_ps(r[2] + d),
               e = _mm_loadu_ps(r[3] + d);
        _MM_TRANSPOSE4_PS(a, b, c, e);
        float *to = packedK + j * dim + d * NR + i;
        _mm_storeu_ps(to, a), _mm_storeu_ps(to + NR, b), _mm_storeu_ps(to + 2 * NR, c), _mm_storeu_ps(to + 3 * NR, e);
      }
    }
  for (size_t p = 0; p < dim; p += NR)
    for (size_t j = 0; j < keys; j++)
      for (size_t i = 0; i < NR; i += 4)
        _mm_storeu_ps(packedV + p * padded + j * NR + i, p + i < dim ? _mm_loadu_ps(v + j * dim + p + i) : _mm_setzero_ps());
}

static void many(float *out, const float *q, size_t queries, size_t keys, size_t padded, size_t dim) {
  static float Q[ROWS * 256], O[ROWS * 264];
  const size_t columns = (dim + NR - 1) / NR * NR;
  const float scale = 1 / sqrtf(dim);
  for (size_t r0 = 0; r0 < queries; r0 += ROWS) {
    const size_t rows = queries - r0 < ROWS ? queries - r0 : ROWS, tiled = (rows + MR - 1) / MR * MR;
    float m[ROWS], l[ROWS];
    memset(Q, 0, tiled * dim * 4), memset(O, 0, tiled * columns * 4);
    for (size_t i = 0; i < rows * dim; i++) Q[i] = q[r0 * dim + i] * scale;
    for (size_t i = 0; i < rows; i++) m[i] = -INFINITY, l[i] = 0;
    for (size_t j0 = 0; j0 < keys; j0 += KEYS) {
      const size_t n = keys - j0 < KEYS ? keys - j0 : KEYS, width = (n + NR - 1) / NR * NR;
      for (size_t j = 0; j < width; j += NR)
        for (size_t i = 0; i < tiled; i += MR) tile(S + i * KEYS + j, KEYS, Q + i * dim, dim, packedK + (j0 + j) * dim, dim, 0);
      for (size_t i = 0; i < rows; i++) {
        for (size_t j = n; j < width; j++) S[i * KEYS + j] = -INFINITY;
        weigh(S + i * KEYS, width, m + i, l + i, O + i * columns, columns);
      }
      for (size_t d = 0; d < columns; d += NR)
        for (size_t i = 0; i < tiled; i += MR) tile(O + i * columns + d, columns, S + i * KEYS, KEYS, packedV + d * padded + j0 * NR, n, 1);
    }
    for (size_t i = 0; i < rows; i++)
      for (size_t d = 0; d < dim; d++) out[(r0 + i) * dim + d] = O[i * columns + d] / l[i];
  }
}

/* `rows` queries, dim apart, against the same keys: blocks of 64 keys. */
static void few(float *out, const float *q, size_t rows, const float *k, const float *v, size_t keys, size_t dim) {
  float m[FEW], l[FEW];
  const float scale = 1 / sqrtf(dim);
  memset(out, 0, rows * dim * 4);
  for (size_t r = 0; r < rows; r++) m[r] = -INFINITY, l[r] = 0;
  for (size_t j0 = 0; j0 < keys; j0 += 64) {
    const size_t n = keys - j0 < 64 ? keys - j0 : 64;
    for (size_t r = 0; r < rows; r++) {
      float *s = S + r * 64, *o = out + r * dim;
      const float *x = q + r * dim;
      for (size_t j = 0; j < n; j += 4) {
        const float *at = k + (j0 + j) * dim;
        __m128 a = _mm_setzero_ps(), b = a, c = a, e = a;
        for (size_t d = 0; d < dim; d += 4) {
          const __m128 y = _mm_loadu_ps(x + d);
          a = fma4(y, _mm_loadu_ps(at + d), a), b = fma4(y, _mm_loadu_ps(at + dim + d), b);
          c = fma4(y, _mm_loadu_ps(at + 2 * dim + d), c), e = fma4(y, _mm_loadu_ps(at + 3 * dim + d), e);
        }
        _MM_TRANSPOSE4_PS(a, b, c, e);
        _mm_storeu_ps(s + j, _mm_mul_ps(_mm_add_ps(_mm_add_ps(a, b), _mm_add_ps(c, e)), _mm_set1_ps(scale)));
      }
      weigh(s, n, m + r, l + r, o, dim);
    }
    for (size_t r = 0; r < rows; r++)
      for (size_t d = 0; d < dim; d += 32) {
        __m128 c[8];
        for (int i = 0; i < 8; i++) c[i] = _mm_loadu_ps(out + r * dim + d + 4 * i);
        for (size_t j = 0; j < n; j++) {
          const __m128 p = _mm_set1_ps(S[r * 64 + j]);
          for (int i = 0; i < 8; i++) c[i] = fma4(p, _mm_loadu_ps(v + (j0 + j) * dim + d + 4 * i), c[i]);
        }
        for (int i = 0; i < 8; i++) _mm_storeu_ps(out + r * dim + d + 4 * i, c[i]);
      }
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t d = 0; d < dim; d++) out[r * dim + d] /= l[r];
}

int main(int argc, char **argv) {
#ifdef __FMA__
  if (!__builtin_cpu_supports("fma")) return 2;
#endif
  if (argc != 6) return 1;
  const size_t heads = atoi(argv[1]), kvHeads = atoi(argv[2]), queries = atoi(argv[3]), keys = atoi(argv[4]),
               dim = atoi(argv[5]), group = heads / kvHeads, padded = (keys + 15) / 16 * 16;
  float *q = malloc(heads * queries * dim * 4), *out = malloc(heads * queries * dim * 4);
  float *k = malloc(kvHeads * keys * dim * 4), *v = malloc(kvHeads * keys * dim * 4);
  S = malloc(ROWS * KEYS * 4), packedK = malloc(padded * dim * 4), packedV = malloc(padded * (dim + NR) * 4);
  srand(1);
  for (size_t i = 0; i < heads * queries * dim; i++) q[i] = 4.0f * rand() / RAND_MAX - 2;
  for (size_t i = 0; i < kvHeads * keys * dim; i++) k[i] = 4.0f * rand() / RAND_MAX - 2, v[i] = 2.0f * rand() / RAND_MAX - 1;

#define EACH_HEAD                                                                                                     \
  for (size_t h = 0; h < kvHeads; h++) {                                                                              \
    const float *kh = k + h * keys * dim, *vh = v + h * keys * dim;                                                   \
    const size_t first = h * group * queries * dim;                                                                   \
    if (queries * group <= FEW) {                                                                                     \
      few(out + first, q + first, queries * group, kh, vh, keys, dim);                                                \
    } else {                                                                                                          \
      pack(kh, vh, keys, padded, dim);                                                                                \
      many(out + first, q + first, queries * group, keys, padded, dim);                                               \
    }                                                                                                                 \
  }
  double ns[15], readNs[15], start = now();
  EACH_HEAD
  const int calls = 1 + 2e7 / (now() - start + 1);
  float total = 0;
  for (int r = 0; r < 15; r++) {
    start = now();
    for (int i = 0; i < calls; i++) {
      EACH_HEAD
      __asm__ volatile("" : : "r"(out) : "memory");
    }
    ns[r] = (now() - start) / calls;
    start = now();
    for (int i = 0; i < calls; i++) {
      __m128 s[8];
      for (int x = 0; x < 8; x++) s[x] = _mm_setzero_ps();
      for (size_t j = 0; j < kvHeads * keys * dim; j += 16)
        for (int x = 0; x < 4; x++) {
          s[x] = _mm_add_ps(s[x], _mm_loadu_ps(k + j + 4 * x));
          s[x + 4] = _mm_add_ps(s[x + 4], _mm_loadu_ps(v + j + 4 * x));
        }
      for (int x = 0; x < 8; x++) total += sum4(s[x]);
    }
    readNs[r] = (now() - start) / calls;
  }
  for (size_t i = 0; i < 3; i++) {
    const size_t r = i * (heads * queries - 1) / 2, h = r / queries / group;
    double *p = malloc(keys * 8), l = 0, m = -INFINITY;
    for (size_t j = 0; j < keys; j++) {
      p[j] = 0;
      for (size_t d = 0; d < dim; d++) p[j] += (double)q[r * dim + d] * k[(h * keys + j) * dim + d];
      p[j] /= sqrt(dim);
      if (p[j] > m) m = p[j];
    }
    for (size_t j = 0; j < keys; j++) l += p[j] = exp(p[j] - m);
    for (size_t d = 0; d < dim; d++) {
      double y = 0;
      for (size_t j = 0; j < keys; j++) y += p[j] * v[(h * keys + j) * dim + d];
      if (!(fabs(y / l - out[r * dim + d]) <= 4e-6)) return fprintf(stderr, "row %zu: %g, not %g\n", r, out[r * dim + d], y / l), 3;
    }
    free(p);
  }
  qsort(ns, 15, sizeof(double), ascending);
  qsort(readNs, 15, sizeof(double), ascending);
  printf("{\"ns\": %.1f, \"readNs\": %.1f, \"sum\": %g}\n", ns[7], readNs[7], (double)total);
  return 0;
}
