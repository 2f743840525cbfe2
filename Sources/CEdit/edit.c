#define _XOPEN_SOURCE 700
#include "mastic_edit.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define TEXT(x) #x
#define QUOTED(x) TEXT(x)

const char *mst_edit_version(void) { return QUOTED(LIBEDIT_MAJOR) "." QUOTED(LIBEDIT_MINOR); }

struct mst_edit {
    EditLine *line;
    void *context;
    int32_t (*answer)(void *context, int32_t key);
    wchar_t *prompt;
    char *text;
    size_t text_capacity;
    char *pasted;
    size_t pasted_length, pasted_capacity;
    bool is_pasting, was_return;
    /// The byte that ended a character before its time; -1 for none.
    int held;
    bool interrupted, closed;
    struct sigaction old_resize, old_end;
    /// Rows of the screen above the cursor's that the prompt and the text took when they were last drawn.
    int rows_above;
};

static volatile sig_atomic_t resized, ended;

static void note_resize(int signal) {
    (void)signal;
    resized = 1;
}

/// SIGTERM ends the input, so that the terminal is left as it was.
static void note_end(int signal) {
    (void)signal;
    ended = 1;
}

// MARK: UTF-8

/// Decodes one character; bytes that are none become U+FFFD, one at a time.
static uint32_t decode(const unsigned char *bytes, size_t length, size_t *used) {
    *used = 1;
    if (bytes[0] < 0x80) return bytes[0];
    size_t count = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc2 ? 2 : 0;
    if (!count || count > length || bytes[0] > 0xf4) return 0xfffd;
    uint32_t value = bytes[0] & (0xff >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0xfffd;
        value = value << 6 | (bytes[i] & 0x3f);
    }
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000) || (count == 3 && value < 0x800) || (count == 4 && value < 0x10000)) return 0xfffd;
    *used = count;
    return value;
}

