"""From hits to an answer: what is asked, which sentences answer, and the text with its citations."""
