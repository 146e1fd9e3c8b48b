"""From a history to an explained answer; one stage a file, `Engine` puts them in a row."""
