#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int mst_spawn(
    const char *program, char *const *arguments, char *const *environment, const char *folder, int output, int kept, int *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    error = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 1);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, output, 2);
    if (!error) error = posix_spawn_file_actions_adddup2(&actions, kept, 3);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, 4);
    if (!error && folder) error = posix_spawn_file_actions_addchdir_np(&actions, folder);
    pid_t child = 0;
    if (!error) error = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    *pid = child;
    return error;
}

int mst_spawn_in(posix_spawn_file_actions_t *actions, const char *folder) { return posix_spawn_file_actions_addchdir_np(actions, folder); }

int mst_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void mst_line_buffer_output(void) { setvbuf(stdout, NULL, _IOLBF, 0); }

long mst_peak_memory(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * 1024L : 0;
}

int mst_pidfd(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

mst_exit mst_reap(int pid)
{
    mst_exit end = {0, 0, 0, 0};
    siginfo_t info;
    memset(&info, 0, sizeof info);
    // The dead process keeps its number until it is reaped, so nobody else is hit.
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        end.ended = errno == ECHILD ? -1 : 0;
        return end;
    }
    if (info.si_pid == 0) return end;
    kill(-pid, SIGKILL);
    int status = 0;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    if (wait4(pid, &status, 0, &usage) != pid) return end;
    end.ended = 1;
    if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    else end.status = WEXITSTATUS(status);
    end.peak_memory = usage.ru_maxrss * 1024L;
    return end;
}
