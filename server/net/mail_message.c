/* Writing a mail. Called by people/mail. Whatever is not plain ASCII goes out as an encoded word
 * (RFC 2047), so that no name or subject can hold a line end of its own; bodies go as base64. */
#include "net/mail_message.h"

#include <string.h>

#include "core/crypto.h"
#include "core/time.h"

#define MESSAGE_MAX (1u << 20) /* without the file */
#define WORD_BYTES 45 /* make 60 letters of base64: with its frame below the 75 of RFC 2047 */
#define LINE_BASE64 76

static bool atom_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Atoms with single dots between them. */
static bool local_ok(struct str s)
{
    char before = '.';

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' ? before == '.' : !atom_char(s.p[i]))
            return false;
        before = s.p[i];
    }
    return before != '.';
}

/* Two labels or more of letters, digits and inner hyphens. */
static bool host_ok(struct str s)
{
    struct str label;
    size_t n = 0;

    if (!s.n || s.p[s.n - 1] == '.')
        return false;
    for (; str_split(&s, '.', &label); n++) {
        if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (label.p[i] != '-' && (!atom_char(label.p[i]) || strchr("!#$%&'*+/=?^_`{|}~", label.p[i])))
                return false;
    }
    return n > 1;
}

bool mail_address_ok(struct str address)
{
    ptrdiff_t at = str_find(address, STR("@"), 0);

    return at > 0 && at <= 64 && address.n <= MAIL_ADDRESS_MAX &&
           local_ok(str_sub(address, 0, (size_t)at)) && host_ok(str_sub(address, (size_t)at + 1, address.n));
}

static bool plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return str_find(s, STR("=?"), 0) < 0;
}

/* At most `most` bytes of s from `from` on, ending where a letter ends. */
static size_t whole_letters(struct str s, size_t from, size_t most)
{
    size_t n = s.n - from < most ? s.n - from : most;

    while (n > 1 && from + n < s.n && ((unsigned char)s.p[from + n] & 0xC0) == 0x80)
        n--;
    return n;
}

static void put_words(struct buf *b, struct str s)
{
    for (size_t at = 0; at < s.n;) {
        size_t n = whole_letters(s, at, WORD_BYTES);
        buf_fmt(b, "%s=?UTF-8?B?%.*s?=", at ? "\r\n " : "",
                STR_ARG(crypto_base64(b->a, str_sub(s, at, n))));
        at += n;
    }
}

/* Free text in a header. */
static void put_text(struct buf *b, struct str s)
{
    if (plain(s) && s.n <= 60)
        buf_add(b, s);
    else
        put_words(b, s);
}

static void put_address(struct buf *b, const char *header, struct str name, struct str address)
{
    bool quoted = plain(name) && name.n <= 60;

    buf_fmt(b, "%s: ", header);
    if (name.n && quoted) {
        buf_char(b, '"');
        for (size_t i = 0; i < name.n; i++) {
            if (name.p[i] == '"' || name.p[i] == '\\')
                buf_char(b, '\\');
            buf_char(b, name.p[i]);
        }
        buf_fmt(b, "\"\r\n ");
    } else if (name.n) {
        put_words(b, name);
        buf_fmt(b, "\r\n ");
    }
    buf_fmt(b, "<%.*s>\r\n", STR_ARG(address));
}

static void put_date(struct buf *b, int64_t t)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int64_t seconds = t / TIME_S, day = seconds / 86400, y, m, d;
    int64_t of_day = seconds % 86400;

    time_date(day, &y, &m, &d);
    buf_fmt(b, "Date: %.3s, %02lld %.3s %04lld %02lld:%02lld:%02lld +0000\r\n",
            days + (day + 4) % 7 * 3, (long long)d, months + (m - 1) * 3, (long long)y,
            (long long)(of_day / 3600), (long long)(of_day / 60 % 60), (long long)(of_day % 60));
}

static void put_base64(struct buf *b, struct str bytes)
{
    struct str text = crypto_base64(b->a, bytes);

    buf_fmt(b, "Content-Transfer-Encoding: base64\r\n\r\n");
    for (size_t at = 0; at < text.n; at += LINE_BASE64) {
        buf_add(b, str_sub(text, at, LINE_BASE64));
        buf_fmt(b, "\r\n");
    }
}

static void put_part(struct buf *b, const char *type, struct str body)
{
    buf_fmt(b, "Content-Type: text/%s; charset=utf-8\r\n", type);
    put_base64(b, body);
}