static size_t encode(uint32_t value, char *out) {
    if (value < 0x80) {
        out[0] = (char)value;
        return 1;
    }
    if (value < 0x800) {
        out[0] = (char)(0xc0 | value >> 6);
        out[1] = (char)(0x80 | (value & 0x3f));
        return 2;
    }
    if (value < 0x10000) {
        out[0] = (char)(0xe0 | value >> 12);
        out[1] = (char)(0x80 | (value >> 6 & 0x3f));
        out[2] = (char)(0x80 | (value & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | value >> 18);
    out[1] = (char)(0x80 | (value >> 12 & 0x3f));
    out[2] = (char)(0x80 | (value >> 6 & 0x3f));
    out[3] = (char)(0x80 | (value & 0x3f));
    return 4;
}

/// The text as wide characters, and in `*cursor` the characters before that byte; NULL when memory is out.
static wchar_t *widen(const char *text, size_t length, size_t *cursor) {
    wchar_t *wide = malloc((length + 1) * sizeof *wide);
    if (!wide) return NULL;
    size_t count = 0, place = 0, mark = cursor ? *cursor : 0, found = 0;
    while (place < length) {
        if (place < mark) found = count + 1;
        size_t used;
        uint32_t value = decode((const unsigned char *)text + place, length - place, &used);
        wide[count++] = value ? (wchar_t)value : 0xfffd;
        place += used;
    }
    wide[count] = 0;
    if (cursor) *cursor = mark ? found : 0;
    return wide;
}

// MARK: Drawing

/// Rows from the prompt's to the cursor's, for a terminal of so many columns.
static int rows_to_cursor(mst_edit *edit) {
    struct winsize size;
    int columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    int row = 0, column = 0;
    bool hidden = false;
    for (const wchar_t *c = edit->prompt; c && *c; c++) {
        if (*c == 1) hidden = !hidden;
        else if (!hidden) column += wcwidth(*c) > 0 ? wcwidth(*c) : 0;
    }
    row += column / columns;
    column %= columns;
    const LineInfoW *info = el_wline(edit->line);
    for (const wchar_t *c = info->buffer; c < info->cursor; c++) {
        int width = *c == '\n' ? 0 : wcwidth(*c) < 0 ? 2 : wcwidth(*c);
        if (*c == '\n' || column + width > columns) {
            row++;
            column = 0;
        }
        column += width;
        if (column == columns) {
            row++;
            column = 0;
        }
    }
    return row;
}

/// Takes away what was drawn, as far as it is on the screen, and draws the text as it is now.
static void draw_anew(mst_edit *edit) {
    if (edit->rows_above > 0) fprintf(stdout, "\r\033[%dA\033[J", edit->rows_above);
    else fputs("\r\033[J", stdout);
    fflush(stdout);
    el_wset(edit->line, EL_REFRESH);
    edit->rows_above = rows_to_cursor(edit);
}

// MARK: Reading keys

/// Gives libedit a character, and draws anew when the terminal has changed its size.
static int read_character(EditLine *line, wchar_t *out) {
    mst_edit *edit = NULL;
    el_wget(line, EL_CLIENTDATA, &edit);
    unsigned char bytes[4];
    size_t have = 0;
    while (true) {
        if (ended) {
            if (edit) edit->closed = true;
            return 0;
        }
        if (edit && edit->held >= 0) {
            bytes[have++] = (unsigned char)edit->held;
            edit->held = -1;
            goto decoding;
        }
        if (resized) {
            resized = 0;
            // Terminals that wrap anew have done so by now.
            if (edit) edit->rows_above = rows_to_cursor(edit);
            el_resize(line);
            if (edit) draw_anew(edit);
        }
        struct pollfd input = {STDIN_FILENO, POLLIN, 0};
        int ready = poll(&input, 1, 250);
        if (ready < 0 && errno != EINTR) return -1;
        if (ready <= 0) continue;
        ssize_t count = read(STDIN_FILENO, bytes + have, 1);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count <= 0) {
            if (edit) edit->closed = true;
            return 0;
        }
        have++;
    decoding:;
        size_t wanted = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : bytes[0] >= 0xc0 ? 2 : 1;
        if (have > 1 && (bytes[have - 1] & 0xc0) != 0x80) {
            // What was begun is no character; the byte behind it begins another.
            if (edit) edit->held = bytes[have - 1];
            *out = 0xfffd;
            return 1;
        }
        if (have < wanted) continue;
        size_t used;
        uint32_t value = decode(bytes, have, &used);
        // The line feed is the word by which a text is done; what people type is a carriage return.
        if (edit && edit->is_pasting) {
            bool is_second = value == '\n' && edit->was_return;
            edit->was_return = value == '\r';
            if (is_second) {
                have = 0;
                continue;
            }
        }
        *out = value == '\n' ? '\r' : value ? (wchar_t)value : 0xfffd;
        return 1;
    }
}

static mst_edit *edit_of(EditLine *line) {
    mst_edit *edit = NULL;
    el_wget(line, EL_CLIENTDATA, &edit);
    return edit;
}

static unsigned char answer(EditLine *line, int32_t key) {
    mst_edit *edit = edit_of(line);
    if (!edit) return CC_ERROR;
    switch (edit->answer(edit->context, key)) {
    case MST_EDIT_ACCEPT: el_wpush(line, L"\n"); return CC_REFRESH;
    case MST_EDIT_REDRAW: return CC_REDISPLAY;
    case MST_EDIT_BEEP: return CC_REFRESH_BEEP;
    default: return CC_REFRESH;
    }
}

static unsigned char on_enter(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_ENTER); }
static unsigned char on_newline(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_NEWLINE); }
static unsigned char on_complete(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_COMPLETE); }
static unsigned char on_up(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_UP); }
static unsigned char on_down(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_DOWN); }
static unsigned char on_home(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_HOME); }
static unsigned char on_end(EditLine *line, int c) { (void)c; return answer(line, MST_EDIT_END); }

static unsigned char on_search(EditLine *line, int c) {
    (void)c;
    mst_edit *edit = edit_of(line);
    if (edit) edit->rows_above = rows_to_cursor(edit);
    return answer(line, MST_EDIT_SEARCH);
}

static unsigned char on_interrupt(EditLine *line, int c) {
    (void)c;
    mst_edit *edit = edit_of(line);
    if (edit) edit->interrupted = true;
    el_wpush(line, L"\n");
    return CC_REFRESH;
}

/// Ctrl-D: the end on an empty line, else what the Delete key does.
static unsigned char on_end_of_input(EditLine *line, int c) {
    (void)c;
    const LineInfoW *info = el_wline(line);
    if (info->lastchar == info->buffer) {
        mst_edit *edit = edit_of(line);
        if (edit) edit->closed = true;
        return CC_EOF;
    }
    if (info->cursor == info->lastchar) return CC_ERROR;
    el_cursor(line, 1);
    el_deletestr(line, 1);
    return CC_REFRESH;
}

/// Ctrl-Z: the process rests until its shell lets it go on.
static unsigned char on_suspend(EditLine *line, int c) {
    (void)c;
    el_wset(line, EL_PREP_TERM, 0);
    kill(0, SIGTSTP);
    el_wset(line, EL_PREP_TERM, 1);
    return CC_REDISPLAY;
}

