/* SPDX-License-Identifier: MIT */
/* `orrery report`: files of -stats become a page for a browser. */
#ifndef FRONTENDS_REPORT_REPORT_H
#define FRONTENDS_REPORT_REPORT_H

/* Takes the arguments after the word `report`; the exit status of the process. */
int report_main(int argc, char *const argv[]);

#endif
