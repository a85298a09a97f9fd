/* SPDX-License-Identifier: MIT */
#ifndef FRONTENDS_NET_NET_FILTER_H
#define FRONTENDS_NET_NET_FILTER_H

#include "base/types.h"

/* Whether a frame from the guest may be shown to libslirp. NULL when it may, otherwise what is wrong with it. */
const char *net_filter_refuses(const uint8_t *frame, size_t length);

/* Of a frame that was not refused. */
bool net_filter_is_arp(const uint8_t *frame);

#endif
