"""The app: a page on this machine that asks the model and shows what it says. What it works out, other rooms work out."""
