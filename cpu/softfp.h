/* SPDX-License-Identifier: MIT */
/* IEEE 754 arithmetic in integers: every rounding mode, every flag, every NaN, the same on every host. Values are bit patterns
   in the low bits of a uint64_t. Functions are pure: they take their mode and return value and flags in registers, so that a
   handler may call them and still end in a tail call. Tininess is detected before rounding, and a NaN result is the first
   signalling operand, else the first quiet one (Arm, manual A1.5 and shared/functions/float). An ISA with other rules adds them
   to softfp_mode. */
#ifndef CPU_SOFTFP_H
#define CPU_SOFTFP_H

#include "base/types.h"

enum softfp_format {
    SOFTFP_HALF,
    SOFTFP_HALF_ALTERNATIVE,   /* Arm's: the top exponent is one more binade instead of infinities and NaNs */
    SOFTFP_SINGLE,
    SOFTFP_DOUBLE,
};

enum softfp_rounding {
    SOFTFP_NEAREST,            /* ties to even */
    SOFTFP_UP, SOFTFP_DOWN, SOFTFP_ZERO,
    SOFTFP_AWAY,               /* to nearest, ties away from zero */
    SOFTFP_ODD,                /* truncate, and set the last bit if that was inexact: safe to be rounded again */
};

enum softfp_flag {
    SOFTFP_INVALID = 1 << 0, SOFTFP_DIVIDE = 1 << 1, SOFTFP_OVERFLOW = 1 << 2, SOFTFP_UNDERFLOW = 1 << 3, SOFTFP_INEXACT = 1 << 4,
    SOFTFP_DENORMAL = 1 << 7   /* an operand was flushed to zero */
};

struct softfp_mode {
    uint8_t format;            /* of the result, and of the operands if nothing else is said */
    uint8_t rounding;
    bool flushes;              /* denormal operands and results become zero; never in the half formats */
    bool default_nan;          /* every NaN result is the default NaN */
};

struct softfp_result {
    uint64_t value;
    uint32_t flags;
};

enum softfp_relation { SOFTFP_LESS, SOFTFP_EQUAL, SOFTFP_GREATER, SOFTFP_UNORDERED };

typedef struct softfp_result softfp_unary(struct softfp_mode mode, uint64_t a);
typedef struct softfp_result softfp_binary(struct softfp_mode mode, uint64_t a, uint64_t b);

softfp_binary softfp_add, softfp_sub, softfp_mul, softfp_div;
softfp_unary softfp_sqrt;

/* (a * b + c) * 2^scale, rounded once. The order in which NaNs are looked for is c, a, b; infinity times zero is invalid even if
   c is a quiet NaN, and then gives the default NaN. */
struct softfp_result softfp_muladd(struct softfp_mode mode, uint64_t a, uint64_t b, uint64_t c, int scale);

/* +0 is greater than -0 here. min and max give a NaN for any NaN; the others prefer a number to a quiet NaN (IEEE 754-2008
   minNum). */
softfp_binary softfp_min, softfp_max, softfp_min_number, softfp_max_number;

/* The value is an enum softfp_relation. A signalling NaN is invalid; with `signals` (a constant) every NaN is. */
struct softfp_result softfp_compare(struct softfp_mode mode, uint64_t a, uint64_t b, bool signals);

/* From another format to mode.format. */
struct softfp_result softfp_convert(struct softfp_mode mode, enum softfp_format from, uint64_t a);

/* To an integral value in the same format; inexact is raised only if `exact`, as C's rint. */
struct softfp_result softfp_round(struct softfp_mode mode, uint64_t a, bool exact);

/* a * 2^fraction_bits as an integer of `width` (1 to 64) bits, saturating; what does not fit, and a NaN (giving 0), is invalid.
   Negative results come sign-extended to 64 bits. */
struct softfp_result softfp_to_int(struct softfp_mode mode, uint64_t a, unsigned fraction_bits, unsigned width, bool is_signed);

/* value / 2^fraction_bits. */
struct softfp_result softfp_from_int(struct softfp_mode mode, uint64_t value, unsigned fraction_bits, bool is_signed);

/* What becomes of a NaN operand: quiet, or the default NaN; a signalling one is invalid. */
softfp_unary softfp_nan;

/* A denormal operand as the mode has it: itself, or zero of its sign with SOFTFP_DENORMAL. Other values as they are. */
softfp_unary softfp_flush;

bool softfp_is_nan(enum softfp_format format, uint64_t a);

#endif
