"""Runs a command in a real terminal of a given size: `terminal.py COLUMNS ROWS COMMAND...`.

What is written to stdin is typed, what the terminal shows comes out of stdout; a line `COLUMNS ROWS` on descriptor 3
resizes it. The exit status is the command's. Hanging up, as when a window is closed, is ending this program.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios

CONTROL = 3


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    columns, rows, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        resize(0, int(columns), int(rows))
        os.execvp(command[0], command)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sources = [terminal, 0, CONTROL]
    while True:
        for source in select.select(sources, [], [])[0]:
            try:
                data = os.read(source, 65536)
            except OSError:  # The last process that had the terminal open is gone.
                data = b""
            if source == terminal:
                if not data:
                    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                os.write(1, data)
            elif not data:
                sources.remove(source)
            elif source == 0:
                os.write(terminal, data)
            else:
                resize(terminal, *map(int, data.decode().split()))


sys.exit(main())
