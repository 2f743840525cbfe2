// Values that Lua has no type for: exact decimals, dates, timestamps, and the null that a table can hold.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

typedef __int128 int128;
typedef unsigned __int128 uint128;

enum { MOST_DIGITS = 38 };
#define MICROSECONDS_PER_DAY INT64_C(86400000000)

// MARK: Telling userdata apart

mst_userdata_kind mst_kind_of(lua_State *L, struct mst_state *s, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return MST_UD_OTHER;
    const void *metatable = lua_topointer(L, -1);
    lua_pop(L, 1);
    if (metatable == s->row_metatable) return MST_UD_ROW;
    if (metatable == s->decimal_metatable) return MST_UD_DECIMAL;
    if (metatable == s->date_metatable) return MST_UD_DATE;
    if (metatable == s->timestamp_metatable) return MST_UD_TIMESTAMP;
    if (metatable == s->null_metatable) return MST_UD_NULL;
    return MST_UD_OTHER;
}

static void push_typed(lua_State *L, int metatable_ref) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, metatable_ref);
    lua_setmetatable(L, -2);
}

// MARK: Decimals

static int128 power_of_ten(int digits) {
    int128 power = 1;
    while (digits-- > 0) power *= 10;
    return power;
}

static int128 unscaled(const mst_decimal *d) { return (int128)mst_join(d->low, d->high); }

/// Pushes a value of up to 38 digits; raises when it has more.
static int push_result(lua_State *L, int128 value, int scale) {
    if (value >= power_of_ten(MOST_DIGITS) || value <= -power_of_ten(MOST_DIGITS)) return luaL_error(L, "a decimal result needs more than 38 digits");
    mst_push_decimal(L, mst_of(L), (uint64_t)value, (uint64_t)((uint128)value >> 64), scale);
    return 1;
}

void mst_push_decimal(lua_State *L, struct mst_state *s, uint64_t low, uint64_t high, int scale) {
    mst_decimal *d = lua_newuserdatauv(L, sizeof *d, 0);
    *d = (mst_decimal){low, high, scale};
    push_typed(L, s->decimal_ref);
}

/// An operand of decimal arithmetic: a decimal or an integer.
static bool exact_operand(lua_State *L, int index, int128 *value, int *scale) {
    if (lua_isinteger(L, index)) {
        *value = lua_tointeger(L, index);
        *scale = 0;
        return true;
    }
    if (mst_kind_of(L, mst_of(L), index) != MST_UD_DECIMAL) return false;
    mst_decimal *d = lua_touserdata(L, index);
    *value = unscaled(d);
    *scale = d->scale;
    return true;
}

static double to_double(int128 value, int scale) {
    // strtod rounds once; a division of rounded operands would round twice.
    char text[64];
    char digits[48];
    int n = 0;
    uint128 rest = value < 0 ? -(uint128)value : (uint128)value;
    do digits[n++] = (char)('0' + (int)(rest % 10)); while (rest /= 10);
    int at = 0;
    if (value < 0) text[at++] = '-';
    while (n > 0) text[at++] = digits[--n];
    snprintf(text + at, sizeof text - (size_t)at, "e-%d", scale);
    return strtod(text, NULL);
}

static bool float_operand(lua_State *L, int index, double *value) {
    if (lua_type(L, index) == LUA_TNUMBER) {
        *value = lua_tonumber(L, index);
        return true;
    }
    int128 exact;
    int scale;
    if (!exact_operand(L, index, &exact, &scale)) return false;
    *value = to_double(exact, scale);
    return true;
}

static const char *value_name(lua_State *L, int index) {
    switch (mst_kind_of(L, mst_of(L), index)) {
    case MST_UD_DECIMAL: return "decimal";
    case MST_UD_DATE: return "date";
    case MST_UD_TIMESTAMP: return "timestamp";
    case MST_UD_NULL: return "null";
    case MST_UD_ROW: return "table";
    default: return luaL_typename(L, index);
    }
}

static int cannot(lua_State *L, const char *what) {
    return luaL_error(L, "attempt to %s a %s and a %s", what, value_name(L, 1), value_name(L, 2));
}

/// Brings two values to one scale; false when that takes too many digits.
static bool align(int128 *a, int *scale_a, int128 *b, int scale_b) {
    int difference = *scale_a - scale_b;
    int128 *smaller = difference > 0 ? b : a;
    int digits = difference > 0 ? difference : -difference;
    if (digits > MOST_DIGITS || __builtin_mul_overflow(*smaller, power_of_ten(digits), smaller)) return false;
    if (difference < 0) *scale_a = scale_b;
    return true;
}

static int too_large(lua_State *L) { return luaL_error(L, "a decimal result needs more than 38 digits"); }

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, FLOOR_DIVIDE, MODULO };

