/* Words as tokens, and what is spoken of around them. Called by find.c. */
#include <string.h>

#include "insight/sensitive/sensitive_int.h"

struct phrase {
    unsigned cue;
    const char *words; /* "*" at a word's end: any ending */
};

static const struct phrase PHRASES[] = {
    {CUE_CARD, "card*"}, {CUE_CARD, "visa"}, {CUE_CARD, "mastercard"}, {CUE_CARD, "master card"},
    {CUE_CARD, "amex"}, {CUE_CARD, "american express"}, {CUE_CARD, "rupay"}, {CUE_CARD, "maestro"},
    {CUE_CARD, "discover"}, {CUE_CARD, "long number"}, {CUE_CARD, "sixteen digit*"},
    {CUE_CARD, "16 digit*"}, {CUE_CARD, "16-digit"}, {CUE_CARD, "sixteen-digit"},
    {CUE_CARD, "tarjeta*"}, {CUE_CARD, "karte*"}, {CUE_CARD, "kreditkarte*"},
    {CUE_CARD, "kartennummer"}, {CUE_CARD, "carte*"}, {CUE_CARD, "[card-number*"},
    {CUE_CODE, "cvv*"}, {CUE_CODE, "cvc*"}, {CUE_CODE, "cv2"}, {CUE_CODE, "c v v"},
    {CUE_CODE, "c v c"}, {CUE_CODE, "c v two"}, {CUE_CODE, "security code"},
    {CUE_CODE, "security number"}, {CUE_CODE, "verification code"}, {CUE_CODE, "three digit*"},
    {CUE_CODE, "three-digit*"}, {CUE_CODE, "3 digit*"}, {CUE_CODE, "four digit*"},
    {CUE_CODE, "back of the card"}, {CUE_CODE, "back of your card"}, {CUE_CODE, "on the back"},
    {CUE_CODE, "c\xc3\xb3" "digo de seguridad"}, {CUE_CODE, "codigo de seguridad"},
    {CUE_CODE, "pr\xc3\xbc" "fnummer"}, {CUE_CODE, "pr\xc3\xbc" "fziffer"},
    {CUE_CODE, "sicherheitscode"}, {CUE_CODE, "cryptogramme"}, {CUE_CODE, "pin"},
    {CUE_EXPIRY, "expir*"}, {CUE_EXPIRY, "exp"}, {CUE_EXPIRY, "valid until"},
    {CUE_EXPIRY, "valid thru"}, {CUE_EXPIRY, "valid through"}, {CUE_EXPIRY, "good through"},
    {CUE_EXPIRY, "caduc*"}, {CUE_EXPIRY, "vencimiento"}, {CUE_EXPIRY, "g\xc3\xbcltig bis"},
    {CUE_EXPIRY, "ablaufdatum"}, {CUE_EXPIRY, "date d'expiration"},
    {CUE_SSN, "social"}, {CUE_SSN, "ssn"}, {CUE_SSN, "s s n"},
    {CUE_AADHAAR, "aadhaar*"}, {CUE_AADHAAR, "aadhar*"}, {CUE_AADHAAR, "adhar*"},
    {CUE_AADHAAR, "adhaar*"}, {CUE_AADHAAR, "uidai"},
    {CUE_AADHAAR, "\xe0\xa4\x86\xe0\xa4\xa7\xe0\xa4\xbe\xe0\xa4\xb0"},
    {CUE_ACCOUNT, "account"}, {CUE_ACCOUNT, "acct"}, {CUE_ACCOUNT, "cuenta"},
    {CUE_ACCOUNT, "kontonummer"}, {CUE_ACCOUNT, "konto"}, {CUE_ACCOUNT, "num\xc3\xa9ro de compte"},
    {CUE_ACCOUNT, "khata"},
    {CUE_ROUTING, "sort code"}, {CUE_ROUTING, "sortcode"}, {CUE_ROUTING, "sort-code"},
    {CUE_ROUTING, "routing"}, {CUE_ROUTING, "bankleitzahl"}, {CUE_ROUTING, "blz"},
    {CUE_BIRTH, "date of birth"}, {CUE_BIRTH, "birth date"}, {CUE_BIRTH, "birthdate"},
    {CUE_BIRTH, "dob"}, {CUE_BIRTH, "d o b"}, {CUE_BIRTH, "birthday"}, {CUE_BIRTH, "born"},
    {CUE_BIRTH, "fecha de nacimiento"}, {CUE_BIRTH, "nac\xc3\xad"}, {CUE_BIRTH, "geburtsdatum"},
    {CUE_BIRTH, "geboren*"}, {CUE_BIRTH, "date de naissance"}, {CUE_BIRTH, "n\xc3\xa9 le"},
    {CUE_BIRTH, "n\xc3\xa9" "e le"}, {CUE_BIRTH, "janam*"},
    {CUE_MAIL, "email*"}, {CUE_MAIL, "e-mail*"}, {CUE_MAIL, "mail*"}, {CUE_MAIL, "correo*"},
    {CUE_MAIL, "courriel"}, {CUE_MAIL, "e mail"},
    {CUE_PHONE, "phone*"}, {CUE_PHONE, "telephone*"}, {CUE_PHONE, "mobile*"}, {CUE_PHONE, "cell*"},
    {CUE_PHONE, "call me"}, {CUE_PHONE, "call back"}, {CUE_PHONE, "callback"},
    {CUE_PHONE, "reach me"}, {CUE_PHONE, "reach you"}, {CUE_PHONE, "call you"},
    {CUE_PHONE, "text me"}, {CUE_PHONE, "whatsapp"}, {CUE_PHONE, "landline"},
    {CUE_PHONE, "contact number"}, {CUE_PHONE, "tel\xc3\xa9" "fono*"}, {CUE_PHONE, "telefono*"},
    {CUE_PHONE, "m\xc3\xb3vil"}, {CUE_PHONE, "celular"}, {CUE_PHONE, "telefon*"},
    {CUE_PHONE, "handy*"}, {CUE_PHONE, "rufnummer"}, {CUE_PHONE, "t\xc3\xa9l\xc3\xa9phone"},
    {CUE_PHONE, "portable"}, {CUE_PHONE, "phone number"},
    {CUE_REFERENCE, "order*"}, {CUE_REFERENCE, "reference*"}, {CUE_REFERENCE, "ticket*"},
    {CUE_REFERENCE, "tracking"}, {CUE_REFERENCE, "invoice*"}, {CUE_REFERENCE, "case"},
    {CUE_REFERENCE, "booking"}, {CUE_REFERENCE, "confirmation"}, {CUE_REFERENCE, "serial"},
    {CUE_REFERENCE, "policy"}, {CUE_REFERENCE, "part"}, {CUE_REFERENCE, "model"},
    {CUE_REFERENCE, "pedido"}, {CUE_REFERENCE, "bestellnummer"}, {CUE_REFERENCE, "commande"},
    {CUE_AMOUNT, "dollar*"}, {CUE_AMOUNT, "pound*"}, {CUE_AMOUNT, "euro*"}, {CUE_AMOUNT, "rupee*"},
    {CUE_AMOUNT, "percent"}, {CUE_AMOUNT, "minutes"}, {CUE_AMOUNT, "hours"}, {CUE_AMOUNT, "days"},
};

