"""`python -m solodesk`: the same as the `solodesk` command."""

import multiprocessing

from solodesk.cli.main import entry

if __name__ == "__main__":
    # Packaged, a spawned parse worker starts here too.
    multiprocessing.freeze_support()
    entry()
