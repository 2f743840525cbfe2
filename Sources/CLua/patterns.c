// Lua's patterns with a budget.
//
// The matcher of the standard library backtracks without ever looking at the clock: 25 optional items on 25 letters keep it busy for seconds,
// and no hook fires meanwhile. This one has the same language, the same results and the same messages, counts its steps, looks at the run's
// flag every few thousand of them, and gives up on a pattern that costs more than a hundred million. (Reference manual 5.4, section 6.4.1.)

#define _GNU_SOURCE
#include <ctype.h>
#include <stdlib.h>

#include "internal.h"

enum { UNFINISHED = -1, POSITION = -2, DEEPEST = 200, MOST_CAPTURES = 32, CHECK_EVERY = 1 << 14 };

typedef struct {
    const char *start;
    ptrdiff_t length;
} capture;

typedef struct {
    lua_State *L;
    struct mst_state *s;
    const char *text, *text_end, *pattern_end;
    int64_t steps, next_check;
    int depth;
    int level;
    capture captures[MOST_CAPTURES];
} matcher;

static const char *match_here(matcher *m, const char *at, const char *p);

static void prepare(matcher *m, lua_State *L, const char *text, size_t length, const char *pattern_end) {
    m->L = L;
    m->s = mst_of(L);
    m->text = text;
    m->text_end = text + length;
    m->pattern_end = pattern_end;
    m->steps = 100000000 + 64 * (int64_t)length;
    m->next_check = m->steps - CHECK_EVERY;
    m->depth = DEEPEST;
    m->level = 0;
}

static __attribute__((noinline)) void check_budget(matcher *m) {
    m->next_check = m->steps - CHECK_EVERY;
    mst_checkpoint(m->L);
    if (m->steps <= 0) luaL_error(m->L, "pattern too complex (it backtracks too much on this string)");
}

static inline void spend(matcher *m, int64_t steps) {
    m->steps -= steps;
    if (m->steps < m->next_check) check_budget(m);
}

// MARK: Single characters

/// The end of the item that starts at `p`.
static const char *item_end(matcher *m, const char *p) {
    char c = *p++;
    if (c == '%') {
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (c != '[') return p;
    if (*p == '^') p++;
    // The first character of a set may be ']' itself.
    do {
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == '%' && p < m->pattern_end) p++;
    } while (*p != ']');
    return p + 1;
}

static bool in_class(int c, int class) {
    bool result;
    switch (class | 0x20) {
    case 'a': result = isalpha(c); break;
    case 'c': result = iscntrl(c); break;
    case 'd': result = isdigit(c); break;
    case 'g': result = isgraph(c); break;
    case 'l': result = islower(c); break;
    case 'p': result = ispunct(c); break;
    case 's': result = isspace(c); break;
    case 'u': result = isupper(c); break;
    case 'w': result = isalnum(c); break;
    case 'x': result = isxdigit(c); break;
    default: return class == c;
    }
    if (!isalpha(class)) return class == c;
    return isupper(class) ? !result : result;
}

/// Whether `c` is in the set from '[' at `p` to ']' at `last`.
static bool in_set(int c, const char *p, const char *last) {
    bool inside = true;
    if (p[1] == '^') {
        inside = false;
        p++;
    }
    while (++p < last) {
        if (*p == '%') {
            p++;
            if (in_class(c, (unsigned char)*p)) return inside;
        } else if (p[1] == '-' && p + 2 < last) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return inside;
        } else if ((unsigned char)*p == c) {
            return inside;
        }
    }
    return !inside;
}

static inline bool matches_one(const matcher *m, const char *at, const char *p, const char *end) {
    if (at >= m->text_end) return false;
    int c = (unsigned char)*at;
    switch (*p) {
    case '.': return true;
    case '%': return in_class(c, (unsigned char)p[1]);
    case '[': return in_set(c, p, end - 1);
    default: return (unsigned char)*p == c;
    }
}

// MARK: Compound items

static const char *match_balance(matcher *m, const char *at, const char *p) {
    if (p >= m->pattern_end - 1) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (at >= m->text_end || *at != *p) return NULL;
    char open = *p, close = p[1];
    int nesting = 1;
    for (const char *c = at + 1; c < m->text_end; c++) {
        if (*c == close) {
            if (--nesting == 0) {
                spend(m, c - at);
                return c + 1;
            }
        } else if (*c == open) {
            nesting++;
        }
    }
    spend(m, m->text_end - at);
    return NULL;
}

