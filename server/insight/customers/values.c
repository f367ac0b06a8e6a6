/* What a customer's words mean as a value. Called for what calls tell and for what people write. */
#include "core/said.h"
#include "insight/customers/fields.h"
#include "intake/numbers/numbers.h"

#define DIGITS_MIN 7
#define DIGITS_MAX 15

static bool is_sign(char c)
{
    return c == '.' || c == ',' || c == ';' || c == ':' || c == '!' || c == '?' || c == ' ' ||
           c == '"' || c == '-';
}

static struct str bare(struct str s)
{
    while (s.n && is_sign(s.p[0]))
        s = str_sub(s, 1, s.n);
    while (s.n && is_sign(s.p[s.n - 1]))
        s.n--;
    return s;
}

static struct str money(struct arena *a, struct str said)
{
    const char *currency;
    int64_t v;
    struct str n;

    if (!said_money(said, &v, &currency))
        return STR_NONE;
    n = said_number_text(a, v);
    return *currency ? str_fmt(a, "%.*s %s", STR_ARG(n), currency) : n;
}

static struct str phone(struct arena *a, struct str said, struct str region)
{
    struct str digits = said_digits(a, said);
    size_t n = digits.n - (digits.n && digits.p[0] == '+');
    struct number_forms f;

    if (n < DIGITS_MIN || n > DIGITS_MAX)
        return STR_NONE;
    f = number_forms(a, digits, region);
    return f.e164.n ? f.e164 : digits;
}

static char plain(char c)
{
    return c == '_' || c == '-' ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool in_word(struct str s, size_t i)
{
    char c = i < s.n ? plain(s.p[i]) : ' ';

    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Whether the words of a choice stand in a text; "_" is a blank. */
static bool stands_in(struct str words, struct str text)
{
    for (size_t i = 0; i + words.n <= text.n; i++) {
        size_t k = 0;

        while (k < words.n && plain(text.p[i + k]) == plain(words.p[k]))
            k++;
        if (k == words.n && (i == 0 || !in_word(text, i - 1)) && !in_word(text, i + k))
            return true;
    }
    return false;
}

/* The longest that stands there: "not sure" before "sure". */
static struct str choice(const struct customer_field *f, struct str said)
{
    struct str best = STR_NONE;

    for (size_t i = 0; i < f->n_choices; i++)
        if (f->choices[i].n > best.n && stands_in(f->choices[i], said))
            best = f->choices[i];
    return best;
}

struct str field_value(struct arena *a, const struct customer_field *f, struct customer_place at,
                       struct str said)
{
    int64_t v;
    bool yes;

    if (str_is(f->type, "number"))
        return said_number(said, &v) ? said_number_text(a, v) : STR_NONE;
    if (str_is(f->type, "money"))
        return money(a, said);
    if (str_is(f->type, "date"))
        return said_day(said, at.today, &v) ? said_date_text(a, v) : STR_NONE;
    if (str_is(f->type, "email"))
        return said_mail(a, said);
    if (str_is(f->type, "phone"))
        return phone(a, said, at.region);
    if (str_is(f->type, "choice"))
        return choice(f, said);
    if (str_is(f->type, "yes_no"))
        return !said_yes(said, &yes) ? STR_NONE : yes ? STR("yes") : STR("no");
    said = bare(said);
    return said.n ? said : STR_NONE;
}

const char *field_cure(const struct customer_field *f)
{
    static const char *const CURES[][2] = {
        {"number", "Give a number, such as 250."},
        {"money", "Give an amount, such as 250000 GBP."},
        {"date", "Give a day, such as 2027-03-04."},
        {"email", "Give a mail address, such as ann@example.com."},
        {"phone", "Give a phone number of 7 to 15 digits."},
        {"choice", "Give one of the field's choices."},
        {"yes_no", "Give yes or no."}};

    for (size_t i = 0; i < sizeof CURES / sizeof *CURES; i++)
        if (str_is(f->type, CURES[i][0]))
            return CURES[i][1];
    return "Give 1 to 400 bytes of text.";
}