static bool word_is(struct str word, struct str wanted)
{
    if (wanted.n && wanted.p[wanted.n - 1] == '*')
        return str_starts(word, str_sub(wanted, 0, wanted.n - 1));
    return str_eq(word, wanted);
}

unsigned cues_at(const struct tokens *t, size_t i)
{
    unsigned cues = 0;

    for (size_t k = 0; k < sizeof PHRASES / sizeof *PHRASES; k++) {
        struct str rest = str_of(PHRASES[k].words), word;
        size_t at = i;

        if (!t->at[i].text.n || rest.p[0] != t->at[i].text.p[0])
            continue;
        while (str_split(&rest, ' ', &word) && at < t->n && word_is(t->at[at].text, word)) {
            at++;
            word = STR_NONE;
        }
        if (!word.p)
            cues |= PHRASES[k].cue;
    }
    return cues;
}

bool cue_near(const struct tokens *t, size_t i, unsigned cues, size_t before, size_t after)
{
    size_t from = i > before ? i - before : 0, to = i + after < t->n ? i + after : t->n;

    for (size_t k = from; k < to; k++)
        if (t->at[k].cues & cues)
            return true;
    return false;
}

static bool is_mark(char c)
{
    return c && strchr(".,;:!?\"'`<>{}", c) != NULL;
}

