/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/pipeline.h"

#include <pthread.h>
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/pipeline_parts.h"

/* What decides beside the row. */
enum shape {
    PLAIN,                    /* nothing */
    SHIFTED, EXTENDED,        /* whether the second operand goes through the shifter */
    MULTIPLY, DIVIDE,         /* 32 or 64 bits */
    DIVIDE_FP,                /* single or double precision */
    SYSTEM,                   /* DC ZVA is a store */
    LOAD, LOAD_SIGNED, LOAD_LITERAL, LOAD_PAIR, STORE,
    V_LOAD, V_LOAD_LITERAL, V_LOAD_PAIR, V_STORE_PAIR, STRUCTURES, STRUCTURE,
    WIDTH,                    /* 64 or 128 bits: one pipe or two */
    LONG,                     /* two pipes, but one for scalars */
    NARROW,                   /* the upper half of the destination is kept, or cleared */
    IMMEDIATE,                /* the destination's old value is an operand, or not */
    TABLE                     /* registers of the table */
};

static const struct family {
    uint8_t shape, group, producer, operand, addend;
    const char *names;
} families[] = {
#define FAMILY(shape, group, producer, operand, addend, names) \
    { shape, GROUP_##group, PRODUCER_##producer, CONSUMER_##operand, CONSUMER_##addend, names },
#include "cpu/arm64/pipeline.def"
#undef FAMILY
};

enum { ROWS_MAX = 1024 };

static uint8_t family_of[ROWS_MAX];   /* by row: index in families, plus 1 */

/* How many letters of `name` the longest of the blank-separated `names` covers that fits it. */
static size_t names_fit(const char *names, const char *name)
{
    size_t best = 0;
    for (const char *p = names; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        if (length > best && !strncmp(p, name, length) && (!name[length] || name[length] == '_'))
            best = length;
        p += length;
    }
    return best;
}

static void find_families(void)
{
    bug_on(insn_row_count > ROWS_MAX);
    for (unsigned row = 0; row < insn_row_count; row++) {
        size_t best = 0;
        for (unsigned i = 0; i < ARRAY_SIZE(families); i++) {
            size_t fit = names_fit(families[i].names, insn_rows[row].name);
            if (fit > best) {
                best = fit;
                family_of[row] = (uint8_t)(i + 1);
            }
        }
    }
}

int arm64_family(unsigned row)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_families);
    return row < ROWS_MAX ? family_of[row] - 1 : -1;
}

const char *arm64_family_names(unsigned family)
{
    return family < ARRAY_SIZE(families) ? families[family].names : NULL;
}

/* What is being described. */
struct description {
    uint32_t insn;
    const struct insn_row *row;
    uint8_t operand, second, addend;      /* consumers: of the operands, of the field m, of the accumulator or old destination */
    uint8_t producer, second_producer;    /* of the fields d and t, of the field u */
    uint8_t registers;                    /* in the list that begins at Vt (structures) or Vn (tables); 0: no list */
    bool no_old;                          /* the old destination does not count */
    bool no_result, no_writeback;         /* a prefetch has no destination; a pair at an offset leaves its base as it is */
    struct uop *u;
};

/* ---- registers ---- */

/* Register 31 is SP here (manual C1.2.5), else it reads as zero. */
static bool is_stack_pointer(uint32_t insn, char field)
{
    bool add_sub_immediate = (insn & 0x1f000000) == 0x11000000, add_sub_extended = (insn & 0x1fe00000) == 0x0b200000;
    bool logical_immediate = (insn & 0x1f800000) == 0x12000000, load_store = (insn & 0x0a000000) == 0x08000000;
    if (load_store)
        return field == 'n';
    if (add_sub_immediate || add_sub_extended)
        return field == 'n' || (field == 'd' && !bit(insn, 29));
    return logical_immediate && field == 'd' && bits(insn, 30, 29) != 3;
}

static unsigned field_of(uint32_t insn, char field)
{
    switch (field) {
    case 'n':           return RN;
    case 'm': case 's': return RM;
    case 'a': case 'u': return RA;
    case 'l':           return 30;
    default:            return RD;    /* d, t */
    }
}

/* The next register of a string of reads or writes of insns.def: false at its end. FPSR is not tracked. */
static bool next_register(const char **text, char *field, bool *is_vector)
{
    const char *p = *text + strspn(*text, " ");
    while (*p == 'S')
        p += 1 + strspn(p + 1, " ");
    if (!*p)
        return false;
    *is_vector = *p == 'V';
    p += *is_vector;
    *field = *p;
    *text = p + 1;
    return true;
}

