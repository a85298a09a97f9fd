/* SPDX-License-Identifier: MIT */
/* Fast Fourier transform of 2048 complex numbers in double precision, radix 2 in place, there and back. */
#include "roms/bench/bench.h"

enum { BITS = 11, N = 1 << BITS };

struct complex {
    double re, im;
};

static struct complex *input, *work, *roots;

/* exp(2 pi i k / N): the series of a small angle, doubled until it is the one wanted. IEEE operations only, no library:
   every machine gets the same bits. 1 - cos is what is kept, since cos itself would lose its digits near one. */
static struct complex root_of(unsigned k)
{
    enum { HALVINGS = 12 };
    double angle = 6.283185307179586 * k / N / (1 << HALVINGS), square = angle * angle;
    double im = angle * (1 - square / 6 * (1 - square / 20)), versine = square / 2 * (1 - square / 12 * (1 - square / 30));

    for (int i = 0; i < HALVINGS; i++) {
        double sine = 2 * im * (1 - versine);
        versine = 2 * im * im;
        im = sine;
    }
    return (struct complex){ 1 - versine, im };
}

void fft_prepare(void)
{
    uint64_t random = 8;

    input = bench_take(N * sizeof *input);
    work = bench_take(N * sizeof *work);
    roots = bench_take(N / 2 * sizeof *roots);
    for (unsigned i = 0; i < N / 2; i++)
        roots[i] = root_of(i);
    for (unsigned i = 0; i < N; i++) {
        input[i].re = (double)(bench_random(&random) >> 44) / (1 << 20) - 0.5;
        input[i].im = (double)(bench_random(&random) >> 44) / (1 << 20) - 0.5;
    }
}

static void reorder(void)
{
    for (unsigned i = 0, j = 0; i < N; i++) {
        if (i < j) {
            struct complex t = work[i];
            work[i] = work[j];
            work[j] = t;
        }
        unsigned bit = N >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
    }
}

static void transform(double sign)
{
    reorder();
    for (unsigned half = 1, stride = N / 2; half < N; half *= 2, stride /= 2)
        for (unsigned start = 0; start < N; start += 2 * half)
            for (unsigned i = 0; i < half; i++) {
                struct complex *a = &work[start + i], *b = a + half, w = roots[i * stride];
                double re = b->re * w.re - sign * b->im * w.im, im = sign * b->re * w.im + b->im * w.re;
                *b = (struct complex){ a->re - re, a->im - im };
                *a = (struct complex){ a->re + re, a->im + im };
            }
}

uint64_t fft_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < N; i++)
        work[i] = input[i];
    transform(1);
    for (unsigned i = 0; i < N; i += 31) {
        union { double value; uint64_t bits; } re = { work[i].re }, im = { work[i].im };
        sum = bench_mix(bench_mix(sum, re.bits), im.bits);
    }
    transform(-1);
    for (unsigned i = 0; i < N; i++) {
        double error = work[i].re / N - input[i].re;
        sum += error > 1e-9 || error < -1e-9;
    }
    return sum;
}