/// What stands between the terminal's marks of a paste goes in as it is.
static unsigned char on_paste(EditLine *line, int c) {
    (void)c;
    mst_edit *edit = edit_of(line);
    if (!edit) return CC_ERROR;
    static const char end[] = "\033[201~";
    edit->pasted_length = 0;
    edit->is_pasting = true;
    edit->was_return = false;
    wchar_t character;
    while (read_character(line, &character) == 1) {
        if (edit->pasted_length + 8 > edit->pasted_capacity) {
            size_t capacity = edit->pasted_capacity ? edit->pasted_capacity * 2 : 4096;
            char *grown = realloc(edit->pasted, capacity);
            if (!grown) {
                edit->is_pasting = false;
                return CC_ERROR;
            }
            edit->pasted = grown;
            edit->pasted_capacity = capacity;
        }
        edit->pasted_length += encode(character == '\r' ? '\n' : (uint32_t)character, edit->pasted + edit->pasted_length);
        size_t length = edit->pasted_length;
        if (length >= sizeof end - 1 && memcmp(edit->pasted + length - (sizeof end - 1), end, sizeof end - 1) == 0) {
            edit->pasted_length = length - (sizeof end - 1);
            break;
        }
    }
    edit->is_pasting = false;
    while (edit->pasted_length > 0 && edit->pasted[edit->pasted_length - 1] == '\n') edit->pasted_length--;
    return answer(line, MST_EDIT_PASTE);
}

// MARK: Life

static wchar_t *prompt_of(EditLine *line) {
    mst_edit *edit = edit_of(line);
    static wchar_t none[] = L"";
    return edit && edit->prompt ? edit->prompt : none;
}

typedef unsigned char (*key_function)(EditLine *, int);

static void bind_keys(EditLine *line) {
    static const struct { const wchar_t *name; key_function function; } functions[] = {
        {L"mastic-enter", on_enter}, {L"mastic-newline", on_newline}, {L"mastic-complete", on_complete}, {L"mastic-up", on_up},
        {L"mastic-down", on_down}, {L"mastic-home", on_home}, {L"mastic-end", on_end}, {L"mastic-search", on_search},
        {L"mastic-interrupt", on_interrupt}, {L"mastic-eof", on_end_of_input}, {L"mastic-suspend", on_suspend}, {L"mastic-paste", on_paste},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        el_wset(line, EL_ADDFN, functions[i].name, L"a key of mastic", functions[i].function);
    }
    static const struct { const wchar_t *key, *name; } keys[] = {
        {L"^M", L"mastic-enter"}, {L"^J", L"ed-newline"}, {L"\\033^M", L"mastic-newline"}, {L"^I", L"mastic-complete"},
        {L"^P", L"mastic-up"}, {L"^N", L"mastic-down"}, {L"\\033[A", L"mastic-up"}, {L"\\033[B", L"mastic-down"}, {L"\\033OA", L"mastic-up"},
        {L"\\033OB", L"mastic-down"}, {L"\\033[C", L"ed-next-char"}, {L"\\033[D", L"ed-prev-char"}, {L"\\033OC", L"ed-next-char"},
        {L"\\033OD", L"ed-prev-char"}, {L"^A", L"mastic-home"}, {L"^E", L"mastic-end"}, {L"\\033[H", L"mastic-home"}, {L"\\033[F", L"mastic-end"},
        {L"\\033OH", L"mastic-home"}, {L"\\033OF", L"mastic-end"}, {L"\\033[1~", L"mastic-home"}, {L"\\033[4~", L"mastic-end"},
        {L"\\033[3~", L"ed-delete-next-char"}, {L"\\033[1;5C", L"em-next-word"}, {L"\\033[1;5D", L"ed-prev-word"}, {L"\\033f", L"em-next-word"},
        {L"\\033b", L"ed-prev-word"}, {L"\\033^?", L"ed-delete-prev-word"}, {L"^W", L"ed-delete-prev-word"}, {L"^U", L"vi-kill-line-prev"},
        {L"^R", L"mastic-search"}, {L"^C", L"mastic-interrupt"}, {L"^D", L"mastic-eof"}, {L"^Z", L"mastic-suspend"}, {L"^L", L"ed-clear-screen"},
        {L"\\033[200~", L"mastic-paste"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) el_wset(line, EL_BIND, keys[i].key, keys[i].name, NULL);
}

mst_edit *mst_edit_create(void *context, int32_t (*answer)(void *context, int32_t key)) {
    // Characters are drawn and measured by the locale; Debian always has this one.
    if (!setlocale(LC_CTYPE, "C.UTF-8") && !setlocale(LC_CTYPE, "")) return NULL;
    mst_edit *edit = calloc(1, sizeof *edit);
    if (!edit) return NULL;
    edit->held = -1;
    edit->context = context;
    edit->answer = answer;
    edit->line = el_init("mastic", stdin, stdout, stderr);
    if (!edit->line) {
        free(edit);
        return NULL;
    }
    EditLine *line = edit->line;
    el_wset(line, EL_CLIENTDATA, edit);
    el_wset(line, EL_SIGNAL, 0);
    el_wset(line, EL_EDITOR, L"emacs");
    el_wset(line, EL_PROMPT_ESC, prompt_of, L'\1');
    el_wset(line, EL_GETCFN, read_character);
    // Ctrl-C and Ctrl-Z are keys while a text is edited.
    el_wset(line, EL_SETTY, L"-d", L"-isig", NULL);
    bind_keys(line);
    return edit;
}

void mst_edit_free(mst_edit *edit) {
    if (!edit) return;
    el_end(edit->line);
    free(edit->prompt);
    free(edit->text);
    free(edit->pasted);
    free(edit);
}

void mst_edit_set_prompt(mst_edit *edit, const char *prompt) {
    wchar_t *wide = widen(prompt, strlen(prompt), NULL);
    if (!wide) return;
    free(edit->prompt);
    edit->prompt = wide;
}

int32_t mst_edit_read(mst_edit *edit) {
    struct sigaction action = {.sa_handler = note_resize};
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, &edit->old_resize);
    action.sa_handler = note_end;
    sigaction(SIGTERM, &action, &edit->old_end);
    // The terminal may have changed while something ran.
    resized = 0;
    el_resize(edit->line);
    edit->interrupted = edit->closed = false;
    fputs("\033[?2004h", stdout);
    fflush(stdout);
    int count = 0;
    const wchar_t *text = el_wgets(edit->line, &count);
    fputs("\033[?2004l", stdout);
    fflush(stdout);
    sigaction(SIGWINCH, &edit->old_resize, NULL);
    sigaction(SIGTERM, &edit->old_end, NULL);
    if (edit->interrupted) return MST_EDIT_INTERRUPTED;
    if (!text || count <= 0) return MST_EDIT_CLOSED;
    return MST_EDIT_TEXT;
}

