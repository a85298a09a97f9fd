/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/kernels/coremark.h"

typedef struct coremark_matrices matrices;

static void add_constant(unsigned n, int16_t *a, int16_t value)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++)
            a[i * n + j] += value;
}

static void multiply_constant(unsigned n, int32_t *product, const int16_t *a, int16_t value)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++)
            product[i * n + j] = (int32_t)a[i * n + j] * value;
}

static void multiply_vector(unsigned n, int32_t *product, const int16_t *a, const int16_t *vector)
{
    for (unsigned i = 0; i < n; i++) {
        product[i] = 0;
        for (unsigned j = 0; j < n; j++)
            product[i] += (int32_t)a[i * n + j] * vector[j];
    }
}

static void multiply(unsigned n, int32_t *product, const int16_t *a, const int16_t *b)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            product[i * n + j] = 0;
            for (unsigned k = 0; k < n; k++)
                product[i * n + j] += (int32_t)a[i * n + k] * b[k * n + j];
        }
}

static int32_t bits(int32_t value, int from, int count)
{
    return value >> from & ~(~0u << count);
}

/* Of each term of the product two bit fields are multiplied. */
static void multiply_fields(unsigned n, int32_t *product, const int16_t *a, const int16_t *b)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            product[i * n + j] = 0;
            for (unsigned k = 0; k < n; k++) {
                int32_t term = (int32_t)a[i * n + k] * b[k * n + j];
                product[i * n + j] += bits(term, 2, 4) * bits(term, 5, 7);
            }
        }
}

/* Ten for each time the running sum passes the limit, one for each element larger than the one before. */
static int16_t summarise(unsigned n, const int32_t *product, int16_t limit)
{
    int32_t sum = 0, previous = 0;
    int16_t result = 0;

    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < n; j++) {
            int32_t element = product[i * n + j];
            sum += element;
            if (sum > limit) {
                result += 10;
                sum = 0;
            } else {
                result += element > previous ? 1 : 0;
            }
            previous = element;
        }
    return result;
}

uint16_t coremark_matrix_work(const matrices *m, int16_t value, uint16_t crc)
{
    int16_t limit = (int16_t)(0xf000 | value), sum = 0;
    unsigned n = m->n;

    add_constant(n, m->a, value);
    multiply_constant(n, m->product, m->a, value);
    sum = (int16_t)coremark_crc16((uint16_t)summarise(n, m->product, limit), (uint16_t)sum);
    multiply_vector(n, m->product, m->a, m->b);
    sum = (int16_t)coremark_crc16((uint16_t)summarise(n, m->product, limit), (uint16_t)sum);
    multiply(n, m->product, m->a, m->b);
    sum = (int16_t)coremark_crc16((uint16_t)summarise(n, m->product, limit), (uint16_t)sum);
    multiply_fields(n, m->product, m->a, m->b);
    sum = (int16_t)coremark_crc16((uint16_t)summarise(n, m->product, limit), (uint16_t)sum);
    add_constant(n, m->a, (int16_t)-value);
    return coremark_crc16((uint16_t)sum, crc);
}

/* Two matrices of 16 bits and their product of 32 fill the part. */
void coremark_matrices_new(matrices *m, void *memory, int32_t seed)
{
    unsigned n = 0;
    int order = 1;

    while ((n + 1) * (n + 1) * 8 < COREMARK_PART)
        n++;
    m->n = n;
    m->a = memory;
    m->b = m->a + n * n;
    m->product = (int32_t *)(((uintptr_t)(m->b + n * n) + 3) & ~(uintptr_t)3);
    if (seed == 0)
        seed = 1;
    for (unsigned i = 0; i < n * n; i++, order++) {
        seed = order * seed % 65536;
        m->b[i] = (int16_t)(seed + order);
        m->a[i] = (int16_t)((m->b[i] + order) & 0xff);
    }
}
