/* SPDX-License-Identifier: MIT */
/* Advanced SIMD multiplication by one element, of the same width. */
#include "cpu/arm64/simd_element.h"

#define ELEMENT(name, result)                                               \
    LANES_FROM(name, 4h, uint16_t, h, 4, LANE_H(o->aux), result)            \
    LANES_FROM(name, 8h, uint16_t, h, 8, LANE_H(o->aux), result)            \
    LANES_FROM(name, 2s, uint32_t, s, 2, LANE_S(o->aux), result)            \
    LANES_FROM(name, 4s, uint32_t, s, 4, LANE_S(o->aux), result)            \
    TABLE_HS(name)                                                          \
    DECODE(v_##name##_element) { return decode_element(o, insn, name##_handlers); }

ELEMENT(mul, 1u * un * um)
ELEMENT(mla, ud + 1u * un * um)
ELEMENT(mls, ud - 1u * un * um)
