/* Words that are numbers, letters, or mere breath within a number, in English, Spanish, German, French
 * and Hindi (Latin and Devanagari). Data first. Called by tokens.c alone. */
#include <string.h>

#include "insight/sensitive/sensitive_int.h"

struct entry {
    const char *word, *digits;
    enum how how;
    enum tongue tongue;
    bool doubtful, ordinal;
};

#define D(w, d, tongue) {w, d, HOW_DIGITS, TONGUE_##tongue, false, false}
#define T(w, d, tongue) {w, d, HOW_TENS, TONGUE_##tongue, false, false}
#define Q(w, d, tongue) {w, d, HOW_DIGITS, TONGUE_##tongue, true, false} /* also another word */
#define O(w, d) {w, d, HOW_DIGITS, TONGUE_EN, false, true}
#define F(w) {w, "", HOW_FILLER, TONGUE_ANY, false, false}

static const struct entry ENTRIES[] = {
    D("zero", "0", ANY), D("oh", "0", EN), Q("o", "0", EN), D("nought", "0", EN), D("naught", "0", EN),
    D("nil", "0", EN), D("one", "1", EN), D("two", "2", EN), D("three", "3", EN), D("four", "4", EN),
    D("five", "5", EN), D("six", "6", EN), D("seven", "7", EN), D("eight", "8", EN),
    D("nine", "9", EN), D("niner", "9", EN), D("ten", "10", EN), D("eleven", "11", EN),
    D("twelve", "12", EN), D("thirteen", "13", EN), D("fourteen", "14", EN), D("fifteen", "15", EN),
    D("sixteen", "16", EN), D("seventeen", "17", EN), D("eighteen", "18", EN),
    D("nineteen", "19", EN), T("twenty", "20", EN), T("thirty", "30", EN), T("forty", "40", EN),
    T("fourty", "40", EN), T("fifty", "50", EN), T("sixty", "60", EN), T("seventy", "70", EN),
    T("eighty", "80", EN), T("ninety", "90", EN), Q("to", "2", EN), Q("too", "2", EN),
    Q("for", "4", EN), Q("fore", "4", EN), Q("won", "1", EN), Q("ate", "8", EN), Q("tree", "3", EN),
    O("first", "1"), O("second", "2"), O("third", "3"), O("fourth", "4"), O("fifth", "5"),
    O("sixth", "6"), O("seventh", "7"), O("eighth", "8"), O("ninth", "9"), O("tenth", "10"),
    O("eleventh", "11"), O("twelfth", "12"), O("thirteenth", "13"), O("fourteenth", "14"),
    O("fifteenth", "15"), O("sixteenth", "16"), O("seventeenth", "17"), O("eighteenth", "18"),
    O("nineteenth", "19"), O("twentieth", "20"), O("thirtieth", "30"),
    {"double", "2", HOW_TIMES, TONGUE_ANY, false, false},
    {"triple", "3", HOW_TIMES, TONGUE_ANY, false, false},
    {"treble", "3", HOW_TIMES, TONGUE_ANY, false, false},
    {"quadruple", "4", HOW_TIMES, TONGUE_ANY, false, false},
    {"doble", "2", HOW_TIMES, TONGUE_ES, false, false},
    {"doppel", "2", HOW_TIMES, TONGUE_DE, false, false},
    {"zweimal", "2", HOW_TIMES, TONGUE_DE, false, false},
    {"dreimal", "3", HOW_TIMES, TONGUE_DE, false, false},
    {"hundred", "00", HOW_ZEROS, TONGUE_EN, false, false},
    {"thousand", "000", HOW_ZEROS, TONGUE_EN, false, false},
    /* Spanish */
    D("cero", "0", ES), Q("uno", "1", ES), Q("dos", "2", ES), D("tres", "3", ES),
    D("cuatro", "4", ES), D("cinco", "5", ES), Q("seis", "6", ES), D("siete", "7", ES),
    D("ocho", "8", ES), D("nueve", "9", ES), D("diez", "10", ES), Q("once", "11", ES),
    D("doce", "12", ES), D("trece", "13", ES), D("catorce", "14", ES), D("quince", "15", ES),
    D("veinte", "20", ES), D("veintiuno", "21", ES), D("veintid\xc3\xb3s", "22", ES),
    T("treinta", "30", ES), T("cuarenta", "40", ES), T("cincuenta", "50", ES),
    T("sesenta", "60", ES), T("setenta", "70", ES), T("ochenta", "80", ES), T("noventa", "90", ES),
    /* German */
    D("null", "0", DE), D("eins", "1", DE), Q("ein", "1", DE), D("zwei", "2", DE), D("zwo", "2", DE),
    D("drei", "3", DE), D("vier", "4", DE), D("f\xc3\xbcnf", "5", DE), D("fuenf", "5", DE),
    D("sechs", "6", DE), D("sieben", "7", DE), D("acht", "8", DE), D("neun", "9", DE),
    D("zehn", "10", DE), Q("elf", "11", DE), D("zw\xc3\xb6lf", "12", DE), D("dreizehn", "13", DE),
    D("vierzehn", "14", DE), D("f\xc3\xbcnfzehn", "15", DE), D("sechzehn", "16", DE),
    D("siebzehn", "17", DE), D("achtzehn", "18", DE), D("neunzehn", "19", DE),
    D("zwanzig", "20", DE), D("drei\xc3\x9fig", "30", DE), D("dreissig", "30", DE),
    D("vierzig", "40", DE), D("f\xc3\xbcnfzig", "50", DE), D("sechzig", "60", DE),
    D("siebzig", "70", DE), D("achtzig", "80", DE), D("neunzig", "90", DE),
    /* French */
    D("z\xc3\xa9ro", "0", FR), Q("un", "1", FR), Q("une", "1", FR), D("deux", "2", FR),
    D("trois", "3", FR), D("quatre", "4", FR), D("cinq", "5", FR), Q("six", "6", FR),
    Q("sept", "7", FR), D("huit", "8", FR), Q("neuf", "9", FR), Q("dix", "10", FR),
    D("onze", "11", FR), D("douze", "12", FR), D("treize", "13", FR), D("quatorze", "14", FR),
    D("quinze", "15", FR), D("seize", "16", FR), T("vingt", "20", FR), T("trente", "30", FR),
    T("quarante", "40", FR), T("cinquante", "50", FR), T("soixante", "60", FR),
    /* Hindi */
    D("shunya", "0", HI), D("sunya", "0", HI), Q("ek", "1", HI), Q("do", "2", HI), Q("teen", "3", HI),
    D("tin", "3", HI), Q("char", "4", HI), D("chaar", "4", HI), D("paanch", "5", HI),
    D("panch", "5", HI), D("chhe", "6", HI), D("chah", "6", HI), Q("che", "6", HI), D("saat", "7", HI),
    Q("sat", "7", HI), D("aath", "8", HI), D("aat", "8", HI), D("nau", "9", HI), D("das", "10", HI),
    D("\xe0\xa4\xb6\xe0\xa5\x82\xe0\xa4\xa8\xe0\xa5\x8d\xe0\xa4\xaf", "0", HI),
    D("\xe0\xa4\x8f\xe0\xa4\x95", "1", HI), D("\xe0\xa4\xa6\xe0\xa5\x8b", "2", HI),
    D("\xe0\xa4\xa4\xe0\xa5\x80\xe0\xa4\xa8", "3", HI), D("\xe0\xa4\x9a\xe0\xa4\xbe\xe0\xa4\xb0", "4", HI),
    D("\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\x82\xe0\xa4\x9a", "5", HI),
    D("\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\x81\xe0\xa4\x9a", "5", HI),
    D("\xe0\xa4\x9b\xe0\xa4\xb9", "6", HI), D("\xe0\xa4\x9b\xe0\xa4\x83", "6", HI),
    D("\xe0\xa4\xb8\xe0\xa4\xbe\xe0\xa4\xa4", "7", HI), D("\xe0\xa4\x86\xe0\xa4\xa0", "8", HI),
    D("\xe0\xa4\xa8\xe0\xa5\x8c", "9", HI),
    /* within a number */
    F("uh"), F("um"), F("er"), F("erm"), F("ah"), F("hmm"), F("mm"), F("mm-hmm"), F("mhm"), F("uh-huh"),
    F("dash"), F("hyphen"), F("space"), F("then"), F("and"), F("okay"), F("ok"), F("yes"), F("yeah"),
    F("yep"), F("right"), F("so"), F("wait"), F("sorry"), F("got"), F("it"), F("next"), F("slash"),
    F("stroke"), F("followed"), F("by"), F("again"), F("guion"), F("gui\xc3\xb3n"), F("s\xc3\xad"), F("si"),
    F("vale"), F("eh"), F("\xc3\xa4h"), F("\xc3\xa4hm"), F("genau"), F("strich"), F("euh"), F("oui"), F("tiret"),
    F("haan"), F("ji"), F("aur"), F("phir"), F("please"), F("go"), F("ahead"), F("go-ahead"),
};

