/**
 * Process 1 of a container that runs a command. The kernel spares that process signals it does not handle, SIGKILL among
 * them: a command in its place could not end by one, and would be thought well. Engines have an --init of their own, but
 * it is a program that not every machine has; Python is in every image of ours.
 */
const SCRIPT = `import errno, os, signal, sys

FORWARDED = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2}


def main(command):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FORWARDED | {signal.SIGCHLD})
    child = os.fork()
    if child == 0:
        become(command, before)
    while True:
        received = signal.sigwait(FORWARDED | {signal.SIGCHLD})
        if received == signal.SIGCHLD:
            reap(child)
        else:
            os.kill(child, received)


def become(command, mask):
    # The terminal is the command's: its keys reach the command's group, and not this process as well.
    os.setpgid(0, 0)
    if os.isatty(0):
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpgrp())
    for number in (signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    name = command[0]
    try:
        replace(command, variables())
    except FileNotFoundError:
        what, status = "command not found" if "/" not in name else "No such file or directory", 127
    except OSError as error:
        what, status = error.strerror, 126
    os.write(2, f"{name}: {what}\\n".encode(errors="surrogateescape"))
    os._exit(status)


def replace(command, environment):
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        if error.errno == errno.ENOEXEC:
            # A script without a first line that says whose it is: the shell's, as in a shell.
            os.execve("/bin/sh", ["sh", *command], environment)
        raise


def variables():
    """Those the container was started with: Python may have added one for its own locale."""
    with open("/proc/self/environ", "rb") as file:
        return dict(pair.split(b"=", 1) for pair in file.read().split(b"\\0") if b"=" in pair)


def reap(child):
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if ended == 0:
            return
        if ended == child and os.WIFSTOPPED(status):
            os.killpg(child, signal.SIGCONT)  # Nobody is there to take it up again after Ctrl-Z.
        elif ended == child:
            os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main(sys.argv[1:])
`;

/** The words that run a command below such a process: without Python's site, which costs more than all of it. */
export function belowInit(command: readonly string[]): readonly string[] {
  return ["python", "-I", "-S", "-c", SCRIPT, ...command];
}