static const char *match_most(matcher *m, const char *at, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (matches_one(m, at + count, p, end)) count++;
    spend(m, count);
    for (; count >= 0; count--) {
        spend(m, 1);
        const char *result = match_here(m, at + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *match_least(matcher *m, const char *at, const char *p, const char *end) {
    for (;;) {
        spend(m, 1);
        const char *result = match_here(m, at, end + 1);
        if (result) return result;
        if (!matches_one(m, at, p, end)) return NULL;
        at++;
    }
}

static const char *open_capture(matcher *m, const char *at, const char *p, ptrdiff_t what) {
    if (m->level >= MOST_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level] = (capture){at, what};
    m->level++;
    const char *result = match_here(m, at, p);
    if (!result) m->level--;
    return result;
}

static const char *close_capture(matcher *m, const char *at, const char *p) {
    int level = m->level - 1;
    while (level >= 0 && m->captures[level].length != UNFINISHED) level--;
    if (level < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[level].length = at - m->captures[level].start;
    const char *result = match_here(m, at, p);
    if (!result) m->captures[level].length = UNFINISHED;
    return result;
}

static const char *match_back_reference(matcher *m, const char *at, int digit) {
    int level = digit - '1';
    if (level < 0 || level >= m->level || m->captures[level].length == UNFINISHED) {
        luaL_error(m->L, "invalid capture index %%%d", level + 1);
    }
    // A position capture stands for no text; its length, taken as unsigned, is longer than any.
    size_t length = (size_t)m->captures[level].length;
    if ((size_t)(m->text_end - at) < length || memcmp(m->captures[level].start, at, length) != 0) return NULL;
    return at + length;
}

static const char *match_items(matcher *m, const char *at, const char *p) {
    while (p != m->pattern_end) {
        spend(m, 1);
        switch (*p) {
        case '(': return p[1] == ')' ? open_capture(m, at, p + 2, POSITION) : open_capture(m, at, p + 1, UNFINISHED);
        case ')': return close_capture(m, at, p + 1);
        case '$':
            if (p + 1 == m->pattern_end) return at == m->text_end ? at : NULL;
            break;
        case '%':
            switch (p[1]) {
            case 'b':
                at = match_balance(m, at, p + 2);
                if (!at) return NULL;
                p += 4;
                continue;
            case 'f': {
                p += 2;
                if (*p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
                const char *end = item_end(m, p);
                int before = at == m->text ? 0 : (unsigned char)at[-1];
                int after = at == m->text_end ? 0 : (unsigned char)*at;
                if (in_set(before, p, end - 1) || !in_set(after, p, end - 1)) return NULL;
                p = end;
                continue;
            }
            case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
                at = match_back_reference(m, at, (unsigned char)p[1]);
                if (!at) return NULL;
                p += 2;
                continue;
            default: break;
            }
            break;
        default: break;
        }
        const char *end = item_end(m, p);
        switch (*end) {
        case '?':
            if (matches_one(m, at, p, end)) {
                const char *result = match_here(m, at + 1, end + 1);
                if (result) return result;
            }
            p = end + 1;
            continue;
        case '+': return matches_one(m, at, p, end) ? match_most(m, at + 1, p, end) : NULL;
        case '*': return match_most(m, at, p, end);
        case '-': return match_least(m, at, p, end);
        default:
            if (!matches_one(m, at, p, end)) return NULL;
            at++;
            p = end;
        }
    }
    return at;
}

static const char *match_here(matcher *m, const char *at, const char *p) {
    if (m->depth-- == 0) luaL_error(m->L, "pattern too complex");
    const char *result = match_items(m, at, p);
    m->depth++;
    return result;
}

// MARK: Captures

/// Pushes capture `i`; the whole match from `start` to `end` when the pattern has none.
static void push_capture(matcher *m, int i, const char *start, const char *end) {
    if (i >= m->level) {
        if (i != 0) luaL_error(m->L, "invalid capture index %%%d", i + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t length = m->captures[i].length;
    if (length == UNFINISHED) luaL_error(m->L, "unfinished capture");
    if (length == POSITION) lua_pushinteger(m->L, m->captures[i].start - m->text + 1);
    else lua_pushlstring(m->L, m->captures[i].start, (size_t)length);
}

/// Pushes all captures and returns their number. Without captures it is the whole match, unless `start` is NULL.
static int push_captures(matcher *m, const char *start, const char *end) {
    int count = m->level == 0 && start ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, start, end);
    return count;
}

// MARK: find and match

static bool is_plain(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (strchr("^$*+?.([%-", pattern[i]) && pattern[i]) return false;
    }
    return true;
}

/// The zero-based start that an `init` argument means.
static size_t start_of(lua_State *L, int argument, size_t length) {
    lua_Integer init = luaL_optinteger(L, argument, 1);
    if (init > 0) return (size_t)init - 1;
    if (init == 0) return 0;
    if (init < -(lua_Integer)length) return 0;
    return (size_t)((lua_Integer)length + init);
}

static int find_or_match(lua_State *L, bool find) {
    size_t length, pattern_length;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t start = start_of(L, 3, length);
    if (start > length) {
        lua_pushnil(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || is_plain(pattern, pattern_length))) {
        const char *found = memmem(text + start, length - start, pattern, pattern_length);
        if (!found) {
            lua_pushnil(L);
            return 1;
        }
        lua_pushinteger(L, found - text + 1);
        lua_pushinteger(L, found - text + (lua_Integer)pattern_length);
        return 2;
    }
    matcher m;
    bool anchored = *pattern == '^';
    prepare(&m, L, text, length, pattern + pattern_length);
    const char *at = text + start;
    do {
        m.level = 0;
        m.depth = DEEPEST;
        const char *end = match_here(&m, at, pattern + anchored);
        if (end) {
            if (!find) return push_captures(&m, at, end);
            lua_pushinteger(L, at - text + 1);
            lua_pushinteger(L, end - text);
            return push_captures(&m, NULL, NULL) + 2;
        }
    } while (at++ < m.text_end && !anchored);
    lua_pushnil(L);
    return 1;
}

static int string_find(lua_State *L) { return find_or_match(L, true); }
static int string_match(lua_State *L) { return find_or_match(L, false); }

// MARK: gmatch

typedef struct {
    const char *at, *pattern, *last;
    matcher m;
} iteration;

static int gmatch_next(lua_State *L) {
    iteration *it = lua_touserdata(L, lua_upvalueindex(3));
    it->m.L = L;
    for (const char *at = it->at; at <= it->m.text_end; at++) {
        it->m.level = 0;
        it->m.depth = DEEPEST;
        const char *end = match_here(&it->m, at, it->pattern);
        if (end && end != it->last) {
            it->at = it->last = end;
            return push_captures(&it->m, at, end);
        }
    }
    return 0;
}

static int string_gmatch(lua_State *L) {
    size_t length, pattern_length;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t start = start_of(L, 3, length);
    if (start > length) start = length + 1;
    lua_settop(L, 2);
    iteration *it = lua_newuserdatauv(L, sizeof *it, 0);
    prepare(&it->m, L, text, length, pattern + pattern_length);
    it->at = text + start;
    it->pattern = pattern;
    it->last = NULL;
    lua_pushcclosure(L, gmatch_next, 3);
    return 1;
}

// MARK: gsub

static void add_template(matcher *m, luaL_Buffer *buffer, const char *start, const char *end, const char *template, size_t length) {
    const char *template_end = template + length;
    while (template < template_end) {
        const char *percent = memchr(template, '%', (size_t)(template_end - template));
        if (!percent) percent = template_end;
        luaL_addlstring(buffer, template, (size_t)(percent - template));
        if (percent == template_end) return;
        char c = percent + 1 < template_end ? percent[1] : 0;
        if (c == '%' && percent + 1 < template_end) {
            luaL_addchar(buffer, '%');
        } else if (c == '0') {
            luaL_addlstring(buffer, start, (size_t)(end - start));
        } else if (isdigit((unsigned char)c)) {
            int i = c - '1';
            if (i >= m->level && i != 0) luaL_error(m->L, "invalid capture index %%%d in replacement string", i + 1);
            push_capture(m, i, start, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(buffer);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
        template = percent + 2;
    }
}

/// Adds what replaces a match; returns whether anything changed.
static bool add_replacement(matcher *m, luaL_Buffer *buffer, const char *start, const char *end, int type) {
    lua_State *L = m->L;
    if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        size_t length;
        const char *template = lua_tolstring(L, 3, &length);
        add_template(m, buffer, start, end, template, length);
        return true;
    }
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, start, end), 1);
    } else {
        push_capture(m, 0, start, end);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(buffer, start, (size_t)(end - start));
        return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(buffer);
    return true;
}

static int string_gsub(lua_State *L) {
    size_t length, pattern_length;
    const char *text = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    int type = lua_type(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3, "string/function/table");
    bool anchored = *pattern == '^';
    if (anchored) pattern++;
    const char *pattern_end = anchored ? pattern + pattern_length - 1 : pattern + pattern_length;
    matcher m;
    prepare(&m, L, text, length, pattern_end);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    lua_Integer count = 0;
    bool changed = false;
    const char *at = text, *last = NULL;
    while (count < most) {
        m.level = 0;
        m.depth = DEEPEST;
        const char *end = match_here(&m, at, pattern);
        if (end && end != last) {
            count++;
            changed |= add_replacement(&m, &buffer, at, end, type);
            at = last = end;
        } else if (at < m.text_end) {
            luaL_addchar(&buffer, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    if (changed) {
        luaL_addlstring(&buffer, at, (size_t)(m.text_end - at));
        luaL_pushresult(&buffer);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, count);
    return 2;
}

/// Replaces the functions in the table on top of the stack.
void mst_open_patterns(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