static const struct entry *entry_of(struct str word)
{
    for (size_t i = 0; i < sizeof ENTRIES / sizeof *ENTRIES; i++)
        if (word.p[0] == ENTRIES[i].word[0] && str_is(word, ENTRIES[i].word))
            return &ENTRIES[i];
    return NULL;
}

/* One part of "twenty-seven" behind another. */
static bool add_part(struct token *t, struct str part, char *out, size_t *io_n, bool *io_tens)
{
    const struct entry *x = part.n ? entry_of(part) : NULL;
    size_t n;

    if (!x || (x->how != HOW_DIGITS && x->how != HOW_TENS) || x->doubtful || *io_n > 16)
        return false;
    n = strlen(x->digits);
    if (*io_tens && n == 1 && x->digits[0] != '0')
        --*io_n; /* forty-one is 41 */
    memcpy(out + *io_n, x->digits, n);
    *io_n += n;
    *io_tens = x->how == HOW_TENS;
    t->tongue = x->tongue;
    t->ordinal = t->ordinal || x->ordinal;
    return true;
}

static bool hyphenated(struct arena *a, struct token *t)
{
    struct str rest = t->text, part;
    char digits[24];
    size_t n = 0;
    bool tens = false;

    if (str_find(t->text, STR("-"), 0) < 0)
        return false;
    while (str_split(&rest, '-', &part))
        if (!add_part(t, part, digits, &n, &tens))
            return false;
    t->how = HOW_DIGITS;
    t->digits = str_dup(a, str_n(digits, n));
    return true;
}