static enum timing_consumer consumer_of(const struct description *d, char field, bool is_vector, bool is_store)
{
    switch (field) {
    case 'F': return CONSUMER_ALU;
    case 'a': return d->addend;
    case 'd': return d->addend;
    case 'm': return d->second;
    case 't': return is_store ? CONSUMER_STORE_DATA : is_vector ? CONSUMER_VECTOR : CONSUMER_ALU;
    case 'u': return CONSUMER_STORE_DATA;
    default:  return d->operand;
    }
}

static bool writes_memory(const struct insn_row *row)
{
    return row->class == CLASS_STORE || row->class == CLASS_STORE_PAIR || row->class == CLASS_EXCLUSIVE ||
           row->class == CLASS_FP_STORE || row->class == CLASS_FP_STORE_PAIR || row->class == CLASS_SIMD_STORE;
}

static void describe_sources(const struct description *d)
{
    const char *text = d->row->reads;
    bool is_vector, is_store = writes_memory(d->row);
    for (char field; next_register(&text, &field, &is_vector); ) {
        enum timing_consumer consumer = consumer_of(d, field, is_vector, is_store);
        unsigned number = field_of(d->insn, field);
        if (field == 'F') {
            uop_source(d->u, TIMING_FLAGS, consumer);
        } else if (is_vector && d->registers && (field == 't' || field == 'n')) {
            for (unsigned i = 0; i < d->registers; i++)
                uop_source(d->u, TIMING_V0 + (number + i) % 32, consumer);
        } else if (is_vector) {
            if (!(field == 'd' && d->no_old))
                uop_source(d->u, TIMING_V0 + number, consumer);
        } else if (number != 31 || is_stack_pointer(d->insn, field)) {
            uop_source(d->u, number, consumer);
        }
    }
    bug_on(d->u->source_count > UOP_SOURCES);
}

static void describe_dests(const struct description *d)
{
    const char *text = d->row->writes;
    bool is_vector;
    for (char field; next_register(&text, &field, &is_vector); ) {
        unsigned number = field_of(d->insn, field);
        if (field == 'F') {
            uop_dest(d->u, TIMING_FLAGS, PRODUCER_ALU);
        } else if (field == 'n' || field == 'l') {    /* updated base, link register */
            if (!d->no_writeback)
                uop_dest(d->u, number, PRODUCER_ALU);
        } else if (is_vector) {
            unsigned count = field == 't' && d->registers ? d->registers : 1;
            for (unsigned i = 0; i < count; i++)
                uop_dest(d->u, TIMING_V0 + (number + i) % 32, field == 'u' ? d->second_producer : d->producer);
        } else if (!d->no_result && (number != 31 || is_stack_pointer(d->insn, field))) {
            uop_dest(d->u, number, field == 'u' ? d->second_producer : d->producer);
        }
    }
    bug_on(d->u->dest_count > UOP_DESTS);
}

/* ---- shapes ---- */

enum { LOAD_BEAT = 8, STORE_BEAT = 16 };   /* bytes that one access of the unit moves: rows "ldr.q" 1/2 and "str.q" 1 a cycle */

static unsigned beats_of(unsigned bytes, unsigned beat)
{
    return (bytes + beat - 1) / beat;
}

static void describe_beats(struct description *d, unsigned beats)
{
    bool is_load = !writes_memory(d->row);
    bug_on(!beats || beats > (is_load ? 9 : 5));
    d->u->group = (uint8_t)((is_load ? GROUP_V_LOAD_1 : GROUP_V_STORE_1) + beats - 1);
    if (is_load)
        d->producer = d->second_producer = (uint8_t)(PRODUCER_V_LOAD_1 + beats - 1);
}

/* Bit 23 of a pair: the base is updated, before or behind. */
static bool keeps_base(uint32_t insn)
{
    bool is_pair = (insn & 0x3a000000) == 0x28000000;
    return is_pair && !bit(insn, 23);
}

static void describe_load_pair(struct description *d)
{
    bool exclusive = !bit(d->insn, 29), doublewords = exclusive ? bit(d->insn, 30) : bit(d->insn, 31);
    if (doublewords) {
        d->u->group = GROUP_LOAD_PAIR;
        d->producer = PRODUCER_LOAD;
        d->second_producer = PRODUCER_LOAD_SECOND;
    }
}

