"""Files as an enemy, a broken disk or a careless export would make them: `files` makes them by number, `worker` reads them in a process of its own."""