static double float_arithmetic(int operation, double a, double b) {
    switch (operation) {
    case ADD: return a + b;
    case SUBTRACT: return a - b;
    case MULTIPLY: return a * b;
    case DIVIDE: return a / b;
    case FLOOR_DIVIDE: return floor(a / b);
    default: {
        double m = fmod(a, b);
        return m * b < 0 ? m + b : m;
    }
    }
}

static int digit_count(int128 value) {
    uint128 rest = value < 0 ? -(uint128)value : (uint128)value;
    int digits = 1;
    while (rest /= 10) digits++;
    return digits;
}

/// Rounds half away from zero, as Spark does.
static int128 divide_rounded(int128 a, int128 b) {
    int128 quotient = a / b, rest = a % b;
    uint128 twice = (rest < 0 ? -(uint128)rest : (uint128)rest) * 2;
    if (twice >= (b < 0 ? -(uint128)b : (uint128)b)) quotient += (a < 0) == (b < 0) ? 1 : -1;
    return quotient;
}

static int128 floor_divide(int128 a, int128 b) {
    int128 quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// `a / b` with as many digits after the point as Spark's type rule gives, at least 6, fewer only where 38 digits do not suffice.
static int divide(lua_State *L, int128 a, int scale_a, int128 b, int scale_b) {
    int scale = scale_a + digit_count(b) + 1;
    if (scale < 6) scale = 6;
    if (scale > MOST_DIGITS) scale = MOST_DIGITS;
    for (;; scale--) {
        int shift = scale + scale_b - scale_a;
        int128 dividend, quotient;
        if (shift < 0) {
            int128 divisor;
            if (__builtin_mul_overflow(b, power_of_ten(-shift), &divisor)) return too_large(L);
            quotient = divide_rounded(a, divisor);
        } else if (shift <= MOST_DIGITS && !__builtin_mul_overflow(a, power_of_ten(shift), &dividend)) {
            quotient = divide_rounded(dividend, b);
        } else if (scale > 0) {
            continue;
        } else {
            return too_large(L);
        }
        if (digit_count(quotient) <= MOST_DIGITS) return push_result(L, quotient, scale);
        if (scale == 0) return too_large(L);
    }
}

static int arithmetic(lua_State *L, int operation, const char *what) {
    int128 a, b;
    int scale_a, scale_b;
    if (!exact_operand(L, 1, &a, &scale_a) || !exact_operand(L, 2, &b, &scale_b)) {
        double x, y;
        if (!float_operand(L, 1, &x) || !float_operand(L, 2, &y)) return cannot(L, what);
        lua_pushnumber(L, float_arithmetic(operation, x, y));
        return 1;
    }
    switch (operation) {
    case ADD:
    case SUBTRACT:
        if (!align(&a, &scale_a, &b, scale_b)) return too_large(L);
        if (operation == ADD ? __builtin_add_overflow(a, b, &a) : __builtin_sub_overflow(a, b, &a)) return too_large(L);
        return push_result(L, a, scale_a);
    case MULTIPLY:
        // Trailing zeros give way before anything is lost.
        while (scale_a + scale_b > MOST_DIGITS || __builtin_mul_overflow(a, b, &(int128){0})) {
            if (scale_a > 0 && a % 10 == 0) a /= 10, scale_a--;
            else if (scale_b > 0 && b % 10 == 0) b /= 10, scale_b--;
            else return too_large(L);
        }
        return push_result(L, a * b, scale_a + scale_b);
    case DIVIDE:
        if (b == 0) return luaL_error(L, "attempt to divide a decimal by zero");
        return divide(L, a, scale_a, b, scale_b);
    case FLOOR_DIVIDE:
        if (b == 0) return luaL_error(L, "attempt to perform 'n//0'");
        if (!align(&a, &scale_a, &b, scale_b)) return too_large(L);
        return push_result(L, floor_divide(a, b), 0);
    default:
        if (b == 0) return luaL_error(L, "attempt to perform 'n%%%%0'");
        if (!align(&a, &scale_a, &b, scale_b)) return too_large(L);
        return push_result(L, a - floor_divide(a, b) * b, scale_a);
    }
}

static int decimal_add(lua_State *L) { return arithmetic(L, ADD, "add"); }
static int decimal_subtract(lua_State *L) { return arithmetic(L, SUBTRACT, "subtract"); }
static int decimal_multiply(lua_State *L) { return arithmetic(L, MULTIPLY, "multiply"); }
static int decimal_divide(lua_State *L) { return arithmetic(L, DIVIDE, "divide"); }
static int decimal_floor_divide(lua_State *L) { return arithmetic(L, FLOOR_DIVIDE, "divide"); }
static int decimal_modulo(lua_State *L) { return arithmetic(L, MODULO, "take the remainder of"); }

static int decimal_power(lua_State *L) {
    double x, y;
    if (!float_operand(L, 1, &x) || !float_operand(L, 2, &y)) return cannot(L, "raise to a power");
    lua_pushnumber(L, y == 2 ? x * x : pow(x, y));
    return 1;
}

static int decimal_negate(lua_State *L) {
    mst_decimal *d = lua_touserdata(L, 1);
    return push_result(L, -unscaled(d), d->scale);
}

/// Negative, zero or positive; 2 when the operands do not compare (NaN), 3 when they are not numbers.
static int compare_decimals(lua_State *L) {
    int128 a, b;
    int scale_a, scale_b;
    if (exact_operand(L, 1, &a, &scale_a) && exact_operand(L, 2, &b, &scale_b)) {
        int128 whole_a = a, whole_b = b;
        int scale = scale_a;
        if (align(&whole_a, &scale, &whole_b, scale_b)) return whole_a < whole_b ? -1 : whole_a > whole_b;
        // One of them has so many digits before the point that the other's fraction cannot matter.
        int128 p = a / power_of_ten(scale_a), q = b / power_of_ten(scale_b);
        if (p != q) return p < q ? -1 : 1;
    }
    double x, y;
    if (!float_operand(L, 1, &x) || !float_operand(L, 2, &y)) return 3;
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
}

static int compare_failed(lua_State *L) { return luaL_error(L, "attempt to compare %s with %s", value_name(L, 1), value_name(L, 2)); }

static int decimal_less(lua_State *L) {
    int order = compare_decimals(L);
    if (order == 3) return compare_failed(L);
    lua_pushboolean(L, order == -1);
    return 1;
}

static int decimal_less_or_equal(lua_State *L) {
    int order = compare_decimals(L);
    if (order == 3) return compare_failed(L);
    lua_pushboolean(L, order == -1 || order == 0);
    return 1;
}

static int decimal_equal(lua_State *L) {
    lua_pushboolean(L, compare_decimals(L) == 0);
    return 1;
}

static size_t decimal_text(const mst_decimal *d, char *text) {
    int128 value = unscaled(d);
    uint128 rest = value < 0 ? -(uint128)value : (uint128)value;
    char digits[96];
    int n = 0;
    do digits[n++] = (char)('0' + (int)(rest % 10)); while ((rest /= 10) || n <= d->scale);
    size_t at = 0;
    if (value < 0) text[at++] = '-';
    while (n > 0) {
        if (n == d->scale) text[at++] = '.';
        text[at++] = digits[--n];
    }
    return at;
}

static int decimal_tostring(lua_State *L) {
    char text[128];
    lua_pushlstring(L, text, decimal_text(lua_touserdata(L, 1), text));
    return 1;
}

static mst_decimal *check_decimal(lua_State *L) {
    luaL_argexpected(L, mst_kind_of(L, mst_of(L), 1) == MST_UD_DECIMAL, 1, "decimal");
    return lua_touserdata(L, 1);
}

/// `d:tonumber()`: an integer where the value is one and fits, else the nearest float.
static int decimal_tonumber(lua_State *L) {
    mst_decimal *d = check_decimal(L);
    int128 value = unscaled(d), power = power_of_ten(d->scale);
    if (value % power == 0 && value / power >= INT64_MIN && value / power <= INT64_MAX) lua_pushinteger(L, (lua_Integer)(value / power));
    else lua_pushnumber(L, to_double(value, d->scale));
    return 1;
}

/// `d:round(n)`: the value with `n` digits after the point, half away from zero.
static int decimal_round(lua_State *L) {
    mst_decimal *d = check_decimal(L);
    lua_Integer digits = luaL_optinteger(L, 2, 0);
    luaL_argcheck(L, digits >= 0 && digits <= MOST_DIGITS, 2, "0 to 38 expected");
    int128 value = unscaled(d);
    if (digits >= d->scale) {
        if (__builtin_mul_overflow(value, power_of_ten((int)digits - d->scale), &value)) return too_large(L);
    } else {
        value = divide_rounded(value, power_of_ten(d->scale - (int)digits));
    }
    return push_result(L, value, (int)digits);
}

/// Concatenation of a value with a string or a number: its text.
static int concatenate(lua_State *L) {
    for (int i = 1; i <= 2; i++) {
        mst_userdata_kind kind = mst_kind_of(L, mst_of(L), i);
        bool has_text = lua_isstring(L, i) || kind == MST_UD_DECIMAL || kind == MST_UD_DATE || kind == MST_UD_TIMESTAMP;
        if (!has_text) return luaL_error(L, "attempt to concatenate a %s value", value_name(L, i));
    }
    luaL_tolstring(L, 1, NULL);
    luaL_tolstring(L, 2, NULL);
    lua_concat(L, 2);
    return 1;
}

/// Reads `[-+]digits[.digits]`; false for anything else.
static bool parse_decimal(const char *text, size_t length, int128 *value, int *scale) {
    size_t at = 0;
    bool negative = false, point = false, any = false;
    if (at < length && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    *value = 0;
    *scale = 0;
    for (; at < length; at++) {
        if (text[at] == '.' && !point) {
            point = true;
            continue;
        }
        if (text[at] < '0' || text[at] > '9') return false;
        if (digit_count(*value) >= MOST_DIGITS && *value != 0) return false;
        *value = *value * 10 + (text[at] - '0');
        *scale += point;
        any = true;
    }
    if (*scale > MOST_DIGITS) return false;
    if (negative) *value = -*value;
    return any;
}

/// `decimal(x)`: from an integer, or from text such as "12.50"; nil for text that is no decimal.
static int make_decimal(lua_State *L) {
    int128 value;
    int scale;
    if (exact_operand(L, 1, &value, &scale)) return push_result(L, value, scale);
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    if (!parse_decimal(text, length, &value, &scale)) {
        lua_pushnil(L);
        return 1;
    }
    return push_result(L, value, scale);
}

// MARK: Calendar

typedef struct {
    int64_t year;
    int month, day, hour, minute, second, microsecond;
} moment;

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/// The proleptic Gregorian date of a day count: 400-year eras of 146,097 days that begin on 1 March.
static void civil_of_days(int64_t days, moment *m) {
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    m->day = (int)(day_of_year - (153 * shifted_month + 2) / 5) + 1;
    m->month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    m->year = year_of_era + era * 400 + (m->month <= 2);
}

static int64_t days_of_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void moment_of_microseconds(int64_t microseconds, moment *m) {
    int64_t days = floor_div(microseconds, MICROSECONDS_PER_DAY);
    int64_t rest = microseconds - days * MICROSECONDS_PER_DAY;
    civil_of_days(days, m);
    m->microsecond = (int)(rest % 1000000);
    rest /= 1000000;
    m->second = (int)(rest % 60);
    m->minute = (int)(rest / 60 % 60);
    m->hour = (int)(rest / 3600);
}

/// Microseconds since the epoch of a date or a timestamp at `index`; false for anything else, or out of range.
static bool microseconds_at(lua_State *L, int index, int64_t *microseconds) {
    switch (mst_kind_of(L, mst_of(L), index)) {
    case MST_UD_DATE: return !__builtin_mul_overflow((int64_t)((mst_date *)lua_touserdata(L, index))->days, MICROSECONDS_PER_DAY, microseconds);
    case MST_UD_TIMESTAMP:
        *microseconds = ((mst_timestamp *)lua_touserdata(L, index))->microseconds;
        return true;
    default: return false;
    }
}

void mst_push_date(lua_State *L, struct mst_state *s, int32_t days) {
    mst_date *d = lua_newuserdatauv(L, sizeof *d, 0);
    d->days = days;
    push_typed(L, s->date_ref);
}

void mst_push_timestamp(lua_State *L, struct mst_state *s, int64_t microseconds) {
    mst_timestamp *t = lua_newuserdatauv(L, sizeof *t, 0);
    t->microseconds = microseconds;
    push_typed(L, s->timestamp_ref);
}

static bool moment_at(lua_State *L, int index, moment *m) {
    if (mst_kind_of(L, mst_of(L), index) == MST_UD_DATE) {
        *m = (moment){0};
        civil_of_days(((mst_date *)lua_touserdata(L, index))->days, m);
        return true;
    }
    int64_t microseconds;
    if (!microseconds_at(L, index, &microseconds)) return false;
    moment_of_microseconds(microseconds, m);
    return true;
}

static int add_year(char *text, size_t size, int64_t year) {
    return year < 0 ? snprintf(text, size, "-%04lld", (long long)-year) : snprintf(text, size, "%04lld", (long long)year);
}

static int time_tostring(lua_State *L) {
    moment m;
    if (!moment_at(L, 1, &m)) return luaL_error(L, "date or timestamp expected");
    char text[64];
    int n = add_year(text, sizeof text, m.year);
    n += snprintf(text + n, sizeof text - (size_t)n, "-%02d-%02d", m.month, m.day);
    if (mst_kind_of(L, mst_of(L), 1) == MST_UD_TIMESTAMP) {
        n += snprintf(text + n, sizeof text - (size_t)n, " %02d:%02d:%02d", m.hour, m.minute, m.second);
        if (m.microsecond) {
            n += snprintf(text + n, sizeof text - (size_t)n, ".%06d", m.microsecond);
            while (text[n - 1] == '0') n--;
        }
    }
    lua_pushlstring(L, text, (size_t)n);
    return 1;
}

/// The ISO 8601 week and its year.
static void iso_week(const moment *m, int day_of_year, int weekday, int64_t *year, int *week) {
    int monday_based = (weekday + 6) % 7;
    int w = (day_of_year - monday_based + 9) / 7;
    *year = m->year;
    if (w < 1) {
        (*year)--;
        int64_t start = days_of_civil(*year, 1, 1);
        int last = (int)(days_of_civil(*year, 12, 31) - start);
        int last_weekday = (int)(((days_of_civil(*year, 12, 31) + 4) % 7 + 7) % 7);
        w = (last - (last_weekday + 6) % 7 + 9) / 7;
    } else if (w == 53) {
        int64_t next = days_of_civil(m->year + 1, 1, 1);
        int next_weekday = (int)(((next + 4) % 7 + 7) % 7);
        if ((next_weekday + 6) % 7 <= 3) {
            (*year)++;
            w = 1;
        }
    }
    *week = w;
}

/// `t:format("%Y-%m-%d")`: the directives of C99's strftime in UTC and the C locale, and `%f` for microseconds.
static int time_format(lua_State *L) {
    static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                                         "August", "September", "October", "November", "December"};
    moment m;
    if (!moment_at(L, 1, &m)) return luaL_typeerror(L, 1, "date or timestamp");
    size_t length;
    const char *format = luaL_optlstring(L, 2, "%Y-%m-%d", &length);
    int64_t days = days_of_civil(m.year, m.month, m.day);
    int weekday = (int)(((days + 4) % 7 + 7) % 7);
    int day_of_year = (int)(days - days_of_civil(m.year, 1, 1));
    int hour12 = m.hour % 12 ? m.hour % 12 : 12;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    char text[64];
    for (size_t i = 0; i < length; i++) {
        if (format[i] != '%') {
            luaL_addchar(&buffer, format[i]);
            continue;
        }
        int n = 0;
        int64_t week_year;
        int week;
        switch (++i < length ? format[i] : 0) {
        case 'Y': n = add_year(text, sizeof text, m.year); break;
        case 'y': n = snprintf(text, sizeof text, "%02d", (int)((m.year % 100 + 100) % 100)); break;
        case 'C': n = snprintf(text, sizeof text, "%02d", (int)floor_div(m.year, 100)); break;
        case 'm': n = snprintf(text, sizeof text, "%02d", m.month); break;
        case 'd': n = snprintf(text, sizeof text, "%02d", m.day); break;
        case 'e': n = snprintf(text, sizeof text, "%2d", m.day); break;
        case 'H': n = snprintf(text, sizeof text, "%02d", m.hour); break;
        case 'I': n = snprintf(text, sizeof text, "%02d", hour12); break;
        case 'M': n = snprintf(text, sizeof text, "%02d", m.minute); break;
        case 'S': n = snprintf(text, sizeof text, "%02d", m.second); break;
        case 'f': n = snprintf(text, sizeof text, "%06d", m.microsecond); break;
        case 'p': n = snprintf(text, sizeof text, "%s", m.hour < 12 ? "AM" : "PM"); break;
        case 'j': n = snprintf(text, sizeof text, "%03d", day_of_year + 1); break;
        case 'A': n = snprintf(text, sizeof text, "%s", weekdays[weekday]); break;
        case 'a': n = snprintf(text, sizeof text, "%.3s", weekdays[weekday]); break;
        case 'B': n = snprintf(text, sizeof text, "%s", months[m.month - 1]); break;
        case 'b':
        case 'h': n = snprintf(text, sizeof text, "%.3s", months[m.month - 1]); break;
        case 'u': n = snprintf(text, sizeof text, "%d", weekday ? weekday : 7); break;
        case 'w': n = snprintf(text, sizeof text, "%d", weekday); break;
        case 'U': n = snprintf(text, sizeof text, "%02d", (day_of_year + 7 - weekday) / 7); break;
        case 'W': n = snprintf(text, sizeof text, "%02d", (day_of_year + 7 - (weekday + 6) % 7) / 7); break;
        case 'V':
            iso_week(&m, day_of_year, weekday, &week_year, &week);
            n = snprintf(text, sizeof text, "%02d", week);
            break;
        case 'G':
            iso_week(&m, day_of_year, weekday, &week_year, &week);
            n = add_year(text, sizeof text, week_year);
            break;
        case 'g':
            iso_week(&m, day_of_year, weekday, &week_year, &week);
            n = snprintf(text, sizeof text, "%02d", (int)((week_year % 100 + 100) % 100));
            break;
        case 'F':
            n = add_year(text, sizeof text, m.year);
            n += snprintf(text + n, sizeof text - (size_t)n, "-%02d-%02d", m.month, m.day);
            break;
        case 'D':
        case 'x': n = snprintf(text, sizeof text, "%02d/%02d/%02d", m.month, m.day, (int)((m.year % 100 + 100) % 100)); break;
        case 'T':
        case 'X': n = snprintf(text, sizeof text, "%02d:%02d:%02d", m.hour, m.minute, m.second); break;
        case 'R': n = snprintf(text, sizeof text, "%02d:%02d", m.hour, m.minute); break;
        case 'r': n = snprintf(text, sizeof text, "%02d:%02d:%02d %s", hour12, m.minute, m.second, m.hour < 12 ? "AM" : "PM"); break;
        case 'c':
            n = snprintf(text, sizeof text, "%.3s %.3s %2d %02d:%02d:%02d ", weekdays[weekday], months[m.month - 1], m.day, m.hour, m.minute, m.second);
            n += add_year(text + n, sizeof text - (size_t)n, m.year);
            break;
        case 's': n = snprintf(text, sizeof text, "%lld", (long long)(days * 86400 + m.hour * 3600 + m.minute * 60 + m.second)); break;
        case 'z': n = snprintf(text, sizeof text, "+0000"); break;
        case 'Z': n = snprintf(text, sizeof text, "UTC"); break;
        case 'n': n = snprintf(text, sizeof text, "\n"); break;
        case 't': n = snprintf(text, sizeof text, "\t"); break;
        case '%': n = snprintf(text, sizeof text, "%%"); break;
        default: return luaL_error(L, "unknown directive '%%%c' in format '%s'", i < length ? format[i] : ' ', format);
        }
        luaL_addlstring(&buffer, text, (size_t)n);
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int time_index(lua_State *L) {
    moment m;
    if (lua_type(L, 2) != LUA_TSTRING || !moment_at(L, 1, &m)) return 0;
    const char *key = lua_tostring(L, 2);
    if (strcmp(key, "format") == 0) {
        lua_pushcfunction(L, time_format);
        return 1;
    }
    if (strcmp(key, "year") == 0) lua_pushinteger(L, m.year);
    else if (strcmp(key, "month") == 0) lua_pushinteger(L, m.month);
    else if (strcmp(key, "day") == 0) lua_pushinteger(L, m.day);
    else if (strcmp(key, "hour") == 0) lua_pushinteger(L, m.hour);
    else if (strcmp(key, "minute") == 0) lua_pushinteger(L, m.minute);
    else if (strcmp(key, "second") == 0) lua_pushinteger(L, m.second);
    else if (strcmp(key, "microsecond") == 0) lua_pushinteger(L, m.microsecond);
    else return luaL_error(L, "a %s has no '%s' (it has year, month, day, hour, minute, second, microsecond and format)", value_name(L, 1), key);
    return 1;
}

static int time_less(lua_State *L) {
    int64_t a, b;
    if (!microseconds_at(L, 1, &a) || !microseconds_at(L, 2, &b)) return compare_failed(L);
    lua_pushboolean(L, a < b);
    return 1;
}

static int time_less_or_equal(lua_State *L) {
    int64_t a, b;
    if (!microseconds_at(L, 1, &a) || !microseconds_at(L, 2, &b)) return compare_failed(L);
    lua_pushboolean(L, a <= b);
    return 1;
}

static int time_equal(lua_State *L) {
    int64_t a, b;
    lua_pushboolean(L, microseconds_at(L, 1, &a) && microseconds_at(L, 2, &b) && a == b);
    return 1;
}

/// Moves a date by whole days, a timestamp by seconds.
static int shift(lua_State *L, int time, int amount, int sign) {
    if (mst_kind_of(L, mst_of(L), time) == MST_UD_DATE) {
        int exact;
        lua_Integer days = lua_tointegerx(L, amount, &exact);
        if (!exact || lua_type(L, amount) != LUA_TNUMBER) return luaL_error(L, "a date moves by whole days, not by a %s", lua_type(L, amount) == LUA_TNUMBER ? "fraction" : value_name(L, amount));
        int64_t result;
        if (__builtin_mul_overflow(days, sign, &result) || __builtin_add_overflow(result, ((mst_date *)lua_touserdata(L, time))->days, &result)
            || result != (int32_t)result) {
            return luaL_error(L, "the date is out of range");
        }
        mst_push_date(L, mst_of(L), (int32_t)result);
        return 1;
    }
    if (lua_type(L, amount) != LUA_TNUMBER) return luaL_error(L, "a timestamp moves by seconds, not by a %s", value_name(L, amount));
    int64_t microseconds;
    if (lua_isinteger(L, amount)) {
        if (__builtin_mul_overflow((int64_t)lua_tointeger(L, amount), INT64_C(1000000), &microseconds)) return luaL_error(L, "the timestamp is out of range");
    } else {
        double seconds = lua_tonumber(L, amount) * 1e6;
        if (!(seconds > -9.2e18 && seconds < 9.2e18)) return luaL_error(L, "the timestamp is out of range");
        microseconds = (int64_t)llround(seconds);
    }
    int64_t result;
    int64_t start = ((mst_timestamp *)lua_touserdata(L, time))->microseconds;
    if (sign > 0 ? __builtin_add_overflow(start, microseconds, &result) : __builtin_sub_overflow(start, microseconds, &result)) {
        return luaL_error(L, "the timestamp is out of range");
    }
    mst_push_timestamp(L, mst_of(L), result);
    return 1;
}

static bool is_time(lua_State *L, int index) {
    mst_userdata_kind kind = mst_kind_of(L, mst_of(L), index);
    return kind == MST_UD_DATE || kind == MST_UD_TIMESTAMP;
}

static int time_add(lua_State *L) {
    if (is_time(L, 1) && is_time(L, 2)) return cannot(L, "add");
    return is_time(L, 1) ? shift(L, 1, 2, 1) : shift(L, 2, 1, 1);
}

/// Days between dates; seconds between timestamps, an integer where they are whole.
static int time_subtract(lua_State *L) {
    if (!is_time(L, 1)) return cannot(L, "subtract");
    if (!is_time(L, 2)) return shift(L, 1, 2, -1);
    struct mst_state *s = mst_of(L);
    if (mst_kind_of(L, s, 1) == MST_UD_DATE && mst_kind_of(L, s, 2) == MST_UD_DATE) {
        lua_pushinteger(L, (lua_Integer)((mst_date *)lua_touserdata(L, 1))->days - ((mst_date *)lua_touserdata(L, 2))->days);
        return 1;
    }
    int64_t a, b, difference;
    if (!microseconds_at(L, 1, &a) || !microseconds_at(L, 2, &b) || __builtin_sub_overflow(a, b, &difference)) {
        return luaL_error(L, "the timestamps are too far apart");
    }
    if (difference % 1000000 == 0) lua_pushinteger(L, difference / 1000000);
    else lua_pushnumber(L, (double)difference / 1e6);
    return 1;
}

static bool take_number(const char **at, const char *end, int digits, int *value) {
    if (end - *at < digits) return false;
    *value = 0;
    for (int i = 0; i < digits; i++) {
        char c = *(*at)++;
        if (c < '0' || c > '9') return false;
        *value = *value * 10 + (c - '0');
    }
    return true;
}

/// Reads `YYYY-MM-DD` and, after a space or a T, `HH:MM[:SS[.ffffff]]` with `Z` or an offset; false for anything else.
static bool parse_time(const char *at, size_t length, int64_t *days, int64_t *microseconds, bool *has_time) {
    const char *end = at + length;
    int year, month, day, hour = 0, minute = 0, second = 0;
    if (!take_number(&at, end, 4, &year) || at == end || *at++ != '-' || !take_number(&at, end, 2, &month) || at == end || *at++ != '-'
        || !take_number(&at, end, 2, &day)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1) return false;
    int64_t month_start = days_of_civil(year, month, 1);
    int64_t next_start = month == 12 ? days_of_civil(year + 1, 1, 1) : days_of_civil(year, month + 1, 1);
    if (day > next_start - month_start) return false;
    *days = month_start + day - 1;
    *microseconds = 0;
    *has_time = at < end;
    if (at == end) return true;
    if (*at != ' ' && *at != 'T') return false;
    at++;
    if (!take_number(&at, end, 2, &hour) || at == end || *at++ != ':' || !take_number(&at, end, 2, &minute)) return false;
    if (at < end && *at == ':') {
        at++;
        if (!take_number(&at, end, 2, &second)) return false;
        if (at < end && *at == '.') {
            at++;
            int64_t unit = 100000;
            const char *start = at;
            for (; at < end && *at >= '0' && *at <= '9'; at++, unit /= 10) *microseconds += (*at - '0') * unit;
            if (at == start) return false;
        }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    *microseconds += ((int64_t)hour * 3600 + minute * 60 + second) * 1000000;
    if (at < end && *at == 'Z') {
        at++;
    } else if (at < end && (*at == '+' || *at == '-')) {
        int sign = *at++ == '+' ? 1 : -1, hours, minutes = 0;
        if (!take_number(&at, end, 2, &hours)) return false;
        if (at < end && *at == ':') at++;
        if (at < end && !take_number(&at, end, 2, &minutes)) return false;
        if (hours > 18 || minutes > 59) return false;
        *microseconds -= sign * ((int64_t)hours * 3600 + minutes * 60) * 1000000;
    }
    return at == end;
}

/// `date("2024-02-29")`, `date(2024, 2, 29)`, `date(timestamp)`; nil for text that is no date.
static int make_date(lua_State *L) {
    int64_t days, microseconds;
    bool has_time;
    struct mst_state *s = mst_of(L);
    if (is_time(L, 1)) {
        if (mst_kind_of(L, s, 1) == MST_UD_DATE) {
            lua_settop(L, 1);
            return 1;
        }
        days = floor_div(((mst_timestamp *)lua_touserdata(L, 1))->microseconds, MICROSECONDS_PER_DAY);
    } else if (lua_type(L, 1) == LUA_TNUMBER) {
        lua_Integer year = luaL_checkinteger(L, 1), month = luaL_checkinteger(L, 2), day = luaL_checkinteger(L, 3);
        luaL_argcheck(L, year >= -9999 && year <= 9999, 1, "year out of range");
        luaL_argcheck(L, month >= 1 && month <= 12, 2, "month out of range");
        luaL_argcheck(L, day >= 1 && day <= 31, 3, "day out of range");
        days = days_of_civil(year, (int)month, (int)day);
    } else {
        size_t length;
        const char *text = luaL_checklstring(L, 1, &length);
        if (!parse_time(text, length, &days, &microseconds, &has_time)) {
            lua_pushnil(L);
            return 1;
        }
    }
    mst_push_date(L, s, (int32_t)days);
    return 1;
}

/// `timestamp("2024-02-29T13:45:10Z")`, `timestamp(seconds)`, `timestamp(date)`; nil for text that is no timestamp.
static int make_timestamp(lua_State *L) {
    int64_t days, microseconds;
    bool has_time;
    struct mst_state *s = mst_of(L);
    if (is_time(L, 1)) {
        if (!microseconds_at(L, 1, &microseconds)) return luaL_error(L, "the timestamp is out of range");
    } else if (lua_type(L, 1) == LUA_TNUMBER) {
        double seconds = lua_tonumber(L, 1) * 1e6;
        if (!(seconds > -9.2e18 && seconds < 9.2e18)) return luaL_error(L, "the timestamp is out of range");
        microseconds = lua_isinteger(L, 1) ? (int64_t)(lua_tointeger(L, 1) * 1000000) : (int64_t)llround(seconds);
    } else {
        size_t length;
        const char *text = luaL_checklstring(L, 1, &length);
        if (!parse_time(text, length, &days, &microseconds, &has_time)) {
            lua_pushnil(L);
            return 1;
        }
        microseconds += days * MICROSECONDS_PER_DAY;
    }
    mst_push_timestamp(L, s, microseconds);
    return 1;
}

// MARK: Null

void mst_push_null(lua_State *L, struct mst_state *s) { lua_rawgeti(L, LUA_REGISTRYINDEX, s->null_ref); }

static int null_tostring(lua_State *L) {
    lua_pushliteral(L, "null");
    return 1;
}

// MARK: Opening

/// Makes a metatable with the given functions and name; leaves it on the stack and keeps it in the registry.
static const void *make_metatable(lua_State *L, const char *name, const luaL_Reg *functions, int *reference) {
    lua_newtable(L);
    if (functions) luaL_setfuncs(L, functions, 0);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    const void *metatable = lua_topointer(L, -1);
    lua_pushvalue(L, -1);
    *reference = luaL_ref(L, LUA_REGISTRYINDEX);
    return metatable;
}

void mst_open_values(lua_State *L, struct mst_state *s) {
    static const luaL_Reg decimal[] = {
        {"__add", decimal_add}, {"__sub", decimal_subtract}, {"__mul", decimal_multiply}, {"__div", decimal_divide},
        {"__idiv", decimal_floor_divide}, {"__mod", decimal_modulo}, {"__pow", decimal_power}, {"__unm", decimal_negate},
        {"__eq", decimal_equal}, {"__lt", decimal_less}, {"__le", decimal_less_or_equal}, {"__tostring", decimal_tostring},
        {"__concat", concatenate}, {NULL, NULL},
    };
    s->decimal_metatable = make_metatable(L, "decimal", decimal, &s->decimal_ref);
    static const luaL_Reg methods[] = {{"tonumber", decimal_tonumber}, {"round", decimal_round}, {"tostring", decimal_tostring}, {NULL, NULL}};
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    static const luaL_Reg time[] = {
        {"__add", time_add}, {"__sub", time_subtract}, {"__eq", time_equal}, {"__lt", time_less}, {"__le", time_less_or_equal},
        {"__tostring", time_tostring}, {"__concat", concatenate}, {"__index", time_index}, {NULL, NULL},
    };
    s->date_metatable = make_metatable(L, "date", time, &s->date_ref);
    s->timestamp_metatable = make_metatable(L, "timestamp", time, &s->timestamp_ref);
    lua_pop(L, 2);

    static const luaL_Reg null[] = {{"__tostring", null_tostring}, {NULL, NULL}};
    int metatable;
    s->null_metatable = make_metatable(L, "null", null, &metatable);
    lua_newuserdatauv(L, 0, 0);
    lua_insert(L, -2);
    lua_setmetatable(L, -2);
    s->null_ref = luaL_ref(L, LUA_REGISTRYINDEX);

    s->array_marker = make_metatable(L, "array", NULL, &s->array_ref);
    s->struct_marker = make_metatable(L, "struct", NULL, &s->struct_ref);
    s->map_marker = make_metatable(L, "map", NULL, &s->map_ref);
    lua_pop(L, 3);

    if (s->sandbox) {
        // See `MST_STACK_RESERVE`.
        const int references[] = {s->decimal_ref, s->date_ref, s->timestamp_ref};
        for (int i = 0; i < 3; i++) {
            lua_rawgeti(L, LUA_REGISTRYINDEX, references[i]);
            lua_pushnil(L);
            lua_setfield(L, -2, "__concat");
            lua_pop(L, 1);
        }
    }

    // `require "mastic.values"` gives the constructors.
    static const luaL_Reg constructors[] = {{"decimal", make_decimal}, {"date", make_date}, {"timestamp", make_timestamp}, {NULL, NULL}};
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    luaL_newlib(L, constructors);
    lua_setfield(L, -2, "mastic.values");
    lua_pop(L, 1);
}
