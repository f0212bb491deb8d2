"""The jobs, one module each, which names what it declares `JOBS`."""
