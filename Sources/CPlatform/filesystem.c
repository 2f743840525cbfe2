#define _GNU_SOURCE
#include "CPlatform.h"

#include <sys/vfs.h>

int mst_is_remote(const char *path) {
    struct statfs info;
    if (statfs(path, &info) != 0) return 0;
    // statfs(2).
    switch ((unsigned long)info.f_type & 0xFFFFFFFF) {
    case 0x6969:     // NFS
    case 0x517B:     // SMB
    case 0xFF534D42: // CIFS
    case 0xFE534D42: // SMB2
    case 0x65735546: // FUSE
    case 0x01021997: // 9P
    case 0x00C36400: // Ceph
    case 0x5346414F: // AFS
        return 1;
    default:
        return 0;
    }
}