/* UTF-8's capital umlauts and accents too: 0xC3 0x80..0x9E are 0x20 below their small ones. */
static struct str folded(struct arena *a, struct str s)
{
    struct str low = str_lower(a, s);
    char *p = (char *)(uintptr_t)low.p;

    for (size_t i = 0; i + 1 < low.n; i++)
        if ((unsigned char)p[i] == 0xc3 && (unsigned char)p[i + 1] >= 0x80 &&
            (unsigned char)p[i + 1] <= 0x9e && (unsigned char)p[i + 1] != 0x97)
            p[i + 1] = (char)((unsigned char)p[i + 1] + 0x20);
    while (low.n && is_mark(low.p[0]))
        low = str_sub(low, 1, low.n);
    while (low.n && is_mark(low.p[low.n - 1]))
        low.n--;
    return low;
}

static bool is_number(const struct token *t)
{
    return t->how == HOW_DIGITS || t->how == HOW_TENS;
}

static bool is_sure(const struct tokens *t, size_t i, enum tongue tongue)
{
    return i < t->n && is_number(&t->at[i]) && !t->at[i].doubtful &&
           (t->at[i].tongue == tongue || t->at[i].tongue == TONGUE_ANY || tongue == TONGUE_EN);
}

static bool is_kin(const struct tokens *t, size_t i, enum tongue tongue)
{
    return i < t->n && is_number(&t->at[i]) && t->at[i].tongue == tongue;
}

/* English "for" needs a number on both sides; a word of another tongue one beside it, or two that are
 * as doubtful in a row. i - 1 of the first wraps and is no token. */
static bool is_meant(const struct tokens *t, size_t i)
{
    enum tongue g = t->at[i].tongue;

    if (g == TONGUE_EN)
        return is_sure(t, i - 1, g) && is_sure(t, i + 1, g);
    return is_sure(t, i - 1, g) || is_sure(t, i + 1, g) ||
           (is_kin(t, i - 1, g) && (is_kin(t, i - 2, g) || is_kin(t, i + 1, g))) ||
           (is_kin(t, i + 1, g) && is_kin(t, i + 2, g));
}

static void settle_doubts(struct arena *a, struct tokens *t)
{
    bool *no = ARENA_ARRAY(a, t->n, bool);

    for (size_t i = 0; i < t->n; i++)
        no[i] = t->at[i].doubtful && !is_meant(t, i);
    for (size_t i = 0; i < t->n; i++)
        if (no[i])
            t->at[i].how = HOW_NOT;
}

struct tokens tokens_of(struct arena *a, const struct conversation *c)
{
    struct tokens t = {0};

    for (size_t i = 0; i < c->n_turns; i++)
        t.n += c->turns[i].n_words;
    t.at = ARENA_ARRAY(a, t.n, struct token);
    t.n = 0;
    for (size_t i = 0; i < c->n_turns; i++)
        for (size_t k = 0; k < c->turns[i].n_words; k++) {
            const struct turn_word *w = &c->turns[i].words[k];
            struct token *x = &t.at[t.n++];

            *x = (struct token){.at = {i, k, k}, .speaker = c->turns[i].speaker,
                                .start_ms = w->start_ms, .end_ms = w->end_ms,
                                .text = folded(a, w->text)};
            x->plus = x->text.n && x->text.p[0] == '+';
            x->letter = spelled_letter(x->text);
            number_word(a, x);
            if (str_is(x->text, "plus"))
                x->plus = true;
        }
    settle_doubts(a, &t);
    for (size_t i = 0; i < t.n; i++)
        t.at[i].cues = cues_at(&t, i);
    return t;
}
