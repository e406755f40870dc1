import type { StagedFile } from "./plan.ts";

/**
 * Runs in the image after an install: `hide-origins.py` takes from `direct_url.json`, where installers note the address that
 * a package came from, what may be a secret: a name and password, which pip leaves out and others keep, and the query, which
 * all of them keep.
 */
const SCRIPT = `import base64, glob, hashlib, json, os, sysconfig
from urllib.parse import urlsplit


def main():
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for place in places:
        for path in glob.glob(os.path.join(glob.escape(place), "*.dist-info", "direct_url.json")):
            hide(path)


def hide(path):
    with open(path, encoding="utf-8") as file:
        origin = json.load(file)
    url = urlsplit(origin["url"])
    user, _, host = url.netloc.rpartition("@")
    is_account = url.scheme == "ssh" and ":" not in user
    shown = url._replace(netloc=url.netloc if is_account else host, query="").geturl()
    if shown == origin["url"]:
        return
    origin["url"] = shown
    content = json.dumps(origin, sort_keys=True).encode()
    with open(path, "wb") as file:
        file.write(content)
    record(os.path.dirname(path), content)


def record(folder, content):
    """Installed files are listed with their digests."""
    path = os.path.join(folder, "RECORD")
    name = os.path.basename(folder) + "/direct_url.json,"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    with open(path, encoding="utf-8", newline="") as file:
        lines = file.readlines()
    with open(path, "w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(f"{name}sha256={digest},{len(content)}\\n" if line.startswith(name) else line)


main()
`;

export const ORIGIN_HIDER = "hide-origins.py";

export function originHider(folder: "requirements" | "sdk"): StagedFile {
  return { path: `${folder}/${ORIGIN_HIDER}`, text: SCRIPT };
}

/** An address with a name, or a query: in a variable's place there may be a secret by the time it is installed. */
export function mayHoldSecret(requirement: string): boolean {
  return /:\/\/\S*[@?$]/.test(requirement);
}
