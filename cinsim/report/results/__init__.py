"""What a run came to, as data: ``results.json``, from which the terminal, the page, the brief and the exports draw."""
