#ifndef MASTIC_EDIT_H
#define MASTIC_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libedit's functions take variable arguments, which Swift cannot call; these take plain ones. Texts are UTF-8, whatever the environment's locale
// is, and places in them are bytes. libedit keeps the line and draws it; what its keys mean beyond moving and deleting is the host's.

/// The version of libedit that this was built against, for `mastic doctor`.
const char *mst_edit_version(void);

typedef struct mst_edit mst_edit;

/// The keys that the host answers.
enum {
    MST_EDIT_ENTER = 0,
    /// A line end is wanted whether the text is complete or not.
    MST_EDIT_NEWLINE,
    MST_EDIT_COMPLETE,
    MST_EDIT_UP,
    MST_EDIT_DOWN,
    MST_EDIT_HOME,
    MST_EDIT_END,
    MST_EDIT_SEARCH,
    MST_EDIT_INTERRUPT,
    /// Text was pasted; see `mst_edit_pasted`.
    MST_EDIT_PASTE,
};

/// What an answer does next.
enum {
    MST_EDIT_STAY = 0,
    /// The text is done.
    MST_EDIT_ACCEPT,
    /// The host wrote on the screen: the line is drawn again below.
    MST_EDIT_REDRAW,
    MST_EDIT_BEEP,
};

/// What reading a text ended with.
enum {
    MST_EDIT_TEXT = 0,
    MST_EDIT_INTERRUPTED,
    MST_EDIT_CLOSED,
};

/// Returns an editor on standard input and output, or NULL where there is no terminal that can be drawn on.
///
/// `answer` is called with `context` and one of the keys above, and returns one of the answers.
mst_edit *mst_edit_create(void *context, int32_t (*answer)(void *context, int32_t key));
void mst_edit_free(mst_edit *edit);

/// Sets what stands before the text. What stands between two bytes 1 is taken to have no width: colours.
void mst_edit_set_prompt(mst_edit *edit, const char *prompt);

/// Reads a text, which may have several lines. The text is then `mst_edit_text`.
int32_t mst_edit_read(mst_edit *edit);

/// The text so far, good until the next call; `cursor` is the place of the cursor in it.
const char *mst_edit_text(mst_edit *edit, size_t *length, size_t *cursor);
/// Puts another text in its place.
void mst_edit_replace(mst_edit *edit, const char *text, size_t length, size_t cursor);
/// What was pasted last, without the line end behind it.
const char *mst_edit_pasted(mst_edit *edit, size_t *length);

/// Waits for a key and gives its character, or -1 where there is no more input. Ctrl-C is the character 3.
int32_t mst_edit_key(mst_edit *edit);
/// Has a character read again.
void mst_edit_push(mst_edit *edit, int32_t character);
/// Draws the text as it is now, for those who read keys themselves.
void mst_edit_draw(mst_edit *edit);
/// Moves below the text, where the host may write.
void mst_edit_leave(mst_edit *edit);

/// Whether it was a signal that ended the last read of standard input through the C library; lets reading go on.
bool mst_edit_input_was_interrupted(void);

#endif