static void describe_vector_pair(struct description *d, unsigned beat)
{
    unsigned bytes = 4u << bits(d->insn, 31, 30), beats = beats_of(2 * bytes, beat);
    describe_beats(d, beats);
    /* Row "ldp.q": its first register is there one cycle before the second. */
    if (beat == LOAD_BEAT && beats > 1)
        d->producer--;
}

struct pipeline_list pipeline_structures(uint32_t insn)
{
    static const uint8_t registers[16] = { [0] = 4, [2] = 4, [4] = 3, [6] = 3, [7] = 1, [8] = 2, [10] = 2 };
    unsigned count = registers[bits(insn, 15, 12)];
    return (struct pipeline_list){ count, count * (bit(insn, 30) ? 16 : 8) };
}

struct pipeline_list pipeline_structure(uint32_t insn)
{
    unsigned opcode = (unsigned)bits(insn, 15, 13), size = (unsigned)bits(insn, 11, 10);
    unsigned count = ((opcode & 1) << 1 | (unsigned)bit(insn, 21)) + 1;
    unsigned log2_bytes = opcode >> 1 == 3 ? size : opcode >> 1 == 2 ? 2 + (size & 1) : opcode >> 1;
    return (struct pipeline_list){ count, count << log2_bytes };
}

static unsigned beat_of(uint32_t insn)
{
    return bit(insn, 22) ? LOAD_BEAT : STORE_BEAT;
}

/* Whole registers. */
static void describe_structures(struct description *d)
{
    struct pipeline_list list = pipeline_structures(d->insn);
    unsigned opcode = (unsigned)bits(d->insn, 15, 12), size = (unsigned)bits(d->insn, 11, 10);
    /* Rows "ld4.b", "ld4.h", "ld3.h" take a beat more than as many bytes of "ld4.s" or "ld1"; "st3" and "st4" do but for
       doublewords. */
    bool interleaved = opcode == 0 || opcode == 4;
    unsigned sorting = interleaved && size < (bit(d->insn, 22) ? 2 : 3);
    d->registers = (uint8_t)list.registers;
    describe_beats(d, beats_of(list.bytes, beat_of(d->insn)) + sorting);
}

/* One lane, or one element to all lanes. */
static void describe_structure(struct description *d)
{
    struct pipeline_list list = pipeline_structure(d->insn);
    unsigned beats = beats_of(list.bytes, beat_of(d->insn));
    unsigned ports = (list.registers + 1) / 2;   /* rows "ld3.b (single)", "st3.b (single)": two registers a cycle */
    d->registers = (uint8_t)list.registers;
    describe_beats(d, beats > ports ? beats : ports);
}

static bool is_scalar(uint32_t insn)
{
    return bit(insn, 28);
}

static void use_both_pipes(struct description *d)
{
    _Static_assert(GROUP_VECTOR_5 - GROUP_VECTOR == GROUP_FP_5 - GROUP_FP, "groups of one pipe and of two in the same order");
    d->u->group = (uint8_t)(d->u->group + (GROUP_VECTOR - GROUP_FP));
}

static void use_one_pipe(struct description *d)
{
    d->u->group = (uint8_t)(d->u->group - (GROUP_VECTOR - GROUP_FP));
}

/* TBL takes a cycle for each register of its table, TBX one more: rows "tbl (len == 4)", "tbx (len == 1)". */
static void describe_table(struct description *d)
{
    unsigned length = (unsigned)bits(d->insn, 14, 13) + 1, cycles = length + (unsigned)bit(d->insn, 12);
    d->registers = (uint8_t)length;
    d->u->group = (uint8_t)(cycles == 1 ? GROUP_FP : GROUP_FP_2 + cycles - 2);
    d->producer = (uint8_t)(PRODUCER_VECTOR_2 + cycles - 1);
    if (bit(d->insn, 30))
        use_both_pipes(d);
}

