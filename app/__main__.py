"""The command line: serve (the default), work, schedule, analyse, diagnose, evaluate, train."""

import argparse
import gc
import importlib
import sys

# Dotted names, because each command should import no more than it needs: serving is up before pandas would be.
COMMANDS = {
    "serve": ("app.cli.serve:run", "serve the page (the default)"),
    "work": ("app.cli.dask:run_worker", "compute for whoever asks the Dask scheduler"),
    "schedule": ("app.cli.dask:run_scheduler", "be the Dask scheduler"),
    "analyse": ("app.cli.analyse:run", "print what the page says about one ticker, or make a table of many"),
    "diagnose": ("app.cli.diagnose:run", "say whether models, workers and the market source work, and why not"),
    "evaluate": ("app.evaluation.command:run", "score forecasters on past prices"),
    "train": ("app.evaluation.training.command:run", "rebuild the shipped weights from past prices"),
}


def main(argv: list[str]) -> int:
    """Run the command that ``argv`` names; the exit status tells how it went."""
    parser = argparse.ArgumentParser(prog="python -m app", description="Stock forecasts with a measured receipt.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    chosen = argv[0] if argv else "serve"
    for name, (target, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name == chosen:
            module, _, function = target.partition(":")
            # Imports leave next to no garbage, and each collection looks through all that is there already.
            gc.disable()
            implementation = importlib.import_module(module)
            gc.enable()
            # Commands that the environment alone configures have no arguments.
            if hasattr(implementation, "add_arguments"):
                implementation.add_arguments(command)
            command.set_defaults(run=getattr(implementation, function))
    arguments = parser.parse_args(argv or ["serve"])
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
