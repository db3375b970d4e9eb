"""Children that end with their parent, and ports that are really free."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket

from config import BadSetting

_PR_SET_PDEATHSIG = 1


def end_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to stop this process by that signal when its parent dies (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, by)
    if os.getppid() == 1 and os.getpid() != 1:  # it died before we asked
        os.kill(os.getpid(), by)


def free_port(host: str, wanted: int) -> int:
    """``wanted`` or the next port that nobody listens on; raises BadSetting.

    granian shares ports, so a plain bind must find out.
    """
    for port in range(wanted, min(wanted + 100, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # TIME_WAIT leftovers are no listener.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OSError as error:
                if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                    raise BadSetting(f"LVZHI_HOST={host!r}：不是本机的地址") from None
                continue
            return port
    raise BadSetting(f"LVZHI_PORT={wanted}：从它起的一百个端口都被占用")
