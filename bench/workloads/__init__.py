"""The measures, one module each; `python -m bench` runs each in a process of its own, so that peaks do not mix."""
