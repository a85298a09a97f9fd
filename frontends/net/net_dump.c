/* SPDX-License-Identifier: MIT */
/* The format is pcap with times in nanoseconds (draft-ietf-opsawg-pcap), little-endian on every host. */
#include "frontends/net/net_dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "frontends/cli/parse.h"

enum { MAGIC_NANOSECONDS = 0xa1b23c4d, VERSION_MAJOR = 2, VERSION_MINOR = 4, LINKTYPE_ETHERNET = 1, LENGTH_MAX = 65536 };
enum { FILE_HEADER = 24, RECORD_HEADER = 16 };

struct net_dump {
    FILE *file;
    char name[NET_TEXT];
    uint64_t start;
    uint32_t length_max;
    bool has_news, has_failed;
    struct net_dump *next;
};

/* ---- options ---- */

static int set_text(const char *key, const char *value, char *to, size_t room, struct error *err)
{
    if (!*value || strlen(value) >= room)
        return error_set(err, "-object filter-dump: %s= takes 1 to %zu letters", key, room - 1);
    snprintf(to, room, "%s", value);
    return 0;
}

static int set_kind(void *to, const char *value, struct error *err)
{
    (void)to;
    return strcmp(value, "filter-dump") ? error_set(err, "-object: there is no object '%s'; there is filter-dump", value) : 0;
}

static int set_id(void *to, const char *value, struct error *err)
{
    struct net_dump_options *o = to;
    return set_text("id", value, o->id, sizeof o->id, err);
}

static int set_netdev(void *to, const char *value, struct error *err)
{
    struct net_dump_options *o = to;
    return set_text("netdev", value, o->netdev, sizeof o->netdev, err);
}

static int set_file(void *to, const char *value, struct error *err)
{
    struct net_dump_options *o = to;
    return set_text("file", value, o->file, sizeof o->file, err);
}

static int set_length_max(void *to, const char *value, struct error *err)
{
    uint64_t number = 0;
    if (parse_number("-object filter-dump: maxlen", value, LENGTH_MAX, &number, err) < 0)
        return -1;
    ((struct net_dump_options *)to)->length_max = (uint32_t)number;
    return 0;
}

int net_dump_parse(const char *text, struct net_dump_options *options, struct error *err)
{
    static const struct parse_key keys[] = { { "qom-type", set_kind }, { "id", set_id }, { "netdev", set_netdev },
                                             { "file", set_file }, { "maxlen", set_length_max } };
    *options = (struct net_dump_options){ .length_max = LENGTH_MAX };
    if (strncmp(text, "filter-dump", 11) != 0)
        return error_set(err, "-object: there is no object '%.*s'; there is filter-dump", (int)strcspn(text, ","), text);
    if (parse_list("-object filter-dump", text, keys, ARRAY_SIZE(keys), options, err) < 0)
        return -1;
    if (!*options->netdev || !*options->file)
        return error_set(err, "-object filter-dump needs netdev= and file=, as in "
                         "filter-dump,id=dump0,netdev=nic0,file=nic0.pcap");
    return 0;
}

/* ---- the file ---- */

/* Another error would only repeat the first. */
static void give_up(struct net_dump *dump)
{
    if (!dump->has_failed)
        host_warn("cannot write the network dump '%s': %s; it ends here", dump->name, strerror(errno));
    dump->has_failed = true;
}

static void put(struct net_dump *dump, const void *bytes, size_t length)
{
    if (!dump->has_failed && fwrite(bytes, 1, length, dump->file) != length)
        give_up(dump);
}

struct net_dump *net_dump_open(const struct net_dump_options *options, uint64_t start, struct error *err)
{
    FILE *file = fopen(options->file, "wbe");
    if (!file) {
        error_set(err, "cannot write the network dump '%s': %s", options->file, strerror(errno));
        return NULL;
    }
    struct net_dump *dump = mem_alloc(sizeof *dump);
    *dump = (struct net_dump){ .file = file, .start = start, .length_max = options->length_max, .has_news = true };
    memcpy(dump->name, options->file, sizeof dump->name);
    uint8_t header[FILE_HEADER] = { 0 };
    st_le32(header, MAGIC_NANOSECONDS);
    st_le16(header + 4, VERSION_MAJOR);
    st_le16(header + 6, VERSION_MINOR);
    st_le32(header + 16, LENGTH_MAX);
    st_le32(header + 20, LINKTYPE_ETHERNET);
    put(dump, header, sizeof header);
    return dump;
}

static void put_frame(struct net_dump *dump, tick_t now, const uint8_t *frame, size_t length)
{
    uint8_t header[RECORD_HEADER];
    size_t written = length < dump->length_max ? length : dump->length_max;
    st_le32(header, (uint32_t)(dump->start + now / TICKS_PER_SECOND));
    st_le32(header + 4, (uint32_t)(now % TICKS_PER_SECOND / (TICKS_PER_US / 1000)));
    st_le32(header + 8, (uint32_t)written);
    st_le32(header + 12, (uint32_t)length);
    put(dump, header, sizeof header);
    put(dump, frame, written);
    dump->has_news = true;
}

/* ---- lists ---- */

void net_dump_link(struct net_dump **list, struct net_dump *dump)
{
    dump->next = *list;
    *list = dump;
}

void net_dump_frames(struct net_dump *list, tick_t now, const uint8_t *frame, size_t length)
{
    for (struct net_dump *dump = list; dump; dump = dump->next)
        put_frame(dump, now, frame, length);
}

void net_dump_flush(struct net_dump *list)
{
    for (struct net_dump *dump = list; dump; dump = dump->next) {
        if (dump->has_news && fflush(dump->file) != 0)
            give_up(dump);
        dump->has_news = false;
    }
}

void net_dump_close(struct net_dump *list)
{
    while (list) {
        struct net_dump *dump = list;
        list = dump->next;
        if (fclose(dump->file) != 0)
            give_up(dump);
        free(dump);
    }
}