// MARK: The text

const char *mst_edit_text(mst_edit *edit, size_t *length, size_t *cursor) {
    const LineInfoW *info = el_wline(edit->line);
    size_t count = (size_t)(info->lastchar - info->buffer);
    if (count * 4 + 1 > edit->text_capacity) {
        char *grown = realloc(edit->text, count * 4 + 1);
        if (!grown) {
            *length = *cursor = 0;
            return "";
        }
        edit->text = grown;
        edit->text_capacity = count * 4 + 1;
    }
    size_t place = 0;
    *cursor = 0;
    for (size_t i = 0; i < count; i++) {
        if (info->buffer + i == info->cursor) *cursor = place;
        place += encode((uint32_t)info->buffer[i], edit->text + place);
    }
    if (info->cursor >= info->lastchar) *cursor = place;
    edit->text[place] = 0;
    *length = place;
    return edit->text;
}

void mst_edit_replace(mst_edit *edit, const char *text, size_t length, size_t cursor) {
    size_t place = cursor < length ? cursor : length;
    wchar_t *wide = widen(text, length, &place);
    if (!wide) return;
    const LineInfoW *info = el_wline(edit->line);
    int old = (int)(info->lastchar - info->buffer);
    el_cursor(edit->line, old);
    el_deletestr(edit->line, old);
    if (*wide) el_winsertstr(edit->line, wide);
    info = el_wline(edit->line);
    el_cursor(edit->line, (int)place - (int)(info->cursor - info->buffer));
    free(wide);
}

const char *mst_edit_pasted(mst_edit *edit, size_t *length) {
    *length = edit->pasted_length;
    return edit->pasted ? edit->pasted : "";
}

// MARK: For those who read keys themselves

int32_t mst_edit_key(mst_edit *edit) {
    wchar_t character;
    return read_character(edit->line, &character) == 1 ? (int32_t)character : -1;
}

void mst_edit_push(mst_edit *edit, int32_t character) {
    wchar_t text[2] = {(wchar_t)character, 0};
    if (character > 0) el_wpush(edit->line, text);
}

void mst_edit_draw(mst_edit *edit) { draw_anew(edit); }

void mst_edit_leave(mst_edit *edit) {
    const LineInfoW *info = el_wline(edit->line);
    int left = (int)(info->lastchar - info->cursor);
    if (left > 0) {
        int row = rows_to_cursor(edit);
        el_cursor(edit->line, left);
        int last = rows_to_cursor(edit);
        el_cursor(edit->line, -left);
        if (last > row) fprintf(stdout, "\033[%dB", last - row);
    }
    fflush(stdout);
    if (write(STDOUT_FILENO, "\r\n", 2) < 0) return;
}

bool mst_edit_input_was_interrupted(void) {
    bool interrupted = ferror(stdin) && !feof(stdin);
    clearerr(stdin);
    return interrupted;
}