/* "einundzwanzig" and its kin. */
static bool german(struct arena *a, struct token *t)
{
    ptrdiff_t und = str_find(t->text, STR("und"), 0);
    const struct entry *unit, *tens;

    if (und < 3 || (size_t)und + 6 > t->text.n)
        return false;
    unit = entry_of(str_sub(t->text, 0, (size_t)und));
    tens = entry_of(str_sub(t->text, (size_t)und + 3, t->text.n));
    if (!unit || !tens || unit->tongue != TONGUE_DE || tens->tongue != TONGUE_DE ||
        strlen(unit->digits) != 1 || strlen(tens->digits) != 2)
        return false;
    t->how = HOW_DIGITS;
    t->tongue = TONGUE_DE;
    t->digits = str_fmt(a, "%c%c", tens->digits[0], unit->digits[0]);
    return true;
}

/* The value of a decimal digit in ASCII or Devanagari, its bytes in *ret_n; -1: none. */
static int digit_at(struct str s, size_t i, size_t *ret_n)
{
    unsigned char c = (unsigned char)s.p[i];

    *ret_n = 1;
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c == 0xe0 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0xa5 &&
        (unsigned char)s.p[i + 2] >= 0xa6 && (unsigned char)s.p[i + 2] <= 0xaf) {
        *ret_n = 3;
        return (unsigned char)s.p[i + 2] - 0xa6;
    }
    return -1;
}

/* Digits with marks between: "4111-1111", "(020)", "12/27", "3rd". */
static bool written(struct arena *a, struct token *t)
{
    struct buf b = buf_new(a, 200);
    size_t i = 0, n;

    while (i < t->text.n) {
        int d = digit_at(t->text, i, &n);

        if (d < 0 && !strchr("-./()+,:_#*", t->text.p[i]))
            break;
        if (d >= 0)
            buf_char(&b, (char)('0' + d));
        else if (strchr("(-)", t->text.p[i]))
            t->grouped = true;
        i += n;
    }
    if (i < t->text.n) {
        struct str end = str_sub(t->text, i, t->text.n);

        t->ordinal = str_is(end, "st") || str_is(end, "nd") || str_is(end, "rd") || str_is(end, "th");
        if (!t->ordinal)
            return false;
    }
    if (!b.n)
        return false;
    t->how = HOW_DIGITS;
    t->digits = buf_str(&b);
    return true;
}

void number_word(struct arena *a, struct token *t)
{
    const struct entry *x = t->text.n ? entry_of(t->text) : NULL;

    if (x) {
        t->how = x->how;
        t->tongue = x->tongue;
        t->doubtful = x->doubtful;
        t->ordinal = x->ordinal;
        t->digits = str_of(x->digits);
        return;
    }
    if (t->text.n && !written(a, t) && !hyphenated(a, t))
        german(a, t);
}

char spelled_letter(struct str word)
{
    static const char *const NATO[] = {
        "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india",
        "juliet", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo",
        "sierra", "tango", "uniform", "victor", "whiskey", "x-ray", "yankee", "zulu"};

    if (word.n == 1 && word.p[0] >= 'a' && word.p[0] <= 'z')
        return (char)(word.p[0] - 32);
    for (size_t i = 0; i < 26; i++)
        if (str_is(word, NATO[i]))
            return (char)('A' + i);
    return str_is(word, "alfa") ? 'A' : str_is(word, "juliett") ? 'J' : str_is(word, "xray") ? 'X' : 0;
}

bool is_month(struct str word)
{
    static const char *const MONTHS[] = {
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december", "jan", "feb", "apr", "jun", "jul", "aug", "sep", "sept",
        "oct", "nov", "dec", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
        "septiembre", "octubre", "noviembre", "diciembre", "januar", "februar", "m\xc3\xa4rz", "mai",
        "juni", "juli", "oktober", "dezember", "janvier", "f\xc3\xa9vrier", "mars", "avril", "juin",
        "juillet", "ao\xc3\xbbt", "septembre", "octobre", "novembre", ("d\xc3\xa9" "cembre")};

    for (size_t i = 0; i < sizeof MONTHS / sizeof *MONTHS; i++)
        if (str_is(word, MONTHS[i]))
            return true;
    return false;
}
