#ifndef CPLATFORM_H
#define CPLATFORM_H

#include <spawn.h>

/// One step of a publication.
typedef enum {
    /// Renames `from` to `to`; fails with EEXIST when `to` exists.
    MST_MOVE_NEW = 0,
    /// Renames the folder `from` to `to`, which may be missing or an empty folder.
    MST_MOVE_FOLDER = 1,
    /// Swaps `from` and `to` in one step.
    MST_EXCHANGE = 2,
} mst_step_kind;

typedef struct {
    mst_step_kind kind;
    const char *from;
    const char *to;
} mst_step;

typedef struct {
    /// Steps done, from the first on.
    long done;
    /// errno of the step that failed; 0 when all are done.
    int error;
} mst_publish_result;

/// Runs the steps in order up to the first that fails.
///
/// With `detached`, a forked child in a session of its own runs them, so that a signal that kills the caller, SIGKILL included, stops between
/// no two of them; the call returns when the child has ended. The child keeps one of the caller's file descriptors open, and with it
/// its `flock` lock, for as long as it runs: `kept`, or none where that is negative. When there is no memory or process slot for a child, the
/// caller runs the steps itself.
mst_publish_result mst_publish(const mst_step *steps, long count, int detached, int kept);

/// Begins to write the file's bytes to the disk and does not wait: sync_file_range(2). A hint; what fails is left to fsync.
void mst_begin_sync(int descriptor);

/// Writes the whole file system that the descriptor is on to the disk: syncfs(2). Returns 0, or -1 with errno.
int mst_sync_file_system(int descriptor);

/// Starts a program in a session of its own: standard input is empty, standard output and error go to `output`, descriptor 3 is `kept`, all others are
/// closed; signals are as in a fresh process. Returns 0, or the error number; `pid` gets the process.
int mst_spawn(
    const char *program, char *const *arguments, char *const *environment, const char *folder, int output, int kept, int *pid);

/// Adds to what a process does before it begins: it changes to a folder. Returns 0 or an errno.
int mst_spawn_in(posix_spawn_file_actions_t *actions, const char *folder);

/// A descriptor that one thread waits at and another wakes it with: eventfd(2), non-blocking. Returns -1 with errno.
int mst_eventfd(void);

/// Lets standard output go out line by line, whatever it is.
void mst_line_buffer_output(void);

/// Bytes of resident memory that this process has had at most.
long mst_peak_memory(void);

/// A descriptor that becomes readable when the process ends: pidfd_open(2). Returns -1 with errno.
int mst_pidfd(int pid);

typedef struct {
    /// 1 when the child has ended, 0 when it has not, -1 when the process is no child of the caller.
    int ended;
    int status;
    /// The signal that ended it; 0 for none.
    int signal;
    /// Bytes of resident memory at most.
    long peak_memory;
} mst_exit;

/// Takes note of a child's end without waiting for it. What the child left in its session is killed.
mst_exit mst_reap(int pid);

/// Whether the path is on a file system that other machines change, so that inotify(7) does not hear of everything: NFS, SMB, 9P, AFS, Ceph,
/// and what programs serve (FUSE). 0 for a path that cannot be asked.
int mst_is_remote(const char *path);

#endif
