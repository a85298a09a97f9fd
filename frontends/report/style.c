/* SPDX-License-Identifier: MIT */
#include "frontends/report/style.h"

#include <stdlib.h>

#include "boards/machine.h"

/* Any two of these colours can be told apart with normal sight and by readers who lack one kind of cone: a distance of at
   least 13 in CIELAB, and of 31 between neighbours in the stack, in a simulation of each. Neighbours differ in lightness.
   Front end greenish, memory warm, what is neither grey. */
static const struct { const char *light, *dark; bool is_light; } causes[CAUSE_COUNT] = {
    [CAUSE_ISSUE] = { "#0072b2", "#2b87c4", false },
    [CAUSE_DEPENDENCY] = { "#b1c0ff", "#a6efff", true },
    [CAUSE_UNIT] = { "#5c18ab", "#5a44c4", false },
    [CAUSE_FETCH] = { "#25b85a", "#0ab88a", true },
    [CAUSE_MISPREDICT] = { "#ffe326", "#f2e14c", true },
    [CAUSE_L1I] = { "#0a4420", "#1b7047", false },
    [CAUSE_ITLB] = { "#94ffb9", "#b0c279", true },
    [CAUSE_L2] = { "#dea919", "#e69f00", true },
    [CAUSE_DRAM] = { "#ab3003", "#b23900", false },
    [CAUSE_STORE] = { "#f47e92", "#f1ffc8", true },
    [CAUSE_DTLB] = { "#8d0280", "#990f8e", false },
    [CAUSE_DEVICE] = { "#bdafcd", "#fac2c0", true },
    [CAUSE_SYSTEM] = { "#565353", "#8b87a9", false },
    [CAUSE_IDLE] = { "#dfe3e8", "#343b46", true },
};

static const struct { const char *light, *dark; } series[STYLE_SERIES] = {
    { "#0072b2", "#56a8e0" }, { "#d55e00", "#f0813a" }, { "#12a870", "#59e0ac" }, { "#4c2349", "#6e47c1" },
    { "#692500", "#d7d518" }, { "#75787d", "#869bab" }, { "#3125bb", "#2e53fc" }, { "#7a5140", "#954d33" },
};