/* The same words twice: as text and as HTML. */
static void put_words_both(struct buf *b, const struct mail_message *m, struct str bound)
{
    buf_fmt(b, "Content-Type: multipart/alternative; boundary=\"%.*s\"\r\n\r\n--%.*s\r\n", STR_ARG(bound),
            STR_ARG(bound));
    put_part(b, "plain", m->text);
    buf_fmt(b, "--%.*s\r\n", STR_ARG(bound));
    put_part(b, "html", m->html);
    buf_fmt(b, "--%.*s--\r\n", STR_ARG(bound));
}

/* A frame around the words and the file (RFC 2046, multipart/mixed). */
static void put_with_file(struct buf *b, const struct mail_message *m, struct str bound)
{
    struct str outer = str_fmt(b->a, "%.*s.f", STR_ARG(bound));

    buf_fmt(b, "Content-Type: multipart/mixed; boundary=\"%.*s\"\r\n\r\n--%.*s\r\n", STR_ARG(outer),
            STR_ARG(outer));
    put_words_both(b, m, bound);
    buf_fmt(b, "\r\n--%.*s\r\nContent-Type: %.*s\r\nContent-Disposition: attachment; filename=\"%.*s\"\r\n",
            STR_ARG(outer), STR_ARG(m->file.type), STR_ARG(m->file.name));
    put_base64(b, m->file.bytes);
    buf_fmt(b, "--%.*s--\r\n", STR_ARG(outer));
}

static bool file_name_ok(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!atom_char(s.p[i]) ? s.p[i] != '.' : strchr("!#$%&'*+/=?^`{|}~", s.p[i]) != NULL)
            return false;
    return s.n && s.n <= 100 && s.p[0] != '.';
}

static const struct err *check_file(struct arena *a, const struct mail_message *m)
{
    if (m->file.bytes.n > MAIL_FILE_MAX)
        return err_why(a, E_TOO_LARGE, "A file in a mail may have %u MB at most.", MAIL_FILE_MAX >> 20);
    if (m->file.bytes.n && (!file_name_ok(m->file.name) || !plain(m->file.type) || !m->file.type.n))
        return err_why(a, E_BAD_INPUT, "\"%.*s\" is no name for a file in a mail.", STR_ARG(m->file.name));
    if (m->off.n && (!plain(m->off) || m->off.n > 500 || str_find(m->off, STR(">"), 0) >= 0))
        return err_why(a, E_BAD_INPUT, "The address that ends such mails cannot stand in a header.");
    return NULL;
}

static const struct err *check(struct arena *a, const struct mail_message *m)
{
    if (!mail_address_ok(m->from) || !mail_address_ok(m->to))
        return err_why(a, E_BAD_INPUT, "\"%.*s\" is no mail address that can be written to: it needs one @, "
                       "letters of ASCII and a host with a dot.",
                       STR_ARG(mail_address_ok(m->from) ? m->to : m->from));
    if (!str_trim(m->subject).n || m->subject.n > MAIL_SUBJECT_MAX || !plain(m->id) || m->id.n > 200)
        return err_why(a, E_BAD_INPUT, "A mail's subject must have 1 to %d bytes.", MAIL_SUBJECT_MAX);
    if (!str_utf8(m->subject) || !str_utf8(m->text) || !str_utf8(m->html) || !str_utf8(m->from_name) ||
        !str_utf8(m->to_name))
        return err_why(a, E_BAD_INPUT, "A mail must be UTF-8 text.");
    return check_file(a, m);
}

const struct err *mail_message_write(struct arena *a, const struct mail_message *m, struct str *ret)
{
    struct buf b = buf_new(a, MESSAGE_MAX + m->file.bytes.n / 4 * 6);
    struct str bound = str_sub(crypto_hex(a, str_n(crypto_sha256(m->id).b, CRYPTO_HASH)), 0, 32);
    const struct err *e = check(a, m);

    if (e)
        return e;
    put_date(&b, m->date);
    put_address(&b, "From", m->from_name, m->from);
    put_address(&b, "To", m->to_name, m->to);
    buf_fmt(&b, "Subject: ");
    put_text(&b, m->subject);
    buf_fmt(&b, "\r\nMessage-ID: <%.*s>\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n",
            STR_ARG(m->id));
    if (m->off.n)
        buf_fmt(&b, "List-Unsubscribe: <%.*s>\r\n", STR_ARG(m->off));
    buf_fmt(&b, "MIME-Version: 1.0\r\n");
    if (m->file.bytes.n)
        put_with_file(&b, m, bound);
    else
        put_words_both(&b, m, bound);
    if (b.over)
        return err_why(a, E_TOO_LARGE, "A mail may have %u bytes at most.", MESSAGE_MAX);
    *ret = buf_str(&b);
    return NULL;
}
