"""`python -m shared.i18n extract | compile | check`."""

import sys

from shared.i18n import catalogues


def main(arguments: list[str]) -> int:
    match arguments:
        case ["extract"]:
            catalogues.extract()
        case ["compile"]:
            catalogues.compile_all()
        case ["check"]:
            problems = catalogues.check()
            sys.stdout.writelines(f"{problem}\n" for problem in problems)
            return 1 if problems else 0
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
