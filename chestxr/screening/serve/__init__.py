"""Web page on this machine: films dropped onto it are screened, and their report is shown."""