static const char sheet[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,"
    "'Noto Sans','DejaVu Sans',sans-serif}\n"
    "main{max-width:1240px;margin:0 auto;padding:1.2rem 1rem 3rem}\n"
    "h1{font-size:1.5rem;margin:.4rem 0 .2rem;overflow-wrap:anywhere}\n"
    "h2{font-size:1.08rem;margin:0 0 .1rem}\n"
    "h2 i{display:inline-block;width:.85em;height:.85em;border-radius:3px;vertical-align:-.05em;margin-right:.15em}\n"
    "p{margin:.1rem 0 .6rem;color:var(--soft)}\n"
    "section,details{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.1rem;margin:0;"
    "min-width:0}\n"
    ".grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(33rem,100%),1fr));margin-top:1rem}\n"
    ".wide{grid-column:1/-1}\n"
    ".plot{overflow-x:auto}\n"
    ".plot svg{display:block;width:100%;min-width:30rem;height:auto}\n"
    ".tiles{display:grid;gap:.7rem;grid-template-columns:repeat(2,1fr);margin-top:1rem}\n"
    "@media (min-width:36rem){.tiles{grid-template-columns:repeat(4,1fr)}}\n"
    "@media (min-width:66rem){.tiles{grid-template-columns:repeat(8,1fr)}}\n"
    ".tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.6rem .8rem}\n"
    ".tile b{display:block;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}\n"
    ".tile span{color:var(--soft);font-size:.84rem}\n"
    ".key{display:flex;flex-wrap:wrap;gap:.15rem .9rem;list-style:none;margin:.3rem 0 .5rem;padding:0;font-size:.84rem}\n"
    ".key li{display:flex;align-items:center;gap:.4rem;overflow-wrap:anywhere}\n"
    ".key i{width:.85rem;height:.85rem;border-radius:3px;flex:none}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.4rem 0 0;font-size:.9rem}\n"
    "@media (min-width:60rem){.wide dl{grid-template-columns:max-content 1fr max-content 1fr}.wide dd.long{grid-column:2/-1}}\n"
    "dt{color:var(--soft)}\n"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    "code{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.86em}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.88rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.16rem .6rem;text-align:right;white-space:nowrap}\n"
    "th:first-child,td:first-child{text-align:left;padding-left:0}\n"
    "td.part:first-child{padding-left:1.1rem}\n"
    "thead th{border-bottom:1px solid var(--axis);font-weight:600}\n"
    "tbody th{font-weight:600;padding-top:.7rem}\n"
    "tbody tr:hover td{background:var(--hover)}\n"
    "td small{color:var(--soft);font-size:.9em}\n"
    "td.up{color:var(--more)}td.down{color:var(--less)}\n"
    "tr.differs td{font-weight:600}\n"
    "summary{cursor:pointer;font-weight:600}\n"
    "footer{margin-top:1.2rem;color:var(--soft);font-size:.84rem}\n"
    "svg text{font-family:inherit;fill:var(--ink)}\n"
    "svg .tick{font-size:12px;fill:var(--soft);font-variant-numeric:tabular-nums}\n"
    "svg .name{font-size:12px;fill:var(--soft)}\n"
    "svg .label{font-size:13px}\n"
    "svg .value{font-size:12px;font-variant-numeric:tabular-nums}\n"
    "svg .onlight{font-size:11px;fill:#15181d}\n"
    "svg .ondark{font-size:11px;fill:#fff}\n"
    "svg .grid{stroke:var(--line);stroke-width:1}\n"
    "svg .base{stroke:var(--axis);stroke-width:1}\n"
    "svg .curve{fill:none;stroke-width:1.8;stroke-linejoin:round}\n"
    "svg .layer{stroke:var(--card);stroke-width:.4}\n"
    "svg .part{stroke:var(--card);stroke-width:1}\n"
    "svg .hit{fill:transparent}\n"
    "svg .hit:hover{fill:var(--hit)}\n"
    "@media print{body{background:#fff}section,details,.tile{break-inside:avoid}}\n";

static void put_colours(FILE *to, bool is_dark)
{
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        fprintf(to, "--c%u:%s;", i, is_dark ? causes[i].dark : causes[i].light);
    for (unsigned i = 0; i < STYLE_SERIES; i++)
        fprintf(to, "--s%u:%s;", i, is_dark ? series[i].dark : series[i].light);
    fputs("}\n", to);
}

void style_sheet(FILE *to)
{
    fputs(":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1b1f24;--soft:#5b6470;--line:#e2e5ea;--axis:#9aa3ae;"
          "--hover:#f1f4f8;--hit:#0000001a;--more:#a34700;--less:#0063a0;", to);
    put_colours(to, false);
    fputs("@media (prefers-color-scheme:dark){:root{--page:#12151a;--card:#1a1e25;--ink:#e7eaee;--soft:#9aa4b2;--line:#2b313b;"
          "--axis:#596373;--hover:#222833;--hit:#ffffff26;--more:#f0a060;--less:#7fc4ee;", to);
    put_colours(to, true);
    fputs("}\n", to);
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        fprintf(to, ".c%u{fill:var(--c%u);background:var(--c%u)}", i, i, i);
    for (unsigned i = 0; i < STYLE_SERIES; i++)
        fprintf(to, ".s%u{fill:var(--s%u);background:var(--s%u)}svg .l%u{stroke:var(--s%u)}", i, i, i, i, i);
    fputc('\n', to);
    fputs(sheet, to);
}

uint32_t style_cause_on_dark(unsigned cause)
{
    return (uint32_t)strtoul(causes[cause].dark + 1, NULL, 16);
}

bool style_cause_is_light(unsigned cause)
{
    return causes[cause].is_light;
}
