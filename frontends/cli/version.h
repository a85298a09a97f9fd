/* SPDX-License-Identifier: MIT */
#ifndef FRONTENDS_CLI_VERSION_H
#define FRONTENDS_CLI_VERSION_H

#define ORRERY_VERSION "orrery 0.1"

#endif