static void describe_shape(struct description *d, enum shape shape)
{
    uint32_t insn = d->insn;
    switch (shape) {
    case PLAIN:
    case STORE:
        break;
    case SHIFTED:
        if (bits(insn, 15, 10))
            d->second = CONSUMER_SHIFT;
        break;
    case EXTENDED:   /* UXTX #0 is the register itself */
        if (bits(insn, 15, 10) != 3 << 3)
            d->second = CONSUMER_SHIFT;
        break;
    case MULTIPLY:
        if (SF) {
            d->u->group = GROUP_MUL64;
            d->producer = PRODUCER_MUL64;
        }
        break;
    case DIVIDE:
        if (SF)
            d->u->group = GROUP_DIV64;
        break;
    case DIVIDE_FP:
        if (bit(insn, 22)) {
            d->u->group = GROUP_FP_DIV64;
            d->producer = PRODUCER_FP_DIV64;
        }
        break;
    case SYSTEM:
        if ((insn & 0xffffffe0) == 0xd50b7420)   /* DC ZVA: 64 bytes */
            d->u->group = GROUP_V_STORE_4;
        break;
    case LOAD:
        if (bits(insn, 31, 30) < 2)
            d->producer = PRODUCER_LOAD_EXTENDED;
        break;
    case LOAD_SIGNED:   /* size 3 is PRFM */
        d->no_result = bits(insn, 31, 30) == 3;
        break;
    case LOAD_LITERAL:
        d->no_result = bits(insn, 31, 30) == 3;
        if (bits(insn, 31, 30) == 2)
            d->producer = PRODUCER_LOAD_EXTENDED;
        break;
    case LOAD_PAIR:
        describe_load_pair(d);
        break;
    case V_LOAD:   /* bit 23: 128 bits */
        describe_beats(d, bit(insn, 23) ? 2 : 1);
        break;
    case V_LOAD_LITERAL:
        describe_beats(d, beats_of(4u << bits(insn, 31, 30), LOAD_BEAT));
        break;
    case V_LOAD_PAIR:
        describe_vector_pair(d, LOAD_BEAT);
        break;
    case V_STORE_PAIR:
        describe_vector_pair(d, STORE_BEAT);
        break;
    case STRUCTURES:
        describe_structures(d);
        break;
    case STRUCTURE:
        describe_structure(d);
        break;
    case WIDTH:
        if (!is_scalar(insn) && bit(insn, 30))
            use_both_pipes(d);
        break;
    case LONG:
        if (is_scalar(insn))
            use_one_pipe(d);
        break;
    case NARROW:
        d->no_old = !bit(insn, 30);
        break;
    case IMMEDIATE: {   /* ORR and BIC have an odd cmode below 12 */
        unsigned mode = (unsigned)bits(insn, 15, 12);
        d->no_old = !(mode & 1) || mode >= 12;
        if (bit(insn, 30))
            use_both_pipes(d);
        break;
    }
    case TABLE:
        describe_table(d);
        break;
    }
}

void arm64_describe(const struct op *o, unsigned index, struct uop *u)
{
    memset(u, 0, sizeof *u);
    int family = o->insn ? arm64_family(o->row) : -1;
    if (family < 0)
        return;
    const struct family *f = &families[family];
    struct description d = {
        .insn = o->insn, .row = &insn_rows[o->row], .operand = f->operand, .second = f->operand, .addend = f->addend,
        .producer = f->producer, .second_producer = f->producer, .no_writeback = keeps_base(o->insn), .u = u,
    };
    if (f->shape >= LOAD && f->shape <= STRUCTURE)   /* the field m is an index or an increment */
        d.second = d.row->writes[0] && strchr(d.row->writes, 'n') ? CONSUMER_ALU : CONSUMER_ADDRESS;
    u->group = f->group;
    describe_shape(&d, f->shape);
    describe_sources(&d);
    describe_dests(&d);
    pipeline_link_stored(o, index, u);
}

/* ---- times that depend on operands ---- */

static uint64_t magnitude(uint64_t value, bool is_signed, bool is_64)
{
    int64_t number = is_64 ? (int64_t)value : (int32_t)value;
    if (is_signed && number < 0)
        return -(uint64_t)number;
    return is_64 ? value : (uint32_t)value;
}

static unsigned length_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

/* Four bits of the quotient a cycle, behind two that normalise. It gives 3 cycles in all for 1/1 (rows "sdiv", "udiv"), and for
   lat_ops, whose quotients alternate between 6 and 21 bits, 6.0, and between 14 and 39 bits, 9.5: the numbers of the hardware. */
unsigned arm64_divide_cycles(uint64_t n, uint64_t m, bool is_signed, bool is_64)
{
    unsigned dividend = length_of(magnitude(n, is_signed, is_64)), divisor = length_of(magnitude(m, is_signed, is_64));
    unsigned quotient = divisor && dividend >= divisor ? dividend - divisor + 1 : 0;
    return (quotient + 2 + 3) / 4 - 1;
}
