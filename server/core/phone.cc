// E.164 by libphonenumber, see phone.h. No exception may pass into C: what throws here (only memory
// running out can) ends the process, as it does everywhere else.
#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>
#include <unicode/timezone.h>

extern "C" {
#include "core/phone.h"
}

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace {

constexpr size_t SENT_MAX = 64;  // longer is no number, whatever it is
constexpr size_t DIGITS_MIN = 7; // fewer are an extension or a short code
constexpr size_t DIGITS_ABROAD = 11;
constexpr size_t TAIL = 9;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string text_of(struct str s)
{
    return s.p ? std::string(s.p, s.n) : std::string();
}

std::string digits_of(const std::string &s)
{
    std::string d;

    for (char c : s)
        if (is_digit(c))
            d += c;
    return d;
}

// Words typed on a keypad, as carriers send them where a caller hides: anonymous, restricted,
// unavailable, blocked, unknown, private, no caller id.
bool is_typed_word(const std::string &digits)
{
    static const char *const typed[] = {"266696687", "7378742833", "86282452253", "2562533",
                                        "8656696", "7748283", "464"};

    for (const char *t : typed)
        if (digits == t)
            return true;
    return false;
}

// What stands where a caller hides, in words.
bool is_withheld(const std::string &sent)
{
    static const char *const words[] = {"anonymous", "restricted", "unavailable", "unknown", "private",
                                        "withheld", "blocked", "nocallerid", "noname", "none", "null",
                                        "undefined", "hidden", "asserted", "privatenumber",
                                        "unknownnumber", "privatecaller", "unknowncaller"};
    std::string low;

    for (char c : sent)
        if (c != ' ' && c != '-' && c != '_' && c != '<' && c != '>' && c != '"')
            low += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (low.rfind("sip:", 0) == 0)
        low.erase(0, 4);
    low = low.substr(0, low.find('@'));
    for (const char *w : words)
        if (low == w)
            return true;
    return low.empty();
}

// Digits with what people put between them, an optional plus in front, nothing else.
bool is_plain(const std::string &s)
{
    for (size_t i = 0; i < s.size(); i++)
        if (!is_digit(s[i]) && !(s[i] == '+' && i == 0) && !memchr(" -./()", s[i], 6))
            return false;
    return true;
}

// In E.164 if `s` can be read so; empty otherwise.
std::string read_as(const std::string &s, const std::string &region, bool must_be_valid)
{
    const PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string e164;

    if (util->Parse(s, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR)
        return e164;
    if (must_be_valid ? !util->IsValidNumber(number) : !util->IsPossibleNumber(number))
        return e164;
    util->Format(number, PhoneNumberUtil::E164, &e164);
    return e164;
}

std::string normal(std::string s, const std::string &region)
{
    const std::string digits = digits_of(s);
    std::string e164;

    if (s[0] == '+')
        return read_as("+" + digits, "ZZ", false);
    if (digits.size() < DIGITS_MIN)
        return e164;
    if (region != "ZZ")
        e164 = read_as(s, region, true);
    if (e164.empty() && digits.compare(0, 2, "00") == 0)
        return read_as("+" + digits.substr(2), "ZZ", true);
    if (e164.empty() && digits.size() >= DIGITS_ABROAD && digits[0] != '0')
        return read_as("+" + digits, "ZZ", true);
    return e164;
}

} // namespace

enum phone_kind phone_normal(struct arena *a, struct str sent, struct str region,
                             struct str *ret_e164)
{
    const struct str trimmed = str_trim(sent);
    std::string s = text_of(trimmed), e164;

    *ret_e164 = str_n("", 0);
    if (s.size() > SENT_MAX)
        return PHONE_AS_SENT;
    if (is_withheld(s))
        return PHONE_WITHHELD;
    if (s.rfind("tel:", 0) == 0)
        s.erase(0, 4);
    if (s.empty() || !is_plain(s))
        return PHONE_AS_SENT;
    if (is_typed_word(digits_of(s)) && (s[0] == '+' || digits_of(s).size() > 3))
        return PHONE_WITHHELD;
    e164 = normal(s, phone_region_known(region) ? text_of(region) : "ZZ");
    // A key has to be its own key: "+43 00720..." would lose another zero each time it is read.
    if (e164.empty() || read_as(e164, "ZZ", false) != e164)
        return PHONE_AS_SENT;
    *ret_e164 = str_dup(a, str_n(e164.data(), e164.size()));
    return PHONE_E164;
}

bool phone_region_known(struct str region)
{
    if (region.n != 2 || region.p[0] < 'A' || region.p[0] > 'Z' || region.p[1] < 'A' ||
        region.p[1] > 'Z')
        return false;
    return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(text_of(region)) != 0;
}

struct str phone_region_of_zone(struct arena *a, struct str zone)
{
    UErrorCode status = U_ZERO_ERROR;
    char region[4] = "";
    const int32_t n = icu::TimeZone::getRegion(icu::UnicodeString::fromUTF8(text_of(zone)), region,
                                               sizeof region, status);
    const struct str found = str_n(region, n > 0 && n < 4 ? static_cast<size_t>(n) : 0);

    if (U_FAILURE(status) || !phone_region_known(found))
        return str_n("", 0);
    return str_dup(a, found);
}

struct str phone_tail(struct arena *a, struct str number)
{
    const std::string s = text_of(str_trim(number)), digits = digits_of(s);

    if (s.size() > SENT_MAX || !is_plain(s) || digits.size() < DIGITS_MIN)
        return str_n("", 0);
    return str_dup(a, str_n(digits.data() + digits.size() - DIGITS_MIN, DIGITS_MIN));
}

bool phone_alike(struct str x, struct str y)
{
    const std::string dx = digits_of(text_of(x)), dy = digits_of(text_of(y));
    size_t n = dx.size() < dy.size() ? dx.size() : dy.size();

    n = n < TAIL ? n : TAIL;
    return n >= DIGITS_MIN && dx.compare(dx.size() - n, n, dy, dy.size() - n, n) == 0;
}
