/* Lines of an SFTP listing. Servers differ in what stands before the date (names of users may hold
 * blanks), so the date is what is looked for. Called by sftp.c on another company's bytes. */
#include <string.h>

#include "net/sftp.h"

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* The next word behind blanks; moves *at behind it. */
static struct str word(struct str s, size_t *at)
{
    size_t from;

    while (*at < s.n && s.p[*at] == ' ')
        ++*at;
    from = *at;
    while (*at < s.n && s.p[*at] != ' ')
        ++*at;
    return str_sub(s, from, *at - from);
}

static bool is_month(struct str w)
{
    for (size_t i = 0; w.n == 3 && i < sizeof months - 1; i += 3)
        if (memcmp(w.p, months + i, 3) == 0)
            return true;
    return false;
}

static bool digits(struct str w, size_t most)
{
    for (size_t i = 0; i < w.n; i++)
        if (w.p[i] < '0' || w.p[i] > '9')
            return false;
    return w.n > 0 && w.n <= most;
}

/* "17:12" or "2025". */
static bool is_time(struct str w)
{
    return digits(w, 4) || ((w.n == 5 || w.n == 4) && str_find(w, STR(":"), 0) > 0);
}

bool sftp_line(struct arena *a, struct str line, struct sftp_entry *ret)
{
    struct str size = STR_NONE, w;
    size_t at = 0, date;
    int64_t n = 0;

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (!line.n || (line.p[0] != '-' && line.p[0] != 'd'))
        return false;
    for (;;) {
        size_t day;
        date = at;
        w = word(line, &at);
        if (!w.n)
            return false;
        day = at;
        if (is_month(w) && digits(size, 18) && digits(word(line, &day), 2) &&
            is_time(word(line, &day))) {
            at = day;
            break;
        }
        size = w;
    }
    if (at >= line.n || !str_to_int(size, &n))
        return false;
    *ret = (struct sftp_entry){.size = (uint64_t)n, .folder = line.p[0] == 'd'};
    ret->stamp = str_dup(a, str_trim(str_sub(line, date, at - date)));
    ret->name = str_dup(a, str_sub(line, at + 1, line.n));
    return ret->name.n && ret->name.p[0] != '.' && str_utf8(ret->name) &&
           str_find(ret->name, STR("/"), 0) < 0;
}
